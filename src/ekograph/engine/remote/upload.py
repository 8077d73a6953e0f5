"""Loads a snapshot into another store: into temporary graphs first, which then take their real names all at once."""

from __future__ import annotations

import asyncio
import fcntl
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx2
import pyoxigraph as ox

from ekograph.engine.errors import QueryError
from ekograph.engine.remote.engine import http_client

#: The graph in which the store keeps the name of the snapshot that it holds, and the names of its graphs.
STATE = "urn:ekograph:state"

#: The graph with the triples of all graphs, where some triples are in two: a default graph is a set.
MERGED = "urn:ekograph:merged"

_SNAPSHOT, _NAME, _GRAPH = "urn:ekograph:snapshot", "urn:ekograph:name", "urn:ekograph:graph"
_BATCH = 2000
# Matches in strings too; then the triple is only put in a batch with others.
_LABEL = re.compile(r"_:\w[\w.-]*")


@dataclass(frozen=True)
class Store:
    """Where a store takes queries, and where it takes updates."""

    query: str
    update: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """From the URL for queries, and after a space that for updates if it is another one."""
        query, _, update = text.partition(" ")
        return cls(query, update.strip() or query)


async def load(store: Store, name: str, dataset: Path, *, merge: bool = False) -> None:
    """Make `store` hold the snapshot `name`, the quads of the N-Quads file `dataset`, in place of the one before.

    Until the last request the store's graphs are as they were; that one changes them all. Several processes take turns.
    To `merge` is to load all triples into the graph MERGED too.
    Raises QueryError when a request fails; the next attempt starts from the beginning.
    """
    with (dataset.parent.parent / ".loading").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        loaded, graphs = await loaded_graphs(store)
        if loaded != name or (merge and MERGED not in graphs):
            quads: Iterable[ox.Quad] = ox.parse(path=str(dataset), format=ox.RdfFormat.N_QUADS)
            async with http_client() as client:
                await _replace(client, store.update, name, _merged(quads) if merge else quads, graphs)


def _merged(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """The quads, and their triples in a graph of their own."""
    merged = ox.NamedNode(MERGED)
    for quad in quads:
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object, merged)


async def _replace(
    client: httpx2.AsyncClient, url: str, name: str, quads: Iterable[ox.Quad], graphs: Iterable[str]
) -> None:
    staged: dict[str, str] = {}
    for batch in _batches(quads):
        for quad in batch:
            graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
            if graph not in staged:
                staged[graph] = f"urn:ekograph:staged:{name}:{len(staged)}"
                await _update(client, url, f"DROP SILENT GRAPH <{staged[graph]}>")
        await _update(client, url, _insert(batch, staged))
    await _update(client, url, _switch(name, staged, graphs))


async def loaded_graphs(store: Store) -> tuple[str, frozenset[str]]:
    """The name of the snapshot that the store holds, "" for none, and the names of its graphs."""
    query = f"SELECT ?p ?o {{ GRAPH <{STATE}> {{ <{_SNAPSHOT}> ?p ?o }} }}"
    async with http_client() as client:
        content = await _answer(
            client, store.query, data={"query": query}, headers={"Accept": "application/sparql-results+json"}
        )
    try:
        rows = [(row["p"]["value"], row["o"]["value"]) for row in json.loads(content)["results"]["bindings"]]
    except (ValueError, KeyError, TypeError) as error:
        raise QueryError("broken", reason=f"{store.query}: no answer: {content[:100]!r}") from error
    names = [value for predicate, value in rows if predicate == _NAME]
    return "".join(names[:1]), frozenset(value for predicate, value in rows if predicate == _GRAPH)


def _batches(quads: Iterable[ox.Quad]) -> Iterator[list[ox.Quad]]:
    """The quads in batches; those that share a blank node in one, since a label means nothing outside its request."""
    blank: list[ox.Quad] = []
    plain = (quad for quad in quads if not _labels(quad) or blank.append(quad))  # type: ignore[func-returns-value]
    while batch := list(itertools.islice(plain, _BATCH)):
        yield batch
    yield from _with_blank_nodes(blank)


def _with_blank_nodes(quads: Iterable[ox.Quad]) -> Iterator[list[ox.Quad]]:
    """One batch for each graph, as Virtuoso needs it; one for all where graphs share a blank node."""
    by_graph: dict[str, list[ox.Quad]] = {}
    graphs: dict[str, set[str]] = {}
    for quad in quads:
        by_graph.setdefault(str(quad.graph_name), []).append(quad)
        for label in _labels(quad):
            graphs.setdefault(label, set()).add(str(quad.graph_name))
    if any(len(names) > 1 for names in graphs.values()):
        yield [quad for batch in by_graph.values() for quad in batch]
    else:
        yield from by_graph.values()


def _labels(quad: ox.Quad) -> list[str]:
    """The blank nodes of a quad, inside triple terms too."""
    return _LABEL.findall(f"{quad.subject} {quad.object}") if "_:" in f"{quad.subject} {quad.object}" else []


def _insert(batch: Iterable[ox.Quad], staged: Mapping[str, str]) -> str:
    by_graph: dict[str, list[str]] = {}
    blank = False
    for quad in batch:
        graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        by_graph.setdefault(graph, []).append(f"{quad.triple} .")
        blank = blank or bool(_labels(quad))
    parts = (f"GRAPH <{staged[graph]}> {{\n" + "\n".join(lines) + "\n}" for graph, lines in by_graph.items())
    # Virtuoso takes no blank nodes as data, only in a template.
    return f"INSERT {{ {' '.join(parts)} }} WHERE {{}}" if blank else f"INSERT DATA {{ {' '.join(parts)} }}"


def _switch(name: str, staged: Mapping[str, str], before: Iterable[str]) -> str:
    """One update that drops the graphs of before, gives the staged ones their names, and records the snapshot."""
    steps = [f"DROP SILENT {_target(graph)}" for graph in sorted(set(before) - set(staged))]
    steps += [
        f"MOVE SILENT GRAPH <{place}> TO {_target(graph).removeprefix('GRAPH ')}" for graph, place in staged.items()
    ]
    kept = "".join(f" ; <{_GRAPH}> <{graph}>" for graph in staged if graph)
    steps += [f"DROP SILENT GRAPH <{STATE}>"]
    steps += [f"INSERT DATA {{ GRAPH <{STATE}> {{ <{_SNAPSHOT}> <{_NAME}> {json.dumps(name)}{kept} }} }}"]
    return " ;\n".join(steps)


def _target(graph: str) -> str:
    return f"GRAPH <{graph}>" if graph else "DEFAULT"


async def _update(client: httpx2.AsyncClient, url: str, text: str) -> None:
    await _answer(client, url, content=text.encode(), headers={"Content-Type": "application/sparql-update"})


async def _answer(client: httpx2.AsyncClient, url: str, **request: Any) -> bytes:
    try:
        reply = await client.post(url, **request)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise QueryError("broken", reason=f"{url}: {error}") from error
    if reply.status_code >= 300:
        raise QueryError("broken", reason=f"{url}: status {reply.status_code}: {reply.text[:300]}")
    return reply.content
