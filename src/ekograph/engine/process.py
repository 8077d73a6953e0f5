"""A worker as the web process sees it: asked, slowed down and killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import time
from collections import deque
from typing import Protocol

from ekograph.engine.board import Board
from ekograph.engine.frames import LAST
from ekograph.engine.wire import Wire

_CLOCK_OF_PROCESS = 2


class Asker(Protocol):
    """Who has asked a worker something."""

    #: Whether it wants no more of it.
    over: bool

    def frame(self, kind: bytes, payload: bytes) -> None:
        """Take a frame of the answer."""

    def lost(self) -> None:
        """Take note that the worker has ended while it was answering."""

    def again(self) -> None:
        """Ask somebody else: the worker is gone, because of another."""


class Worker:
    """One forked process that answers the queries it is sent, one after the other.

    `asked` are those who wait for an answer; the first one's query is being answered. `ended` becomes the number of
    the signal that ended the process (0: none) as soon as it is gone.
    """

    def __init__(self, pid: int, pidfd: int, wire: Wire, board: Board) -> None:
        self.pid = pid
        self.board = board
        self.served = 0
        self.demoted = False
        #: Whether it was sent what nobody waits for any more: the answer would come to whoever asks next.
        self.disowned = False
        #: When it was asked what it is at, or came to it, by `time.perf_counter`.
        self.since = 0.0
        self.asked: deque[Asker] = deque()
        self._killed = False
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._pidfd = pidfd
        self._wire = wire
        wire.listener = self
        self._end = select.poll()
        self._end.register(pidfd, select.POLLIN)

    def ask(self, asker: Asker, request: bytes) -> None:
        """Send a query."""
        self.served += 1
        if not self.asked:
            self.since = time.perf_counter()
        self.asked.append(asker)
        self._wire.send(request)

    def lend(self, message: bytes, descriptor: int) -> None:
        """Send a descriptor to a worker that takes loans; raises OSError when it is gone."""
        self._wire.send_descriptor(message, descriptor)

    def recall(self) -> None:
        """Tell a worker that takes loans to give them back."""
        self._wire.send(b"")

    def frame(self, kind: bytes, payload: bytes) -> None:
        """Pass a frame on to the one whose query is being answered."""
        if self._killed or not self.asked:
            return
        self.asked[0].frame(kind, payload)
        if kind in LAST:
            self.asked.popleft()
            self.since = time.perf_counter()

    def lost(self) -> None:
        """Tell all who have asked that no answer comes any more: only the first can be the reason."""
        asked, self.asked = self.asked, deque()
        if asked:
            asked.popleft().lost()
        for each in asked:
            each.again()

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
        """End the process, whatever it does; those whose query it has not begun ask somebody else."""
        self._killed = True
        self._signal(signal.SIGKILL)
        self._wire.close()
        self.leave_alone()

    def leave_alone(self) -> None:
        """Let it finish the query that it is at, and have nobody wait behind that."""
        behind = [self.asked.pop() for _ in range(len(self.asked) - 1)]
        self.disowned = self.disowned or bool(behind)
        for each in reversed(behind):
            each.again()

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
