"""One query from its admission to the last byte of its answer, and what it holds meanwhile."""

from __future__ import annotations

import asyncio
import enum
import json
import marshal
from collections import deque
from functools import lru_cache
from typing import Any, NamedTuple

from ekograph.engine.contract import Answer, Query
from ekograph.engine.errors import QueryError, from_signal
from ekograph.engine.workers.handle import Worker
from ekograph.engine.workers.ipc import DATA, END, ERROR, HEAD, SHORT, WorkerRequest
from ekograph.engine.workers.pool import WorkerPool
from ekograph.rdf import formats
from ekograph.rdf.formats import Format

#: Seconds in which the end of a worker is reported, and in which that of others is noticed.
_PATIENCE, _NOTICED = 1.0, 0.1

#: Characters of a query for which there is stack enough, whatever they are.
_STACK_SUFFICES = 65_536

#: Errors after which a worker is as good as new: the query was refused before it ran.
_HARMLESS = frozenset(
    (
        *("bad_query", "undeclared_prefix", "unknown_function", "too_deep", "bad_parameter"),
        *("refused_update", "refused_service", "not_acceptable", "unwritable"),
    )
)

_FORMATS = {form.name: form for form in (*formats.RDF, *formats.RESULTS)}


class State(enum.Enum):
    """Where a query is. It only ever moves down this list, and may skip states."""

    #: It waits for a place in the fast lane, and holds nothing.
    QUEUED = enum.auto()
    #: It has a place in the fast lane, and waits for a worker.
    ADMITTED = enum.auto()
    #: A worker is at it, in the fast lane.
    FAST = enum.auto()
    #: A worker is at it, in the background lane.
    BACKGROUND = enum.auto()
    #: A worker writes a long answer, at the pace of the client.
    STREAMING = enum.auto()
    #: It holds nothing any more.
    FINISHED = enum.auto()


_FAST = State.FAST


