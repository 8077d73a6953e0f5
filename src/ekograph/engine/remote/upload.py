"""Loads a snapshot into another store: into temporary graphs first, which then take their real names all at once."""

from __future__ import annotations

import itertools
import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import httpx2
import pyoxigraph as ox

from ekograph.engine.errors import QueryError
from ekograph.engine.remote.state import (
    DIGEST,
    GRAPH,
    LOAD,
    MERGED,
    NAME,
    SNAPSHOT,
    STATE,
    HeldSnapshot,
    Store,
    http_client,
    lacking,
    read_state,
    send,
)

_BATCH = 2000
# Matches in strings too; then the triple is only put in a batch with others.
_LABEL = re.compile(r"_:\w[\w.-]*")


async def load(
    store: Store, held: HeldSnapshot, dataset: Path, make_current: Callable[[], None] = lambda: None
) -> None:
    """Make `store` hold a snapshot, the quads of the N-Quads file `dataset`, in place of the one before.

    All is there under other names before `make_current` is called, which tells the servers; then the graphs take their
    names. Meanwhile the store says that it holds none, so that nobody takes an answer from it for one of either.
    Raises QueryError when a request fails, or not all quads are there afterwards; the next attempt mends that.
    """
    async with http_client() as client:
        state = await read_state(client, store.query)
        known = held.name == state.name or (held.digest and held.digest == state.digest)
        if known and not await lacking(client, store.query, held):
            make_current()
            if held.name != state.name:
                await _update(client, store.update, _record(held, state.graphs))
            return
        quads: Iterable[ox.Quad] = ox.parse(path=str(dataset), format=ox.RdfFormat.N_QUADS)
        staged = await _stage(client, store.update, held.name, _merged(quads) if MERGED in held.graphs else quads)
        make_current()
        graphs = state.graphs | {graph for graph in staged if graph}
        await _update(client, store.update, _record(None, graphs))
        await _update(client, store.update, _switch(staged, state.graphs))
        if lack := await lacking(client, store.query, held):
            raise QueryError("broken", reason=f"{store.update}: {lack}")
        await _update(client, store.update, _record(held, {graph for graph in staged if graph}))


def _merged(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """The quads, and their triples in a graph of their own."""
    merged = ox.NamedNode(MERGED)
    for quad in quads:
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object, merged)


async def _stage(client: httpx2.AsyncClient, url: str, name: str, quads: Iterable[ox.Quad]) -> dict[str, str]:
    """Load the quads into graphs with names of their own; returns these, by the names that they are to have."""
    staged: dict[str, str] = {}
    for batch in _batches(quads):
        for quad in batch:
            graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
            if graph not in staged:
                staged[graph] = f"urn:ekograph:staged:{name}:{len(staged)}"
                # Noted before it is there: whatever happens, the next loading drops it.
                note = f"INSERT DATA {{ GRAPH <{STATE}> {{ <{SNAPSHOT}> <{GRAPH}> <{staged[graph]}> }} }}"
                await _update(client, url, f"DROP SILENT GRAPH <{staged[graph]}> ;\n{note}")
        await _update(client, url, _insert(batch, staged))
    return staged


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


def _switch(staged: Mapping[str, str], before: Iterable[str]) -> str:
    """One update that drops the graphs of before and gives the staged ones their names."""
    steps = [f"DROP SILENT {_target(graph)}" for graph in sorted(set(before) - set(staged))]
    steps += [
        f"MOVE SILENT GRAPH <{place}> TO {_target(graph).removeprefix('GRAPH ')}" for graph, place in staged.items()
    ]
    return " ;\n".join(steps)


def _record(held: HeldSnapshot | None, graphs: Iterable[str]) -> str:
    """One update that writes which snapshot the store holds, None for none, and the graphs to be dropped with it."""
    facts = [f"<{GRAPH}> <{graph}>" for graph in sorted(graphs)]
    if held:
        parts = {NAME: held.name, DIGEST: held.digest, LOAD: uuid.uuid4().hex}
        facts += [f"<{key}> {json.dumps(value)}" for key, value in parts.items()]
    insert = f" ;\nINSERT DATA {{ GRAPH <{STATE}> {{ <{SNAPSHOT}> {' ; '.join(facts)} }} }}" if facts else ""
    return f"DROP SILENT GRAPH <{STATE}>{insert}"


def _target(graph: str) -> str:
    return f"GRAPH <{graph}>" if graph else "DEFAULT"


async def _update(client: httpx2.AsyncClient, url: str, text: str) -> None:
    await send(client, url, content=text.encode(), headers={"Content-Type": "application/sparql-update"})
