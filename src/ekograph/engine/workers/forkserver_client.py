"""The zygote as the web process sees it: started, asked for workers, and ended."""

from __future__ import annotations

import asyncio
import contextlib
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
from typing import Any

from ekograph.engine.contract import EngineFailed
from ekograph.engine.workers import forkserver, shared_counters
from ekograph.engine.workers.handle import Worker, WorkerTransport
from ekograph.engine.workers.shared_counters import WorkerCounters

#: Seconds that workers have to be gone once they are killed.
_PATIENCE = 2.0


class ForkServer:
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
                [sys.executable, "-I", "-S", forkserver.__file__, str(theirs.fileno()), *_folders()],
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
        memory = shared_counters.make()
        with theirs, os.fdopen(memory, "rb"):
            shared = WorkerCounters(memory)
            _, wire = await asyncio.get_running_loop().create_unix_connection(lambda: WorkerTransport(ours), sock=ours)
            try:
                socket.send_fds(self._control, [b"fork"], [theirs.fileno(), memory])
            except OSError as error:
                wire.close()
                raise EngineFailed({"reason": "the zygote is gone"}) from error
        self._asked.append(asked)
        try:
            # Shielded: who asks may go away, but the answer must still be taken in its turn.
            pid, pidfd = await asyncio.shield(asked)
        except BaseException:
            wire.close()
            asked.add_done_callback(_close_descriptor)
            raise
        worker = self.workers[pid] = Worker(pid, pidfd, wire, shared)
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
            self._ready.set_exception(EngineFailed({"reason": message["failed"]}))
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
        ended = EngineFailed({"reason": "the zygote ended"})
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
    return list(dict.fromkeys([str(Path(pyoxigraph.__file__).parents[1]), str(here.parents[3])]))
