"""Which rules that group need an engine at all: those for which one query over all of the data finds something.

A rule for the whole graph that groups is one query, which a store answers in one pass over its indexes; the engine
answers the part that groups anew for each line of the rest, so that its time goes by the square of the data. Where the
store finds nothing, and with data that conforms it never does, the rule is left out of what the SHACL engine is given;
where it finds something, the engine alone says what. Other rules are cheaper for the engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path

from pyoxigraph import Literal, Quad, QuerySolutions, RdfFormat, Store

from ekograph.rdf.dataset import Dataset
from ekograph.validation.shacl.shapes import SH, ShapesGraph, prefixes

#: What a query has that only an engine answers: terms bound beforehand (SHACL, section 5.3.1), other places.
_FOR_AN_ENGINE = re.compile(r"\$PATH|[$?](this|shapesGraph|currentShape)\b|\b(SERVICE|FROM|VALUES)\b", re.IGNORECASE)
GROUPING = re.compile(r"\bGROUP\s+BY\b", re.IGNORECASE)
# Where a query may name the focus node and still not depend on it: among what it gives, and what it groups by.
_FREE = re.compile(r"\bSELECT\b[^{}]*|\bGROUP\s+BY(\s+[$?]\w+)+", re.IGNORECASE)

#: Typed literals, and the forms of them that a store keeps as they are written; others it may write its own way.
_TYPED = re.compile(rb'"([^"\\]*)"\^\^<http://www\.w3\.org/2001/XMLSchema#(\w+)>')
_KEPT = {
    b"integer": re.compile(rb"0|-?[1-9][0-9]*"),
    b"decimal": re.compile(rb"-?(0|[1-9][0-9]*)\.[0-9]*[1-9]"),
    b"boolean": re.compile(rb"true|false"),
    b"date": re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    b"gYear": re.compile(rb"[0-9]{4}"),
    b"anyURI": re.compile(rb".*"),
    b"string": re.compile(rb".*"),
}
_NEVER = re.compile(rb"(?!)")


def needed(shapes: ShapesGraph, data: Path) -> list[Quad]:
    """The shapes without the rules that find nothing in a file of N-Triples."""
    grouping = ((quad, text) for quad, text in _whole_graph_rules(shapes.graph) if GROUPING.search(text))
    rules = {quad: text for quad, text in grouping if not _FOR_AN_ENGINE.search(_core(text))}
    if not rules or not _is_kept(data):
        return list(shapes.graph.quads)
    store = Store()
    store.load(path=data, format=RdfFormat.N_TRIPLES, lenient=True)
    idle = {rule for rule, text in rules.items() if not _finds(store, text)}
    return [quad for quad in shapes.graph.quads if quad not in idle]


def _whole_graph_rules(graph: Dataset) -> Iterator[tuple[Quad, str]]:
    """What gives a shape a constraint in SPARQL, and the query of that, whole."""
    for quad in graph.quads:
        if quad.predicate.value == f"{SH}sparql" and not isinstance(quad.object, Literal):
            texts = [text.value for text in graph.objects(quad.object, f"{SH}select") if isinstance(text, Literal)]
            head = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in prefixes(quad.object, graph).items())
            if len(texts) == 1:
                yield quad, head + texts[0]


def _core(text: str) -> str:
    """A query without its IRIs and texts, and without the places where naming the focus node changes nothing."""
    return _FREE.sub("", re.sub(r'<[^<>]*>|"[^"]*"', "", text))


def _is_kept(data: Path) -> bool:
    """Whether a store keeps all literals of a file as they are written."""
    with data.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as text:
        return all(_KEPT.get(match[2], _NEVER).fullmatch(match[1]) for match in _TYPED.finditer(text))


def _finds(store: Store, text: str) -> bool:
    """Whether a query has a solution; one that cannot be asked is taken to have, and left to the engine."""
    try:
        solutions = store.query(text)
    except (SyntaxError, ValueError, OSError):
        return True
    return not isinstance(solutions, QuerySolutions) or next(solutions, None) is not None
