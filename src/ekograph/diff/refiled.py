"""Which triples only moved to another graph, that is, to another file: that is no news about the things themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import Dataset, DefaultGraph, Quad, Triple

from ekograph.diff.changes import Structure, divided
from ekograph.rdf.dataset import local_name

#: The graphs that triples were in and those they are in now, by the names of their files.
Move: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Refiled:
    """How many triples moved from where to where, and the changed quads without those with blank nodes that did."""

    moves: Counter[Move]
    removed: Sequence[Quad]
    added: Sequence[Quad]


def refiled(removed: Iterable[Quad], added: Iterable[Quad], old: Iterable[Quad], new: Iterable[Quad]) -> Refiled:
    """Tell changes of graph apart in the changes from `old` to `new`."""
    gone, before = divided(removed)
    come, after = divided(added)
    moves: Counter[Move] = Counter()
    earlier, now = _graphs(old), _graphs(new)
    for triple in {quad.triple for quad in gone | come}:
        if triple in earlier and triple in now:
            moves[_shown(earlier[triple]), _shown(now[triple])] += 1
    was, is_ = _by_triples(before), _by_triples(after)
    for form in was.keys() & is_.keys():
        while was[form] and is_[form]:
            source, target = was[form].pop(), is_[form].pop()
            moves[_shown(_names(source.quads)), _shown(_names(target.quads))] += len(source.quads)
    return Refiled(moves, [*gone, *_quads(was)], [*come, *_quads(is_)])


def same_form(one: Iterable[Quad], other: Iterable[Quad]) -> bool:
    """Whether two sets of quads hold the same triples, up to the labels of blank nodes."""
    return _form(one) == _form(other)


def _form(quads: Iterable[Quad]) -> Structure:
    return Structure(tuple(Dataset(Quad(*quad.triple) for quad in quads))).canonical()


def _by_triples(structures: Iterable[Structure]) -> dict[Structure, list[Structure]]:
    found: dict[Structure, list[Structure]] = {}
    for each in structures:
        found.setdefault(_form(each.quads), []).append(each)
    return found


def _quads(structures: Mapping[Structure, Iterable[Structure]]) -> list[Quad]:
    return [quad for alike in structures.values() for each in alike for quad in each.quads]


def _graphs(quads: Iterable[Quad]) -> dict[Triple, set[str]]:
    found: dict[Triple, set[str]] = {}
    for quad in quads:
        found.setdefault(quad.triple, set()).update(_names([quad]))
    return found


def _names(quads: Iterable[Quad]) -> set[str]:
    graphs = (quad.graph_name for quad in quads)
    return {"–" if isinstance(each, DefaultGraph) else local_name(each) for each in graphs}


def _shown(names: set[str]) -> str:
    return ", ".join(sorted(names))
