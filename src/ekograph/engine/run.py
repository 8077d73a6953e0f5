"""One query from its admission to the last byte of its answer, and what it holds meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from functools import lru_cache
from typing import Any, Protocol

from ekograph import formats
from ekograph.engine.admission import Gate
from ekograph.engine.base import Answer, Broken, Busy, Limits, Query, QueryError, TimedOut
from ekograph.engine.failures import from_signal, from_worker
from ekograph.engine.frames import DATA, END, ERROR, HEAD
from ekograph.engine.process import Worker
from ekograph.engine.slow_lane import SlowLane
from ekograph.engine.watch import Watch

_FORMATS = {each.name: each for each in (*formats.RDF, *formats.RESULTS)}


class Pool(Protocol):
    """Where workers come from and go back to."""

    limits: Limits
    gate: Gate
    slow_lane: SlowLane
    watch: Watch
    streams: int

    def idle(self) -> Worker | None:
        """A worker that nobody uses, if there is one."""

    async def take(self) -> Worker:
        """A worker that nobody uses, a new one if need be."""

    def give_back(self, worker: Worker) -> None:
        """Take back a worker whose answer is whole."""


class Run:
    """A query at work. It ends once, with `_finish`, whatever happens."""

    def __init__(self, pool: Pool, query: Query) -> None:
        self._pool = pool
        self._limits = pool.limits
        self._query = query
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + self._limits.seconds
        self._worker: Worker | None = None
        self._head: Mapping[str, Any] = {}
        self._lane = ""
        self._last: asyncio.TimerHandle | None = None
        self._cpu_before: float | None = None

    async def begin(self) -> Answer:
        """The answer, whole when it is short; raises a QueryError."""
        try:
            if not self._start_at_once():
                async with asyncio.timeout_at(self._deadline):
                    await self._start()
            held, whole = await self._hold()
        except TimeoutError:
            started = self._worker is not None
            self._finish(whole=False)
            raise (TimedOut({"limit": f"{self._limits.seconds:g}"}) if started else Busy()) from None
        except BaseException:
            self._finish(whole=False)
            raise
        if whole:
            self._finish(whole=True)
            return self._answer(_once(held), len(held))
        self._become_stream()
        return self._answer(self._stream(held), None)

    def _start_at_once(self) -> bool:
        """Begin without waiting, if there are a place and a worker."""
        if not self._pool.gate.enter_at_once(self._query.client):
            return False
        self._lane = "fast"
        worker = self._pool.idle()
        if worker:
            self._ask(worker)
        return worker is not None

    async def _start(self) -> None:
        if not self._lane:
            await self._pool.gate.enter(self._query.client)
            self._lane = "fast"
        self._ask(await self._pool.take())

    def _ask(self, worker: Worker) -> None:
        self._worker = worker
        self._pool.watch.add(self)
        worker.ask(_request(self._query))

    async def _hold(self) -> tuple[bytes, bool]:
        """The first part of the answer, and whether it is the whole."""
        held = bytearray()
        while len(held) <= self._limits.held:
            data = await self._next()
            if data is None:
                return bytes(held), True
            held += data
        return bytes(held), False

    async def _next(self) -> bytes | None:
        """The next data, None at the end; raises the QueryError that the worker reports or dies of."""
        if self._worker is None:
            raise Broken
        try:
            kind, payload = await self._worker.frame()
        except EOFError:
            raise await self._cause(self._worker) from None
        if kind == HEAD:
            self._head = _head(payload)
            return b""
        if kind == DATA:
            return payload
        if kind == ERROR:
            raise from_worker(json.loads(payload), self._limits)
        return None if kind == END else b""

    async def _cause(self, worker: Worker) -> QueryError:
        async with asyncio.timeout(1):
            return from_signal(await asyncio.shield(worker.ended), self._limits)

    def look(self, now: float) -> None:
        """End the query at its deadline; move it to the slow lane once it has used its slice of CPU time.

        The slice is counted from the first look, half of it later than the query began.
        """
        if self._worker is None or self._lane == "stream":
            return
        if now >= self._deadline:
            self._worker.expire()
        elif self._lane == "fast":
            used = self._worker.cpu()
            if self._cpu_before is None:
                self._cpu_before = used
            elif used - self._cpu_before >= self._limits.slice / 2:
                self._lane = "slow"
                self._pool.slow_lane.join(self._worker, self._query.client)
                self._pool.gate.free_fast(self._query.client)

    def _become_stream(self) -> None:
        """Free the place in the lane: from here on it is the client who sets the pace."""
        if self._worker is None or self._pool.streams >= self._limits.streams:
            self._finish(whole=False)
            raise Busy
        self._leave_lane()
        self._worker.demote()
        self._lane = "stream"
        self._pool.streams += 1
        self._last = self._loop.call_later(self._limits.stream_seconds, self._worker.kill)

    async def _stream(self, held: bytes) -> AsyncIterator[bytes]:
        """The whole answer; the time that the worker takes counts, the time that the client takes does not."""
        whole = False
        left = self._deadline - self._loop.time()
        try:
            yield held
            while True:
                began = self._loop.time()
                async with asyncio.timeout(left):
                    data = await self._next()
                left -= self._loop.time() - began
                if data is None:
                    break
                if data:
                    yield data
            whole = True
        except TimeoutError:
            raise TimedOut({"limit": f"{self._limits.seconds:g}"}) from None
        finally:
            self._finish(whole=whole)

    def _answer(self, body: AsyncIterator[bytes], length: int | None) -> Answer:
        head = self._head
        return Answer(_FORMATS[head["format"]], head["form"], body, length, lasting=head["lasting"])

    def _leave_lane(self) -> None:
        if self._lane == "fast":
            self._pool.gate.free_fast(self._query.client)
        elif self._lane == "slow" and self._worker:
            self._pool.slow_lane.leave(self._worker)
        elif self._lane == "stream":
            self._pool.streams -= 1

    def _finish(self, *, whole: bool) -> None:
        """Give everything back. A worker whose answer is not whole, or that was slow, is never used again."""
        if not self._lane:
            return
        if self._last:
            self._last.cancel()
        self._pool.watch.remove(self)
        self._leave_lane()
        self._lane = ""
        if self._worker and whole and not self._worker.demoted:
            self._pool.give_back(self._worker)
        elif self._worker:
            self._worker.kill()
        self._worker = None
        self._pool.gate.leave(self._query.client)


# Formats and forms: a handful of values, the same with each answer.
@lru_cache(maxsize=64)
def _head(payload: bytes) -> Mapping[str, Any]:
    """What a worker says before the data of an answer."""
    head: dict[str, Any] = json.loads(payload)
    return head


def _request(query: Query) -> dict[str, Any]:
    """What a worker is told."""
    return {
        "text": query.text,
        "default": query.default_graphs,
        "named": query.named_graphs,
        "results": query.results and query.results.name,
        "graph": query.graph and query.graph.name,
    }


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