class QueryExecution(asyncio.Future[Answer]):
    """The answer of a query; cancelling it frees at once what the query holds, even while its answer is sent."""

    # Class attributes, since most queries never need more of these.
    state = State.QUEUED
    _worker: Worker | None = None
    _head: _Head | None = None
    _size = 0
    _stream: AnswerStream | None = None
    _waiting: asyncio.Task[None] | None = None
    _cpu_before: float | None = None
    _cut: asyncio.TimerHandle | None = None
    #: Whether the worker has sent a stream to its end, and may answer more.
    _reusable = False
    #: The same query, asked again since the worker ended before it sent anything; that happens once.
    _again: QueryExecution | None = None
    _is_repeated = False

    def __init__(self, pool: WorkerPool, query: Query) -> None:
        super().__init__()
        self._pool = pool
        self._query = query
        self._deadline = self._loop.time() + pool.limits.seconds
        self._held: list[bytes] = []

    def start(self) -> None:
        """Start at once if there are a place and a worker, else wait for them; not if it has been given up."""
        if self.done():
            return
        if self._pool.admission.enter_at_once(self._query.client):
            if worker := self._pool.idle():
                self._run(worker)
                return
            self.state = State.ADMITTED
        self._waiting = self._loop.create_task(self._wait())

    def cancel(self, msg: Any = None) -> bool:
        """Give up."""
        cancelled = super().cancel(msg)
        self._finish(clean=False)
        if self._again:
            self._again.cancel()
        return cancelled

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout_at(self._deadline):
                if self.state is State.QUEUED:
                    await self._pool.admission.enter(self._query.client)
                    self.state = State.ADMITTED
                self._run(await self._pool.take())
        except TimeoutError:
            self.fail(QueryError("busy"))
        except QueryError as error:
            self.fail(error)

    def _run(self, worker: Worker) -> None:
        self.state = _FAST
        self._worker = worker
        self._pool.timer.add(self)
        text, default_graphs, named_graphs, results, graph, *_ = self._query
        names = results.name if results else None, graph.name if graph else None
        worker.ask(self, marshal.dumps(tuple(WorkerRequest(text, *names, default_graphs, named_graphs))))

    def frame(self, kind: bytes, payload: bytes) -> None:
        """Take a frame of the answer."""
        try:
            self._take_frame(kind, payload)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            self.fail(QueryError("broken", reason=f"the worker has broken the protocol: {error!r}"))

    def _take_frame(self, kind: bytes, payload: bytes) -> None:
        if kind == SHORT:
            start = payload[0] + 1
            self._head = _parse_head(payload[1:start])
            self._held.append(payload[start:])
            self._complete(reusable=True)
        elif kind == HEAD:
            self._head = _parse_head(payload)
        elif kind == DATA and self._head:
            self._take(payload)
        elif kind == END and self._head:
            self._complete(reusable=not payload)
        elif kind == ERROR:
            self.fail(QueryError(**json.loads(payload)))
        else:
            raise ValueError(kind)

    def fail(self, error: QueryError) -> None:
        """End without an answer, or in the middle of one."""
        clean = self._stream is None and error.kind in _HARMLESS
        self._report(error)
        self._finish(clean=clean)

    def lost(self) -> None:
        """The worker has ended while it was answering."""
        worker = self._worker
        if (worker and not self.done()) or self._stream:
            # A task of its own: the future is not done before the reason is known.
            self._waiting = self._loop.create_task(self._report_cause(worker))
        self._finish(clean=False)

    def close_stream(self) -> None:
        """The stream has been read to its end, or will not be."""
        self._finish(clean=self._reusable)

    def poll(self, now: float) -> None:
        """End the query at its deadline; move it to the background lane once it has used its slice of CPU time.

        The slice is counted from the first poll, which comes up to half a slice after the start.
        """
        worker = self._worker
        if worker is None or self.state is State.STREAMING:
            return
        if now >= self._deadline:
            self.fail(self.timed_out())
        elif self.state is _FAST:
            cpu = worker.cpu()
            if self._cpu_before is None:
                self._cpu_before = cpu
            elif cpu - self._cpu_before >= self._pool.limits.slice / 2:
                self._pool.admission.free_fast(self._query.client)
                self.state = State.BACKGROUND
                self._pool.background_lane.add(worker, self._query.client)

    def _take(self, payload: bytes) -> None:
        self._size += len(payload)
        if self._size > (self._pool.limits.result_mb + 1) * 1_000_000:
            # Workers count too; this is for one that does not keep to it.
            self.fail(QueryError("result_too_large", limit=self._pool.limits.result_mb))
        elif self._stream:
            self._stream.put(payload)
        else:
            self._held.append(payload)
            if self._size > self._pool.limits.held:
                self._start_stream()

    def _complete(self, *, reusable: bool) -> None:
        """The answer is whole; that of a stream still has to be read."""
        if self._stream:
            self._reusable = reusable
            self._stream.end()
            return
        self._finish(clean=reusable)
        if not self.done():
            self.set_result(self._answer(b"".join(self._held), None))

    def _report(self, error: QueryError) -> None:
        if self._stream:
            self._stream.end(error)
        elif not self.done():
            self._pool.note_failure(error)
            self.set_exception(error)

    async def _report_cause(self, worker: Worker | None) -> None:
        """Report what the worker has ended of."""
        limits = self._pool.limits
        if worker and (await asyncio.wait([worker.ended], timeout=_PATIENCE))[0]:
            number = worker.ended.result()
            error = from_signal(number, worker.stderr, seconds=limits.seconds, memory_mb=limits.memory_mb)
            if error.kind == "crashed" and len(self._query.text) > _STACK_SUFFICES:
                error = QueryError("too_deep")
        else:
            error = QueryError("broken", reason="the worker has closed its connection")
        if error.kind != "broken" or self._head or self._is_repeated or self.done():
            self._report(error)
        else:
            self._ask_again()

    def _ask_again(self) -> None:
        """Have another worker answer in the time that is left."""
        again = self._again = QueryExecution(self._pool, self._query)
        again._is_repeated, again._deadline = True, self._deadline
        again.add_done_callback(self._take_over)
        # Where several workers were ended at once, the others are noticed until then, and not asked.
        self._loop.call_later(_NOTICED, again.start)

    def _take_over(self, again: asyncio.Future[Answer]) -> None:
        if not self.done() and not again.cancelled():
            error = again.exception()
            if error:
                self.set_exception(error)
            else:
                self.set_result(again.result())

    def timed_out(self) -> QueryError:
        """The error of a query that has reached its deadline."""
        return QueryError("timed_out", limit=f"{self._pool.limits.seconds:g}")

    def _start_stream(self) -> None:
        """Free the place in the lane: from here on the client sets the pace."""
        worker = self._worker
        if worker is None or self._pool.streams >= self._pool.limits.streams:
            self.fail(QueryError("busy"))
            return
        self._leave_lane(worker)
        worker.lower_priority()
        self.state = State.STREAMING
        self._pool.streams += 1
        self._cut = self._loop.call_later(self._pool.limits.stream_seconds, self.fail, self.timed_out())
        self._stream = AnswerStream(self, worker, b"".join(self._held), self._deadline - self._loop.time())
        if not self.done():
            self.set_result(self._answer(None, self._stream))

    def _answer(self, whole: bytes | None, rest: AnswerStream | None) -> Answer:
        if self._head is None:
            raise ValueError("data without a head")
        return Answer(self._head.format, self._head.form, whole, rest, self._head.lasting)

    def _finish(self, *, clean: bool) -> None:
        """Give everything back. A worker that may not be as it was before is never used again."""
        state, client = self.state, self._query.client
        if state is State.FINISHED:
            return
        worker = self._worker
        if worker:
            self._pool.timer.remove(self)
            self._leave_lane(worker)
            if clean and (state is _FAST or worker.restore_priority()):
                self._pool.release(worker)
            else:
                worker.kill()
            self._worker = None
        elif self._waiting and self._waiting is not asyncio.current_task():
            self._waiting.cancel()
        if state is State.ADMITTED:
            self._pool.admission.free_fast(client)
        self.state = State.FINISHED
        if state is not State.QUEUED:
            self._pool.admission.leave(client)

    def _leave_lane(self, worker: Worker) -> None:
        if self.state is _FAST:
            self._pool.admission.free_fast(self._query.client)
        elif self.state is State.BACKGROUND:
            self._pool.background_lane.remove(worker)
        elif self.state is State.STREAMING and self._stream:
            self._pool.streams -= 1
            self._stream.resume()
            if self._cut:
                self._cut.cancel()


