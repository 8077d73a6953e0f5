"""A dataset taken apart: the quads without blank nodes, and the structures that blank nodes hold together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, Triple

from ekograph.dataset import Term


@dataclass(frozen=True)
class Structure:
    """Quads that share blank nodes, directly or over others, sorted. No blank node is in two structures."""

    quads: tuple[Quad, ...]

    @property
    def nodes(self) -> list[BlankNode]:
        """Its blank nodes, in the order in which its quads name them."""
        return list(dict.fromkeys(node for quad in self.quads for node in blank_nodes(quad)))

    def canonical(self) -> Structure:
        """The structure with its blank nodes named by RDFC-1.0: equal for two structures that say the same."""
        dataset = Dataset(self.quads)
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        return Structure(_sorted(dataset))

    def relabelled(self, name: Callable[[BlankNode], BlankNode]) -> Structure:
        """The structure with other names for its blank nodes."""
        return Structure(_sorted(_renamed(quad, name) for quad in self.quads))


def divided(quads: Iterable[Quad]) -> tuple[set[Quad], list[Structure]]:
    """The quads without blank nodes, and the structures that the others form."""
    ground: set[Quad] = set()
    others: set[Quad] = set()
    for quad in quads:
        (others if any(True for _ in blank_nodes(quad)) else ground).add(quad)
    return ground, _structures(others)


def blank_nodes(quad: Quad) -> Iterator[BlankNode]:
    """The blank nodes of a quad, as a subject, an object, inside triple terms, or as the name of the graph."""
    for term in (quad.subject, quad.object, quad.graph_name):
        if isinstance(term, BlankNode):
            yield term
        elif isinstance(term, Triple):
            yield from _inside(term)


def _inside(triple: Triple) -> Iterator[BlankNode]:
    for term in (triple.subject, triple.object):
        if isinstance(term, BlankNode):
            yield term
        elif isinstance(term, Triple):
            yield from _inside(term)


def _structures(quads: Iterable[Quad]) -> list[Structure]:
    """The connected components, by union-find over the blank nodes."""
    above: dict[BlankNode, BlankNode] = {}
    firsts = []
    for quad in quads:
        first, *more = blank_nodes(quad)
        firsts.append((quad, first))
        for node in more:
            above[_root(above, node)] = _root(above, first)
    parts: dict[BlankNode, list[Quad]] = {}
    for quad, first in firsts:
        parts.setdefault(_root(above, first), []).append(quad)
    return [Structure(_sorted(part)) for part in parts.values()]


def _root(above: dict[BlankNode, BlankNode], node: BlankNode) -> BlankNode:
    """The node that stands for the component of `node`; the way there is halved, so that later ways are short."""
    while (up := above.setdefault(node, node)) != node:
        above[node] = above[up]
        node = up
    return node


def _renamed(quad: Quad, name: Callable[[BlankNode], BlankNode]) -> Quad:
    graph = quad.graph_name
    return Quad(
        name(quad.subject) if isinstance(quad.subject, BlankNode) else quad.subject,
        quad.predicate,
        _renamed_term(quad.object, name),
        name(graph) if isinstance(graph, BlankNode) else graph,
    )


def _renamed_term(term: Term, name: Callable[[BlankNode], BlankNode]) -> Term:
    if isinstance(term, Triple):
        subject = _renamed_term(term.subject, name)
        if not isinstance(subject, NamedNode | BlankNode):
            raise TypeError(f"{subject} cannot be the subject of a triple")
        return Triple(subject, term.predicate, _renamed_term(term.object, name))
    return name(term) if isinstance(term, BlankNode) else term


def _sorted(quads: Iterable[Quad]) -> tuple[Quad, ...]:
    return tuple(sorted(quads, key=str))


def label_order(structure: Structure) -> list[tuple[int, str]]:
    """A key that sorts structures by the labels of their blank nodes, -9 before -10."""
    return sorted((len(node.value), node.value) for node in structure.nodes)
