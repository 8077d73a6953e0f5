"""Concept schemes as trees: top concepts, what is below them, and the order of siblings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from ekograph.rdf.dataset import Dataset, Node
from ekograph.rendering import terms


@dataclass(frozen=True)
class ConceptNode:
    """A concept and, in order, the branches below it."""

    node: NamedNode
    below: tuple[ConceptNode, ...] = ()

    def walk(self) -> Iterator[NamedNode]:
        """The concept and all below it, from the top down."""
        yield self.node
        for each in self.below:
            yield from each.walk()


def tree(dataset: Dataset, scheme: Node) -> tuple[ConceptNode, ...]:
    """The branches of a concept scheme; a concept that a cycle would repeat stands once."""
    tops = [*dataset.subjects(terms.TOP_OF, scheme), *dataset.objects(scheme, terms.HAS_TOP)]
    seen: set[NamedNode] = set()
    return tuple(_branch(dataset, top, seen) for top in in_order(dataset, tops) if top not in seen)


def branch(dataset: Dataset, concept: NamedNode) -> ConceptNode:
    """A concept with all that is below it."""
    return _branch(dataset, concept, set())


def broader(dataset: Dataset, concept: NamedNode) -> list[NamedNode]:
    """The concepts above `concept`, from the top down, without it."""
    path: list[NamedNode] = []
    above = _above(dataset, concept)
    while above and above[0] not in {concept, *path}:
        path.append(above[0])
        above = _above(dataset, above[0])
    return path[::-1]


def siblings(dataset: Dataset, concept: NamedNode) -> list[NamedNode]:
    """The concepts beside `concept`, itself among them, in order."""
    above = _above(dataset, concept)
    if above:
        return _below(dataset, above[0])
    schemes = dataset.objects(concept, terms.TOP_OF)
    return [each.node for scheme in schemes if isinstance(scheme, NamedNode) for each in tree(dataset, scheme)]


def in_order(dataset: Dataset, nodes: Iterable[object]) -> list[NamedNode]:
    """The distinct IRIs among `nodes` by their display order, then notation, then IRI."""
    named = dict.fromkeys(each for each in nodes if isinstance(each, NamedNode))
    if len(named) < 2:
        return list(named)
    return sorted(named, key=lambda each: (_position(dataset, each), _notation(dataset, each), each.value))


def _branch(dataset: Dataset, concept: NamedNode, seen: set[NamedNode]) -> ConceptNode:
    seen.add(concept)
    below = [each for each in _below(dataset, concept) if each not in seen]
    return ConceptNode(concept, tuple(_branch(dataset, each, seen) for each in below if each not in seen))


def _above(dataset: Dataset, concept: NamedNode) -> list[NamedNode]:
    found = [*dataset.objects(concept, terms.BROADER), *dataset.subjects(terms.NARROWER, concept)]
    return in_order(dataset, found)


def _below(dataset: Dataset, concept: NamedNode) -> list[NamedNode]:
    found = [*dataset.subjects(terms.BROADER, concept), *dataset.objects(concept, terms.NARROWER)]
    return in_order(dataset, found)


def _position(dataset: Dataset, node: NamedNode) -> int:
    found = [each.value for each in dataset.objects(node, terms.ORDER) if isinstance(each, Literal)]
    return int(found[0]) if found and found[0].isascii() and found[0].isdigit() else 10**9


def _notation(dataset: Dataset, node: NamedNode) -> str:
    return next((each.value for each in dataset.objects(node, terms.NOTATION) if isinstance(each, Literal)), "")
