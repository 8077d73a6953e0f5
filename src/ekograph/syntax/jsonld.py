"""JSON-LD 1.1, compacted, with its context inside, so that no reader fetches one."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from ekograph.dataset import TYPE, Node, Term
from ekograph.syntax.arrangement import Graph, Nesting, arranged, by_graph, nesting
from ekograph.syntax.names import Names

Json: TypeAlias = dict[str, Any]

_XSD = "http://www.w3.org/2001/XMLSchema#"


def graph_json(quads: Iterable[Quad], prefixes: Mapping[str, str], first: Node | None = None) -> Json:
    """The triples of `quads` as a document: one node, or @graph with several."""
    quads = list(quads)
    names = Names(_terms(prefixes, quads))
    return _document(_nodes(arranged(quads, first), names, ()), names)


def dataset_json(quads: Iterable[Quad], prefixes: Mapping[str, str]) -> Json:
    """The quads as a document: the nodes of the default graph, then each named graph."""
    quads = list(quads)
    names = Names(_terms(prefixes, quads))
    # One blank node may be in several graphs, so all keep their labels.
    blank = {each for quad in quads for each in (quad.subject, quad.object) if isinstance(each, BlankNode)}
    content: list[Json] = []
    for name, some in by_graph(quads).items():
        nodes = _nodes(arranged(some), names, blank)
        content += [{"@id": names.short(name) or name, "@graph": nodes}] if name else nodes
    return _document(content, names)


def text(document: Json) -> str:
    """The document as text that people can read."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _document(nodes: list[Json], names: Names) -> Json:
    context = {"@context": names.used()}
    return context | nodes[0] if len(nodes) == 1 and "@graph" not in nodes[0] else context | {"@graph": nodes}


def _terms(prefixes: Mapping[str, str], quads: Iterable[Quad]) -> dict[str, str]:
    """The prefixes that can be terms of a context; one that is the scheme of an IRI (tel:) would change that IRI."""
    terms = (term for quad in quads for term in (quad.subject, quad.predicate, quad.object, quad.graph_name))
    schemes = {term.value.partition(":")[0] for term in terms if isinstance(term, NamedNode)}
    return {prefix: iri for prefix, iri in prefixes.items() if prefix and prefix not in schemes}


def _nodes(graph: Graph, names: Names, labelled: Collection[Node]) -> list[Json]:
    writer = _Writer(graph, names, nesting(graph, labelled))
    return [writer.node(subject) for subject in graph if subject not in writer.nesting.inside]


@dataclass(frozen=True)
class _Writer:
    graph: Graph
    names: Names
    nesting: Nesting

    def node(self, subject: Node) -> Json:
        """The node object of `subject`; without @id where nothing but its place names it."""
        node: Json = {} if subject in self.nesting.inside else {"@id": self._iri(subject)}
        for predicate, objects in self.graph.get(subject, {}).items():
            if predicate == TYPE and all(isinstance(each, NamedNode) for each in objects):
                node["@type"] = _one_or_all([self._iri(each) for each in objects])
            else:
                node[self._iri(predicate)] = _one_or_all([self._value(each) for each in objects])
        return node

    def _iri(self, term: Term) -> str:
        if isinstance(term, NamedNode):
            return self.names.short(term.value) or term.value
        return str(term)

    def _value(self, term: Term) -> Any:
        if isinstance(term, Literal):
            return self._literal(term)
        if term in self.nesting.lists:
            return {"@list": [self._value(each) for each in self.nesting.lists[term]]}
        if isinstance(term, BlankNode) and term in self.nesting.inside:
            return self.node(term)
        return {"@id": self._iri(term)}

    def _literal(self, literal: Literal) -> Any:
        if literal.language:
            return {"@language": literal.language, "@value": literal.value}
        if literal.datatype.value == f"{_XSD}string":
            return literal.value
        return {"@type": self._iri(literal.datatype), "@value": literal.value}


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
