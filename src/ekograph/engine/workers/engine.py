"""The engine for one machine: each query runs in a process that holds the dataset and can be killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ekograph.engine.contract import DefaultGraph, Limits, Query
from ekograph.engine.direct.manager import DirectService
from ekograph.engine.direct.protocol import Connection, NumberedTerms
from ekograph.engine.errors import QueryError
from ekograph.engine.scheduling.execution import QueryExecution
from ekograph.engine.workers import forkserver
from ekograph.engine.workers.pool import WorkerPool


@dataclass(frozen=True)
class Stored:
    """A store on disk (RocksDB, as pyoxigraph makes it): its folder and how many quads it holds."""

    path: Path
    quads: int


class EmbeddedEngine:
    """Answers from the quads of one N-Quads file, or from a store on disk that holds the same.

    `prefixes` and `base` are predeclared in every query. A store on disk for a merged default graph has its triples
    in its own default graph.
    """

    trouble = ""

    #: What runs as the fork server; tests run another.
    program = forkserver.__file__

    def __init__(
        self,
        dataset: Path | Stored,
        limits: Limits,
        prefixes: Mapping[str, str],
        base: str = "",
        default_graph: DefaultGraph = DefaultGraph.UNION,
    ) -> None:
        stored = dataset if isinstance(dataset, Stored) else None
        self.in_memory = stored is None
        self.limits = limits
        config = {
            "program": self.program,
            "dataset": os.fspath(dataset) if isinstance(dataset, Path) else "",
            "store": os.fspath(stored.path) if stored else "",
            "quads": stored.quads if stored else 0,
            "prefixes": dict(prefixes),
            "base": base,
            "default_graph": default_graph.value,
            "memory_mb": limits.memory_mb,
            "stack": limits.stack,
            "seconds": limits.seconds,
            "life": limits.seconds + limits.stream_seconds + 5,
            "result_mb": limits.result_mb,
        }
        self.pool = WorkerPool(config, limits)
        self.direct = DirectService(self.pool)

    async def start(self) -> None:
        """Load the dataset; raises QueryError when it cannot be read."""
        await self.pool.start()

    def query(self, query: Query) -> QueryExecution:
        """Start to answer."""
        self.pool.counts["queries_total"] += 1
        execution = QueryExecution(self.pool, query)
        limit = self.limits.query_kb * 1024
        if len(query.text) * 4 > limit and len(query.text.encode(errors="replace")) > limit:
            execution.fail(QueryError("query_too_large", limit=self.limits.query_kb))
        else:
            execution.start()
        return execution

    def serve(self, connection: Connection, terms: NumberedTerms, request: bytes) -> bool:
        """Let a worker answer on a connection from now on, where `request` has come; False if none is free for that."""
        return self.direct.serve(connection, terms, request)

    def revoke(self) -> None:
        """Give no more connections to workers, have none of them start another answer, and take all back."""
        self.pool.stopping = True
        self.direct.revoke()

    async def stop(self) -> None:
        """Wait for running queries, within their bounds, then end the fork server and its workers."""
        self.revoke()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.limits.seconds + self.limits.stream_seconds):
                await self.pool.admission.empty.wait()
        await self.pool.stop()

    def figures(self) -> Mapping[str, float]:
        """What is running, waiting and idle now, and what has happened since the start."""
        pool = self.pool
        return {
            "quads": pool.fork_server.quads,
            "in_memory": int(self.in_memory),
            "workers": len(pool.fork_server.workers),
            "idle": len(pool.idle_workers),
            "running": pool.admission.running.total(),
            "waiting": pool.admission.waiting,
            "slow": len(pool.background_lane),
            "streams": pool.streams,
            "direct": self.direct.connections,
            **pool.counts,
        }
