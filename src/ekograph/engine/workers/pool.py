"""The workers of one engine: idle ones are kept for the next query, and ended ones replaced."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Coroutine, Mapping
from typing import Any, Protocol

from ekograph.engine.contract import Limits
from ekograph.engine.errors import QueryError
from ekograph.engine.scheduling.admission import AdmissionControl
from ekograph.engine.scheduling.background_lane import BackgroundLane
from ekograph.engine.workers.forkserver_client import ForkServer
from ekograph.engine.workers.handle import Worker

#: Queries after which a worker is replaced; one whose memory has grown too much asks for that itself.
_LIFETIME = 100_000

#: Seconds between the end of a fork server and the start of the next.
_PAUSE = 0.2


class Polled(Protocol):
    """Something that is looked at regularly while it runs."""

    def poll(self, now: float) -> None:
        """Check the state; `now` is the time of the event loop, in seconds."""


class DeadlineTimer:
    """Polls all running queries from one timer; a timer per query would cost as much as a short query."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._polled: set[Polled] = set()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, polled: Polled) -> None:
        """Start to poll."""
        self._polled.add(polled)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._poll)

    def remove(self, polled: Polled) -> None:
        """Stop polling."""
        self._polled.discard(polled)

    def _poll(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        for polled in list(self._polled):
            polled.poll(loop.time())
        if self._polled and self._timer is None:
            self._timer = loop.call_later(self._seconds, self._poll)


class WorkerPool:
    """Where queries get their workers, and what limits them together."""

    def __init__(self, config: Mapping[str, Any], limits: Limits) -> None:
        self.limits = limits
        self.admission = AdmissionControl(limits)
        self.background_lane = BackgroundLane(limits.slow)
        self.timer = DeadlineTimer(limits.slice / 2)
        self.counts: Counter[str] = Counter()
        #: Long answers that are being sent.
        self.streams = 0
        self.idle_workers: deque[Worker] = deque()
        self.fork_server: ForkServer
        self._config = config
        self._ready = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._refilling = False
        self.stopping = False

    async def start(self) -> None:
        """Load the dataset and fork the first workers; raises QueryError when it cannot be read."""
        await self._start_fork_server()
        self._run(self._supervise())

    async def stop(self) -> None:
        """End all workers and the fork server."""
        self.stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.fork_server.stop()

    def idle(self) -> Worker | None:
        """An idle worker, if there is one: the one used last, whose memory is warm."""
        while self.idle_workers:
            worker = self.idle_workers.popleft()
            if worker.alive():
                self._refill_if_needed()
                return worker
            worker.kill()
        return None

    async def take(self) -> Worker:
        """An idle worker, or a new one."""
        if worker := self.idle():
            return worker
        await self._ready.wait()
        return await self.fork_server.fork()

    def release(self, worker: Worker) -> None:
        """Keep a worker for the next query, unless it has served long or enough are idle."""
        if worker.served >= _LIFETIME or len(self.idle_workers) >= 2 * self.limits.fast or self.stopping:
            worker.kill()
            self._refill_if_needed()
        else:
            self.idle_workers.appendleft(worker)

    def note_failure(self, error: BaseException) -> None:
        """Count a query that gets no answer."""
        if isinstance(error, QueryError):
            self.counts[f"failed_{error.kind}_total"] += 1

    async def _start_fork_server(self) -> None:
        self.fork_server = ForkServer(self._config)
        await self.fork_server.start()
        self._ready.set()
        await self._refill()

    async def _supervise(self) -> None:
        """Replace a fork server that has ended."""
        while True:
            await self.fork_server.ended.wait()
            self._ready.clear()
            self.counts["zygotes_lost_total"] += 1
            await self.fork_server.stop()
            await asyncio.sleep(_PAUSE)
            try:
                await self._start_fork_server()
            except QueryError:
                self.counts["zygotes_failed_total"] += 1

    @property
    def _too_few(self) -> bool:
        """Whether the fast lane could lack a worker; those at work in it come back, others may not for long."""
        return len(self.idle_workers) + self.admission.fast.total() < self.limits.fast and not self.stopping

    def _refill_if_needed(self) -> None:
        if self._too_few and not self._refilling:
            self._run(self._refill())

    async def _refill(self) -> None:
        """Fork one worker at a time, beside the queries, until there are enough."""
        if self._refilling:
            return
        self._refilling = True
        try:
            while self._too_few:
                self.idle_workers.append(await self.fork_server.fork())
        except QueryError:
            return
        finally:
            self._refilling = False

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
