"""The versions that are kept, and where each page is to be found in them (Memento, RFC 7089)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import NamedNode

from ekograph.publish.catalog.dcat_ap import PAGE as CATALOGUE
from ekograph.publish.publication import Event, Publication
from ekograph.publish.site_pages import documents_of
from ekograph.rdf.dataset import REPLACED_BY
from ekograph.rdf.vocab import DCAT
from ekograph.rendering.representations import plain
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import DOCUMENTS, TIMEMAP_TYPE, timemap, timemap_of


def export(publication: Publication) -> Iterator[Representation]:
    """The list of the states of each page: documents are in every version, things in those that describe them.

    What is not printed here, such as those of named graphs, the server makes when it is asked for.
    """
    dataset, kept = publication.site.dataset, publication.kept
    events = by_thing(publication.events)
    for node in () if publication.site.large else dataset.things():
        states = alive(events.get(node.value, ()), kept) if publication.events else kept
        yield _listed(dataset.path(node.value), states)
    for thing, past in events.items():
        if (past[-1].kind == "delete" or NamedNode(thing) in dataset.moved) and "#" not in dataset.path(thing):
            yield _listed(dataset.path(thing), alive(past, kept))
    paths = [dataset.path(document.node.value) for document in documents_of(publication.site, publication.shapes)]
    paths += [CATALOGUE] if dataset.instances(DCAT("Catalog").value) else []
    for path in paths:
        if path.removeprefix("/") in DOCUMENTS:
            yield _listed(path, kept)


def _listed(page: str, states: Sequence[tuple[str, str]]) -> Representation:
    return plain(timemap_of(page), TIMEMAP_TYPE, timemap(page, states))


def alive(events: Iterable[Event], kept: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of the `kept` snapshots in which the thing of the `events` has a page."""
    local = sorted((event.published, not is_gone(event)) for event in events)
    return [(name, published) for name, published in kept if _state_at(published, local)]


def by_thing(events: Iterable[Event]) -> Mapping[str, list[Event]]:
    """The events of each thing, by its IRI."""
    events_of: dict[str, list[Event]] = {}
    for event in events:
        events_of.setdefault(event.thing, []).append(event)
    return events_of


def is_gone(event: Event) -> bool:
    """Whether nothing is described any more, or only what replaces the thing."""
    lines = event.state.splitlines()
    return all(f"> {REPLACED_BY} " in line for line in lines) and len(lines) < 2


def _state_at(moment: str, events: Iterable[tuple[str, bool]]) -> bool:
    """Whether the last of the events until `moment` left the thing described."""
    until = [described for published, described in events if published <= moment]
    return bool(until) and until[-1]
