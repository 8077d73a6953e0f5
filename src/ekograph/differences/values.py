"""What is said of a thing, followed through its blank nodes: values at the end of paths of properties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from ekograph.dataset import RDF, Dataset, Node, Term

#: The properties that lead from a thing to a value; those that make up a list are left out.
Path: TypeAlias = tuple[str, ...]

_LIST = frozenset({f"{RDF}first", f"{RDF}rest"})
_NIL = NamedNode(f"{RDF}nil")


@dataclass(frozen=True)
class Value:
    """A value of a thing: the path there, and the term, or None for a blank node of which nothing more is said."""

    path: Path
    term: Term | None


@dataclass(frozen=True)
class Edit:
    """One value that took the place of another; without `old` it came, without `new` it went."""

    path: Path
    old: Value | None
    new: Value | None


def authored(dataset: Dataset, node: Node) -> Iterator[Quad]:
    """What the sources say of `node`; what publication has derived from them is left out."""
    derived = f"{dataset.base}graph/derived"
    return (quad for quad in dataset.quads_of(node) if getattr(quad.graph_name, "value", "") != derived)


def values(dataset: Dataset, thing: Node) -> frozenset[Value]:
    """The values of `thing`; a blank node met twice is followed once."""
    found: set[Value] = set()
    pending: list[tuple[Path, Node]] = [((), thing)]
    seen = {thing}
    while pending:
        path, node = pending.pop()
        for quad in authored(dataset, node):
            step = path if quad.predicate.value in _LIST else (*path, quad.predicate.value)
            target = quad.object
            if isinstance(target, BlankNode):
                if target not in seen and dataset.quads_of(target):
                    pending.append((step, target))
                else:
                    found.add(Value(step, None))
                seen.add(target)
            elif target != _NIL or step != path:
                found.add(Value(step, target))
    return frozenset(found)


def roots(dataset: Dataset) -> list[BlankNode]:
    """Blank nodes that nothing leads to; where they lead to each other in a circle, one of each circle."""
    subjects = list(dict.fromkeys(quad.subject for quad in dataset.quads))
    heads = [each for each in subjects if isinstance(each, NamedNode) or not dataset.quads_to(each)]
    reached = {quad.subject for head in heads for quad in dataset.bounded(head)}
    found = [each for each in heads if isinstance(each, BlankNode)]
    for node in subjects:
        if isinstance(node, BlankNode) and node not in reached:
            found.append(node)
            reached |= {quad.subject for quad in dataset.bounded(node)}
    return found


def edits(old: frozenset[Value], new: frozenset[Value]) -> list[Edit]:
    """The differences of two sets of values; one value that gave way to one of the same path and language is paired."""
    found = []
    gone, come = _by_place(old - new), _by_place(new - old)
    for place in sorted({*gone, *come}):
        before, after = gone.get(place, []), come.get(place, [])
        if len(before) == len(after) == 1:
            found.append(Edit(place[0], before[0], after[0]))
        else:
            found += [Edit(place[0], each, None) for each in before]
            found += [Edit(place[0], None, each) for each in after]
    return found


def language(value: Value | None) -> str:
    """The language tag of a value, "" for none."""
    return (value.term.language or "") if value and isinstance(value.term, Literal) else ""


def _by_place(given: Iterable[Value]) -> dict[tuple[Path, str], list[Value]]:
    found: dict[tuple[Path, str], list[Value]] = {}
    for value in sorted(given, key=lambda each: str(each.term)):
        found.setdefault((value.path, language(value)), []).append(value)
    return found
