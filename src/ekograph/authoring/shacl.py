"""SHACL validation by either engine, and its results in one form (SHACL, section 3.6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from ekograph.authoring import splitting, templates
from ekograph.authoring.later import Later
from ekograph.authoring.shapes import SH, ShapesError, ShapesGraph, ntriples
from ekograph.dataset import Dataset, Node, Term

ENGINES = ("shacl", "pyshacl")
#: From this size of the data on, in characters, it pays to ask which rules the engine can be spared, and not to read
#: the data twice for two cores.
_LARGE = 2_000_000
_OWL_ONTOLOGY = "http://www.w3.org/2002/07/owl#Ontology"


@dataclass(frozen=True)
class Finding:
    """One result of an engine.

    `path` is the predicate at fault, None for longer paths; `value` may be plain text where the engine gave no
    term; `mentioned` is what stood in the places of the message, `limit` what the constraint compares with;
    `messages` are those of the engine, `templates` the sh:message they were made from. Blank nodes have the
    labels of the graphs that were given.
    """

    rule: str
    severity: str
    component: str
    shape: Node | None
    focus: Term
    path: NamedNode | None
    value: Term | str | None
    mentioned: tuple[str, ...]
    limit: tuple[Term, ...]
    messages: tuple[Literal, ...]
    templates: tuple[Literal, ...]


def findings(data: str, shapes: ShapesGraph, engine: str) -> list[Finding]:
    """What the engine finds in `data`, which is N-Triples. Raises ShapesError."""
    return begun(data, shapes, engine)()


def begun(data: str, shapes: ShapesGraph, engine: str) -> Callable[[], list[Finding]]:
    """Begin what `findings` does, and return what waits for its outcome: the fast engine works beside Python."""
    if engine == "pyshacl":
        from ekograph.authoring import reference

        return lambda: _findings(reference.report(parse(data, RdfFormat.N_TRIPLES), shapes), data, shapes)
    reports = [Later(partial(_report, data, rules)) for rules in _parts(data, shapes)]
    return lambda: [each for report in reports for each in _findings(report.outcome(), data, shapes)]


def _findings(report: Sequence[Quad], data: str, shapes: ShapesGraph) -> list[Finding]:
    graph = Dataset(report, base="", prefixes={}, languages=())
    results = [each for node in graph.instances(f"{SH}ValidationReport") for each in graph.objects(node, f"{SH}result")]
    ontologies = _ontologies(data) if results else set()
    return [_finding(graph, each, shapes, ontologies) for each in results if not isinstance(each, Literal)]


def _ontologies(data: str) -> set[Node]:
    lines = [line for line in data.splitlines() if line.endswith(f" <{_OWL_ONTOLOGY}> .")]
    return {triple.subject for triple in parse("\n".join(lines), RdfFormat.N_TRIPLES)}


def _parts(data: str, shapes: ShapesGraph) -> list[str]:
    """The rules for the engine, as N-Triples: of small data in two parts that together say what all say."""
    if len(data) < _LARGE:
        return [ntriples(part) for part in splitting.halves(shapes.graph)]
    from ekograph.authoring import screening

    return [ntriples(screening.needed(shapes, data))]


def _report(text: str, rules: str) -> list[Quad]:
    """The validation report of the Rust engine, with blank nodes under their own labels again."""
    import shacl

    try:
        report = shacl.Shapes.from_text(rules, format="ntriples").validate_text(text, format="ntriples")
    except ValueError as error:
        raise ShapesError(str(error)) from error
    quads = list(parse(report.serialize("ntriples"), RdfFormat.N_TRIPLES))
    if not any(isinstance(q.object, BlankNode) and _NUMBERED.match(q.object.value) for q in quads):
        return quads
    labels = _in_order(rules) + _in_order(text)
    return [Quad(quad.subject, quad.predicate, _own(quad.object, labels)) for quad in quads]


# The engine numbers the blank nodes it reads, shapes first, in the order of their appearance.
_NUMBERED = re.compile(r"[01]_b([0-9]+)$")
_LABEL = re.compile(r'(?:^|(?<= ))_:(\S+)(?= |$)|"(?:[^"\\]|\\.)*"', re.MULTILINE)


def _in_order(text: str) -> list[str]:
    """The labels of the blank nodes of an N-Triples text, each once, as they come."""
    return list(dict.fromkeys(match[1] for match in _LABEL.finditer(text) if match[1]))


def _own(term: Term, labels: Sequence[str]) -> Term:
    match = _NUMBERED.match(term.value) if isinstance(term, BlankNode) else None
    return BlankNode(labels[int(match[1])]) if match else term


def _finding(report: Dataset, result: Node, shapes: ShapesGraph, ontologies: set[Node]) -> Finding:
    def the(name: str) -> Term | None:
        return next(iter(report.objects(result, SH + name)), None)

    shape, constraint = the("sourceShape"), the("sourceConstraint")
    component = _local(the("sourceConstraintComponent"))
    focus, path = the("focusNode"), the("resultPath")
    value: Term | str | None = the("value")
    said = tuple(each for each in report.objects(result, f"{SH}resultMessage") if isinstance(each, Literal))
    wanted = _templates(shapes, constraint, shape)
    # A whole-graph rule targets the ontology alone; its ?value is the thing at fault (see docs/editing.md).
    mentioned: dict[str, str] = {}
    if component == "SPARQLConstraintComponent" and focus in ontologies and not isinstance(value, str | None):
        mentioned = _bound(wanted, said)
        focus, value = value, mentioned.get("object")
    return Finding(
        rule=shapes.rule(shape) if isinstance(shape, NamedNode | BlankNode) else "shape",
        severity=_local(the("resultSeverity")) or "Violation",
        component=component,
        shape=shape if isinstance(shape, NamedNode | BlankNode) else None,
        focus=focus if focus is not None else result,
        path=path if isinstance(path, NamedNode) else None,
        value=value,
        mentioned=tuple(mentioned.values()),
        limit=shapes.limits(shape, component) if isinstance(shape, NamedNode | BlankNode) else (),
        messages=said,
        templates=wanted,
    )


def _templates(shapes: ShapesGraph, *sources: Term | None) -> tuple[Literal, ...]:
    """The messages of the constraint, else of the shape (SHACL, section 5.3.2)."""
    for source in sources:
        if isinstance(source, NamedNode | BlankNode) and (found := shapes.messages(source)):
            return tuple(found)
    return ()


def _bound(wanted: Iterable[Literal], said: Iterable[Literal]) -> dict[str, str]:
    found: dict[str, str] = {}
    said = list(said)
    for template in wanted:
        found |= templates.bound(template, said) or {}
    return found


def _local(term: Term | None) -> str:
    return term.value.rpartition("#")[2] if isinstance(term, NamedNode) else ""
