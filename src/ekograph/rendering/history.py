"""What changed when: the versions in which a thing, or what belongs to it, was told of otherwise than before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape
from pyoxigraph import NamedNode, RdfFormat, parse

from ekograph.diff.text import edits_of
from ekograph.rdf.dataset import Dataset
from ekograph.rendering import terms
from ekograph.rendering.layout import frame_of, page
from ekograph.rendering.site import Change, Site
from ekograph.rendering.view import View, messages
from ekograph.urls import CHANGES, VERSION

#: So many versions are on the page of all changes, with so many changes each.
MOST_VERSIONS, MOST_CHANGES = 50, 300

#: What publication derives from what is said the other way round.
_DERIVED = {terms.NARROWER, terms.HAS_TOP}


@dataclass(frozen=True)
class HistoryEntry:
    """One version, as a page tells of it: its name for people, and its address if it can be visited.

    `first` says that the thing of the page was published in it for the first time. `lines` are the kind of a change,
    the name of the thing, and what changed of it in sentences; `more` of them are not shown.
    """

    version: str
    name: Markup
    address: str
    first: bool
    lines: Sequence[tuple[str, Markup, Sequence[str]]]
    more: int = 0


def steps(view: View, node: NamedNode, belonging: Iterable[NamedNode] = ()) -> list[HistoryEntry]:
    """The versions that changed `node` or what belongs to it, newest first."""
    history = view.site.history
    local = [change for item in dict.fromkeys((node, *belonging)) for change in history.get(item.value, ())]
    gone = [change for change in view.site.removed if f"<{node.value}>" in change.before]
    report = sorted({*local, *gone}, key=lambda entry: (entry.published, entry.version), reverse=True)
    grouped = groupby(report, key=lambda entry: (entry.published, entry.version))
    return [_step(view, node.value, view.path(node.value), list(changes)) for _, changes in grouped]


def changes_page(site: Site, triples: Mapping[str, int], language: str) -> bytes:
    """The page of all versions, newest first, with what changed in each; `triples` is how many each has, by name."""
    view = View(site, language)
    by_version: dict[str, list[Change]] = {name: [] for name in site.versions}
    for change in (change for changes in site.history.values() for change in changes):
        if change.version in by_version and view.path(change.thing).startswith(("/doc/", "/about/")):
            by_version[change.version].append(change)
    newest = list(by_version.items())[: -MOST_VERSIONS - 1 : -1]
    first = next(iter(site.versions))
    entries = [_step(view, "", "/", changes, first=name == first) for name, changes in newest if changes]
    frame = frame_of(view, view.message("changes.title"), CHANGES)
    return page("changes.html", frame, view=view, entries=entries, triples=triples)


def _step(view: View, thing: str, path: str, changes: Sequence[Change], *, first: bool = False) -> HistoryEntry:
    one = changes[0]
    first = first or any(change.thing == thing and change.kind == "create" for change in changes)
    address = f"{VERSION}/{one.version}{view.page(path)}" if one.kept else ""
    order = [thing, *sorted(change.thing for change in changes)]
    ordered = sorted(changes, key=lambda entry: order.index(entry.thing))
    # What came with the thing itself is no change of it.
    lines = [] if first else [_line(view, change) for change in ordered[:MOST_CHANGES]]
    more = 0 if first else len(ordered) - len(lines)
    name = escape(view.version_name(view.site.versions.get(one.version, ""))) or view.day(one.published)
    return HistoryEntry(one.version, name, address, first, lines, more)


def _line(view: View, change: Change) -> tuple[str, Markup, Sequence[str]]:
    node, old = NamedNode(change.thing), _dataset(view, change.before)
    if change.kind == "delete":
        return change.kind, view.text(old.label(node, view.language)), ()
    new = _dataset(view, change.after)
    edits = edits_of(node, old, new, view.dataset, messages("diff", view.language)) if change.kind == "update" else ()
    return change.kind, view.link(node), list(edits)


def _dataset(view: View, state: str) -> Dataset:
    local = view.dataset
    quads = (quad for quad in parse(state, RdfFormat.N_TRIPLES) if quad.predicate.value not in _DERIVED)
    return Dataset(quads, base=local.base, prefixes=local.prefixes, languages=local.languages, spaces=local.spaces)
