"""A worker as the web process sees it: asked, slowed down and killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import socket
import struct
import time
from typing import Protocol

from ekograph.engine.workers.ipc import FRAME, KINDS, LAST, LONGEST, REQUEST
from ekograph.engine.workers.shared_counters import WorkerCounters

_CLOCK_OF_PROCESS = 2
_INT = struct.Struct("i")


class ResponseHandler(Protocol):
    """Takes what a worker sends in response to one request."""

    def frame(self, kind: bytes, payload: bytes) -> None:
        """Take a frame of the answer."""

    def lost(self) -> None:
        """The worker has ended while it was answering."""


class Worker(asyncio.Protocol):
    """One forked process that answers one request at a time, and this end of the socket to it.

    `ended` becomes the number of the signal that ended the process (0: none) as soon as it is gone; `stderr` is the
    last that it wrote then.
    """

    def __init__(self, pid: int, pidfd: int, counters: WorkerCounters) -> None:
        self.pid = pid
        self.counters = counters
        self.served = 0
        self.demoted = False
        self.stderr = ""
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._pidfd = pidfd
        self._poll = select.poll()
        self._poll.register(pidfd, select.POLLIN)
        self._handler: ResponseHandler | None = None
        #: Whether it is killed, or its socket closed: no answer comes from it any more.
        self._closed = False
        self._number = 0
        self._connection: socket.socket
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()

    async def connect(self, connection: socket.socket) -> None:
        """Talk to the process over this end of its socket."""
        self._connection = connection
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=connection)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Called by asyncio."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the signature is asyncio's
        """Called by asyncio: no more frames will come."""
        self._closed = True
        handler, self._handler = self._handler, None
        if handler:
            handler.lost()

    def data_received(self, data: bytes) -> None:
        """Called by asyncio: split the bytes into frames and pass them on."""
        received = self._received
        received += data
        start, size = 0, len(received)
        while size - start >= FRAME.size:
            kind, number, length = FRAME.unpack_from(received, start)
            handler = self._handler
            if handler is None or number != self._number or length > LONGEST or kind not in KINDS:
                # No frame, or none that belongs to the request it is at: this worker cannot be trusted.
                self.kill()
                return
            end = start + FRAME.size + length
            if end > size:
                break
            if kind in LAST:
                self._handler = None
            handler.frame(kind, bytes(received[start + FRAME.size : end]))
            if self._closed:
                return
            start = end
        del received[:start]

    def ask(self, handler: ResponseHandler, request: bytes) -> None:
        """Send a request; the one before has been answered."""
        self.served += 1
        self._number = (self._number + 1) & 0xFFFFFFFF
        self._handler = handler
        self._send(request)

    def hand_over(self, message: bytes, descriptor: int) -> bool:
        """Send a connection to a worker that takes them; False when it is gone or has too much to read already."""
        if self._closed or self._transport is None or self._transport.get_write_buffer_size():
            return False
        data = REQUEST.pack(self._number, len(message)) + message
        try:
            sent = self._connection.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, _INT.pack(descriptor))])
        except OSError:
            return False
        if sent < len(data):
            self._transport.write(data[sent:])
        return True

    def revoke(self) -> None:
        """Tell a worker that takes connections to give all of them back."""
        self._send(b"")

    def alive(self) -> bool:
        """Whether it can be asked; checked with the kernel, since the report of its end takes a moment."""
        return not self._closed and self._pidfd >= 0 and not self._poll.poll(0)

    def cpu(self) -> float:
        """CPU seconds used since it was forked; 0 when it is gone."""
        try:
            return time.clock_gettime((~self.pid << 3) | _CLOCK_OF_PROCESS)
        except OSError:
            return 0.0

    def lower_priority(self) -> None:
        """Have it compute only when a core would idle."""
        self.demoted = True
        # Not by way of /proc: looking there makes the kernel's work at the end of a process much longer.
        with contextlib.suppress(OSError):
            os.sched_setscheduler(self.pid, os.SCHED_IDLE, os.sched_param(0))

    def restore_priority(self) -> bool:
        """Have it compute like any other process again; False where the system does not allow that."""
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
        """Continue computing."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._closed = True
        self._signal(signal.SIGKILL)
        self._close()

    def pause_reading(self) -> None:
        """Leave what it writes in the socket, until that is full and the process waits."""
        if self._transport and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read what it writes again."""
        if self._transport and not self._transport.is_closing():
            self._transport.resume_reading()

    def gone(self, number: int, stderr: str) -> None:
        """The process has ended by the signal `number`."""
        os.close(self._pidfd)
        self._pidfd = -1
        self.stderr = stderr
        self.counters.close()
        self._close()
        if not self.ended.done():
            self.ended.set_result(number)

    def _send(self, request: bytes) -> None:
        if self._transport:
            self._transport.write(REQUEST.pack(self._number, len(request)) + request)

    def _close(self) -> None:
        if self._transport:
            self._transport.close()

    def _signal(self, number: int) -> None:
        if self._pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)
