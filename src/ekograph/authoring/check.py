"""The check: from sources to a report and, where it conforms, to the quads that may be published."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Quad, RdfFormat, parse, serialize
from pyoxigraph import Dataset as QuadSet

from ekograph.authoring import gate, shacl, templates
from ekograph.authoring.locate import Locator
from ekograph.authoring.report import Report, Result, report
from ekograph.authoring.shapes import ShapesGraph
from ekograph.authoring.sources import Source
from ekograph.authoring.syntax import Parsed, parsed
from ekograph.config import Settings
from ekograph.i18n import Messages


@dataclass(frozen=True)
class Checked:
    """The outcome of a check.

    `nquads` is the dataset as it is to be published, in canonical order and labels (RDFC-1.0), `quads` is what
    reading that gives: exactly this was validated. `prefixes` are those that the sources declare.
    """

    report: Report
    quads: list[Quad]
    prefixes: Mapping[str, str]
    nquads: bytes


def check(
    sources: Sequence[Source],
    settings: Settings,
    language: str,
    engine: str = "shacl",
    *,
    known: Sequence[Source] = (),
) -> Checked:
    """Check the sources against their own shapes, with messages in `language` (fi, sv or en).

    `known` are further sources whose terms count as known to the shapes, but that are not checked.
    What cannot be read is all that is told of: rules say little of data with a hole in it.
    """
    say = Messages("check", language)
    files = [parsed(source, say) for source in sources]
    prefixes = _prefixes(files)
    unreadable = [result for each in files for result in each.results]
    if unreadable:
        return Checked(report(unreadable), [], prefixes, b"")
    published, shapes = _divided(files)
    nquads = canonical(quad for each in published for quad in each.quads)
    quads = list(parse(nquads, RdfFormat.N_QUADS))
    others = [quad for source in known for quad in parsed(source, say).quads]
    found = gate.shapes_results(shapes, [*quads, *others], say) + gate.data_results(published, say)
    found += _rules(sources, quads, shapes, engine, _shortener(settings.base, prefixes), say)
    return Checked(report(found), quads, prefixes, nquads)


def canonical(quads: Iterable[Quad]) -> bytes:
    """The quads as sorted N-Quads, their blank nodes named by RDFC-1.0."""
    dataset = QuadSet(quads)
    if any(isinstance(each, BlankNode) for quad in dataset for each in (quad.subject, quad.object)):
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    lines = serialize(dataset, format=RdfFormat.N_QUADS).splitlines(keepends=True)
    return b"".join(sorted(lines))


def _divided(files: Iterable[Parsed]) -> tuple[list[Parsed], list[Parsed]]:
    """What is published, and the shapes."""
    files = list(files)
    shapes = [each for each in files if each.source.kind == "shapes"]
    return [each for each in files if each.source.kind != "shapes"], shapes


def _prefixes(files: Iterable[Parsed]) -> dict[str, str]:
    """The prefixes of all sources; the first file that declares one decides."""
    found: dict[str, str] = {}
    for each in files:
        for prefix, iri in each.prefixes.items():
            found.setdefault(prefix, iri)
    return found


def _rules(
    sources: Sequence[Source],
    quads: Sequence[Quad],
    shapes: Sequence[Parsed],
    engine: str,
    show: Callable[[str], str],
    say: Messages,
) -> list[Result]:
    graph = ShapesGraph(quad for each in shapes for quad in each.quads)
    try:
        findings = shacl.findings(quads, graph, engine)
    except shacl.ShapesError as error:
        name = shapes[0].source.name if shapes else "shapes"
        message = say("gate-shapes", reason=str(error))
        return [Result("gate-shapes", "Violation", name, 1, 1, None, None, None, message, say.language)]
    if not findings:
        return []
    locator = Locator(sources, quads)
    return [_result(each, locator, show, say) for each in findings]


def _result(finding: shacl.Finding, locator: Locator, show: Callable[[str], str], say: Messages) -> Result:
    name, place = locator.place(finding)
    message, language = _message(finding, show, say)
    return Result(
        rule=finding.rule,
        severity=finding.severity,
        path=name,
        line=place.line,
        column=place.column,
        focus_node=gate.plain(finding.focus),
        result_path=gate.plain(finding.path),
        value=gate.plain(locator.object_of(finding)),
        message=message,
        language=language,
    )


def _message(finding: shacl.Finding, show: Callable[[str], str], say: Messages) -> tuple[str, str]:
    """The message in the reader's language with IRIs shortened, and its language."""
    said = templates.chosen(finding.messages, say.language)
    if said is None:
        return say("no-message", component=finding.component), say.language
    for template in finding.templates:
        values = templates.values(template.value, said.value) if template.language == said.language else None
        if values is not None:
            return templates.filled(template.value, values, show), said.language or ""
    return said.value, said.language or ""


def _shortener(base: str, prefixes: Mapping[str, str]) -> Callable[[str], str]:
    """A function that makes an IRI of the site or of its prefixes short; other text stays as it is."""
    spaces = sorted(((iri, f"{prefix}:") for prefix, iri in prefixes.items() if prefix), key=lambda s: -len(s[0]))

    def show(text: str) -> str:
        iri = text.removeprefix("<").removesuffix(">")
        for space, short in [(f"{base}id/", ""), *spaces]:
            if len(space) > len("id/") and iri.startswith(space) and re.fullmatch(r"[^\s<>]+", iri[len(space) :]):
                return short + iri[len(space) :]
        return text

    return show