class _Head(NamedTuple):
    """What is known of an answer before its data."""

    format: Format
    form: str
    lasting: bool


# Formats and forms: a handful of values, the same with each answer.
@lru_cache(maxsize=64)
def _parse_head(payload: bytes) -> _Head:
    head = json.loads(payload)
    return _Head(_FORMATS[head["format"]], head["form"], head["lasting"])


class AnswerStream:
    """The bytes of a long answer: those held back, then what follows, a few blocks ahead of the reader.

    The worker may take `seconds` more; the time that the reader takes does not count, up to `stream_seconds`.
    """

    #: Unread bytes above which the worker is held up, and below which it goes on.
    HIGH, LOW = 262_144, 65_536

    def __init__(self, execution: QueryExecution, worker: Worker, held: bytes, seconds: float) -> None:
        self._execution = execution
        self._worker = worker
        self._blocks = deque((held,))
        self._size = 0
        self._left = seconds
        self._paused = False
        self._ended = False
        self._error: QueryError | None = None
        self._more = asyncio.Event()

    def put(self, block: bytes) -> None:
        """Add a block."""
        self._blocks.append(block)
        self._size += len(block)
        self._more.set()
        if self._size > self.HIGH and not self._paused:
            self._paused = True
            self._worker.pause_reading()

    def end(self, error: QueryError | None = None) -> None:
        """Note that nothing follows, or why."""
        self._ended = True
        self._error = self._error or error
        self._more.set()

    def resume(self) -> None:
        """Let the worker go on if it is held up."""
        if self._paused:
            self._paused = False
            self._worker.resume_reading()

    def __aiter__(self) -> AnswerStream:
        return self

    async def __anext__(self) -> bytes:
        while not self._blocks and not self._ended:
            await self._wait()
        if self._blocks:
            block = self._blocks.popleft()
            self._size = max(0, self._size - len(block))
            if self._size < self.LOW:
                self.resume()
            return block
        self._execution.close_stream()
        if self._error:
            raise self._error
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Read no more."""
        self._execution.close_stream()

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        start = loop.time()
        self._more.clear()
        try:
            async with asyncio.timeout(self._left):
                await self._more.wait()
        except TimeoutError:
            self._execution.fail(self._execution.timed_out())
        self._left -= loop.time() - start
