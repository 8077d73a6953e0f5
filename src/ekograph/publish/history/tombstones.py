"""What was described and is no more: since when, its last state, and what is there in its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from ekograph.publish.history.ldes import AS
from ekograph.publish.history.memento import alive, by_thing
from ekograph.publish.publication import Event, Publication
from ekograph.rdf.dataset import REPLACED_BY, Dataset
from ekograph.rdf.vocab import DCTERMS, PROV, TYPE, facts, moment
from ekograph.rendering.rdf_writers import n_triples
from ekograph.rendering.representations import plain
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import GONE, memento_path


def export(publication: Publication) -> Iterator[Representation]:
    """The table that requests for what is gone are answered from: by page, its tombstone or where it has moved to."""
    dataset = publication.site.dataset
    table: dict[str, Any] = {
        dataset.path(node.value): {"thing": node.value, "moved": dataset.path(end.value), "to": end.value}
        for node, end in dataset.moved.items()
        if isinstance(node, NamedNode)
    }
    for thing, events in gone(publication.events).items():
        if "#" not in dataset.path(thing):
            table[dataset.path(thing)] = _tombstone(thing, events, publication)
    if table:
        yield plain(GONE, "application/json", json.dumps(table, ensure_ascii=False, indent=1))


def gone(events: Sequence[Event]) -> Mapping[str, Sequence[Event]]:
    """The events of each thing that is described no more, by its IRI."""
    return {thing: past for thing, past in by_thing(events).items() if past[-1].kind == "delete"}


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
    quads = facts(
        node,
        (TYPE, AS("Tombstone")),
        *((AS("formerType"), NamedNode(kind)) for kind in last.types(node)),
        (AS("deleted"), moment(since)),
        (PROV("invalidatedAtTime"), moment(since)),
        *((REPLACED_BY, heir) for heir in heirs),
        *([(DCTERMS("hasVersion"), NamedNode(page))] if page else []),
        *((DCTERMS("title"), title) for title in _titles(node, last)),
    )
    return {
        "thing": thing,
        "since": since,
        "names": {language: last.label(node, language).value for language in dataset.languages},
        "last": page,
        "heirs": [(heir.value, dataset.path(heir.value)) for heir in heirs if dataset.quads_of(heir)],
        "triples": n_triples(quads).decode(),
    }


def _titles(node: NamedNode, last: Dataset) -> Iterator[Literal]:
    """The names that a thing had."""
    names = {last.label(node, language) for language in last.languages}
    yield from (Literal(name.value, language=name.language or None) for name in names)
