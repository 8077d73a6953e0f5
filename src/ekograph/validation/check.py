"""The check: from sources to a report and, where it conforms, to the quads that may be published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain
from typing import NamedTuple

from pyoxigraph import Quad, RdfFormat, parse, serialize

from ekograph.config import Settings
from ekograph.i18n import Messages
from ekograph.rdf.canonical import joined
from ekograph.validation import content_checks, expected_rows, namespaces, suppression
from ekograph.validation.parsing import Parsed, Texts, TextSpool, parsed
from ekograph.validation.report import Finding, Report, report
from ekograph.validation.shacl.engine import start
from ekograph.validation.shacl.shapes import ShapesError, ShapesGraph
from ekograph.validation.sources import BUNDLED, CHECKS, KNOWN, Source


class _OutcomeFields(NamedTuple):
    report: Report
    prefixes: Mapping[str, str]
    files: Sequence[Parsed] = ()
    suppressed: int = 0


class CheckOutcome(_OutcomeFields):
    """The outcome of a check: the report, and what was validated.

    `files` are the files that may be published, without the statements that the suppression list leaves out, which
    are `suppressed` in number; there are none where a file cannot be read. `prefixes` are those that the sources
    declare.
    """

    @cached_property
    def nquads(self) -> bytes:
        """The dataset as it is to be published, in canonical order and labels (RDFC-1.0)."""
        return joined(file.nquads for file in self.files)

    @cached_property
    def quads(self) -> list[Quad]:
        """The quads of the dataset, sorted."""
        return list(parse(self.nquads, RdfFormat.N_QUADS))


def check(
    sources: Sequence[Source],
    settings: Settings,
    language: str,
    engine: str = "shacl",
    on_step: Callable[[str], None] = lambda _: None,
) -> CheckOutcome:
    """Check the sources against their own shapes, with messages in `language` (fi, sv or en).

    If parsing or naming fails, only that is reported: validating incomplete data is meaningless. `on_step` is told
    what is done next: "reading", "validating" or "telling".
    """
    messages = Messages("check", language)
    on_step("reading")
    files = _parsed([source for source in sources if source.kind != KNOWN], messages)
    prefixes = _prefixes(files)
    published = [file for file in files if file.source.kind not in {"shapes", CHECKS}]
    blocking = [finding for file in files for finding in file.findings] or content_checks.find_unnameable(
        published, messages
    )
    if blocking:
        return CheckOutcome(report(blocking), prefixes)
    published, suppressed = _allowed(published, settings)
    shapes = [file for file in files if file.source.kind in {"shapes", CHECKS}]
    on_step("validating")
    rules = ShapesGraph(
        chain.from_iterable(parse(file.ntriples, RdfFormat.N_TRIPLES) for file in shapes), _prefixes(shapes)
    )
    outcome = start(Texts(published), rules, engine, memory_mb=settings.memory_mb)
    # All that does not need the outcome comes while the engine works, loading what does it too.
    from ekograph.validation import shapes_lint

    findings = content_checks.find_unpublishable(published, messages)
    findings += content_checks.find_moved_pages(published, settings, messages)
    findings += namespaces.find_strange_namespaces(files, settings.base, messages)
    findings += (
        [] if settings.contact or settings.security_contact else content_checks.find_no_contact(published, messages)
    )
    texts = Texts([*published, *(parsed(source, messages) for source in sources if source.kind == KNOWN)])
    linted = [file for file in shapes if file.source.path not in BUNDLED.values()]
    findings += shapes_lint.find_vacuous_shapes(linted, rules, texts, settings.base, messages)
    if not any(finding.rule == "gate-query" and finding.blocks for finding in findings):
        try:
            results = outcome()
        except ShapesError as error:
            results = []
            findings.append(_refused(shapes, error, messages))
        on_step("telling")
        if results:
            # What makes findings of results is loaded only where there are some.
            from ekograph.validation.messages import findings_of, shortener
            from ekograph.validation.suggestions import KnownTerms, known_terms

            names = KnownTerms(known_terms(texts))
            show = shortener(settings.base, prefixes)
            live = partial(_published, settings)
            results_told = findings_of(results, published, names, show, messages, published=live)
            # A shape that asks for a datatype tells of the same literal, and says what it is for.
            places = {(finding.path, finding.line, finding.column) for finding in results_told}
            findings = [
                finding
                for finding in findings
                if finding.rule != "gate-literal" or (finding.path, finding.line, finding.column) not in places
            ] + results_told
    if not any(source.kind == KNOWN for source in sources):
        dataset = CheckOutcome(report(()), prefixes, published)
        findings += expected_rows.find_unexpected(settings.root, lambda: dataset.quads, messages)
    return CheckOutcome(report(findings, settings.severity), prefixes, published, suppressed)


def _allowed(files: Sequence[Parsed], settings: Settings) -> tuple[list[Parsed], int]:
    """The files without what must not be published, and how many statements that is."""
    entries = suppression.read(settings.root)
    if not entries:
        return list(files), 0
    allowed, total = [], 0
    for file in files:
        quads, suppressed = suppression.without(file.quads, entries)
        triples = serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES) or b""
        allowed.append(file._replace(text=triples) if suppressed else file)
        total += suppressed
    return allowed, total


def _parsed(sources: Sequence[Source], messages: Messages) -> list[Parsed]:
    """The sources, parsed; those with faults once more, now that the prefixes of the others are known."""
    if sum(len(source.data) for source in sources) < _SPOOLED_FROM:
        files = [parsed(source, messages) for source in sources]
    else:
        files = list(_spooled(sources, messages))
    prefixes = _prefixes(files)
    return [parsed(file.source, messages, prefixes) if file.findings else file for file in files]


#: Sources of so many bytes are parsed to the disk: as N-Triples they are some five times as long.
_SPOOLED_FROM = 10_000_000


def _spooled(sources: Sequence[Source], messages: Messages) -> Iterator[Parsed]:
    spool = TextSpool()
    for source in sources:
        file = parsed(source, messages)
        yield file._replace(text=spool.add(file.ntriples))


def _prefixes(files: Iterable[Parsed]) -> dict[str, str]:
    """The prefixes of all sources; the first file that declares one decides."""
    prefixes: dict[str, str] = {}
    for file in files:
        prefixes = {**file.prefixes, **prefixes}
    return prefixes


def _published(settings: Settings) -> bytes:
    """The dataset that is published at present, after a line break; nothing where none is."""
    from ekograph.snapshots.repository import SnapshotRepository

    snapshot = SnapshotRepository(settings.snapshots_dir).current()
    return b"\n" + snapshot.dataset.read_bytes() if snapshot else b""


def _refused(shapes: Sequence[Parsed], error: ShapesError, messages: Messages) -> Finding:
    name = shapes[0].source.name if shapes else "shapes"
    message = messages("gate-shapes", reason=" ".join(str(error).split()))
    return Finding("gate-shapes", "Violation", name, 1, 1, None, None, None, message, messages.language)
