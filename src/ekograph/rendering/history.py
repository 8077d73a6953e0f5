"""What changed when: the versions in which a thing, or what belongs to it, was told of otherwise than before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from ekograph.rdf.dataset import Dataset
from ekograph.rendering.site import Change
from ekograph.rendering.view import View
from ekograph.urls import VERSION


@dataclass(frozen=True)
class HistoryEntry:
    """One version, as a page tells of it: its address if it can be visited, and what happened, in kinds.

    `first` says that the thing of the page was published in it for the first time.
    """

    published: str
    address: str
    first: bool
    lines: Sequence[tuple[str, Markup, Sequence[Markup]]]


def steps(view: View, node: NamedNode, belonging: Iterable[NamedNode] = ()) -> list[HistoryEntry]:
    """The versions that changed `node` or what belongs to it, newest first."""
    history = view.site.history
    local = [change for item in dict.fromkeys((node, *belonging)) for change in history.get(item.value, ())]
    gone = [change for change in view.site.removed if f"<{node.value}>" in change.before]
    report = sorted({*local, *gone}, key=lambda entry: (entry.published, entry.version), reverse=True)
    grouped = groupby(report, key=lambda entry: (entry.published, entry.version))
    return [_step(view, node, list(changes)) for _, changes in grouped]


def _step(view: View, node: NamedNode, changes: Sequence[Change]) -> HistoryEntry:
    one = changes[0]
    first = any(change.thing == node.value and change.kind == "create" for change in changes)
    address = f"{VERSION}/{one.version}{view.page(view.path(node.value))}" if one.kept else ""
    order = [node.value, *sorted(change.thing for change in changes)]
    ordered = sorted(changes, key=lambda entry: order.index(entry.thing))
    # What came with the thing itself is no change of it.
    lines = () if first else [_line(view, item) for item in ordered]
    return HistoryEntry(one.published, address, first, lines)


def _line(view: View, change: Change) -> tuple[str, Markup, Sequence[Markup]]:
    names = [view.property_name(NamedNode(item)) for item in change.properties]
    return change.kind, _name(view, change), list(dict.fromkeys(names))


def _name(view: View, change: Change) -> Markup:
    """A link to the thing; of one that is gone, the name it had."""
    node = NamedNode(change.thing)
    if not change.before:
        return view.link(node)
    local = view.dataset
    quads = parse(change.before, RdfFormat.N_TRIPLES)
    then = Dataset(quads, base=local.base, prefixes=local.prefixes, languages=local.languages, spaces=local.spaces)
    return view.text(then.label(node, view.language))


def changed(before: str, after: str) -> list[str]:
    """The properties with other values in one state of a thing, as N-Triples, than in another."""
    return sorted({quad.predicate.value for quad in _quads(before) ^ _quads(after)})


def _quads(state: str) -> set[Quad]:
    return set(parse(state, RdfFormat.N_TRIPLES))
