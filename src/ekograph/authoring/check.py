"""The check: from sources to a report and, where it conforms, to the quads that may be published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Quad, RdfFormat, parse, serialize
from pyoxigraph import Dataset as QuadSet

from ekograph.authoring import fitness, gate, shacl, suppression
from ekograph.authoring.locate import Locator
from ekograph.authoring.names import Names
from ekograph.authoring.names import known as known_names
from ekograph.authoring.report import Report, Result, report
from ekograph.authoring.shapes import ShapesError, ShapesGraph
from ekograph.authoring.sources import KNOWN, Source
from ekograph.authoring.syntax import Parsed, parsed
from ekograph.authoring.telling import Telling, shortener
from ekograph.config import Settings
from ekograph.i18n import Messages


@dataclass(frozen=True)
class Checked:
    """The outcome of a check.

    `nquads` is the dataset as it is to be published, in canonical order and labels (RDFC-1.0), `quads` is what
    reading that gives: exactly this was validated. `prefixes` are those that the sources declare;
    `suppressed` is how many of their statements were left out, by the suppression list.
    """

    report: Report
    quads: list[Quad]
    prefixes: Mapping[str, str]
    nquads: bytes
    suppressed: int = 0


def check(
    sources: Sequence[Source],
    settings: Settings,
    language: str,
    engine: str = "shacl",
    on_step: Callable[[str], None] = lambda _: None,
) -> Checked:
    """Check the sources against their own shapes, with messages in `language` (fi, sv or en).

    What cannot be read or named is all that is told of: rules say little of data with a hole in it. `on_step` is told
    what is done next: "reading", "validating" or "telling".
    """
    say = Messages("check", language)
    on_step("reading")
    files = _parsed([each for each in sources if each.kind != KNOWN], say)
    prefixes = _prefixes(files)
    published = [each for each in files if each.source.kind != "shapes"]
    blocking = [result for each in files for result in each.results] or fitness.unpublishable(published, say)
    if blocking:
        return Checked(report(blocking), [], prefixes, b"")
    entries = suppression.read(settings.root)
    allowed, suppressed = suppression.without((quad for each in published for quad in each.quads), entries)
    nquads = canonical(allowed)
    found = fitness.unfit(published, say)
    read = [each.source for each in files]
    shapes = [each for each in files if each.source.kind == "shapes"]
    # Of a large site, the quads in memory twice would be too many.
    del files, published, allowed
    quads = list(parse(nquads, RdfFormat.N_QUADS))
    others = [quad for source in sources if source.kind == KNOWN for quad in parsed(source, say).quads]
    found += gate.vacuous(shapes, chain(quads, others), say)
    if not any(result.rule == "gate-query" for result in found):
        on_step("validating")
        try:
            findings = shacl.findings(quads, ShapesGraph(quad for each in shapes for quad in each.quads), engine)
        except ShapesError as error:
            return Checked(report([*found, _refused(shapes, error, say)]), quads, prefixes, nquads, suppressed)
        on_step("telling")
        locator = Locator(read, quads if findings else ())
        names = Names(known_names([*quads, *others]) if findings else ())
        found += Telling(locator, names, shortener(settings.base, prefixes), say).results(findings)
    return Checked(report(found), quads, prefixes, nquads, suppressed)


def canonical(quads: Iterable[Quad]) -> bytes:
    """The quads as sorted N-Quads, their blank nodes named by RDFC-1.0."""
    statements: Iterable[Quad] = list(quads)
    if any(isinstance(each, BlankNode) for quad in statements for each in (quad.subject, quad.object)):
        statements = QuadSet(statements)
        statements.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    lines = (serialize(statements, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    return b"".join(sorted(set(lines)))


def _parsed(sources: Sequence[Source], say: Messages) -> list[Parsed]:
    """The sources, parsed; those with faults once more, now that the prefixes of the others are known."""
    files = [parsed(source, say) for source in sources]
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
