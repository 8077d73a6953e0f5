"""The order of predicates and of prefixes.

Predicates are known by their local names, so that any vocabulary is served. Objects are never moved: their order is
an author's choice. Nothing moves past a comment, which may speak of all that follows it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from ekograph.authoring.formatting.tree import Block, Collection, Directive, Item, Node, Part

#: What a thing is and is called, what it means, its marks; all else keeps the order of the source.
_FIRST = (
    *("a", "prefLabel", "label", "fn", "name", "given-name", "family-name", "altLabel", "hiddenLabel"),
    *("title", "alternative", "definition", "description", "comment", "notation", "identifier"),
    *("displayOrder", "order"),
)
_RANKS = {name: rank for rank, name in enumerate(_FIRST)}


def ordered(parts: Sequence[Part]) -> list[Part]:
    """The parts in the order of their ranks; one with a comment stays, and those on either side stay there."""
    runs: list[list[Part]] = [[]]
    for part in parts:
        if _commented(part):
            runs += [[part], []]
        else:
            runs[-1].append(part)
    return list(chain.from_iterable(sorted(run, key=_rank) for run in runs))


def ordered_prefixes(run: Sequence[Directive]) -> list[Directive]:
    """Prefixes in the order of the alphabet; as they are if one has a comment or is declared twice."""
    distinct = len({each.name for each in run}) == len(run)
    commented = any(each.after for each in run) or any(each.before for each in run[1:])
    return sorted(run, key=lambda each: each.name) if distinct and not commented else list(run)


def _rank(part: Part) -> int:
    verb = "a" if part.verb == "rdf:type" else part.verb
    local = re.split(r"[#/:]", verb.strip("<>"))[-1]
    return _RANKS.get(local, len(_RANKS)) if local != "a" or verb == "a" else len(_RANKS)


def _commented(part: Part) -> bool:
    return bool(part.before or part.verb_after or part.after) or any(map(_item_commented, part.items))


def _item_commented(item: Item) -> bool:
    return bool(item.before or item.after) or any(map(_node_commented, item.terms))


def _node_commented(node: Node) -> bool:
    if isinstance(node, Collection):
        return bool(node.opening or node.tail) or any(map(_item_commented, node.items))
    return isinstance(node, Block) and (bool(node.opening or node.tail) or any(map(_commented, node.parts)))
