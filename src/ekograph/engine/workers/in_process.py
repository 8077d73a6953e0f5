"""The engine for systems other than Linux: each query runs in a thread of the server, where nothing can end it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ekograph.engine.contract import Answer, DefaultGraph, Limits, Query
from ekograph.engine.direct.protocol import Connection, NumberedTerms
from ekograph.engine.errors import QueryError
from ekograph.engine.workers import worker
from ekograph.engine.workers.forkserver import load
from ekograph.engine.workers.ipc import WorkerRequest

#: A longer query could take more stack than a thread has, and end the server.
_MOST_KB = 64

#: A letter by its number (SPARQL 1.1 Query, section 19.2); not those beyond the first plane, which spell no keyword.
_ESCAPED = re.compile(r"\\(?:u|U0000)([0-9A-Fa-f]{4})")


class InProcessEngine:
    """Answers from the quads of one N-Quads file, one query at a time; `EmbeddedEngine` says what the rest means.

    Of the limits it keeps those of time, after which nobody waits any more, and of the size of queries and answers.
    """

    trouble = ""

    def __init__(
        self, dataset: Path, limits: Limits, prefixes: Mapping[str, str], base: str, default_graph: DefaultGraph
    ) -> None:
        self.limits = limits
        self._dataset = dataset
        self._merged = default_graph is DefaultGraph.MERGED
        self._config: dict[str, Any] = worker.prepared(
            {"prefixes": dict(prefixes), "base": base, "default_graph": default_graph.value}
            | {"result_mb": limits.result_mb}
        )
        self._turn = asyncio.Lock()
        self._store: ox.Store
        self._quads = 0

    async def start(self) -> None:
        """Load the dataset; raises QueryError when it cannot be read."""
        try:
            self._store, self._quads = await asyncio.to_thread(load, str(self._dataset), merge=self._merged)
        except (OSError, SyntaxError, ValueError) as error:
            raise QueryError("broken", reason=str(error)) from error

    def query(self, query: Query) -> asyncio.Future[Answer]:
        """Start to answer."""
        return asyncio.ensure_future(self._answer(query))

    async def _answer(self, query: Query) -> Answer:
        limit = min(self.limits.query_kb, _MOST_KB)
        if len(query.text.encode(errors="replace")) > limit * 1024:
            raise QueryError("query_too_large", limit=limit)
        if "service" in _ESCAPED.sub(lambda match: chr(int(match[1], 16)), query.text).lower():
            # Nothing else would keep it from asking other servers.
            raise QueryError("refused_service", line=1, column=1)
        names = (query.results and query.results.name, query.graph and query.graph.name)
        request = WorkerRequest(query.text, *names, query.default_graphs, query.named_graphs)
        try:
            async with asyncio.timeout(self.limits.seconds), self._turn:
                name, form, lasting, body = await asyncio.to_thread(
                    worker.collected, self._store, request, self._config
                )
        except TimeoutError as error:
            raise QueryError("timed_out", limit=f"{self.limits.seconds:g}") from error
        made = query.results if query.results and query.results.name == name else query.graph
        if made is None:
            raise QueryError("broken", reason=f"an answer in {name}")
        return Answer(made, form, body, None, lasting)

    def serve(self, connection: Connection, terms: NumberedTerms, request: bytes) -> bool:  # noqa: ARG002 - the contract
        """Never: there are no workers."""
        return False

    def revoke(self) -> None:
        """Nothing: no worker has a connection."""

    async def stop(self) -> None:
        """Nothing: what runs ends by itself."""

    def figures(self) -> Mapping[str, float]:
        """How much there is to ask."""
        return {"quads": self._quads, "in_memory": 1}
