"""The process that holds the dataset and forks a worker whenever it is asked to; run as a program of its own.

It never parses a query and never has a second thread, so forking it is safe at any time. Workers have no second thread
either: the stack they need is theirs by RLIMIT_STACK, which holds from the start of this program.

Started as `python -I -S forkserver.py CONTROL PATH...`: CONTROL is the descriptor of a SOCK_SEQPACKET socket, PATH...
are the folders in which pyoxigraph and this package are found. The first message on CONTROL is the configuration.
"""

from __future__ import annotations

import array
import ctypes
import errno
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

if __name__ == "__main__":
    sys.path += sys.argv[2:]

import pyoxigraph as ox

from ekograph.engine.direct.protocol import MOST
from ekograph.engine.workers import worker
from ekograph.engine.workers.sandbox import refuse_sockets
from ekograph.engine.workers.shared_counters import WorkerCounters

_PR_SET_PDEATHSIG = 1
#: The descriptors of a worker: its socket, the memory of its counters, and the latter as it was passed.
_SOCKET, _COUNTERS, _PASSED = 3, 4, 5
#: Lines that the store takes at once.
_BATCH = 1000
#: Bytes of the last output of a worker that are reported with its end.
_STDERR = 1000

#: What a worker does until its socket closes; the stand-in of the tests does something else.
Serve = Callable[[socket.socket, WorkerCounters, ox.Store, dict[str, Any]], None]


