"""The zygote and its workers as the web process sees them: started, asked, slowed down and killed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from ekograph.engine import zygote
from ekograph.engine.base import Broken
from ekograph.engine.frames import LAST
from ekograph.engine.wire import Wire

_CLOCK_OF_PROCESS = 2

#: Seconds that workers have to be gone once they are killed.
_PATIENCE = 2.0


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

    def __init__(self, pid: int, pidfd: int, wire: Wire) -> None:
        self.pid = pid
        self.served = 0
        self.demoted = False
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
        self._wire.close()
        if not self.ended.done():
            self.ended.set_result(by)

    def _signal(self, number: int) -> None:
        if self._pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)


class Zygote:
    """The process that holds the dataset; `ended` is set when it is gone, for whatever reason."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.quads = 0
        self.ended = asyncio.Event()
        self.workers: dict[int, Worker] = {}
        self._config = config
        self._ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._asked: deque[asyncio.Future[tuple[int, int]]] = deque()
        self._control: socket.socket
        self._process: subprocess.Popen[bytes]

    async def start(self) -> None:
        """Start it and wait until the dataset is loaded; raises Broken when it cannot be."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, _stack(self._config["stack"]):
            # Spawned from this thread, not from a pool's: the zygote ends when the thread that made it does.
            self._process = subprocess.Popen(  # noqa: ASYNC220
                [sys.executable, "-I", "-S", zygote.__file__, str(theirs.fileno()), *_folders()],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        self._control.send(json.dumps({**self._config, "parent": os.getpid()}).encode())
        self._control.setblocking(False)
        asyncio.get_running_loop().add_reader(self._control, self._read)
        try:
            self.quads = await self._ready
        except BaseException:
            await self.stop()
            raise

    async def fork(self) -> Worker:
        """A new worker; raises Broken when the zygote is gone."""
        ours, theirs = socket.socketpair()
        asked = asyncio.get_running_loop().create_future()
        with theirs:
            _, wire = await asyncio.get_running_loop().create_unix_connection(Wire, sock=ours)
            try:
                socket.send_fds(self._control, [b"fork"], [theirs.fileno()])
            except OSError as error:
                wire.close()
                raise Broken({"reason": "the zygote is gone"}) from error
        self._asked.append(asked)
        try:
            # Shielded: who asks may go away, but the answer must still be taken in its turn.
            pid, pidfd = await asyncio.shield(asked)
        except BaseException:
            wire.close()
            asked.add_done_callback(_close_descriptor)
            raise
        worker = self.workers[pid] = Worker(pid, pidfd, wire)
        return worker

    async def stop(self) -> None:
        """End all its workers, then itself."""
        workers = list(self.workers.values())
        for worker in workers:
            worker.kill()
        if workers and not self.ended.is_set():
            await asyncio.wait([worker.ended for worker in workers], timeout=_PATIENCE)
        self._process.kill()
        self._over()
        # Killed, it is gone in a moment: not worth a thread.
        self._process.wait()

    def _read(self) -> None:
        """Take what the zygote has sent."""
        while True:
            try:
                message, descriptors, _, _ = socket.recv_fds(self._control, 1 << 16, 1)
            except BlockingIOError:
                return
            except OSError:
                message = b""
            if not message:
                self._over()
                return
            self._take(json.loads(message), descriptors)

    def _take(self, message: Mapping[str, Any], descriptors: list[int]) -> None:
        if "ready" in message:
            self._ready.set_result(message["ready"])
        elif "failed" in message:
            self._ready.set_exception(Broken({"reason": message["failed"]}))
        elif "pid" in message:
            self._asked.popleft().set_result((message["pid"], descriptors[0]))
        elif worker := self.workers.pop(message["gone"], None):
            worker.gone(message["signal"])

    def _over(self) -> None:
        """Take note of the end of the zygote: its workers are killed by the kernel."""
        if self.ended.is_set():
            return
        self.ended.set()
        asyncio.get_running_loop().remove_reader(self._control)
        self._control.close()
        ended = Broken({"reason": "the zygote ended"})
        if not self._ready.done():
            self._ready.set_exception(ended)
        for asked in self._asked:
            asked.set_exception(ended)
        while self.workers:
            self.workers.popitem()[1].gone(signal.SIGKILL)


@contextlib.contextmanager
def _stack(size: int) -> Iterator[None]:
    """Let programs started meanwhile grow their stacks to `size` bytes, or as far as this process may allow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    allowed = size if hard == resource.RLIM_INFINITY else min(size, hard)
    resource.setrlimit(resource.RLIMIT_STACK, (allowed, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_STACK, (soft, hard))


def _close_descriptor(asked: asyncio.Future[tuple[int, int]]) -> None:
    if not asked.cancelled() and not asked.exception():
        os.close(asked.result()[1])


def _folders() -> list[str]:
    """Where the zygote finds pyoxigraph and this package."""
    import pyoxigraph

    here = Path(__file__)
    return list(dict.fromkeys([str(Path(pyoxigraph.__file__).parents[1]), str(here.parents[2])]))
