"""Puts a snapshot into another store: under names of its own first, then under its real ones, all at once."""

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
from urllib.parse import urlencode

import pyoxigraph as ox

from ekograph.engine.contract import EngineFailed
from ekograph.engine.remote.client import post

#: The graph in which the store keeps the name of the snapshot that it holds, and the names of its graphs.
STATE = "urn:ekograph:state"

_SNAPSHOT, _NAME, _GRAPH = "urn:ekograph:snapshot", "urn:ekograph:name", "urn:ekograph:graph"
_BATCH = 2000
# Also found where it stands in a string; then the triple is only put in a batch with others.
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


async def load(store: Store, name: str, dataset: Path) -> None:
    """Have `store` hold the snapshot `name`, the quads of the N-Quads file `dataset`, and nothing of the one before.

    Until the last request its graphs are as they were; that one changes them all. Several processes take turns.
    Raises Broken when a request fails; whoever loads again begins anew.
    """
    with (dataset.parent.parent / ".loading").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        await _load(store, name, dataset)


async def _load(store: Store, name: str, dataset: Path) -> None:
    loaded, graphs = await loaded_graphs(store)
    if loaded == name:
        return
    staged: dict[str, str] = {}
    for batch in _batches(ox.parse(path=str(dataset), format=ox.RdfFormat.N_QUADS)):
        for quad in batch:
            graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
            if graph not in staged:
                staged[graph] = f"urn:ekograph:staged:{name}:{len(staged)}"
                await _update(store, f"DROP SILENT GRAPH <{staged[graph]}>")
        await _update(store, _insert(batch, staged))
    await _update(store, _switch(name, staged, graphs))


async def loaded_graphs(store: Store) -> tuple[str, frozenset[str]]:
    """The name of the snapshot that the store holds, "" for none, and the names of its graphs."""
    query = f"SELECT ?p ?o {{ GRAPH <{STATE}> {{ <{_SNAPSHOT}> ?p ?o }} }}"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/sparql-results+json"}
    rows = json.loads(await _answer(store.query, headers, urlencode({"query": query}).encode()))["results"]["bindings"]
    names = [_value(row, "o") for row in rows if _value(row, "p") == _NAME]
    return "".join(names[:1]), frozenset(_value(row, "o") for row in rows if _value(row, "p") == _GRAPH)


def _value(row: Mapping[str, Any], variable: str) -> str:
    return str(row[variable]["value"])


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
    if any(len(each) > 1 for each in graphs.values()):
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
    """One update that takes away what was before, puts what is staged in its place, and writes down what it is."""
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


async def _update(store: Store, text: str) -> None:
    await _answer(store.update, {"Content-Type": "application/sparql-update"}, text.encode())


async def _answer(url: str, headers: Mapping[str, str], body: bytes) -> bytes:
    try:
        reply = await post(url, headers, body)
        content = b"".join([chunk async for chunk in reply.body])
    except OSError as error:
        raise EngineFailed({"reason": f"{url}: {error}"}) from error
    if reply.status >= 300:
        raise EngineFailed({"reason": f"{url}: status {reply.status}: {content[:300].decode(errors='replace')}"})
    return content
