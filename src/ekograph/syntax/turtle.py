"""Turtle and TriG, as a careful person would write them (RDF 1.1 Turtle; RDF 1.1 TriG)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from ekograph.dataset import TYPE, Node, Term
from ekograph.syntax.arrangement import Description, Graph, Nesting, arranged, by_graph, nesting
from ekograph.syntax.names import Names

_XSD = "http://www.w3.org/2001/XMLSchema#"
# Literals that are written without quotes, by datatype (Turtle, section 2.5.2 and 2.5.3).
_BARE = {
    f"{_XSD}integer": re.compile(r"[+-]?[0-9]+"),
    f"{_XSD}decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    f"{_XSD}boolean": re.compile(r"true|false"),
}


def turtle(quads: Iterable[Quad], prefixes: Mapping[str, str], first: Node | None = None) -> str:
    """The triples of `quads` as Turtle, those about `first` first."""
    names = Names(prefixes)
    text = _graph(arranged(quads, first), names, ())
    return _head(names) + text


def trig(quads: Iterable[Quad], prefixes: Mapping[str, str], first: Node | None = None) -> str:
    """The quads as TriG, graph by graph."""
    names = Names(prefixes)
    graphs = {name: arranged(some, first) for name, some in by_graph(quads).items()}
    shared = _shared(graphs.values())
    blocks = [_block(name, _graph(graph, names, shared), names) for name, graph in graphs.items()]
    return _head(names) + "\n".join(blocks)


def _head(names: Names) -> str:
    lines = [f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in names.used().items()]
    return "".join([*lines, "\n"]) if lines else ""


def _block(name: str, text: str, names: Names) -> str:
    if not name:
        return text
    label = name if name.startswith("_:") else names.short(name) or f"<{name}>"
    # Line ends in literals are escaped; textwrap.indent would break lines at U+2028 in them too.
    lines = "".join(f"    {line}\n" if line else "\n" for line in text.split("\n")[:-1])
    return f"{label} {{\n{lines}}}\n"


def _shared(graphs: Iterable[Graph]) -> Collection[Node]:
    """The blank nodes that occur in several graphs: only a label can tell that they are one."""
    once: set[Node] = set()
    again: set[Node] = set()
    for graph in graphs:
        objects = {each for description in graph.values() for some in description.values() for each in some}
        blank = {each for each in {*graph, *objects} if isinstance(each, BlankNode)}
        again |= once & blank
        once |= blank
    return again


def _graph(graph: Graph, names: Names, labelled: Collection[Node]) -> str:
    writer = _Writer(graph, names, nesting(graph, labelled))
    return "\n".join(writer.subject(subject) for subject in graph if subject not in writer.nesting.inside)


@dataclass(frozen=True)
class _Writer:
    graph: Graph
    names: Names
    nesting: Nesting

    def subject(self, subject: Node) -> str:
        return f"{self._term(subject, '')} {self._properties(self.graph[subject], '    ')} .\n"

    def _properties(self, description: Description, margin: str) -> str:
        lines = []
        for predicate, objects in description.items():
            verb = "a" if predicate == TYPE else self._term(predicate, margin)
            lines.append(f"{verb} {' , '.join(self._term(each, margin) for each in objects)}")
        return f" ;\n{margin}".join(lines)

    def _term(self, term: Term, margin: str) -> str:
        if isinstance(term, NamedNode):
            return self.names.short(term.value) or str(term)
        if isinstance(term, Literal):
            return self._literal(term)
        if term in self.nesting.lists:
            items = " ".join(self._term(each, margin) for each in self.nesting.lists[term])
            return f"( {items} )"
        return self._nested(term, margin) if term in self.nesting.inside else str(term)

    def _nested(self, node: Node, margin: str) -> str:
        description = self.graph.get(node)
        if not description:
            return "[]"
        deeper = f"{margin}    "
        return f"[\n{deeper}{self._properties(description, deeper)}\n{margin}]"

    def _literal(self, literal: Literal) -> str:
        datatype = literal.datatype.value
        bare = _BARE.get(datatype)
        if bare and bare.fullmatch(literal.value):
            return literal.value
        short = None if literal.language or datatype == f"{_XSD}string" else self.names.short(datatype)
        return f"{Literal(literal.value)}^^{short}" if short else str(literal)
