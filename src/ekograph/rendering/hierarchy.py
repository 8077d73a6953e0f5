"""Concept schemes as trees: top concepts, what is below them, and the order of siblings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from ekograph.rdf.dataset import Dataset, Node
from ekograph.rendering import terms

#: Properties whose whole numbers order siblings.
ORDER_PROPERTIES = (f"{terms.SHACL}order", f"{terms.SCHEMA}position")


@dataclass(frozen=True)
class ConceptNode:
    """A concept and, in order, the branches below it."""

    node: NamedNode
    below: tuple[ConceptNode, ...] = ()

    def walk(self) -> Iterator[NamedNode]:
        """The concept and all below it, from the top down."""
        yield self.node
        for branch in self.below:
            yield from branch.walk()


class Hierarchy:
    """The concepts of a dataset, by `skos:broader` and `skos:narrower`; `order` are properties that order siblings."""

    def __init__(self, dataset: Dataset, order: Sequence[str] = ()) -> None:
        self._dataset = dataset
        self._order = (*order, *ORDER_PROPERTIES)

    def tree(self, scheme: Node) -> tuple[ConceptNode, ...]:
        """The branches of a concept scheme; a concept that a cycle would repeat stands once."""
        tops = [*self._dataset.subjects(terms.TOP_OF, scheme), *self._dataset.objects(scheme, terms.HAS_TOP)]
        seen: set[NamedNode] = set()
        return tuple(self._branch(top, seen) for top in self.in_order(tops) if top not in seen)

    def branch(self, concept: NamedNode) -> ConceptNode:
        """A concept with all that is below it."""
        return self._branch(concept, set())

    def broader(self, concept: NamedNode) -> list[NamedNode]:
        """The concepts above `concept`, from the top down, without it."""
        path: list[NamedNode] = []
        above = self._above(concept)
        while above and above[0] not in {concept, *path}:
            path.append(above[0])
            above = self._above(above[0])
        return path[::-1]

    def siblings(self, concept: NamedNode) -> list[NamedNode]:
        """The concepts beside `concept`, itself among them, in order."""
        above = self._above(concept)
        if above:
            return self._below(above[0])
        schemes = self._dataset.objects(concept, terms.TOP_OF)
        return [branch.node for scheme in schemes if isinstance(scheme, NamedNode) for branch in self.tree(scheme)]

    def in_order(self, nodes: Iterable[object]) -> list[NamedNode]:
        """The distinct IRIs among `nodes` by their display order, then notation, then IRI."""
        named = dict.fromkeys(node for node in nodes if isinstance(node, NamedNode))
        return sorted(named, key=self._rank) if len(named) > 1 else list(named)

    def _rank(self, node: NamedNode) -> tuple[int, str, str]:
        notations = self._dataset.literals(node, (terms.NOTATION,))
        return self._position(node), notations[0].value if notations else "", node.value

    def _position(self, node: NamedNode) -> int:
        first = next(iter(self._dataset.literals(node, self._order)), None)
        return int(first.value) if first and first.value.isascii() and first.value.isdigit() else 10**9

    def _branch(self, concept: NamedNode, seen: set[NamedNode]) -> ConceptNode:
        seen.add(concept)
        below = [narrower for narrower in self._below(concept) if narrower not in seen]
        return ConceptNode(concept, tuple(self._branch(narrower, seen) for narrower in below if narrower not in seen))

    def _above(self, concept: NamedNode) -> list[NamedNode]:
        dataset = self._dataset
        return self.in_order([*dataset.objects(concept, terms.BROADER), *dataset.subjects(terms.NARROWER, concept)])

    def _below(self, concept: NamedNode) -> list[NamedNode]:
        dataset = self._dataset
        return self.in_order([*dataset.subjects(terms.BROADER, concept), *dataset.objects(concept, terms.NARROWER)])
