"""Datasets split by their blank nodes: quads without any, and the structures that blank nodes hold together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, Triple

from ekograph.rdf.dataset import Term


@dataclass(frozen=True)
class Structure:
    """Quads that share blank nodes, directly or through others, sorted. No blank node is in two structures."""

    quads: tuple[Quad, ...]

    @property
    def nodes(self) -> list[BlankNode]:
        """Its blank nodes, in the order in which its quads name them."""
        return list(dict.fromkeys(node for quad in self.quads for node in blank_nodes(quad)))

    def canonical(self) -> Structure:
        """The structure with its blank nodes named by RDFC-1.0: equal for two structures that say the same."""
        dataset = Dataset(self.quads)
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        return _structure(dataset)

    def relabelled(self, label: Callable[[BlankNode], BlankNode]) -> Structure:
        """The structure with other labels for its blank nodes."""
        return _structure(_relabelled(quad, label) for quad in self.quads)


def split(quads: Iterable[Quad]) -> tuple[set[Quad], list[Structure]]:
    """The quads without blank nodes, and the structures of the others: connected components, by union-find."""
    ground: set[Quad] = set()
    first_nodes: dict[Quad, BlankNode] = {}
    parents: dict[BlankNode, BlankNode] = {}
    for quad in quads:
        nodes = list(blank_nodes(quad))
        if not nodes:
            ground.add(quad)
            continue
        first_nodes[quad] = nodes[0]
        for node in nodes[1:]:
            parents[_root(parents, node)] = _root(parents, nodes[0])
    components: dict[BlankNode, list[Quad]] = {}
    for quad, node in first_nodes.items():
        components.setdefault(_root(parents, node), []).append(quad)
    return ground, [_structure(component) for component in components.values()]


def blank_nodes(quad: Quad) -> Iterator[BlankNode]:
    """The blank nodes of a quad, as a subject, an object, inside triple terms, or as the name of the graph."""
    terms = [quad.graph_name, quad.object, quad.subject]
    while terms:
        term = terms.pop()
        if isinstance(term, BlankNode):
            yield term
        elif isinstance(term, Triple):
            terms += [term.object, term.subject]


def quads_of(structures: Iterable[Structure]) -> list[Quad]:
    """All quads of the structures."""
    return [quad for structure in structures for quad in structure.quads]


def same_triples(one: Iterable[Quad], other: Iterable[Quad]) -> bool:
    """Whether two sets of quads hold the same triples, up to the labels of blank nodes and the graphs."""
    return canonical_triples(one) == canonical_triples(other)


def canonical_triples(quads: Iterable[Quad]) -> Structure:
    """The triples of the quads, all in the default graph, with canonical labels."""
    return Structure(tuple(Quad(*quad.triple) for quad in quads)).canonical()


def _structure(quads: Iterable[Quad]) -> Structure:
    return Structure(tuple(sorted(quads, key=str)))


def _root(parents: dict[BlankNode, BlankNode], node: BlankNode) -> BlankNode:
    """The node that stands for the component of `node`; the way there is halved, so that later ways are short."""
    while (parent := parents.setdefault(node, node)) != node:
        parents[node] = parents[parent]
        node = parent
    return node


def _relabelled(quad: Quad, label: Callable[[BlankNode], BlankNode]) -> Quad:
    graph = quad.graph_name
    return Quad(
        label(quad.subject) if isinstance(quad.subject, BlankNode) else quad.subject,
        quad.predicate,
        _relabelled_term(quad.object, label),
        label(graph) if isinstance(graph, BlankNode) else graph,
    )


def _relabelled_term(term: Term, label: Callable[[BlankNode], BlankNode]) -> Term:
    if isinstance(term, Triple):
        subject = _relabelled_term(term.subject, label)
        if not isinstance(subject, NamedNode | BlankNode):
            raise TypeError(f"{subject} cannot be the subject of a triple")
        return Triple(subject, term.predicate, _relabelled_term(term.object, label))
    return label(term) if isinstance(term, BlankNode) else term
