"""Quads in the order in which people read them, the same for every syntax."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad

from ekograph.dataset import LABELS, RDF, TYPE, Node, Term

#: What is said of one subject: the objects of each property.
Description: TypeAlias = Mapping[NamedNode, Sequence[Term]]
#: Subjects and what is said of them, in the order of writing.
Graph: TypeAlias = Mapping[Node, Description]

FIRST = NamedNode(f"{RDF}first")
REST = NamedNode(f"{RDF}rest")
NIL = NamedNode(f"{RDF}nil")

#: Blank nodes are written inside one another up to this depth, so that no reader or writer runs out of stack.
DEEPEST = 12

_RANKS = {TYPE: 0} | {label: rank for rank, label in enumerate(LABELS, 1)}


@dataclass(frozen=True)
class Nesting:
    """Blank nodes that need no label: those written where they are pointed to, and the items of lists by head."""

    inside: Collection[Node]
    lists: Mapping[Node, Sequence[Term]]


def by_graph(quads: Iterable[Quad]) -> dict[str, list[Quad]]:
    """The quads of each graph, by its IRI or `_:label`, sorted; "" is the default graph, which comes first."""
    found: dict[str, list[Quad]] = {}
    for quad in quads:
        name = quad.graph_name
        key = "" if isinstance(name, DefaultGraph) else name.value if isinstance(name, NamedNode) else str(name)
        found.setdefault(key, []).append(quad)
    return dict(sorted(found.items()))


def arranged(quads: Iterable[Quad], first: Node | None = None) -> Graph:
    """The triples of `quads` by subject, `first` before the others; types and labels before other properties."""
    graph: dict[Node, dict[NamedNode, list[Term]]] = {} if first is None else {first: {}}
    for triple in sorted({quad.triple for quad in quads}, key=str):
        graph.setdefault(triple.subject, {}).setdefault(triple.predicate, []).append(triple.object)
    return {subject: _in_rank(description) for subject, description in graph.items() if description}


def nesting(graph: Graph, labelled: Collection[Node] = ()) -> Nesting:
    """Which blank nodes of `graph` can do without a label; those in `labelled` cannot."""
    pointed = Counter(each for _, each in _links(graph) if isinstance(each, BlankNode))
    single = {node for node, count in pointed.items() if count == 1 and node not in labelled}
    lists = _lists(graph, single)
    inside: set[Node] = set()
    pending: list[tuple[Node, int]] = [(subject, 0) for subject in graph if subject not in single]
    kept: dict[Node, Sequence[Term]] = {}
    while pending:
        node, depth = pending.pop()
        if node in lists and depth:
            kept[node] = lists[node]
            inside.update(_cells(graph, node))
        for target in kept.get(node) or _objects(graph, node):
            if isinstance(target, BlankNode) and target in single and target not in inside:
                inside |= {target} if depth < DEEPEST else set()
                pending.append((target, (depth + 1) % (DEEPEST + 1)))
    return Nesting(inside, kept)


def _in_rank(description: dict[NamedNode, list[Term]]) -> Description:
    return dict(sorted(description.items(), key=lambda item: _RANKS.get(item[0], len(_RANKS))))


def _links(graph: Graph) -> Iterable[tuple[NamedNode, Term]]:
    for description in graph.values():
        for predicate, objects in description.items():
            for each in objects:
                yield predicate, each


def _objects(graph: Graph, node: Node) -> list[Term]:
    return [each for objects in graph.get(node, {}).values() for each in objects]


def _lists(graph: Graph, single: Collection[Node]) -> dict[Node, Sequence[Term]]:
    """The items of every well-formed list, by its head."""
    heads = (each for predicate, each in _links(graph) if predicate != REST and each in single)
    found = ((head, _items(graph, head, single)) for head in heads if isinstance(head, BlankNode))
    return {head: items for head, items in found if items is not None}


def _items(graph: Graph, head: Node, single: Collection[Node]) -> list[Term] | None:
    items: list[Term] = []
    node: Term = head
    while node != NIL:
        cell = graph.get(node) if isinstance(node, BlankNode) and node in single else None
        if cell is None or cell.keys() != {FIRST, REST} or len(cell[FIRST]) != 1 or len(cell[REST]) != 1:
            return None
        items.append(cell[FIRST][0])
        node = cell[REST][0]
    return items


def _cells(graph: Graph, head: Node) -> Iterable[Node]:
    node: Term = head
    while isinstance(node, BlankNode):
        yield node
        node = graph[node][REST][0]
