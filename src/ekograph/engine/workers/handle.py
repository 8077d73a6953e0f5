"""A worker as the web process sees it: asked, slowed down and killed.

The near end of the socket to a worker: requests go out, frames come in, with no task in between.
What a worker is asked, and how its answer begins: between the values of the engine and the bytes of the frames.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import marshal
import os
import select
import signal
import socket
import time
from functools import lru_cache
from typing import NamedTuple, Protocol

from ekograph.engine.contract import Query
from ekograph.engine.workers.ipc import FRAME, LAST, LENGTH, WorkerRequest
from ekograph.engine.workers.shared_counters import WorkerCounters
from ekograph.rdf import formats
from ekograph.rdf.formats import Format

_CLOCK_OF_PROCESS = 2


class ResponseHandler(Protocol):
    """Who has asked a worker something."""

    def frame(self, kind: bytes, payload: bytes) -> None:
        """Take a frame of the answer."""

    def lost(self) -> None:
        """Take note that the worker has ended while it was answering."""


class Worker:
    """One forked process that answers one query at a time.

    `ended` becomes the number of the signal that ended the process (0: none) as soon as it is gone.
    """

    def __init__(self, pid: int, pidfd: int, wire: WorkerTransport, board: WorkerCounters) -> None:
        self.pid = pid
        self.board = board
        self.served = 0
        self.demoted = False
        #: When it was asked what it is at, by `time.perf_counter`.
        self.since = 0.0
        self._asker: ResponseHandler | None = None
        self._killed = False
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._pidfd = pidfd
        self._wire = wire
        wire.listener = self
        self._end = select.poll()
        self._end.register(pidfd, select.POLLIN)

    def ask(self, asker: ResponseHandler, request: bytes) -> None:
        """Send a query; the one before has been answered."""
        self.served += 1
        self.since = time.perf_counter()
        self._asker = asker
        self._wire.send(request)

    def lend(self, message: bytes, descriptor: int) -> None:
        """Send a descriptor to a worker that takes loans; raises OSError when it is gone."""
        self._wire.send_descriptor(message, descriptor)

    def recall(self) -> None:
        """Tell a worker that takes loans to give them back."""
        self._wire.send(b"")

    def frame(self, kind: bytes, payload: bytes) -> None:
        """Pass a frame on to who has asked."""
        asker = self._asker
        if self._killed or asker is None:
            return
        if kind in LAST:
            self._asker = None
        asker.frame(kind, payload)

    def lost(self) -> None:
        """Tell who has asked that no answer comes any more."""
        asker, self._asker = self._asker, None
        if asker:
            asker.lost()

    def alive(self) -> bool:
        """Whether the process is there, also when nobody has been told of its end yet."""
        if self._pidfd < 0:
            return False
        return not self._end.poll(0)

    def cpu(self) -> float:
        """CPU time used since it was forked, in seconds; none when it is gone."""
        try:
            return time.clock_gettime((~self.pid << 3) | _CLOCK_OF_PROCESS)
        except OSError:
            return 0.0

    def demote(self) -> None:
        """Let everybody else go before this worker: it computes only when a core would idle."""
        self.demoted = True
        # Not by way of /proc: to have looked there makes the kernel's work at the end of a process much longer.
        with contextlib.suppress(OSError):
            os.sched_setscheduler(self.pid, os.SCHED_IDLE, os.sched_param(0))

    def promote(self) -> bool:
        """Let it go like everybody else again; returns whether that is allowed, which is up to the system."""
        try:
            os.sched_setscheduler(self.pid, os.SCHED_OTHER, os.sched_param(0))
        except OSError:
            return False
        self.demoted = False
        return True

    def pause(self) -> None:
        """Stop computing, keeping everything."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on computing."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._killed = True
        self._signal(signal.SIGKILL)
        self._wire.close()

    def pause_reading(self) -> None:
        """Leave what it writes where it is, until it waits for that."""
        self._wire.pause()

    def resume_reading(self) -> None:
        """Take what it writes again."""
        self._wire.resume()

    def gone(self, by: int) -> None:
        """Take note of its end."""
        os.close(self._pidfd)
        self._pidfd = -1
        self.board.close()
        self._wire.close()
        if not self.ended.done():
            self.ended.set_result(by)

    def _signal(self, number: int) -> None:
        if self._pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)


class Listener(Protocol):
    """Who takes what comes."""

    def frame(self, kind: bytes, payload: bytes) -> None:
        """Take a frame."""

    def lost(self) -> None:
        """Take note that nothing comes any more."""


class WorkerTransport(asyncio.Protocol):
    """One connection to a worker, by a socket that asyncio drives."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.listener: Listener | None = None
        self._transport: asyncio.Transport
        self._received = bytearray()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the contract of asyncio
        """End."""
        if self.listener:
            self.listener.lost()

    def data_received(self, data: bytes) -> None:
        """Take bytes, and cut them into frames."""
        received, listener = self._received, self.listener
        received += data
        start, size = 0, len(received)
        while size - start >= FRAME.size:
            kind, length = FRAME.unpack_from(received, start)
            end = start + FRAME.size + length
            if end > size:
                break
            if listener:
                listener.frame(kind, bytes(received[start + FRAME.size : end]))
            start = end
        del received[:start]

    def send(self, request: bytes) -> None:
        """Send a query."""
        self._transport.write(LENGTH.pack(len(request)) + request)

    def send_descriptor(self, message: bytes, descriptor: int) -> None:
        """Send a message with a descriptor at once, when nothing else is on its way. Raises OSError."""
        socket.send_fds(self._connection, [LENGTH.pack(len(message)) + message], [descriptor])

    def pause(self) -> None:
        """Take no more bytes for now: those who are to get them have enough."""
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Take bytes again."""
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def close(self) -> None:
        """Close this end."""
        self._transport.close()


_FORMATS = {each.name: each for each in (*formats.RDF, *formats.RESULTS)}


class Head(NamedTuple):
    """What is known of an answer before its data: its format, the form of the query, and whether it lasts."""

    format: Format
    form: str
    lasting: bool


def request(query: Query) -> bytes:
    """What a worker is asked."""
    results, graph = query.results, query.graph
    names = (results.name if results else None, graph.name if graph else None)
    return marshal.dumps(tuple(WorkerRequest(query.text, *names, query.default_graphs, query.named_graphs)))


# Formats and forms: a handful of values, the same with each answer.
@lru_cache(maxsize=64)
def head(payload: bytes) -> Head:
    """The head of an answer, as a worker has written it."""
    told = json.loads(payload)
    return Head(_FORMATS[told["format"]], told["form"], told["lasting"])
