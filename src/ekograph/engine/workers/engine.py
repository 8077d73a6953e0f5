"""The engine for one machine: the dataset in the memory of a zygote, each query in a process that can be killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ekograph.engine.contract import EngineFailed, Limits, Query, QueryError, QueryTooLarge
from ekograph.engine.handoff.lender import HandoffManager
from ekograph.engine.handoff.protocol import HandoffTarget
from ekograph.engine.scheduling.admission import AdmissionControl
from ekograph.engine.scheduling.background_lane import SlowLane
from ekograph.engine.scheduling.deadline import DeadlineTimer
from ekograph.engine.scheduling.execution import QueryExecution
from ekograph.engine.workers.forkserver_client import ForkServer
from ekograph.engine.workers.handle import Worker

#: Queries after which a worker is replaced; one whose memory has grown too much says so before. On disk, a new one
#: takes 40 ms of a core.
_LIFETIME = 100_000

#: Connections are lent while queries take a worker less than this, in seconds: beside longer ones, what the web process
#: does is a small part.
_BRIEF = 0.002

#: How long a zygote that has ended is left before the next is started, in seconds.
_PAUSE = 0.2


@dataclass(frozen=True)
class Stored:
    """A store on disk (RocksDB, as pyoxigraph makes it): its folder and how many quads it holds."""

    path: Path
    quads: int


class EmbeddedEngine:
    """Answers from the quads of one N-Quads file, or from a store on disk that holds the same.

    `prefixes` and `base` are predeclared in every query, `union` makes the default graph the union of all.
    """

    def __init__(
        self, dataset: Path | Stored, limits: Limits, prefixes: Mapping[str, str], base: str = "", *, union: bool = True
    ) -> None:
        self.limits = limits
        self.gate = AdmissionControl(limits)
        self.slow_lane = SlowLane(limits.slow)
        self.watch = DeadlineTimer(limits.slice / 2)
        self.lender = HandoffManager(self)
        self.streams = 0
        self.quads = 0
        self._dataset = dataset
        self._prefixes = prefixes
        self._base = base
        self._union = union
        self._idle: deque[Worker] = deque()
        self._counts: Counter[str] = Counter()
        self._pace = 0.0
        self._ready = asyncio.Event()
        self._zygote: ForkServer
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._refilling = False

    async def start(self) -> None:
        """Load the dataset; raises Broken when it cannot be read."""
        await self._start_zygote()
        self._run(self._supervise())

    def query(self, query: Query) -> QueryExecution:
        """Begin to answer; the answer is a QueryError when there is none."""
        self._counts["queries_total"] += 1
        run = QueryExecution(self, query)
        most = self.limits.query_kb * 1024
        if len(query.text) * 4 > most and len(query.text.encode(errors="replace")) > most:
            run.fail(QueryTooLarge({"limit": self.limits.query_kb}))
        else:
            run.start()
        return run

    def borrower(self, client: str) -> HandoffTarget | None:
        """Whom to lend a connection of `client` to, if its queries are better answered there."""
        return None if self._stopping or self._pace > _BRIEF else self.lender.borrower(client)

    def recall(self) -> None:
        """Lend no more, have no answer begun on connections that are lent, and take them back."""
        self._stopping = True
        self.lender.recall()

    async def stop(self) -> None:
        """Wait for what is at work, within its bounds, then end the zygote and its workers."""
        self.recall()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.limits.seconds + self.limits.stream_seconds):
                await self.gate.empty.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._zygote.stop()

    def figures(self) -> Mapping[str, float]:
        """What is running, waiting and idle now, and what has happened since the start."""
        return {
            "quads": self.quads,
            "in_memory": int(not isinstance(self._dataset, Stored)),
            "workers": len(self._zygote.workers),
            "idle": len(self._idle),
            "running": self.gate.running.total(),
            "waiting": self.gate.waiting,
            "slow": len(self.slow_lane),
            "streams": self.streams,
            "lent": self.lender.lent,
            **self._counts,
        }

    def idle(self) -> Worker | None:
        """A worker that nobody uses, if there is one; the one used last, whose memory is warm."""
        while self._idle:
            worker = self._idle.popleft()
            if worker.alive():
                self._refill_if_needed()
                return worker
        return None

    async def take(self) -> Worker:
        """A worker that nobody uses; a new one when none is idle."""
        if worker := self.idle():
            return worker
        await self._ready.wait()
        self._refill_if_needed()
        return await self._zygote.fork()

    def count_lent(self, made: int, again: int) -> None:
        """Count answers on connections that were lent: made, and given again."""
        self._counts["queries_total"] += made
        self._counts["queries_lent_total"] += made
        self._counts["answers_repeated_lent_total"] += again

    def note(self, seconds: float) -> None:
        """Take note of how long a worker was at a query: the next are thought to take as long as those before."""
        self._pace += (min(seconds, 4 * _BRIEF) - self._pace) / 8

    def note_failure(self, error: BaseException) -> None:
        """Count a query that gets no answer."""
        if isinstance(error, QueryError):
            self._counts[f"failed_{error.kind}_total"] += 1

    def give_back(self, worker: Worker) -> None:
        """Keep a worker for the next query, unless it has served long or enough are idle."""
        if worker.served >= _LIFETIME or len(self._idle) >= 2 * self.limits.fast or self._stopping:
            worker.kill()
            self._run(self._refill())
        else:
            self._idle.appendleft(worker)

    def _configuration(self) -> dict[str, Any]:
        return {
            **_where(self._dataset),
            "prefixes": dict(self._prefixes),
            "base": self._base,
            "union": self._union,
            "memory": self.limits.memory_mb << 20,
            "stack": self.limits.stack,
            "seconds": self.limits.seconds,
            "life": self.limits.seconds + self.limits.stream_seconds + 5,
            "result": self.limits.result_mb * 1_000_000,
        }

    async def _start_zygote(self) -> None:
        self._zygote = ForkServer(self._configuration())
        await self._zygote.start()
        self.quads = self._zygote.quads
        self._ready.set()
        await self._refill()

    async def _supervise(self) -> None:
        """Replace a zygote that has ended, for as long as this engine runs."""
        while True:
            await self._zygote.ended.wait()
            self._ready.clear()
            self._counts["zygotes_lost_total"] += 1
            await self._zygote.stop()
            await asyncio.sleep(_PAUSE)
            try:
                await self._start_zygote()
            except EngineFailed:
                self._counts["zygotes_failed_total"] += 1

    def _refill_if_needed(self) -> None:
        """Fork beside the queries, one worker at a time: many at once would be far too many a moment later."""
        if len(self._idle) < self.limits.fast and not self._refilling:
            self._refilling = True
            self._run(self._refill())

    async def _refill(self) -> None:
        """Have as many workers idle as queries can start at once; one at a time sees to that."""
        if self._refilling:
            return
        self._refilling = True
        try:
            while len(self._idle) < self.limits.fast and not self._stopping:
                self._idle.append(await self._zygote.fork())
        except EngineFailed:
            return
        finally:
            self._refilling = False

    def _run(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _where(dataset: Path | Stored) -> Mapping[str, Any]:
    """Where the zygote or its workers find the dataset."""
    if isinstance(dataset, Stored):
        return {"dataset": "", "store": os.fspath(dataset.path), "quads": dataset.quads}
    return {"dataset": os.fspath(dataset), "store": "", "quads": 0}
