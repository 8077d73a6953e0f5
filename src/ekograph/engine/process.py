"""A worker as the web process sees it: asked, slowed down and killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import time
from typing import Protocol

from ekograph.engine.board import Board
from ekograph.engine.frames import LAST
from ekograph.engine.wire import Wire

_CLOCK_OF_PROCESS = 2


class Asker(Protocol):
    """Who has asked a worker something."""

    def frame(self, kind: bytes, payload: bytes) -> None:
        """Take a frame of the answer."""

    def lost(self) -> None:
        """Take note that the worker has ended while it was answering."""


class Worker:
    """One forked process that answers one query at a time.

    `ended` becomes the number of the signal that ended the process (0: none) as soon as it is gone.
    """

    def __init__(self, pid: int, pidfd: int, wire: Wire, board: Board) -> None:
        self.pid = pid
        self.board = board
        self.served = 0
        self.demoted = False
        #: When it was asked what it is at, by `time.perf_counter`.
        self.since = 0.0
        self._asker: Asker | None = None
        self._killed = False
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._pidfd = pidfd
        self._wire = wire
        wire.listener = self
        self._end = select.poll()
        self._end.register(pidfd, select.POLLIN)

    def ask(self, asker: Asker, request: bytes) -> None:
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
