"""Concept schemes as trees: top concepts, what is below them, and the order of siblings."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from pyoxigraph import NamedNode

from ekograph.rdf.dataset import Dataset, Node
from ekograph.rdf.vocab import SCHEMA, SHACL
from ekograph.rendering import terms
from ekograph.rendering.collation import Key, collated, natural

#: Properties whose whole numbers order siblings.
ORDER_PROPERTIES = (f"{SHACL}order", f"{SCHEMA}position", "http://schema.org/position")

#: A tree that a page shows has at most so many concepts, and so many levels; what is left out is counted.
MOST_IN_TREE, MOST_LEVELS = 300, 8

#: Of more concepts than this it takes less long to go through all links than to ask for those of each.
MOST_ASKED = 2000

#: In schemes of up to so many concepts, circles are looked for that no top concept leads to.
MOST_WALKED = 20_000

#: So many paths from the top are shown of a concept with several broader ones, and so many levels of each.
MOST_PATHS, MOST_ABOVE = 5, 40


@dataclass(frozen=True)
class ConceptNode:
    """A concept and, in order, the branches below it; `more` concepts directly below it are left out."""

    node: NamedNode
    below: tuple[ConceptNode, ...] = ()
    more: int = 0

    def walk(self) -> Iterator[NamedNode]:
        """The concept and all below it, from the top down."""
        yield self.node
        for branch in self.below:
            yield from branch.walk()


class Hierarchy:
    """The concepts of a dataset, by `skos:broader` and `skos:narrower`, with siblings in the order of a language.

    `order` are properties whose numbers order siblings before all else; then notations do, names, and IRIs.
    """

    def __init__(self, dataset: Dataset, order: Sequence[str] = (), language: str = "") -> None:
        self._dataset = dataset
        self._order = (*order, *ORDER_PROPERTIES)
        self.language = language or next(iter(dataset.languages), "")
        self._ranks: dict[NamedNode, tuple[int, bool, Key, tuple[str, str], str]] = {}
        self._narrower: dict[NamedNode, Sequence[NamedNode]] = {}
        self._tops: dict[Node, Sequence[NamedNode]] = {}

    def tops(self, scheme: Node) -> Sequence[NamedNode]:
        """The top concepts of a scheme, in order; of one that names none, its concepts that have no broader one.

        Of concepts that go round in a circle, below no other, the first stands at the top.
        """
        if scheme not in self._tops:
            dataset = self._dataset
            named = [*dataset.subjects(terms.TOP_OF, scheme), *dataset.objects(scheme, terms.HAS_TOP)]
            members = () if named else self.members(scheme)
            below = self._below_others(members, scheme)
            roots = [node for node in members if node not in below]
            self._tops[scheme] = self.in_order([*named, *roots, *self._starts_of_circles(members, roots)])
        return self._tops[scheme]

    def _below_others(self, members: Sequence[NamedNode], scheme: Node) -> Container[NamedNode]:
        """Those of the members of a scheme that are below another concept of it."""
        if len(members) <= MOST_ASKED:
            return {node for node in members if self.above(node, scheme)}
        within = set(members)
        dataset = self._dataset
        upwards = dataset.links(NamedNode(terms.BROADER))
        downwards = ((below, above) for above, below in dataset.links(NamedNode(terms.NARROWER)))
        return {below for below, above in chain(upwards, downwards) if above in within or self._is_in(above, scheme)}

    def _starts_of_circles(self, members: Sequence[NamedNode], roots: Sequence[NamedNode]) -> Iterator[NamedNode]:
        """Members that no root leads to: the first of each circle, as far as looking for them does not take long."""
        reached, rooted = set[NamedNode](), set(roots)
        is_quick = len(roots) < len(members) <= MOST_WALKED
        for start in [*roots, *self.in_order(members)] if is_quick else ():
            if start not in reached and start not in rooted:
                yield start
            pending = [start]
            while pending:
                node = pending.pop()
                if node not in reached:
                    reached.add(node)
                    pending += self.below(node)

    def members(self, scheme: Node) -> list[NamedNode]:
        """All concepts of a scheme."""
        dataset = self._dataset
        named = [*dataset.subjects(terms.TOP_OF, scheme), *dataset.objects(scheme, terms.HAS_TOP)]
        concepts = [*dataset.subjects(terms.IN_SCHEME, scheme), *named]
        return [node for node in dict.fromkeys(concepts) if isinstance(node, NamedNode)]

    def tree(self, scheme: NamedNode) -> tuple[ConceptNode, ...]:
        """The branches of a concept scheme, level by level until the tree is as large as a page can show it."""
        return self._grown(scheme, self.tops(scheme)).below

    def branch(self, concept: NamedNode) -> ConceptNode:
        """A concept with what is below it, as much as a page can show."""
        return self._grown(None, [concept]).below[0]

    def broader(self, concept: NamedNode) -> list[NamedNode]:
        """The concepts above `concept` on the first path from the top down, without it."""
        return self.paths(concept)[0]

    def paths(self, concept: NamedNode) -> list[list[NamedNode]]:
        """The paths from the top down to `concept`, without it: one for each broader concept of each on the way."""
        whole: list[list[NamedNode]] = []
        growing: list[list[NamedNode]] = [[]]
        while growing and len(whole) < MOST_PATHS:
            path = growing.pop()
            above = [node for node in self.above(path[0] if path else concept) if node not in {concept, *path}]
            if above and len(path) < MOST_ABOVE:
                growing += [[node, *path] for node in reversed(above)]
            else:
                whole.append(path)
        return whole

    def siblings(self, concept: NamedNode) -> Sequence[NamedNode]:
        """The concepts beside `concept`, itself among them, in order."""
        above = self.above(concept)
        if above:
            return self.below(above[0])
        schemes = [*self._dataset.objects(concept, terms.TOP_OF), *self._dataset.subjects(terms.HAS_TOP, concept)]
        return next((self.tops(scheme) for scheme in schemes if isinstance(scheme, NamedNode)), ())

    def above(self, concept: Node, scheme: Node | None = None) -> list[NamedNode]:
        """The concepts directly above, in order; of `scheme` alone if it is told."""
        dataset = self._dataset
        nodes = [*dataset.objects(concept, terms.BROADER), *dataset.subjects(terms.NARROWER, concept)]
        return self.in_order(node for node in nodes if scheme is None or self._is_in(node, scheme))

    def below(self, concept: NamedNode) -> Sequence[NamedNode]:
        """The concepts directly below, in order."""
        if concept not in self._narrower:
            dataset = self._dataset
            nodes = [*dataset.subjects(terms.BROADER, concept), *dataset.objects(concept, terms.NARROWER)]
            self._narrower[concept] = self.in_order(nodes)
        return self._narrower[concept]

    def in_order(self, nodes: Iterable[object]) -> list[NamedNode]:
        """The distinct IRIs among `nodes` by their order property, then notation, then name, then IRI."""
        named = dict.fromkeys(node for node in nodes if isinstance(node, NamedNode))
        return sorted(named, key=self._rank) if len(named) > 1 else list(named)

    def by_name(self, nodes: Iterable[NamedNode]) -> list[NamedNode]:
        """The nodes by their names, as an alphabetical index has them."""
        return sorted(nodes, key=lambda node: collated(self._dataset.label(node, self.language).value, self.language))

    def _grown(self, scheme: NamedNode | None, tops: Sequence[NamedNode]) -> ConceptNode:
        """A root over the branches of `tops`, grown level by level, so that what is left out is what lies deepest."""
        children: dict[tuple[NamedNode, ...], Sequence[NamedNode]] = {(): tops[:MOST_IN_TREE]}
        left = MOST_IN_TREE - len(children[()])
        level: list[tuple[NamedNode, ...]] = [(top,) for top in children[()]]
        while level and left > 0:
            following: list[tuple[NamedNode, ...]] = []
            for path in level:
                below = self._below_in(scheme, path)
                children[path] = below[:left] if len(path) < MOST_LEVELS else ()
                left -= len(children[path])
                following += [(*path, node) for node in children[path]]
            level = following

        def built(path: tuple[NamedNode, ...], node: NamedNode) -> ConceptNode:
            shown = children.get(path, ())
            hidden = len(self._below_in(scheme, path)) - len(shown) if path else len(tops) - len(shown)
            return ConceptNode(node, tuple(built((*path, child), child) for child in shown), hidden)

        return built((), scheme or (tops[0] if tops else NamedNode("urn:none")))

    def _below_in(self, scheme: NamedNode | None, path: tuple[NamedNode, ...]) -> Sequence[NamedNode]:
        """What is below the last of a path, without what is on the path already and what is of other schemes only."""
        below = self.below(path[-1])
        return [node for node in below if node not in path and (scheme is None or self._is_in(node, scheme))]

    def _is_in(self, concept: object, scheme: Node) -> bool:
        """Whether a concept belongs to a scheme; one that names no scheme belongs to any."""
        if not isinstance(concept, NamedNode):
            return False
        schemes = self._dataset.objects(concept, terms.IN_SCHEME)
        return not schemes or scheme in schemes

    def _rank(self, node: NamedNode) -> tuple[int, bool, Key, tuple[str, str], str]:
        if node not in self._ranks:
            dataset = self._dataset
            position = next(iter(dataset.literals(node, self._order)), None)
            notation = next((literal.value for literal in dataset.literals(node, (terms.NOTATION,))), "")
            digits = position.value if position else ""
            self._ranks[node] = (
                int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 10**19,
                # As before, what has no notation goes before what has one.
                bool(notation),
                natural(notation),
                collated(dataset.label(node, self.language).value, self.language),
                node.value,
            )
        return self._ranks[node]