def main(serve: Serve = worker.serve) -> None:
    """Load the dataset, report that, then fork until the other end of the control socket closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    config = json.loads(control.recv(1 << 20))
    _die_with_parent(config["parent"])
    try:
        if config["store"]:
            _check_store(config["store"])
            store, quads = None, config["quads"]
        else:
            store, quads = load(config["dataset"], merge=config["default_graph"] == "merged")
    except (OSError, SyntaxError, ValueError, MemoryError) as error:
        control.send(json.dumps({"failed": str(error)}).encode())
        return
    gc.freeze()
    config["inherited"] = _data_in_use()
    control.send(json.dumps({"ready": quads}).encode())
    _Forks(control, store, config, serve).run()


def load(path: str, *, merge: bool = False) -> tuple[ox.Store, int]:
    """The dataset in memory, with the labels of its blank nodes as they are, and its size; loaded in batches.

    To `merge` is to put all triples in the default graph, beside the graphs that they are in.

    The store keeps quads in the order in which they come. Sorted by predicate and object, those of one predicate lie
    near each other, and what a query has to sort is nearly sorted already: a search in the texts of a predicate takes
    two thirds of the time, and `ORDER BY` an eighth.
    """
    store = ox.Store()
    with Path(path).open("rb") as file:
        lines = sorted(file, key=lambda line: line.partition(b" ")[2])
    for start in range(0, len(lines), _BATCH):
        batch = b"".join(lines[start : start + _BATCH])
        store.extend(ox.parse(batch, format=ox.RdfFormat.N_QUADS))
        if merge:
            quads = ox.parse(batch, format=ox.RdfFormat.N_QUADS)
            store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    return store, len(lines)


def _check_store(path: str) -> None:
    """Raise OSError unless the store on disk can be opened.

    RocksDB starts threads and keeps files open, so no process that has it open may fork: another process tries.
    """
    pid = os.fork()
    if pid == 0:
        try:
            ox.Store.read_only(path)
        except OSError:
            os._exit(1)
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        raise OSError(f"{path}: the store cannot be opened")


class _Forks:
    """Forks a worker for each socket that arrives; reports its process, and later its end, on the control socket."""

    def __init__(self, control: socket.socket, store: ox.Store | None, config: dict[str, Any], serve: Serve) -> None:
        self._control = control
        self._store = store
        self._config = config
        self._serve = serve
        #: By process, the end of a pipe that has what it writes to its standard error.
        self._stderr: dict[int, int] = {}

    def run(self) -> None:
        """Fork until nobody is at the other end."""
        woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        while True:
            ready, _, _ = select.select([self._control.fileno(), woken], [], [])
            if woken in ready:
                os.read(woken, 4096)
                self._report_ends()
            if self._control.fileno() in ready:
                message, descriptors, _, _ = socket.recv_fds(self._control, 16, 2)
                if not message:
                    return
                try:
                    self._fork(descriptors)
                except OSError as error:
                    self._control.send(json.dumps({"unforked": str(error)}).encode())
                for descriptor in descriptors:
                    os.close(descriptor)

    def _fork(self, descriptors: list[int]) -> None:
        if len(descriptors) != 2:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        parent = os.getpid()
        # Not blocking: a worker that writes too much loses that, and goes on.
        reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            pid = os.fork()
            if pid == 0:
                self._become_worker(descriptors, writing, parent)
        except OSError:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        self._stderr[pid] = reading
        # Opened before the child can be waited for, so that it stands for this process and no later one.
        pidfd = os.pidfd_open(pid)
        fds = array.array("i", [pidfd])
        report = json.dumps({"pid": pid}).encode()
        self._control.sendmsg([report], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds.tobytes())])
        os.close(pidfd)

    def _report_ends(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            with os.fdopen(self._stderr.pop(pid), "rb") as pipe:
                stderr = (pipe.read() or b"")[-_STDERR:].decode(errors="replace")
            self._control.send(json.dumps({"gone": pid, "signal": status & 0x7F, "stderr": stderr}).encode())

    def _become_worker(self, descriptors: list[int], stderr: int, parent: int) -> NoReturn:
        """Give up all but one socket and the counters, open the dataset, set the limits, and answer."""
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            nowhere = os.open(os.devnull, os.O_RDWR)
            for standard, target in enumerate((nowhere, nowhere, stderr)):
                os.dup2(target, standard)
            connection, counters = _keep_only(descriptors)
            _die_with_parent(parent)
            sealed = refuse_sockets()
            store, highest = self._store, _COUNTERS + 1
            if store is None:
                store = ox.Store.read_only(self._config["store"])
                highest = _descriptors_needed(self._config["store"])
                self._config["inherited"] = _data_in_use()
            # Where the kernel refuses no sockets, no descriptor is left for one, nor for connections of clients.
            _set_limits(self._config, highest + MOST + 2 if sealed else highest)
            self._serve(connection, counters, store, self._config)
        finally:
            os._exit(0)


def _descriptors_needed(path: str) -> int:
    """How many descriptors the process needs with the store at `path` open: files of it may be opened later."""
    descriptors = list(Path("/proc/self/fd").iterdir())
    opened = {os.path.realpath(descriptor) for descriptor in descriptors}
    later = [file for file in Path(path).resolve().glob("*.sst") if str(file) not in opened]
    return max(int(descriptor.name) for descriptor in descriptors) + 1 + len(later)


def _keep_only(descriptors: list[int]) -> tuple[socket.socket, WorkerCounters]:
    """The socket and the counters of a worker, as its only descriptors beside the standard ones."""
    connection, memory = (os.dup(descriptor) for descriptor in descriptors)
    os.dup2(connection, _SOCKET)
    os.dup2(memory, _PASSED)
    os.closerange(_PASSED + 1, 1 << 16)
    os.closerange(_COUNTERS, _PASSED)
    # Mapped memory has a descriptor of its own, which is the lowest that is free: _COUNTERS.
    counters = WorkerCounters(_PASSED)
    os.close(_PASSED)
    return socket.socket(fileno=_SOCKET), counters


def _die_with_parent(parent: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _set_limits(config: dict[str, Any], descriptors: int) -> None:
    """Bound what this process may take, on top of what it inherits."""
    data = (config["memory_mb"] << 20) + config["inherited"]
    for kind, limit in (
        (resource.RLIMIT_DATA, data),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, descriptors),
    ):
        # What this process itself is bound to may be less.
        hard = resource.getrlimit(kind)[1]
        bound = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (bound, bound))


def _data_in_use() -> int:
    with Path("/proc/self/status").open(encoding="ascii") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmData"))


if __name__ == "__main__":
    main()
