"""The rules in parts that can be validated at once: what these find together is what all of the rules find."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from pyoxigraph import Literal, Quad

from ekograph.authoring.shapes import SH
from ekograph.authoring.vocabulary import TARGETS
from ekograph.dataset import Dataset, Node

#: What a shape apart from all others may have: targets, constraints in SPARQL, and what is said of their results.
_APART = frozenset(SH + name for name in (*TARGETS, "sparql", "severity", "message", "name", "description"))


def halves(graph: Dataset) -> list[Sequence[Quad]]:
    """The shapes without every other one of those that only ask in SPARQL, and these, if there are any."""
    moved = [each for each in dict.fromkeys(quad.subject for quad in graph.quads) if _is_apart(each, graph)][::2]
    if not moved:
        return [graph.quads]
    return [_without(moved, graph), [quad for each in _reached(moved, graph) for quad in graph.quads_of(each)]]


def _is_apart(node: Node, graph: Dataset) -> bool:
    """Whether a node is a shape that asks in SPARQL, has nothing else to check, and is part of no other shape."""
    said = {quad.predicate.value for quad in graph.quads_of(node)}
    only = all(each in _APART or not each.startswith(SH) for each in said)
    return only and f"{SH}sparql" in said and not graph.quads_to(node)


def _without(shapes: Collection[Node], graph: Dataset) -> list[Quad]:
    left_out = set(shapes)
    return [quad for quad in graph.quads if quad.subject not in left_out]


def _reached(starts: Iterable[Node], graph: Dataset) -> Iterable[Node]:
    """The nodes, and all that what is said of them leads to."""
    found = dict.fromkeys(starts)
    pending = list(found)
    while pending:
        for quad in graph.quads_of(pending.pop()):
            if not isinstance(quad.object, Literal) and quad.object not in found:
                found[quad.object] = None
                pending.append(quad.object)
    return found
