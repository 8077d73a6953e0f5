"""Which blank node of one reading is which of another: told by what is said of each, not by labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeAlias

from pyoxigraph import BlankNode, NamedNode

from ekograph.dataset import Term

Spoken: TypeAlias = tuple[Term, NamedNode, Term]
Colours: TypeAlias = Mapping[BlankNode, int]


def matched(theirs: Iterable[Spoken], ours: Iterable[Spoken]) -> dict[BlankNode, BlankNode]:
    """For each blank node of `theirs` the one of `ours` that the same is said of.

    Both are readings of one graph. Nodes that nothing tells apart are paired as they come: they are alike.
    """
    waiting: dict[int, list[BlankNode]] = {}
    for node, colour in _colours(list(ours)).items():
        waiting.setdefault(colour, []).append(node)
    found = {}
    for node, colour in _colours(list(theirs)).items():
        if waiting.get(colour):
            found[node] = waiting[colour].pop(0)
    return found


def _colours(triples: Sequence[Spoken]) -> Colours:
    """A number for each blank node, refined from its neighbours' until no more are told apart."""
    touching = [each for each in triples if isinstance(each[0], BlankNode) or isinstance(each[2], BlankNode)]
    ends = chain.from_iterable((subject, value) for subject, _, value in touching)
    colours: Colours = {end: 0 for end in ends if isinstance(end, BlankNode)}
    kinds = 0
    while kinds < (found := len(set(colours.values()))):
        kinds = found
        colours = _refined(touching, colours)
    return colours


def _refined(triples: Iterable[Spoken], colours: Colours) -> Colours:
    seen: dict[BlankNode, list[int]] = {node: [] for node in colours}
    for subject, predicate, value in triples:
        if isinstance(subject, BlankNode):
            seen[subject].append(hash(("out", predicate, _colour(value, colours))))
        if isinstance(value, BlankNode):
            seen[value].append(hash(("in", predicate, _colour(subject, colours))))
    return {node: hash((colours[node], tuple(sorted(said)))) for node, said in seen.items()}


def _colour(term: Term, colours: Colours) -> object:
    return colours[term] if isinstance(term, BlankNode) else term
