"""What changes one state of a dataset into another, quad by quad."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count

from pyoxigraph import BlankNode, Quad

from ekograph.differences.structures import Structure, divided, label_order


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
