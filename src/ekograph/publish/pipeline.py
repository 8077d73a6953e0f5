"""The way from the sources to a published snapshot, told once, from top to bottom."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from itertools import groupby
from operator import attrgetter

from pyoxigraph import Quad, RdfFormat, parse

from ekograph.authoring import suppression
from ekograph.authoring.canonical import canonical
from ekograph.authoring.check import Checked, check
from ekograph.authoring.report import Report
from ekograph.authoring.sources import Source, collect
from ekograph.authoring.syntax import parsed
from ekograph.config import Settings
from ekograph.dataset import Dataset
from ekograph.i18n import Messages
from ekograph.memory import release, search_again
from ekograph.pages.examples import Example
from ekograph.pages.site import Change, Site
from ekograph.publish import chronicle, large, queries
from ekograph.publish.chronicle import Chronicle
from ekograph.publish.derived import with_derived
from ekograph.publish.dumps import FOLDER, dumps
from ekograph.publish.edition import edition
from ekograph.publish.history import history
from ekograph.publish.issue import File, Issue, Version
from ekograph.publish.printing import representations
from ekograph.publish.search import write_index
from ekograph.search.index import INDEX
from ekograph.shelf import Shelf
from ekograph.snapshot import DATASET, Draft, Manifest, Snapshot


@dataclass(frozen=True)
class Outcome:
    """What came of it: the sources, the report, and the snapshot now current; None when they do not conform.

    `new` says whether the snapshot was made now; otherwise the same had been published before. `suppressed` is how
    many statements of the sources were left out, by the suppression list.
    """

    sources: Sequence[Source]
    report: Report
    snapshot: Snapshot | None
    new: bool
    suppressed: int = 0


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
    that cannot be read and OSError when the disk does not take the snapshot; the current snapshot stays then,
    as it does when the process is killed.
    """
    shelf = Shelf(settings.snapshots_dir)
    with shelf.locked():
        on_step("checking")
        sources = collect(settings)
        checked = check(sources, settings, language, engine)
        if not checked.report.conforms:
            return Outcome(sources, checked.report, None, new=False, suppressed=checked.suppressed)
        release()
        proof = _proof(settings, checked, sources, large_from)
        # Of a large site, the dataset in memory twice would be too much.
        report, suppressed = checked.report, checked.suppressed
        del checked
        snapshot, new = put_in_service(proof, shelf, on_step)
        _forget(suppression.read(settings.root), shelf)
        shelf.prune(settings.keep)
        return Outcome(sources, report, snapshot, new, suppressed)


def put_in_service(
    proof: Proof, shelf: Shelf, on_step: Callable[[str], None] = lambda _: None
) -> tuple[Snapshot, bool]:
    """Make the snapshot of what was proven the current one of a locked shelf; returns it, and whether it is new."""
    snapshot = _known(proof, shelf)
    new = snapshot is None
    if snapshot is None:
        snapshot = _printed(proof, shelf, on_step)
    shelf.move_current(snapshot.name)
    return snapshot, new


@dataclass(frozen=True)
class Proof:
    """All that a snapshot is printed from. `nquads` are canonical (RDFC-1.0), `shapes` too, in a file of their own."""

    settings: Settings
    nquads: bytes
    shapes: bytes
    dataset: Dataset
    queries: tuple[Example, ...]
    large: bool = False

    def manifest(self, previous: Snapshot | None) -> Manifest:
        """What the snapshot will say of itself; `previous` is the one it follows."""
        digest = self._digest
        press = edition(self.settings, self.shapes, self.queries)
        return Manifest(
            name=f"{digest[:16]}-{press[:8]}",
            digest=digest,
            edition=press,
            published=_now(previous),
            base=self.settings.base,
            languages=self.settings.languages,
            prefixes=dict(sorted(self.dataset.prefixes.items())),
            graphs=self._counts[0],
            triples=self._counts[1],
            previous=previous.name if previous else None,
            large=self.large,
        )

    def site(self, manifest: Manifest, told: Mapping[str, Sequence[Change]]) -> Site:
        """The site as its pages see it, with what is told of its past."""
        has_rules = bool(self.shapes)
        return Site(self.dataset, manifest.name, manifest.published, self.queries, has_rules, self.large, told)

    @cached_property
    def _digest(self) -> str:
        return hashlib.sha256(self.nquads).hexdigest()

    @cached_property
    def _counts(self) -> tuple[Mapping[str, int], int]:
        """The quads of each graph, and the triples of all: equal ones follow one another in what is sorted."""
        graphs = {name: len(quads) for name, quads in sorted(self.dataset.graphs().items())}
        return graphs, sum(1 for _ in groupby(self.dataset.quads, key=attrgetter("triple")))


