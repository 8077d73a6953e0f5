"""The fork server as the web process sees it: started, asked for workers, and ended."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import resource
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from ekograph.engine.errors import QueryError
from ekograph.engine.workers import forkserver, shared_counters
from ekograph.engine.workers.handle import Worker
from ekograph.engine.workers.shared_counters import WorkerCounters

#: Bytes of what it wrote last to its standard error that its end is explained with.
_STDERR = 1000

#: Seconds that killed workers have to be gone.
_PATIENCE = 2.0


class ForkServer:
    """The process that holds the dataset; `ended` is set when it is gone, for whatever reason."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.quads = 0
        self.ended = asyncio.Event()
        self.workers: dict[int, Worker] = {}
        self._config = config
        self._ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._forks: deque[tuple[asyncio.Future[Worker], WorkerCounters]] = deque()
        self._control: socket.socket
        self._process: subprocess.Popen[bytes] | None = None
        self._stderr: IO[bytes]

    async def start(self) -> None:
        """Start it and wait until the dataset is loaded; raises QueryError when it cannot be."""
        try:
            self._begin()
        except OSError as error:
            self.ended.set()
            raise QueryError("broken", reason=f"the fork server does not start: {error}") from error
        try:
            self.quads = await self._ready
        except BaseException:
            await self.stop()
            raise

    def _begin(self) -> None:
        self._stderr = os.fdopen(os.memfd_create("stderr"), "w+b")
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, _stack(self._config["stack"]):
            # Started from this thread, not from a pool's: it ends when the thread that started it does.
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", self._config["program"], str(theirs.fileno()), *_import_folders()],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._stderr,
            )
        self._control.send(json.dumps({**self._config, "parent": os.getpid()}).encode())
        self._control.setblocking(False)
        asyncio.get_running_loop().add_reader(self._control, self._read)

    async def fork(self) -> Worker:
        """A new worker; raises QueryError when there can be none."""
        forked: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        worker = None
        with contextlib.ExitStack() as stack:
            try:
                ours, theirs = socket.socketpair()
                stack.enter_context(ours)
                with theirs, os.fdopen(shared_counters.make(), "rb") as memory:
                    waiting = (forked, WorkerCounters(memory.fileno()))
                    # Before it is asked for: whatever fails afterwards, its answer comes in its turn.
                    self._forks.append(waiting)
                    try:
                        socket.send_fds(self._control, [b"fork"], [theirs.fileno(), memory.fileno()])
                    except OSError:
                        self._forks.remove(waiting)
                        raise
                # Shielded: the caller may be cancelled, but the worker must still be taken in its turn.
                worker = await asyncio.shield(forked)
                await worker.connect(ours)
            except OSError as error:
                if worker:
                    worker.kill()
                raise QueryError("broken", reason=f"there can be no worker: {error}") from error
            stack.pop_all()
        return worker

    async def stop(self) -> None:
        """End all its workers, then the process itself."""
        workers = list(self.workers.values())
        for worker in workers:
            worker.kill()
        if workers and not self.ended.is_set():
            await asyncio.wait([worker.ended for worker in workers], timeout=_PATIENCE)
        if self._process:
            self._process.kill()
            self._lost()
            # Killed, it is gone in a moment: not worth a thread.
            self._process.wait()

    def _read(self) -> None:
        while True:
            try:
                message, descriptors, _, _ = socket.recv_fds(self._control, 1 << 16, 1)
            except BlockingIOError:
                return
            except OSError:
                message = b""
            if not message:
                self._lost()
                return
            self._take(json.loads(message), descriptors)

    def _take(self, message: Mapping[str, Any], descriptors: list[int]) -> None:
        if "ready" in message:
            self._ready.set_result(message["ready"])
        elif "failed" in message:
            self._ready.set_exception(QueryError("broken", reason=message["failed"]))
        elif "pid" in message:
            forked, counters = self._forks.popleft()
            if not descriptors:
                # The kernel had none left for it here. It ends by itself, since nobody is at the other end.
                self._fail(forked, counters, os.strerror(errno.EMFILE))
                return
            worker = self.workers[message["pid"]] = Worker(message["pid"], descriptors[0], counters)
            if not forked.cancelled():
                forked.set_result(worker)
        elif "unforked" in message:
            self._fail(*self._forks.popleft(), message["unforked"])
        elif worker_gone := self.workers.pop(message["gone"], None):
            worker_gone.gone(message["signal"], message["stderr"])

    @staticmethod
    def _fail(forked: asyncio.Future[Worker], counters: WorkerCounters, reason: str) -> None:
        counters.close()
        if not forked.cancelled():
            forked.set_exception(QueryError("broken", reason=reason))

    def _lost(self) -> None:
        """The process has ended: the kernel kills its workers."""
        if self.ended.is_set():
            return
        self.ended.set()
        asyncio.get_running_loop().remove_reader(self._control)
        self._control.close()
        with self._stderr:
            self._stderr.seek(0)
            last = self._stderr.read()[-_STDERR:].decode(errors="replace").strip().rpartition("\n")[2]
        failure = QueryError("broken", reason=f"the fork server ended: {last}" if last else "the fork server ended")
        if not self._ready.done():
            self._ready.set_exception(failure)
        for forked, counters in self._forks:
            counters.close()
            if not forked.done():
                forked.set_exception(failure)
        self._forks.clear()
        while self.workers:
            self.workers.popitem()[1].gone(signal.SIGKILL, "")


@contextlib.contextmanager
def _stack(size: int) -> Iterator[None]:
    """Let programs started in this context grow their stacks to `size` bytes, or as far as this process may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    resource.setrlimit(resource.RLIMIT_STACK, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_STACK, (soft, hard))


def _import_folders() -> list[str]:
    """Where the fork server, which runs without site-packages, finds pyoxigraph and this package."""
    import pyoxigraph

    return list(dict.fromkeys([str(Path(pyoxigraph.__file__).parents[1]), str(Path(forkserver.__file__).parents[3])]))
