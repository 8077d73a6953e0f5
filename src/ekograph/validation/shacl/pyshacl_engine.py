"""Validation by pySHACL, the reference engine: slower, read by many eyes, and asked for with --engine pyshacl."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from ekograph.rdf.dataset import Term
from ekograph.rdf.vocab import XSD
from ekograph.validation.shacl.shapes import ShapesError, ShapesGraph

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node


def report(data: Iterable[Quad], shapes: ShapesGraph) -> list[Quad]:
    """The validation report as pySHACL gives it; blank nodes keep their labels. Raises ShapesError."""
    usual = gc.get_threshold()
    # The cyclic collector walks all that rdflib made: for a twentieth of the time, were it not made to run seldom.
    gc.set_threshold(100_000, *usual[1:])
    # rdflib logs a traceback for each literal that it cannot convert, an integer of 5,000 digits for example.
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
    try:
        return _report(data, shapes)
    finally:
        gc.set_threshold(*usual)


def _report(data: Iterable[Quad], shapes: ShapesGraph) -> list[Quad]:
    import pyshacl
    from pyparsing import ParseBaseException
    from pyshacl.errors import ReportableRuntimeError, ShapeLoadError

    try:
        _, graph, text = pyshacl.validate(_graph(data), shacl_graph=_graph(shapes.runnable.quads))
    except (ReportableRuntimeError, ShapeLoadError, ParseBaseException) as error:
        raise ShapesError(str(error)) from error
    if isinstance(graph, Exception | bytes) or graph is None:
        raise ShapesError(str(text))
    return list(parse(graph.serialize(format="nt"), RdfFormat.N_TRIPLES))


def _graph(quads: Iterable[Quad]) -> Graph:
    """An rdflib graph of the same triples, made term by term, so that no second parser has a say."""
    from rdflib import Graph

    graph = Graph()
    for quad in quads:
        if not isinstance(quad.object, Triple) and not isinstance(quad.subject, Triple):
            graph.add((_term(quad.subject), _term(quad.predicate), _term(quad.object)))
    return graph


def _term(term: Term) -> Node:
    from rdflib import BNode, URIRef
    from rdflib import Literal as RdflibLiteral

    if isinstance(term, NamedNode):
        return URIRef(term.value)
    if isinstance(term, BlankNode):
        return BNode(term.value)
    if isinstance(term, Literal):
        if term.language:
            return RdflibLiteral(term.value, lang=term.language)
        if term.datatype == XSD("string"):  # a second literal beside the plain one to rdflib
            return RdflibLiteral(term.value)
        return RdflibLiteral(term.value, datatype=URIRef(term.datatype.value), normalize=False)
    raise TypeError(term)
