"""Which blank node of one reading is which of another: told by what is said of each, not by labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeAlias

from pyoxigraph import BlankNode, NamedNode

from ekograph.rdf.dataset import Term

Spoken: TypeAlias = tuple[Term, NamedNode, Term]
Colours: TypeAlias = Mapping[BlankNode, int]


#: Nodes that differ only in what lies further than this from them are paired as they come.
_ROUNDS = 64


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
    for _ in range(_ROUNDS):
        colours = _refined(touching, colours)
        if kinds == (kinds := len(set(colours.values()))):
            break
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


def entangled(triples: Iterable[Spoken]) -> BlankNode | None:
    """A blank node of a tangle that would take canonicalisation (RDFC-1.0) minutes or for ever, or None.

    Its cost explodes with the number of linked nodes of which the same is said (RDF Dataset Canonicalization,
    section 7.1): here a dozen may be linked in any way, a hundred in chains and trees.
    """
    triples = list(triples)
    colours = _refined(triples, {end: 0 for each in triples for end in each[::2] if isinstance(end, BlankNode)})
    alike = Counter(colours.values())
    links = [
        (subject, value)
        for subject, _, value in triples
        if isinstance(subject, BlankNode) and isinstance(value, BlankNode)
        if alike[colours[subject]] > 1 and alike[colours[value]] > 1
    ]
    return next((tangle[0] for tangle, count in _linked(links) if _costly(len(tangle), count)), None)


def _costly(nodes: int, links: int) -> bool:
    return nodes > 12 and (nodes > 100 or links > nodes)


def _linked(links: Sequence[tuple[BlankNode, BlankNode]]) -> Iterator[tuple[list[BlankNode], int]]:
    """The groups of linked nodes, and how many links each has."""
    near: dict[BlankNode, list[BlankNode]] = {}
    for one, other in links:
        near.setdefault(one, []).append(other)
        near.setdefault(other, []).append(one)
    seen: set[BlankNode] = set()
    for start in near:
        if start in seen:
            continue
        group, pending = [], [start]
        seen.add(start)
        while pending:
            node = pending.pop()
            group.append(node)
            fresh = [each for each in dict.fromkeys(near[node]) if each not in seen]
            seen.update(fresh)
            pending += fresh
        yield group, sum(len(near[each]) for each in group) // 2
