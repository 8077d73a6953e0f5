"""The process that holds the dataset and forks a worker for whoever asks; run as a program of its own.

It never parses a query and never has a second thread, so forking it is safe at any time. Workers have no second
thread either: what they need of stack is theirs by RLIMIT_STACK, which holds from the start of this program.

Started as `python -I -S zygote.py CONTROL PATH...`: CONTROL is the descriptor of a SOCK_SEQPACKET socket, PATH...
the folders that pyoxigraph and this package are found in. The first message on CONTROL is the configuration.
"""

from __future__ import annotations

import array
import ctypes
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

if __name__ == "__main__":
    sys.path += sys.argv[2:]

import pyoxigraph as ox

from ekograph.engine.handoff.borrowed import DESCRIPTORS
from ekograph.engine.workers import disk_store, worker
from ekograph.engine.workers.sandbox import refuse_sockets
from ekograph.engine.workers.shared_counters import WorkerCounters

_PR_SET_PDEATHSIG = 1
#: The descriptors of a worker: its socket, the memory of its board, and the board as it was given.
_SOCKET, _BOARD, _GIVEN = 3, 4, 5
#: How many quads the store takes at once.
_AT_ONCE = 1000


def main() -> None:
    """Load the dataset, if it is not on disk, say so, then fork until the other end of the control socket closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    config = json.loads(control.recv(1 << 20))
    _die_with_parent(config["parent"])
    try:
        store, quads = _dataset(config)
    except (OSError, SyntaxError, ValueError, MemoryError) as error:
        control.send(json.dumps({"failed": str(error)}).encode())
        return
    gc.freeze()
    config["inherited"] = _data_in_use()
    control.send(json.dumps({"ready": quads}).encode())
    _fork_on_request(control, store, config)


def _dataset(config: dict[str, Any]) -> tuple[ox.Store | None, int]:
    """The dataset and its size; None for one on disk, which each worker opens for itself."""
    if config["store"]:
        disk_store.probe(config["store"])
        return None, config["quads"]
    store = _load(config["dataset"])
    return store, len(store)


def _load(path: str) -> ox.Store:
    """The dataset in memory, with the labels of its blank nodes as they are; in batches, to use less memory.

    The store keeps quads in the order in which they come. In that of predicate and object, those of one predicate lie
    near each other, and what a query is to sort is nearly sorted already: a search in a predicate's texts takes two
    thirds of the time, and `ORDER BY` an eighth.
    """
    store = ox.Store()
    with Path(path).open("rb") as file:
        lines = sorted(file, key=lambda line: line.partition(b" ")[2])
    for start in range(0, len(lines), _AT_ONCE):
        store.extend(ox.parse(b"".join(lines[start : start + _AT_ONCE]), format=ox.RdfFormat.N_QUADS))
    return store


def _fork_on_request(control: socket.socket, store: ox.Store | None, config: dict[str, Any]) -> None:
    """Fork a worker for each socket that arrives; report its process, and later its end, on the control socket."""
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    while True:
        ready, _, _ = select.select([control.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _report_ends(control)
        if control.fileno() in ready:
            message, descriptors, _, _ = socket.recv_fds(control, 16, 2)
            if not message:
                return
            _fork(control, descriptors, store, config)


def _fork(control: socket.socket, given: list[int], store: ox.Store | None, config: dict[str, Any]) -> None:
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _become_worker(given, parent, store, config)
    for each in given:
        os.close(each)
    # Taken before the child can be waited for, so that it stands for this process and no later one.
    pidfd = os.pidfd_open(pid)
    fds = array.array("i", [pidfd])
    control.sendmsg([json.dumps({"pid": pid}).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds.tobytes())])
    os.close(pidfd)


def _report_ends(control: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        control.send(json.dumps({"gone": pid, "signal": status & 0x7F}).encode())


def _become_worker(given: list[int], parent: int, store: ox.Store | None, config: dict[str, Any]) -> NoReturn:
    """Give up all but one socket and the board, have the dataset, set the limits, and answer."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nowhere, standard)
        connection, board = _taken(given)
        _die_with_parent(parent)
        sealed = refuse_sockets()
        descriptors = _BOARD + 1
        if store is None:
            store = disk_store.open_store(config["store"])
            descriptors = disk_store.files_needed(config["store"])
            config["inherited"] = _data_in_use()
        # Where the kernel refuses no sockets, there is no descriptor left for one, nor for a loan.
        _set_limits(config, descriptors + DESCRIPTORS if sealed else descriptors)
        worker.serve(connection, board, store, config)
    finally:
        os._exit(0)


def _taken(given: list[int]) -> tuple[socket.socket, WorkerCounters]:
    """The socket and the board that a worker is given, as its only descriptors."""
    connection, board = given
    spare = [os.dup(each) for each in (connection, board)]
    os.dup2(spare[0], _SOCKET)
    os.dup2(spare[1], _GIVEN)
    os.closerange(_GIVEN + 1, 1 << 16)
    os.closerange(_BOARD, _GIVEN)
    # The memory has a descriptor of its own, which is the lowest that is free.
    made = WorkerCounters(_GIVEN)
    os.close(_GIVEN)
    return socket.socket(fileno=_SOCKET), made


def _die_with_parent(parent: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _set_limits(config: dict[str, Any], descriptors: int) -> None:
    """Bound what this process may take, on top of what it has from its parent."""
    data = config["memory"] + config["inherited"]
    resource.setrlimit(resource.RLIMIT_DATA, (data, data))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))


def _data_in_use() -> int:
    with Path("/proc/self/status").open(encoding="ascii") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmData"))


if __name__ == "__main__":
    main()
