"""The check: from sources to a report and, where it conforms, to the quads that may be published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from pyoxigraph import Quad, RdfFormat, parse

from ekograph.authoring.syntax import Parsed, parsed, written
from ekograph.config import Settings
from ekograph.i18n import Messages
from ekograph.rdf.canonical import canonical, joined
from ekograph.validation import content_checks, suppression
from ekograph.validation.report import Report, Result, report
from ekograph.validation.shacl import engine as engine_module
from ekograph.validation.shacl.shapes import ShapesError, ShapesGraph
from ekograph.validation.sources import KNOWN, Source

if TYPE_CHECKING:
    from ekograph.validation.messages import MessageBuilder


class CheckOutcome:
    """The outcome of a check.

    `nquads` is the dataset as it is to be published, in canonical order and labels (RDFC-1.0), `quads` is what
    reading that gives: exactly this was validated. `prefixes` are those that the sources declare;
    `suppressed` is how many of their statements were left out, by the suppression list.
    """

    def __init__(self, report: Report, prefixes: Mapping[str, str], nquads: bytes, suppressed: int = 0) -> None:
        self.report = report
        self.prefixes = prefixes
        self.nquads = nquads
        self.suppressed = suppressed

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

    What cannot be read or named is all that is told of: rules say little of data with a hole in it. `on_step` is told
    what is done next: "reading", "validating" or "telling".
    """
    say = Messages("check", language)
    on_step("reading")
    files = _parsed([each for each in sources if each.kind != KNOWN], say)
    prefixes = _prefixes(files)
    published = [each for each in files if each.source.kind != "shapes"]
    blocking = [result for each in files for result in each.results] or content_checks.find_unnameable(published, say)
    if blocking:
        return CheckOutcome(report(blocking), prefixes, b"")
    nquads, suppressed = _allowed(published, settings)
    read = [each.source for each in files]
    shapes = [each for each in files if each.source.kind == "shapes"]
    on_step("validating")
    rules = ShapesGraph(quad for each in shapes for quad in each.quads)
    outcome = engine_module.start(nquads, rules, engine)
    # All that does not need the outcome comes while the engine works, loading what does it too.
    from ekograph.validation import shapes_lint

    found = content_checks.find_unpublishable(published, say)
    # Of a large site, the statements in memory twice would be too many.
    del files, published
    others = [written(source, say).nquads for source in sources if source.kind == KNOWN]
    found += shapes_lint.find_vacuous_shapes(shapes, rules.graph, [nquads, *others], say)
    checked = CheckOutcome(report(found), prefixes, nquads, suppressed)
    if any(result.rule == "gate-query" for result in found):
        return checked
    try:
        findings = outcome()
    except ShapesError as error:
        return CheckOutcome(report([*found, _refused(shapes, error, say)]), prefixes, nquads, suppressed)
    on_step("telling")
    if findings:
        found += _telling(checked, read, others, settings, say).results(findings)
    return CheckOutcome(report(found), prefixes, nquads, suppressed)


def _allowed(files: Sequence[Parsed], settings: Settings) -> tuple[bytes, int]:
    """What of the files may be published, as canonical N-Quads, and how many statements may not."""
    entries = suppression.read(settings.root)
    if not entries:
        return joined(each.nquads for each in files), 0
    allowed, suppressed = suppression.without((quad for each in files for quad in each.quads), entries)
    return canonical(allowed), suppressed


def _telling(
    checked: CheckOutcome, sources: Sequence[Source], others: Sequence[bytes], settings: Settings, say: Messages
) -> MessageBuilder:
    """What tells of findings; it is loaded only where there are some."""
    from ekograph.authoring.locate import Locator
    from ekograph.validation.messages import MessageBuilder, shortener
    from ekograph.validation.suggestions import KnownTerms, known

    quads = chain(checked.quads, *(parse(each, RdfFormat.N_QUADS) for each in others))
    names, show = KnownTerms(known(quads)), shortener(settings.base, checked.prefixes)
    return MessageBuilder(Locator(sources, checked.quads), names, show, say)


def _parsed(sources: Sequence[Source], say: Messages) -> list[Parsed]:
    """The sources, parsed; those with faults once more, now that the prefixes of the others are known."""
    files = [(parsed if source.kind == "shapes" else written)(source, say) for source in sources]
    prefixes = _prefixes(files)
    return [parsed(each.source, say, prefixes) if each.results else each for each in files]


def _prefixes(files: Iterable[Parsed]) -> dict[str, str]:
    """The prefixes of all sources; the first file that declares one decides."""
    found: dict[str, str] = {}
    for each in files:
        for prefix, iri in each.prefixes.items():
            found.setdefault(prefix, iri)
    return found


def _refused(shapes: Sequence[Parsed], error: ShapesError, say: Messages) -> Result:
    name = shapes[0].source.name if shapes else "shapes"
    message = say("gate-shapes", reason=str(error))
    return Result("gate-shapes", "Violation", name, 1, 1, None, None, None, message, say.language)
