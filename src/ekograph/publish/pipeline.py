"""The way from the sources to a published snapshot, told once, from top to bottom."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from itertools import groupby
from operator import attrgetter
from typing import Any

from pyoxigraph import RdfFormat, parse

from ekograph.build.built_dataset import Builder, BuiltDataset
from ekograph.config import PlainError, Settings
from ekograph.i18n import Messages
from ekograph.plugins import Theme, load_theme
from ekograph.publish import example_queries, large
from ekograph.publish.exporters import representations
from ekograph.publish.exports import description_forms
from ekograph.publish.exports.dumps import FOLDER, dumps
from ekograph.publish.history import changelog
from ekograph.publish.history.changelog import Changelog, history
from ekograph.publish.provenance import PROVENANCE, edition, provenance
from ekograph.publish.publication import File, Omission, Publication, Version
from ekograph.publish.search_documents import write_index
from ekograph.publish.site_datasets import dataset_of, view, with_derived
from ekograph.rdf.canonical import canonical
from ekograph.rdf.dataset import Dataset
from ekograph.rendering.example_queries import Example
from ekograph.rendering.site import CheckForm, Site
from ekograph.runtime import enable_gc, release_memory
from ekograph.search.index import INDEX
from ekograph.snapshots.bucket import repository_of
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import BY_OBJECT, DATASET, STORE, UNFINISHED, Draft, Manifest, Snapshot
from ekograph.validation import suppression
from ekograph.validation.check import CheckOutcome, check
from ekograph.validation.parsing import parsed
from ekograph.validation.report import Report
from ekograph.validation.sources import Source, collect


class StoreError(PlainError):
    """The other store of a site has not taken a snapshot, and why."""


@dataclass(frozen=True)
class Outcome:
    """What came of it: the sources, the report, and the snapshot now current; None when they do not conform.

    `new` says whether the snapshot was made now; otherwise the same had been published before. `suppressed` is how
    many statements of the sources were left out, by the suppression list; `omissions` are what could not be made.
    """

    sources: Sequence[Source]
    report: Report
    snapshot: Snapshot | None
    new: bool
    suppressed: int = 0
    omissions: Sequence[Omission] = ()


def publish(
    settings: Settings,
    *,
    language: str,
    engine: str = "shacl",
    on_step: Callable[[str], None] = lambda _: None,
    large_from: int = large.LARGE_FROM,
) -> Outcome:
    """Check the sources of a site and, if they conform, make their snapshot the current one.

    `on_step` is told what is done next: "checking", "printing" or "finishing"; a site of `large_from` quads or more
    has the pages of its things made when they are asked for. Raises SourceError for sources
    that cannot be read, OSError when the disk does not take the snapshot, and StoreError; the current one stays then,
    as it does when the process is killed.
    """
    shelf = repository_of(settings)
    with shelf.locked():
        on_step("checking")
        sources = collect(settings)
        checked = check(sources, settings, language, engine)
        if not checked.report.conforms:
            return Outcome(sources, checked.report, None, new=False, suppressed=checked.suppressed)
        release_memory()
        with large.workshop(shelf, settings) as builder:
            proof = _proof(settings, checked, sources, large_from, builder)
            # Of a large site, the dataset in memory would be too much.
            report, suppressed = checked.report, checked.suppressed
            del checked
            release_memory()
            snapshot, new = activate(proof, shelf, on_step)
        names = suppression.read(settings.root)
        older = (shelf.find(name) for name in shelf.history()[:-1]) if names else ()
        if any(changelog.tells_of(snapshot_before, names) for snapshot_before in older):
            # What is suppressed is in their dumps and pages too.
            shelf.forget()
        shelf.prune(settings.keep)
        return Outcome(sources, report, snapshot, new, suppressed, proof.omissions)


def activate(
    proof: VerifiedSite, shelf: SnapshotRepository, on_step: Callable[[str], None] = lambda _: None
) -> tuple[Snapshot, bool]:
    """Make the snapshot of what was proven the current one of a locked shelf; returns it, and whether it is new."""
    snapshot = _known(proof, shelf)
    new = snapshot is None
    if snapshot is None:
        snapshot = _printed(proof, shelf, on_step)
    move = partial(shelf.move_current, snapshot.name)
    fill_store(proof.settings, snapshot, move) if proof.settings.remote_endpoint else move()
    return snapshot, new


def fill_store(settings: Settings, snapshot: Snapshot, make_current: Callable[[], None] = lambda: None) -> None:
    """Have the other store of a site hold a snapshot, made current in between; raises StoreError when it does not."""
    # Needed by few sites.
    import asyncio

    from ekograph.engine.errors import QueryError
    from ekograph.engine.remote.state import HeldSnapshot, Store
    from ekograph.engine.remote.upload import load

    held = HeldSnapshot.of(snapshot.manifest, merged=settings.union_default_graph)
    try:
        asyncio.run(load(Store.parse(settings.remote_endpoint), held, snapshot.dataset, make_current))
    except QueryError as error:
        raise StoreError(error.values["reason"]) from error


@dataclass(frozen=True)
class VerifiedSite:
    """All that a snapshot is printed from. `nquads` are canonical (RDFC-1.0), `shapes` too, in a file of their own.

    Those of a large site are in the folder of its dataset; `unfinished` is the snapshot that has the same data already.
    """

    settings: Settings
    nquads: bytes
    shapes: bytes
    dataset: Dataset
    queries: tuple[Example, ...] = ()
    large: bool = False
    theme: Theme = field(default_factory=Theme)
    has_history: bool = True
    unfinished: Snapshot | None = None
    omissions: list[Omission] = field(default_factory=list)
    checks: Sequence[CheckForm] = ()

    def manifest(self, previous: Snapshot | None) -> Manifest:
        """What the snapshot will say of itself; `previous` is the one it follows."""
        press = edition(self.settings, self.shapes, self.queries, self.theme.folder)
        return replace(
            manifest_of(self.settings, self._digest, press, self.dataset.prefixes, *self._counts),
            published=published_now(previous),
            previous=previous.name if previous else None,
            large=self.large,
        )

    @cached_property
    def _digest(self) -> str:
        if isinstance(self.dataset, BuiltDataset):
            with (self.dataset.folder / DATASET).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        return hashlib.sha256(self.nquads).hexdigest()

    @cached_property
    def _counts(self) -> tuple[Mapping[str, int], int]:
        """The quads of each graph, and the triples of all: equal ones follow one another in what is sorted."""
        graphs = {name: len(quads) for name, quads in sorted(self.dataset.graphs().items())}
        if isinstance(self.dataset, BuiltDataset):
            return graphs, self.dataset.census.triples
        return graphs, sum(1 for _ in groupby(self.dataset.quads, key=attrgetter("triple")))


def manifest_of(  # noqa: PLR0913, PLR0917 - what a manifest says
    settings: Settings, digest: str, press: str, prefixes: Mapping[str, str], graphs: Mapping[str, int], triples: int
) -> Manifest:
    """The manifest of a dataset by its digest, published now by the edition `press`."""
    return Manifest(
        name=f"{digest[:16]}-{press if press == UNFINISHED else press[:8]}",
        digest=digest,
        edition=press,
        published=published_now(None),
        base=settings.base,
        own=settings.own,
        title=settings.title,
        images=settings.images,
        contact=settings.contact,
        languages=settings.languages,
        prefixes=dict(sorted(prefixes.items())),
        graphs=graphs,
        triples=triples,
    )


def site_of(known: Settings | Manifest, dataset: Dataset, manifest: Manifest, **more: Any) -> Site:
    """The site as its pages see it, with the title and so on that are `known`, and `more` of what Site has."""
    words: dict[str, Any] = {name: getattr(known, name) for name in ("title", "images", "contact")}
    return Site(dataset, manifest.name, manifest.published, set_profile=known.profile, **words, **more)


def _proof(
    settings: Settings, checked: CheckOutcome, sources: Sequence[Source], large_from: int, builder: Builder
) -> VerifiedSite:
    """What was checked, with the triples that publication adds."""
    messages = Messages("check", "en")
    shapes = [parsed(source, messages) for source in sources if source.kind == "shapes"]
    built: BuiltDataset | None = None
    # What is derived is not more than what is stated.
    if 2 * sum(file.ntriples.count(b"\n") for file in checked.files) >= large_from:
        built = large.build(checked.files, settings, builder, **view(settings, checked.prefixes))
    is_large = built is not None and built.census.quads >= large_from
    nquads = b"" if built else with_derived(checked.nquads, settings.base)
    if built and not is_large:
        nquads = (built.folder / DATASET).read_bytes()
    dataset = built if built and is_large else dataset_of(nquads, settings, checked.prefixes)
    rules = canonical(quad for source in shapes for quad in source.quads)
    # A page of each answer would be too many of them, and each too long.
    examples = () if is_large else example_queries.read(settings.root)
    checks = description_forms.read(settings, dataset)
    return VerifiedSite(settings, nquads, rules, dataset, examples, is_large, load_theme(settings), checks=checks)


def _known(proof: VerifiedSite, shelf: SnapshotRepository) -> Snapshot | None:
    """The snapshot that would be printed now, if there is one.

    It is the current one, or one that follows it: rolled back from, or left by a publisher killed before the last step.
    """
    expected, current = proof.manifest(None), shelf.last()
    if current and (current.manifest.digest, current.manifest.edition) == (expected.digest, expected.edition):
        return current
    other = shelf.find(expected.name)
    return other if other and other.manifest.previous == (current and current.name) else None


def _printed(proof: VerifiedSite, shelf: SnapshotRepository, on_step: Callable[[str], None]) -> Snapshot:
    """The snapshot, printed."""
    on_step("printing")
    if not proof.large:
        enable_gc()
    previous = shelf.last()
    latest = shelf.latest()
    manifest = replace(proof.manifest(previous), published=published_now(latest))
    # The same dataset again, after another one, is another version, with a history of its own.
    manifest = replace(manifest, name=shelf.free_name(manifest.name))
    version = Version(manifest.name, manifest.digest, manifest.published, manifest.triples)
    past = changelog.read(latest)
    if changelog.tells_of(latest, suppression.read(proof.settings.root)):
        past, kept = Changelog(), []
    else:
        kept = shelf.newest(proof.settings.keep - 1)
    updated = changelog.append(past, version, proof.dataset if proof.has_history and not proof.large else None)
    kept.append((manifest.name, manifest.published))
    with Draft(shelf.path) as draft:
        with _with_dataset(proof, draft, merge=manifest.repeats):
            draft.write(PROVENANCE, provenance(manifest, proof.settings.root))
            changelog.write(updated, draft)
            versions = changelog.dated(updated.versions)
            manifest = replace(manifest, dated=versions[updated.versions[-1].name])
            site = site_of(
                proof.settings,
                proof.dataset,
                manifest,
                queries=proof.queries,
                has_rules=bool(proof.shapes),
                large=proof.large,
                history=history(updated.events, kept),
                theme=proof.theme,
                checks=proof.checks,
                versions=versions,
            )
            before = latest.manifest if latest else None
            # Those of a large site are compressed meanwhile.
            pending = large.begin_dumps(draft, proof.dataset) if isinstance(proof.dataset, BuiltDataset) else None
            write_index(draft.path, site)
            draft.add(INDEX)
            publication = Publication(
                site,
                list(parse(proof.shapes, RdfFormat.N_QUADS)),
                pending() if pending else list(_dumped(proof, draft, before)),
                updated.versions,
                updated.events,
                kept,
                proof.settings.dataset,
                proof.omissions,
            )
            draft.print(representations(publication))
        on_step("finishing")
        return draft.finish(replace(manifest, profile=site.profile), before)


def _with_dataset(proof: VerifiedSite, draft: Draft, *, merge: bool) -> AbstractContextManager[None]:
    """Put the dataset into the draft, and what lookups in a large one need, made beside the body."""
    if not isinstance(proof.dataset, BuiltDataset):
        draft.write(DATASET, proof.nquads)
        return nullcontext()
    if proof.unfinished and not merge:
        for name in proof.unfinished.manifest.files:
            if name in {DATASET, BY_OBJECT} or name.startswith(f"{STORE}/"):
                draft.take(proof.unfinished, name)
        return nullcontext()
    return large.lookups(draft, proof.settings, proof.dataset, merge=merge)


def _dumped(proof: VerifiedSite, draft: Draft, before: Manifest | None) -> Iterator[File]:
    """The dumps, added to the draft."""
    for dump in dumps(proof.dataset, proof.settings.more_dumps):
        name = f"{FOLDER}/{dump.name}"
        file = draft.write(name, dump.content)
        yield File(dump.name, *file, dump.about, before.same_since(name, file) if before else "")


def published_now(previous: Snapshot | None) -> str:
    """The time of publication, in whole seconds; after that in which `previous` came into service."""
    now = datetime.now(UTC).replace(microsecond=0)
    if previous:
        before = max(previous.manifest.published, previous.manifest.finished)
        now = max(now, datetime.fromisoformat(before) + timedelta(seconds=1))
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")
