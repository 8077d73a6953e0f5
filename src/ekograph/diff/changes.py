"""What changes one state of a dataset into another, quad by quad.

A dataset taken apart: the quads without blank nodes, and the structures that blank nodes hold together.
Changes as RDF Patch (https://afs.github.io/rdf-patch/), by which copies of a dataset are kept up to date.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from uuid import NAMESPACE_URL, uuid5

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, Triple

from ekograph.rdf.dataset import Term


@dataclass(frozen=True)
class Changes:
    """The quads to remove from the old state and those to add to it, sorted; false when there are none.

    Blank nodes of `removed` have the labels they have in the old state, those of `added` labels that are not used
    there: put into effect label by label, the changes give a state isomorphic to the new one.
    """

    added: tuple[Quad, ...]
    removed: tuple[Quad, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


def compare(old: Iterable[Quad], new: Iterable[Quad]) -> Changes:
    """The changes from `old` to `new`, whose blank nodes are matched by what is said of them, not by label.

    RDFC-1.0 over a whole dataset renames many blank nodes when one changes. So each structure that blank nodes
    hold together is canonicalised by itself; equal ones cancel out, and only what is left over has changed.

    The labels of added blank nodes are made from what their structure says. `compare((), x).added` is `x` with
    such labels throughout; between two states so labelled, the changes lead from labels to labels exactly, and
    a chain of them can be replayed.
    """
    old_ground, before = divided(old)
    new_ground, after = divided(new)
    gone, come = _unmatched(before, after)
    taken = {node.value for structure in before for node in structure.nodes}
    added = [*(new_ground - old_ground), *_quads(_named(come, taken))]
    removed = [*(old_ground - new_ground), *_quads(gone)]
    return Changes(tuple(sorted(added, key=str)), tuple(sorted(removed, key=str)))


def _quads(structures: Iterable[Structure]) -> list[Quad]:
    return [quad for structure in structures for quad in structure.quads]


def _unmatched(before: Iterable[Structure], after: Iterable[Structure]) -> tuple[list[Structure], list[Structure]]:
    """The structures of each side that have no equal on the other; those of `after` are canonical.

    What is the same to the letter is set aside first: canonicalising takes time.
    """
    same = set(before) & set(after)
    olds, news = _by_form(set(before) - same), _by_form(set(after) - same)
    gone = [each for form, alike in olds.items() for each in alike[len(news.get(form, ())) :]]
    come = [form for form, alike in news.items() for _ in alike[len(olds.get(form, ())) :]]
    return gone, come


def _by_form(structures: Iterable[Structure]) -> dict[Structure, list[Structure]]:
    """The structures by their canonical form, alike ones in the order of their labels."""
    found: dict[Structure, list[Structure]] = {}
    for structure in sorted(structures, key=label_order):
        found.setdefault(structure.canonical(), []).append(structure)
    return found


def _named(canonical: Iterable[Structure], taken: set[str]) -> list[Structure]:
    """The structures with labels made from what they say and the number of the copy, none of them `taken`."""
    used = set(taken)
    found = []
    for structure in canonical:
        copies = (structure.relabelled(_labels(structure, copy)) for copy in count())
        named = next(each for each in copies if used.isdisjoint(node.value for node in each.nodes))
        used.update(node.value for node in named.nodes)
        found.append(named)
    return found


def _labels(structure: Structure, copy: int) -> Callable[[BlankNode], BlankNode]:
    """What names the blank nodes of a canonical structure: digest, number of the copy, number of the node."""
    digest = hashlib.sha256("\n".join(map(str, structure.quads)).encode()).hexdigest()[:16]
    return lambda node: BlankNode(f"b{digest}-{copy}-{node.value.removeprefix('c14n')}")


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


def rdf_patch(changes: Changes, id: str | None = None, previous: str | None = None) -> str:  # noqa: A002 - its name there
    """The patch that changes the old state into the new one; blank nodes go by the labels of the old state.

    `id` is the IRI of the patch, by default one made from its content, so that the same changes have the same;
    `previous` is the IRI of the patch that must be put into effect before, if there is one.
    """
    rows = [*_rows("D", changes.removed), *_rows("A", changes.added)]
    body = "".join(f"{row} .\n" for row in ["TX", *rows, "TC"])
    previous_row = f"H prev <{previous}> .\n" if previous else ""
    return f"H id <{id or uuid5(NAMESPACE_URL, previous_row + body).urn}> .\n{previous_row}{body}"


def _rows(code: str, quads: tuple[Quad, ...]) -> Iterator[str]:
    """One row for each quad; pyoxigraph writes a quad as N-Quads has it, without the full stop."""
    return (f"{code} {quad}" for quad in quads)
