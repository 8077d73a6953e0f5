"""What another store holds: the snapshot whose name it keeps in a graph of its own, if it has as many quads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2

from ekograph.engine.errors import QueryError
from ekograph.rdf.formats import RESULTS_JSON
from ekograph.snapshots.snapshot import Manifest

#: The graph in which the store keeps the name of the snapshot that it holds, and the names of its graphs.
STATE = "urn:ekograph:state"

#: The graph with the triples of all graphs, where some triples are in two: a default graph is a set.
MERGED = "urn:ekograph:merged"

SNAPSHOT, NAME, DIGEST, LOAD, GRAPH = (
    f"urn:ekograph:{name}" for name in ("snapshot", "name", "digest", "load", "graph")
)

_STATE = f"SELECT ?p ?o {{ GRAPH <{STATE}> {{ <{SNAPSHOT}> ?p ?o }} }}"
_NAMED = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
_DEFAULT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


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


@dataclass(frozen=True)
class StoreState:
    """What a store says of itself: "" for the `name` while it is changed, and another `load` after each change."""

    name: str = ""
    digest: str = ""
    load: str = ""
    graphs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class HeldSnapshot:
    """A snapshot that a store is to hold: its name, its digest, and how many quads each graph has."""

    name: str
    digest: str = ""
    graphs: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, manifest: Manifest, *, merged: bool) -> Self:
        """From a manifest; where some triples are in two graphs, with all `merged` in a further one."""
        more = {MERGED: manifest.triples} if merged and manifest.repeats else {}
        return cls(manifest.name, manifest.digest, {**manifest.graphs, **more})


def http_client() -> httpx2.AsyncClient:
    """An HTTP client without deadlines of its own, which takes no proxies or passwords from the environment."""
    return httpx2.AsyncClient(trust_env=False, timeout=None, headers={"Accept-Encoding": "identity"})


async def read_state(client: httpx2.AsyncClient, url: str) -> StoreState:
    """What the store says that it holds; raises QueryError when it does not answer."""
    rows = [(row["p"], row["o"]) for row in await _rows(client, url, _STATE)]
    name, digest, load = ("".join(value for key, value in rows if key == part) for part in (NAME, DIGEST, LOAD))
    return StoreState(name, digest, load, frozenset(value for key, value in rows if key == GRAPH))


async def lacking(client: httpx2.AsyncClient, url: str, held: HeldSnapshot) -> str:
    """What the store lacks of the quads of a snapshot, by the number in each graph, in words; "" for nothing.

    Of the default graph, which may be the union of all in the store, no more than the least can be told.
    """
    counted = {row["g"]: int(row["n"]) for row in await _rows(client, url, _NAMED)}
    if "" in held.graphs:
        counted[""] = min(int((await _rows(client, url, _DEFAULT))[0]["n"]), held.graphs[""])
    if all(counted.get(graph, 0) == count for graph, count in held.graphs.items()):
        return ""
    there = sum(min(counted.get(graph, 0), count) for graph, count in held.graphs.items())
    more = sum(max(counted.get(graph, 0) - count, 0) for graph, count in held.graphs.items())
    others = f", and {more} others in their graphs" if more else ""
    return f"the store has {there} of {sum(held.graphs.values())} quads{others}"


async def send(client: httpx2.AsyncClient, url: str, **request: Any) -> bytes:
    """The answer to a request; raises QueryError when there is none, or it is no success."""
    try:
        reply = await client.post(url, **request)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise QueryError("broken", reason=f"{url}: {error or type(error).__name__}") from error
    if reply.status_code >= 300:
        raise QueryError("broken", reason=f"{url}: status {reply.status_code}: {reply.text[:300]}")
    return reply.content


async def _rows(client: httpx2.AsyncClient, url: str, query: str) -> list[dict[str, str]]:
    content = await send(client, url, data={"query": query}, headers={"Accept": RESULTS_JSON.media_type})
    try:
        return list(_values(json.loads(content)["results"]["bindings"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise QueryError("broken", reason=f"{url}: no answer: {content[:100]!r}") from error


def _values(bindings: list[dict[str, dict[str, str]]]) -> Iterator[dict[str, str]]:
    return ({name: term["value"] for name, term in row.items()} for row in bindings)
