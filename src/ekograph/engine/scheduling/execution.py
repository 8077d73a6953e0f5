"""One query from its admission to the last byte of its answer, and what it holds meanwhile.

What follows of an answer that has begun to leave: a few blocks ahead of whoever reads, and no more.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

from ekograph.engine.contract import (
    Answer,
    BadQuery,
    Busy,
    EngineFailed,
    NotAcceptable,
    Query,
    QueryError,
    Refused,
    TimedOut,
)
from ekograph.engine.scheduling.failures import from_signal, from_worker
from ekograph.engine.workers.handle import Head, Worker, head, request
from ekograph.engine.workers.ipc import DATA, END, HEAD, SHORT
from ekograph.engine.workers.pool import Pool

#: Seconds in which it is known what a worker has ended of.
_PATIENCE = 1.0

#: After these the worker is as it was before.
_HARMLESS = (BadQuery, Refused, NotAcceptable)


class QueryExecution(asyncio.Future[Answer]):
    """The answer to a query at work, whole when it is short.

    The query is waiting, in the fast lane, in the slow lane, or a stream. To cancel it frees at once what it holds,
    also when its answer has begun. It ends once, with `_finish`, whatever happens.
    """

    #: Whether it holds nothing more.
    over = False

    # What most have little of is made when it is needed.
    _worker: Worker | None = None
    _head: Head | None = None
    _size = 0
    _tail: StreamBuffer | None = None
    _entered = False
    _lane = ""
    _turn: asyncio.Task[None] | None = None
    _limit: asyncio.TimerHandle | None = None
    _cpu_before: float | None = None
    _reusable = False

    def __init__(self, pool: Pool, query: Query) -> None:
        super().__init__()
        self._pool = pool
        self._limits = pool.limits
        self._client = query.client
        self._request = request(query)
        self._deadline = self._loop.time() + self._limits.seconds
        self._held: list[bytes] = []

    def start(self) -> None:
        """Begin: without waiting, if there are a place and a worker."""
        self._entered = self._pool.gate.enter_at_once(self._client)
        if self._entered and (worker := self._pool.idle()):
            self._ask(worker)
        else:
            self._turn = self._loop.create_task(self._start_in_turn())
            self._turn.add_done_callback(self._started)

    def cancel(self, msg: Any = None) -> bool:
        """Give up."""
        cancelled = super().cancel(msg)
        self._finish(clean=False)
        return cancelled

    async def _start_in_turn(self) -> None:
        try:
            async with asyncio.timeout_at(self._deadline):
                if not self._entered:
                    await self._pool.gate.enter(self._client)
                    self._entered = True
                self._ask(await self._pool.take())
        except TimeoutError:
            raise Busy from None

    def _started(self, turn: asyncio.Task[None]) -> None:
        if not turn.cancelled() and (error := turn.exception()):
            self.fail(error)

    def _ask(self, worker: Worker) -> None:
        self._worker = worker
        self._lane = "fast"
        self._pool.watch.add(self)
        worker.ask(self, self._request)

    def frame(self, kind: bytes, payload: bytes) -> None:
        """Take a frame of the answer."""
        if kind == SHORT:
            start = payload[0] + 1
            self._head = head(payload[1:start])
            self._held.append(payload[start:])
            self._end(worn=False)
        elif kind == HEAD:
            self._head = head(payload)
        elif kind == DATA:
            self._take(payload)
        elif kind == END:
            self._end(worn=bool(payload))
        else:
            self.fail(from_worker(json.loads(payload), self._limits))

    def fail(self, error: BaseException) -> None:
        """End without an answer, or in the middle of one."""
        self._tell(error)
        self._finish(clean=self._tail is None and isinstance(error, _HARMLESS))

    def lost(self) -> None:
        """Take note that the worker has ended while it was answering."""
        if self._tail:
            self._tail.end(EOFError())
        elif not self.done():
            self._turn = self._loop.create_task(self._tell_cause())
        self._finish(clean=False)

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
        elif self._lane == "fast":
            used = worker.cpu()
            if self._cpu_before is None:
                self._cpu_before = used
            elif used - self._cpu_before >= self._limits.slice / 2:
                self._pool.gate.free_fast(self._client)
                self._lane = "slow"
                self._pool.slow_lane.join(worker, self._client)

    def _take(self, payload: bytes) -> None:
        if self._tail:
            self._tail.put(payload)
            return
        self._held.append(payload)
        self._size += len(payload)
        if self._size > self._limits.held:
            self._become_stream()

    def _end(self, *, worn: bool) -> None:
        self._reusable = not worn
        if self._tail:
            self._tail.end()
            return
        if self._worker:
            self._pool.note(time.perf_counter() - self._worker.since)
        self._finish(clean=self._reusable)
        if not self.done():
            self.set_result(self._answer(b"".join(self._held), None))

    def _tell(self, error: BaseException) -> None:
        if self._tail:
            self._tail.end(error)
        elif not self.done():
            self._pool.note_failure(error)
            self.set_exception(error)

    async def _tell_cause(self) -> None:
        self._tell(await self._cause())

    async def _cause(self) -> QueryError:
        """What its worker has ended of."""
        ended = self._worker and (await asyncio.wait([self._worker.ended], timeout=_PATIENCE))[0]
        return from_signal(ended.pop().result(), self._limits) if ended else EngineFailed()

    def _become_stream(self) -> None:
        """Free the place in the lane: from here on it is the client who sets the pace."""
        worker = self._worker
        if worker is None or self._pool.streams >= self._limits.streams:
            self.fail(Busy())
            return
        self._leave_lane(worker)
        worker.demote()
        self._lane = "stream"
        self._pool.streams += 1
        self._limit = self._loop.call_later(self._limits.stream_seconds, self._cut, worker)
        self._tail = StreamBuffer(worker.pause_reading, worker.resume_reading)
        if not self.done():
            self.set_result(self._answer(None, self._stream(b"".join(self._held), self._tail)))

    def _cut(self, worker: Worker) -> None:
        """End a stream whose client has taken too long."""
        worker.kill()
        self._tell(EOFError())

    async def _stream(self, held: bytes, tail: StreamBuffer) -> AsyncIterator[bytes]:
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
        if self._head is None:
            raise RuntimeError("the worker has sent data without a head")
        return Answer(self._head.format, self._head.form, whole, rest, self._head.lasting)

    def _finish(self, *, clean: bool) -> None:
        """Give everything back. A worker that is not as it was before is never used again."""
        if self.over:
            return
        self.over = True
        self._pool.watch.remove(self)
        if self._turn and not self._worker:
            self._turn.cancel()
        if self._limit:
            self._limit.cancel()
        if self._worker:
            self._leave_worker(self._worker, clean=clean)
        self._leave()

    def _leave_worker(self, worker: Worker, *, clean: bool) -> None:
        self._leave_lane(worker)
        if clean and (self._lane == "fast" or worker.promote()):
            self._pool.give_back(worker)
        else:
            worker.kill()

    def _leave_lane(self, worker: Worker) -> None:
        if self._lane == "fast":
            self._pool.gate.free_fast(self._client)
        elif self._lane == "slow":
            self._pool.slow_lane.leave(worker)
        elif self._tail:
            self._pool.streams -= 1
            self._tail.close()

    def _leave(self) -> None:
        """Count no longer; a place without a worker is freed."""
        if self._entered and self._worker is None:
            self._pool.gate.free_fast(self._client)
        if self._entered:
            self._pool.gate.leave(self._client)
        self._entered = False


#: Bytes that nobody has read beyond which no more are taken, and below which taking goes on.
_MOST, _LEAST = 262_144, 65_536


class StreamBuffer:
    """Blocks of bytes, put in at one end and read at the other; `pause` and `resume` are told when it fills."""

    def __init__(self, pause: Callable[[], None], resume: Callable[[], None]) -> None:
        self._pause = pause
        self._resume = resume
        self._blocks: deque[bytes] = deque()
        self._size = 0
        self._paused = False
        self._ended = False
        self._error: BaseException | None = None
        self._more = asyncio.Event()

    def put(self, block: bytes) -> None:
        """Add a block."""
        self._blocks.append(block)
        self._size += len(block)
        self._more.set()
        if self._size > _MOST and not self._paused:
            self._paused = True
            self._pause()

    def end(self, error: BaseException | None = None) -> None:
        """Say that nothing follows, or why."""
        self._ended = True
        self._error = self._error or error
        self._more.set()

    async def next(self) -> bytes | None:
        """The next block, None at the end; raises what it ended with."""
        while not self._blocks:
            if self._error:
                raise self._error
            if self._ended:
                return None
            self._more.clear()
            await self._more.wait()
        block = self._blocks.popleft()
        self._size -= len(block)
        if self._size < _LEAST:
            self.close()
        return block

    def close(self) -> None:
        """Hold up nobody any more: what comes now is wanted, or is another's."""
        if self._paused:
            self._paused = False
            self._resume()
