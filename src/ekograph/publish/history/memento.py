"""The versions that are kept, and where each page is to be found in them (Memento, RFC 7089).

What was described and is no more: since when, its last state, and what is there in its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from ekograph.publish.catalog.dcat_ap import PAGE as CATALOGUE
from ekograph.publish.history.ldes import AS
from ekograph.publish.publication import Event, Publication
from ekograph.publish.site_pages import documents_of
from ekograph.rdf.dataset import REPLACED_BY, Dataset
from ekograph.rdf.vocab import DCAT, DCTERMS, PROV, TYPE, facts, moment
from ekograph.rendering.rdf_writers import n_triples
from ekograph.rendering.representations import plain
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import DOCUMENTS, GONE, TIMEMAP_TYPE, memento_path, timemap, timemap_of


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
    described = sorted((event.published, not is_gone(event)) for event in events)

    def is_described(moment: str) -> bool:
        return next((there for published, there in reversed(described) if published <= moment), False)

    return [(name, published) for name, published in kept if is_described(published)]


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


def tombstones(publication: Publication) -> Iterator[Representation]:
    """The table that requests for what is gone are answered from: by page, its tombstone or where it has moved to."""
    dataset = publication.site.dataset
    table: dict[str, Any] = {
        dataset.path(node.value): {"thing": node.value, "moved": dataset.path(end.value), "to": end.value}
        for node, end in dataset.moved.items()
        if isinstance(node, NamedNode)
    }
    for thing, events in by_thing(publication.events).items():
        if events[-1].kind == "delete" and "#" not in dataset.path(thing):
            table[dataset.path(thing)] = _tombstone(thing, events, publication)
    if table:
        yield plain(GONE, "application/json", json.dumps(table, ensure_ascii=False, indent=1))


def last_state(events: Sequence[Event], dataset: Dataset) -> Dataset:
    """What was said of a thing last, before all that is gone."""
    state = next((event.state for event in reversed(events) if event.state), "")
    quads = parse(state, RdfFormat.N_TRIPLES)
    languages, spaces = dataset.languages, dataset.spaces
    return Dataset(quads, base=dataset.base, prefixes=dataset.prefixes, languages=languages, spaces=spaces)


def _tombstone(thing: str, events: Sequence[Event], publication: Publication) -> Mapping[str, Any]:
    node, dataset = NamedNode(thing), publication.site.dataset
    since, last = events[-1].published, last_state(events, dataset)
    then = alive(events, publication.kept)
    ends = [*last.objects(node, REPLACED_BY.value), *dataset.subjects(f"{DCTERMS}replaces", node)]
    heirs = [end for end in dict.fromkeys(ends) if isinstance(end, NamedNode)]
    page = memento_path(then[-1][0], dataset.path(thing)) if then else ""
    labels = {last.label(node, language) for language in last.languages}
    quads = facts(
        node,
        (TYPE, AS("Tombstone")),
        *((AS("formerType"), NamedNode(kind)) for kind in last.types(node)),
        (AS("deleted"), moment(since)),
        (PROV("invalidatedAtTime"), moment(since)),
        *((REPLACED_BY, heir) for heir in heirs),
        *([(DCTERMS("hasVersion"), NamedNode(page))] if page else []),
        *((DCTERMS("title"), Literal(label.value, language=label.language or None)) for label in labels),
    )
    return {
        "thing": thing,
        "since": since,
        "names": {language: last.label(node, language).value for language in dataset.languages},
        "last": page,
        "heirs": [(heir.value, dataset.path(heir.value)) for heir in heirs if dataset.quads_of(heir)],
        "triples": n_triples(quads).decode(),
    }
