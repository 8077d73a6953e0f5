"""The results of either engine in one form (SHACL, section 3.6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from ekograph.rdf.dataset import Dataset, Node, Term
from ekograph.validation import message_templates
from ekograph.validation.shacl.shapes import SH, ShapesGraph

_OWL_ONTOLOGY = "http://www.w3.org/2002/07/owl#Ontology"
#: The target of rules over all data that come with the program, which know no ontology.
_ALL_DATA = NamedNode("urn:ekograph:checks#")


@dataclass(frozen=True)
class ValidationResult:
    """One result of an engine, which `messages` makes a finding of.

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


def read(report: Sequence[Quad], texts: Sequence[bytes], shapes: ShapesGraph) -> list[ValidationResult]:
    """The results of a report on the data, which is given as N-Triples."""
    graph = Dataset(report, base="", prefixes={}, languages=())
    reports = graph.instances(f"{SH}ValidationReport")
    results = [result for node in reports for result in graph.objects(node, f"{SH}result")]
    ontologies = {_ALL_DATA, *_ontologies(texts)} if results else set()
    return [_result(graph, result, shapes, ontologies) for result in results if not isinstance(result, Literal)]


def _ontologies(texts: Iterable[bytes]) -> set[Node]:
    name = f" <{_OWL_ONTOLOGY}> ".encode()
    lines = [line for text in texts if name in text for line in text.splitlines(keepends=True) if name in line]
    quads = parse(b"".join(lines), RdfFormat.N_TRIPLES)
    return {quad.subject for quad in quads if getattr(quad.object, "value", None) == _OWL_ONTOLOGY}


def _result(report: Dataset, result: Node, shapes: ShapesGraph, ontologies: set[Node]) -> ValidationResult:
    def the(name: str) -> Term | None:
        return next(iter(report.objects(result, SH + name)), None)

    shape, constraint = the("sourceShape"), the("sourceConstraint")
    component = _local(the("sourceConstraintComponent"))
    severity = _local(the("resultSeverity")) or "Violation"
    focus, path = the("focusNode"), the("resultPath")
    value: Term | str | None = the("value")
    texts = tuple(text for text in report.objects(result, f"{SH}resultMessage") if isinstance(text, Literal))
    templates = _templates(shapes, constraint, shape)
    # A rule over all data targets the ontology alone; its ?value is the thing at fault (see docs/editing.md).
    mentioned: dict[str, str] = {}
    if component == "SPARQLConstraintComponent" and focus in ontologies and not isinstance(value, str | None):
        mentioned = _bound(templates, texts)
        focus, value = value, mentioned.get("object")
    return ValidationResult(
        rule=shapes.rule(shape) if isinstance(shape, NamedNode | BlankNode) else "shape",
        # Debug and Trace are of SHACL 1.2.
        severity="Info" if severity in {"Debug", "Trace"} else severity,
        component=component,
        shape=shape if isinstance(shape, NamedNode | BlankNode) else None,
        focus=focus if focus is not None else result,
        path=path if isinstance(path, NamedNode) else None,
        value=value,
        mentioned=tuple(mentioned.values()),
        limit=shapes.limits(shape, component) if isinstance(shape, NamedNode | BlankNode) else (),
        messages=texts,
        templates=templates,
    )


def _templates(shapes: ShapesGraph, *sources: Term | None) -> tuple[Literal, ...]:
    """The messages of the constraint, else of the shape (SHACL, section 5.3.2)."""
    for source in sources:
        if isinstance(source, NamedNode | BlankNode) and (messages := shapes.messages(source)):
            return tuple(messages)
    return ()


def _bound(templates: Iterable[Literal], texts: Sequence[Literal]) -> dict[str, str]:
    values: dict[str, str] = {}
    for template in templates:
        values |= message_templates.extract_values(template, texts) or {}
    return values


def _local(term: Term | None) -> str:
    return term.value.rpartition("#")[2] if isinstance(term, NamedNode) else ""
