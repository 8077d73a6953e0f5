"""The RDF representations of what a page tells: the same triples in every format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from pyoxigraph import Quad, RdfFormat, Triple, serialize

from ekograph import formats
from ekograph.dataset import Node
from ekograph.formats import Format
from ekograph.syntax import jsonld, turtle
from ekograph.syntax.rdfxml import NotExpressibleError, rdf_xml

__all__ = ["NotExpressibleError", "n_quads", "n_triples", "rdf"]

Statement = TypeVar("Statement", Triple, Quad)


def rdf(quads: Iterable[Quad], form: Format, prefixes: Mapping[str, str], first: Node | None = None) -> bytes:
    """`quads` in the RDF format `form`, what is said of `first` first.

    TriG and N-Quads keep the names of the graphs; the other formats give the union of the graphs as the default
    graph, JSON-LD too, since most of its readers take one graph. Raises NotExpressibleError where RDF/XML has no
    way to write them, and KeyError for what is not an RDF format.
    """
    if form is formats.N_TRIPLES:
        return n_triples(quads)
    if form is formats.N_QUADS:
        return n_quads(quads)
    if form is formats.JSON_LD:
        return jsonld.text(jsonld.graph_json(quads, prefixes, first)).encode()
    writer = {formats.TURTLE: turtle.turtle, formats.TRIG: turtle.trig, formats.RDF_XML: rdf_xml}[form]
    return writer(quads, prefixes, first).encode()


def n_triples(quads: Iterable[Quad]) -> bytes:
    """The triples of `quads` as sorted canonical N-Triples."""
    return serialize(_in_order({quad.triple for quad in quads}), format=RdfFormat.N_TRIPLES) or b""


def n_quads(quads: Iterable[Quad]) -> bytes:
    """`quads` as sorted canonical N-Quads."""
    return serialize(_in_order(set(quads)), format=RdfFormat.N_QUADS) or b""


def _in_order(statements: set[Statement]) -> list[Statement]:
    return sorted(statements, key=str)
