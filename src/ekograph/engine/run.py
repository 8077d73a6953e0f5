"""One query from its admission to the last byte of its answer, and what it holds meanwhile."""

from __future__ import annotations

import asyncio
import json
import marshal
import time
from collections.abc import AsyncIterator, Mapping
from functools import lru_cache
from typing import Any

from ekograph import formats
from ekograph.engine.admission import Entry
from ekograph.engine.base import Answer, BadQuery, Broken, Busy, NotAcceptable, Query, QueryError, Refused, TimedOut
from ekograph.engine.failures import from_signal, from_worker
from ekograph.engine.frames import DATA, END, HEAD
from ekograph.engine.pool import Pool
from ekograph.engine.process import Worker
from ekograph.engine.tail import Tail

_FORMATS = {each.name: each for each in (*formats.RDF, *formats.RESULTS)}

#: After these the worker is as it was before.
_HARMLESS = (BadQuery, Refused, NotAcceptable)


class _AgainError(Exception):
    """The worker has ended before it came to this query."""


class Run:
    """A query at work: waiting, on a place in the fast lane or behind another there, in the slow lane, or a stream.

    It ends once, with `_finish`, whatever happens.
    """

    def __init__(self, pool: Pool, query: Query) -> None:
        self.over = False
        self._pool = pool
        self._limits = pool.limits
        self._client = query.client
        self._request = _request(query)
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + self._limits.seconds
        self._begun: asyncio.Future[Answer]
        self._worker: Worker | None = None
        self._head: Mapping[str, Any] = {}
        self._held = bytearray()
        self._tail: Tail | None = None
        self._entry: Entry | None = None
        self._lane = ""
        self._limit: asyncio.TimerHandle | None = None
        self._cpu_before: float | None = None
        self._reusable = False

    async def begin(self) -> Answer:
        """The answer, whole when it is short; raises a QueryError."""
        try:
            while True:
                self._begun = self._loop.create_future()
                if not self._start_at_once():
                    await self._start_in_turn()
                try:
                    return await self._begun
                except _AgainError:
                    self._leave()
        except EOFError:
            raise await self._cause() from None
        except BaseException:
            self._finish(clean=False)
            raise

    def _start_at_once(self) -> bool:
        """Begin without waiting, if there are a place and a worker."""
        self._entry = self._pool.gate.enter_at_once(self._client)
        return self._entry is not None and self._asked_at_once()

    async def _start_in_turn(self) -> None:
        try:
            async with asyncio.timeout_at(self._deadline):
                self._entry = self._entry or await self._pool.gate.enter(self._client)
                while self._entry is Entry.BEHIND and not self._asked_at_once():
                    self._leave()
                    self._entry = await self._pool.gate.enter(self._client)
                if not self._worker:
                    self._ask(await self._pool.take())
        except TimeoutError:
            raise Busy from None

    def _asked_at_once(self) -> bool:
        """Ask a worker that is there, if there is one."""
        worker = self._pool.idle() if self._entry is Entry.PLACE else self._pool.busy(self._client)
        if worker:
            self._ask(worker)
        return worker is not None

    def _ask(self, worker: Worker) -> None:
        self._worker = worker
        self._lane = "fast"
        if self._entry is Entry.PLACE:
            self._pool.put_to_work(worker, self._client)
        self._pool.watch.add(self)
        worker.ask(self, self._request)

    def frame(self, kind: bytes, payload: bytes) -> None:
        """Take a frame of the answer."""
        if kind == HEAD:
            self._head = _head(payload)
        elif kind == DATA:
            self._take(payload)
        elif kind == END:
            self._end(worn=bool(payload))
        else:
            self._fail(from_worker(json.loads(payload), self._limits))

    def lost(self) -> None:
        """Take note that the worker has ended while it was answering."""
        self._tell(EOFError())
        self._finish(clean=False)

    def again(self) -> None:
        """Ask another worker: this one is gone, because of another query."""
        if not self.over:
            self._pool.watch.remove(self)
            self._worker, self._lane = None, ""
            self._tell(_AgainError())

    def look(self, now: float) -> None:
        """End the query at its deadline; move it to the slow lane once it has used its slice of CPU time.

        The slice is counted from the first look, half of it later than the query began.
        """
        worker = self._worker
        if worker is None or self._lane == "stream":
            return
        if now >= self._deadline:
            self._tell(TimedOut({"limit": f"{self._limits.seconds:g}"}))
            self._finish(clean=False)
        elif self._lane == "fast" and worker.asked and worker.asked[0] is self:
            used = worker.cpu()
            if self._cpu_before is None:
                self._cpu_before = used
            elif used - self._cpu_before >= self._limits.slice / 2:
                self._free_place(worker)
                self._lane = "slow"
                self._pool.slow_lane.join(worker, self._client)

    def _take(self, payload: bytes) -> None:
        if self._tail:
            self._tail.put(payload)
            return
        self._held += payload
        if len(self._held) > self._limits.held:
            self._become_stream()

    def _end(self, *, worn: bool) -> None:
        self._reusable = not worn
        if self._tail:
            self._tail.end()
            return
        if self._worker:
            self._pool.note(time.perf_counter() - self._worker.since)
        self._finish(clean=self._reusable)
        if not self._begun.done():
            self._begun.set_result(self._answer(bytes(self._held), None))

    def _fail(self, error: QueryError) -> None:
        self._tell(error)
        self._finish(clean=self._tail is None and isinstance(error, _HARMLESS))

    def _tell(self, error: Exception) -> None:
        if self._tail:
            self._tail.end(error)
        elif not self._begun.done():
            self._begun.set_exception(error)

    async def _cause(self) -> QueryError:
        if not self._worker:
            return Broken()
        async with asyncio.timeout(1):
            return from_signal(await asyncio.shield(self._worker.ended), self._limits)

    def _become_stream(self) -> None:
        """Free the place in the lane: from here on it is the client who sets the pace."""
        worker = self._worker
        if worker is None or self._pool.streams >= self._limits.streams:
            self._fail(Busy())
            return
        self._leave_lane(worker)
        worker.demote()
        self._lane = "stream"
        self._pool.streams += 1
        self._limit = self._loop.call_later(self._limits.stream_seconds, self._cut, worker)
        self._tail = Tail(worker.pause_reading, worker.resume_reading)
        if not self._begun.done():
            self._begun.set_result(self._answer(None, self._stream(bytes(self._held), self._tail)))

    def _cut(self, worker: Worker) -> None:
        """End a stream whose client has taken too long."""
        worker.kill()
        self._tell(EOFError())

    async def _stream(self, held: bytes, tail: Tail) -> AsyncIterator[bytes]:
        """The whole answer; the time that the worker takes counts, the time that the client takes does not."""
        left = self._deadline - self._loop.time()
        try:
            yield held
            while True:
                began = self._loop.time()
                async with asyncio.timeout(left):
                    data = await tail.next()
                left -= self._loop.time() - began
                if data is None:
                    break
                yield data
        except TimeoutError:
            raise TimedOut({"limit": f"{self._limits.seconds:g}"}) from None
        except EOFError:
            raise await self._cause() from None
        finally:
            self._finish(clean=self._reusable)

    def _answer(self, whole: bytes | None, rest: AsyncIterator[bytes] | None) -> Answer:
        head = self._head
        return Answer(_FORMATS[head["format"]], head["form"], whole, rest, lasting=head["lasting"])

    def _finish(self, *, clean: bool) -> None:
        """Give everything back. A worker that is not as it was before is never used again."""
        if self.over:
            return
        self.over = True
        self._pool.watch.remove(self)
        if self._limit:
            self._limit.cancel()
        if self._worker:
            self._leave_worker(self._worker, clean=clean)
        self._leave()

    def _leave_worker(self, worker: Worker, *, clean: bool) -> None:
        if self in worker.asked and worker.asked[0] is not self:
            # Not begun: whoever is before it sees to that.
            return
        follows = worker.asked[1] if len(worker.asked) > 1 else None
        if clean and follows and not follows.over:
            return
        self._leave_lane(worker)
        if clean and not follows and (self._lane == "fast" or worker.promote()):
            self._pool.give_back(worker)
        else:
            worker.kill()

    def _leave_lane(self, worker: Worker) -> None:
        if self._lane == "fast":
            self._free_place(worker)
        elif self._lane == "slow":
            self._pool.slow_lane.leave(worker)
        elif self._tail:
            self._pool.streams -= 1
            self._tail.close()

    def _free_place(self, worker: Worker) -> None:
        """Leave the fast lane: those who are behind find another place."""
        worker.leave_alone()
        self._pool.free_place(worker, self._client)

    def _leave(self) -> None:
        """Count no longer; a place without a worker is freed."""
        if self._entry is Entry.PLACE and self._worker is None and not self._lane:
            self._pool.gate.free_fast(self._client)
        if self._entry:
            self._pool.gate.leave(self._client)
        self._entry = None


# Formats and forms: a handful of values, the same with each answer.
@lru_cache(maxsize=64)
def _head(payload: bytes) -> Mapping[str, Any]:
    return dict(json.loads(payload))


def _request(query: Query) -> bytes:
    """What a worker is asked."""
    results, graph = query.results, query.graph
    return marshal.dumps(
        {
            "text": query.text,
            "results": results and results.name,
            "graph": graph and graph.name,
            "default": query.default_graphs,
            "named": query.named_graphs,
        }
    )