def _proof(settings: Settings, checked: Checked, sources: Sequence[Source], large_from: int) -> Proof:
    """What was checked, with the triples that publication adds."""
    say = Messages("check", "en")
    shapes = [parsed(each, say) for each in sources if each.kind == "shapes"]
    nquads = with_derived(checked.nquads, settings.base)
    quads = parse(nquads, RdfFormat.N_QUADS)
    dataset = Dataset(quads, base=settings.base, prefixes=checked.prefixes, languages=settings.languages, in_order=True)
    rules = canonical(quad for each in shapes for quad in each.quads)
    is_large = len(dataset.quads) >= large_from
    # A page of each answer would be too many of them, and each too long.
    examples = () if is_large else queries.read(settings.root)
    return Proof(settings, nquads, rules, dataset, examples, is_large)


def _known(proof: Proof, shelf: Shelf) -> Snapshot | None:
    """The snapshot that would be printed now, if there is one.

    It is the current one, or one that follows it: rolled back from, or left by a publisher killed before the last step.
    """
    wanted, current = proof.manifest(None), shelf.last()
    if current and (current.manifest.digest, current.manifest.edition) == (wanted.digest, wanted.edition):
        return current
    other = shelf.find(wanted.name)
    return other if other and other.manifest.previous == (current and current.name) else None


def _printed(proof: Proof, shelf: Shelf, on_step: Callable[[str], None]) -> Snapshot:
    """The snapshot, printed."""
    on_step("printing")
    if not proof.large:
        search_again()
    previous = shelf.last()
    manifest = proof.manifest(previous)
    # The same dataset again, after another one, is another version, with a history of its own.
    manifest = replace(manifest, name=shelf.free_name(manifest.name))
    version = Version(manifest.name, manifest.digest, manifest.published, manifest.triples)
    past = chronicle.read(previous)
    if chronicle.tells_of(previous, suppression.read(proof.settings.root)):
        past, kept = Chronicle(), []
    else:
        kept = shelf.newest(proof.settings.keep - 1)
    told = (chronicle.shortened if proof.large else chronicle.continued)(past, version, proof.dataset)
    kept.append((manifest.name, manifest.published))
    with Draft(shelf.path) as draft:
        draft.write(DATASET, proof.nquads)
        with large.lookups(draft) if proof.large else nullcontext():
            chronicle.write(told, draft)
            site = proof.site(manifest, history(told.events, kept))
            dumped = _dumping(proof, draft)
            write_index(draft.path, site)
            draft.add(INDEX)
            issue = Issue(site, _quads(proof.shapes), dumped(), told.versions, told.events, kept)
            draft.print(representations(issue))
        on_step("finishing")
        return draft.finish(manifest)


def _dumping(proof: Proof, draft: Draft) -> Callable[[], list[File]]:
    """What gives the dumps, added to the draft; those of a large site are compressed until it is called."""
    return large.begin_dumps(draft, proof.dataset) if proof.large else partial(_dumped, proof, draft)


def _dumped(proof: Proof, draft: Draft) -> list[File]:
    """The dumps, added to the draft."""
    written = ((dump, draft.write(f"{FOLDER}/{dump.name}", dump.content)) for dump in dumps(proof.dataset))
    return [File(dump.name, *file, dump.about) for dump, file in written]


def _forget(suppressed: frozenset[str], shelf: Shelf) -> None:
    """Remove all older snapshots if one of them tells of anything suppressed: it is in their dumps and pages too."""
    older = (shelf.find(name) for name in shelf.history()[:-1]) if suppressed else ()
    if any(chronicle.tells_of(each, suppressed) for each in older):
        shelf.forget()


def _now(previous: Snapshot | None) -> str:
    """The time of publication, in whole seconds; later than that of `previous` even if the clock was set back."""
    now = datetime.now(UTC).replace(microsecond=0)
    if previous:
        now = max(now, datetime.fromisoformat(previous.manifest.published) + timedelta(seconds=1))
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def _quads(nquads: bytes) -> list[Quad]:
    return list(parse(nquads, RdfFormat.N_QUADS))
