"""The chronicle: what was published when, thing by thing. Every snapshot holds it whole, and the next one continues it.

A dataset that is published again unchanged, by a newer version of the program say, adds nothing.

The events of the chronicle as the pages tell them: what changed in each version, and which ones are kept.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from uuid import NAMESPACE_URL, uuid5

from pyoxigraph import Literal, Quad, RdfFormat, parse

from ekograph.diff.changes import compare, rdf_patch
from ekograph.publish.publication import Event, Publication, Version
from ekograph.publish.site_pages import page_in_languages
from ekograph.rdf.canonical import canonical
from ekograph.rdf.dataset import Dataset
from ekograph.rendering.history import changes_page
from ekograph.rendering.rdf_writers import n_quads
from ekograph.rendering.representations import LazyRepresentation
from ekograph.rendering.site import Change
from ekograph.snapshots.snapshot import Draft, Snapshot
from ekograph.urls import CHANGES

_EVENTS = "chronicle.jsonl"
_VERSIONS = "versions.json"
_REPLICA = "replica.nq"
#: Where the patches lie in the folder of a snapshot: among the dumps, to be fetched like them.
PATCHES = "dumps/patches/"


@dataclass(frozen=True)
class Changelog:
    """All versions of the dataset and all events, oldest first.

    `patches` are the RDF Patches that lead from each version to the next, by the name of the version they lead to;
    `replica` is what they lead to together: the dataset, its blank nodes labelled as the patches name them.
    """

    versions: Sequence[Version] = ()
    events: Sequence[Event] = ()
    patches: Mapping[str, bytes] = field(default_factory=dict)
    replica: bytes = b""

    def holds(self, entries: Iterable[str]) -> bool:
        """Whether any of the `entries`, IRIs or texts, was ever told of."""
        states = "".join(event.state for event in self.events)
        written = ((f"<{entry}>", str(Literal(entry))) for entry in entries)
        return any(iri in states or text in states for iri, text in written)


def read(snapshot: Snapshot | None) -> Changelog:
    """The chronicle that `snapshot` holds; an empty one for none."""
    if snapshot is None or _VERSIONS not in snapshot.manifest.files:
        return Changelog()
    path, manifest = snapshot.path, snapshot.manifest
    versions = [Version(**item) for item in json.loads((path / _VERSIONS).read_bytes())]
    names = (name.removeprefix(PATCHES) for name in manifest.files if name.startswith(PATCHES))
    return Changelog(
        # Its own snapshot has told since when it could be read after this was written.
        [replace(item, finished=manifest.finished) if item.name == manifest.name else item for item in versions],
        [Event(**json.loads(line)) for line in (path / _EVENTS).read_bytes().splitlines()],
        {name.removesuffix(".rdfp"): (path / PATCHES / name).read_bytes() for name in names},
        (path / _REPLICA).read_bytes(),
    )


def tells_of(snapshot: Snapshot | None, entries: Iterable[str]) -> bool:
    """Whether a snapshot tells of any of the `entries`, IRIs or texts, now or as it was before."""
    if snapshot is None or not (entries := list(entries)):
        return False
    large = snapshot.dataset.read_bytes() if snapshot.manifest.large else b""
    written = (form.encode() for entry in entries for form in (f"<{entry}>", str(Literal(entry))))
    return read(snapshot).holds(entries) or any(item in large for item in written)


def write(chronicle: Changelog, draft: Draft) -> None:
    """Put the chronicle into the draft of a snapshot."""
    draft.write(_VERSIONS, json.dumps([asdict(item) for item in chronicle.versions], indent=1).encode())
    lines = (json.dumps(asdict(event), ensure_ascii=False) + "\n" for event in chronicle.events)
    draft.write(_EVENTS, "".join(lines).encode())
    draft.write(_REPLICA, chronicle.replica)
    for name, patch in chronicle.patches.items():
        draft.write(f"{PATCHES}{name}.rdfp", patch)


def append(chronicle: Changelog, version: Version, dataset: Dataset | None) -> Changelog:
    """The chronicle with `version`, if its dataset is another one than that of the version before.

    Of a large one, given as None, what changed is not told thing by thing, nor as patches.
    """
    same = bool(chronicle.versions) and chronicle.versions[-1].digest == version.digest
    versions = chronicle.versions if same else [*chronicle.versions, version]
    if dataset is None:
        return Changelog(versions)
    if same:
        return chronicle
    replica = list(parse(chronicle.replica, RdfFormat.N_QUADS))
    changes = compare(replica, dataset.quads)
    # Without patches until here, as of a dataset that was large, the first one has all.
    previous = _patch_id(dataset.base, chronicle.versions[-1].name) if chronicle.patches else None
    patch = rdf_patch(changes, _patch_id(dataset.base, version.name), previous)
    return Changelog(
        versions,
        [*chronicle.events, *_events(chronicle.events, version, dataset)],
        {**chronicle.patches, version.name: patch.encode()},
        n_quads([*(set(replica) - set(changes.removed)), *changes.added]),
    )


def _patch_id(base: str, version: str) -> str:
    return uuid5(NAMESPACE_URL, f"{base}version/{version}").urn


def _events(before: Iterable[Event], version: Version, dataset: Dataset) -> Iterator[Event]:
    """What happened to each thing since: another state, or none any more."""
    known = {event.thing: event.state for event in before}
    states = {
        # Canonical, so that it is the same for equal graphs, whatever the labels of blank nodes.
        thing.value: canonical(Quad(*quad.triple) for quad in dataset.bounded(thing)).decode()
        for thing in dataset.subjects_under("")
    }
    for thing in sorted(known.keys() | states.keys()):
        state = states.get(thing, "")
        if state != known.get(thing, ""):
            kind = "update" if known.get(thing) and state else "create" if state else "delete"
            yield Event(version.name, version.published, thing, kind, state)


def history(events: Sequence[Event], kept: Sequence[tuple[str, str]]) -> Mapping[str, Sequence[Change]]:
    """The changes of each thing by its IRI, oldest first; `kept` are the names and times of the snapshots that stay."""
    names = {name for name, _ in kept}
    changes_of: dict[str, list[Change]] = {}
    states: dict[str, str] = {}
    for event in events:
        before, is_kept = states.get(event.thing, ""), event.version in names
        change = Change(event.thing, event.version, event.published, event.kind, before, event.state, is_kept)
        changes_of.setdefault(event.thing, []).append(change)
        states[event.thing] = event.state
    return changes_of


def dated(versions: Iterable[Version]) -> Mapping[str, str]:
    """The day of each version, by its name, and its number among those of that day, as in "2026-11-30 2"."""
    numbers: Counter[str] = Counter()
    days = {}
    for version in versions:
        day = version.published[:10]
        numbers[day] += 1
        days[version.name] = f"{day} {numbers[day]}"
    return days


def export(publication: Publication) -> Iterator[LazyRepresentation]:
    """The page of all changes, of a dataset whose changes are kept."""
    if publication.events:
        triples = {version.name: version.triples for version in publication.versions}
        yield from page_in_languages(CHANGES, publication.site, partial(changes_page, publication.site, triples))
