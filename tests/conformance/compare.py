"""Whether two results are the same: solutions as multisets, graphs up to the labels of blank nodes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from tests.conformance.suite import Manifest, iri_of

_RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS = ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "unsignedInt")

Row = tuple[tuple[str, object], ...]


def solutions(body: bytes, media_type: str) -> bool | list[Row]:
    """The truth or the solutions in a document of results, each as pairs of variable and term."""
    parsed = ox.parse_query_results(body, ox.QueryResultsFormat.from_media_type(media_type))
    if isinstance(parsed, ox.QueryBoolean):
        return bool(parsed)
    names = [each.value for each in parsed.variables]
    rows = [tuple((name, row[name]) for name in names if row[name] is not None) for row in parsed]
    return [tuple(sorted(row)) for row in rows]


def expected_solutions(path: Path) -> bool | list[Row]:
    """The same, from a file of a suite: .srx, .srj, .tsv, or a graph of the result-set vocabulary."""
    types = {".srx": "xml", ".srj": "json", ".tsv": "tab-separated-values", ".csv": "csv"}
    if path.suffix in {".srx", ".srj"}:
        return solutions(path.read_bytes(), f"application/sparql-results+{types[path.suffix]}")
    if path.suffix == ".tsv":
        return solutions(path.read_bytes(), "text/tab-separated-values")
    return _result_set(path)


def _result_set(path: Path) -> bool | list[Row]:
    graph = Manifest(path) if path.suffix == ".ttl" else _rdf_xml(path)
    for (subject, predicate), objects in list(graph._triples.items()):
        if predicate == f"{_RS}boolean":
            return objects[0].value == "true"
        if predicate.endswith("#type") and NamedNode(f"{_RS}ResultSet") in objects:
            return [_row(graph, solution) for solution in graph.all(subject, f"{_RS}solution")]
    raise ValueError(f"no result set in {path}")


def _rdf_xml(path: Path) -> Manifest:
    graph = Manifest.__new__(Manifest)
    graph._triples = {}
    for quad in ox.parse(path=str(path), format=ox.RdfFormat.RDF_XML, base_iri=iri_of(path)):
        graph._triples.setdefault((quad.subject, quad.predicate.value), []).append(quad.object)
    return graph


def _row(graph: Manifest, solution: object) -> Row:
    bindings = graph.all(solution, f"{_RS}binding")
    pairs = [(graph.one(each, f"{_RS}variable").value, graph.one(each, f"{_RS}value")) for each in bindings]
    return tuple(sorted(pairs))


def same_solutions(found: bool | list[Row], wanted: bool | list[Row]) -> bool:
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    return len(found) == len(wanted) and _canonical(_as_graph(found)) == _canonical(_as_graph(wanted))


def same_csv(found: str, wanted: str) -> bool:
    """Whether two CSV documents have the same rows; the order of rows and columns is free, and so are blank labels."""
    return _csv_rows(found) == _csv_rows(wanted)


def _csv_rows(text: str) -> list[list[tuple[str, str]]]:
    rows = csv.DictReader(io.StringIO(text))
    return sorted(sorted((name, _csv_value(value)) for name, value in row.items()) for row in rows)


def _csv_value(text: str) -> str:
    try:
        return f"{float(text):.6g}"
    except ValueError:
        return "_:" if text.startswith("_:") else text


def _as_graph(rows: Iterable[Row]) -> Iterable[Triple]:
    """The rows as a graph, in which equal rows are numbered."""
    numbers: dict[str, int] = {}
    for row in rows:
        row = tuple((name, _by_value(term)) for name, term in row)  # noqa: PLW2901
        plain = json.dumps([(name, str(term)) for name, term in row if not _has_blank(term)])
        numbers[plain] = number = numbers.get(plain, 0) + 1
        has_blank = any(_has_blank(term) for _, term in row)
        node = BlankNode() if has_blank else NamedNode(f"urn:row:{abs(hash(plain))}:{number}")
        yield Triple(node, NamedNode("urn:row"), Literal(plain))
        for name, term in row:
            yield Triple(node, NamedNode(f"urn:variable:{name}"), term)


def _has_blank(term: object) -> bool:
    if isinstance(term, Triple):
        return _has_blank(term.subject) or _has_blank(term.object)
    return isinstance(term, BlankNode)


def same_graphs(found: Iterable[Triple], wanted: Iterable[Triple]) -> bool:
    return _canonical(found) == _canonical(wanted)


def _canonical(triples: Iterable[Triple]) -> set[ox.Quad]:
    dataset = ox.Dataset(ox.Quad(each.subject, each.predicate, _by_value(each.object)) for each in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(dataset)


def _by_value(term):
    """A term whose spelling is that of its value: a store may say 1.0 where another says 1.00."""
    if isinstance(term, Triple):
        return Triple(term.subject, term.predicate, _by_value(term.object))
    if not isinstance(term, Literal) or not term.datatype.value.startswith(_XSD):
        return term
    spelling = _SPELLINGS.get(term.datatype.value.removeprefix(_XSD))
    try:
        return spelling(term) if spelling else term
    except (ArithmeticError, ValueError):
        return term


_SPELLINGS = {
    **dict.fromkeys(_INTEGERS, lambda term: Literal(str(int(term.value)), datatype=NamedNode(f"{_XSD}integer"))),
    **dict.fromkeys(("float", "double"), lambda term: Literal(f"{float(term.value):.6g}", datatype=term.datatype)),
    "decimal": lambda term: Literal(f"{Decimal(term.value).normalize():f}", datatype=term.datatype),
    "boolean": lambda term: Literal("true" if term.value in {"1", "true"} else "false", datatype=term.datatype),
}
