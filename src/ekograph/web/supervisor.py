"""Several processes that serve from one socket: started, replaced when one ends, and ended together."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import NoReturn

#: The status of a process that cannot serve at all; it is not replaced, and the others are ended too.
CANNOT_SERVE = 2

#: Seconds before an ended process is replaced, so that one that cannot live does not keep a core busy.
_PAUSE = 0.5

_ENDING = {signal.SIGTERM, signal.SIGINT}
_PR_SET_PDEATHSIG = 1


def supervise(count: int, serve: Callable[[int], int], patience: float) -> int:
    """Run `serve` in `count` forked processes until SIGTERM or Ctrl-C; returns the exit status.

    `serve` gets the number of the process, from 0, and of a replacement too; what it returns is its exit status.
    A process that has not ended `patience` seconds after it was told to is killed. Call it while there is one thread.
    """
    # The signals are taken by sigwait, in order, and by nothing else.
    signal.pthread_sigmask(signal.SIG_BLOCK, {*_ENDING, signal.SIGCHLD})
    numbers = {_start(number, serve): number for number in range(count)}
    status = 0
    while not status and signal.sigwait({*_ENDING, signal.SIGCHLD}) == signal.SIGCHLD:
        # One signal may stand for several ends.
        for pid, ended in _ended(numbers):
            number = numbers.pop(pid)
            if ended == CANNOT_SERVE:
                status = CANNOT_SERVE
            else:
                time.sleep(_PAUSE)
                numbers[_start(number, serve)] = number
    _stop(numbers, patience)
    return status


def _start(number: int, serve: Callable[[int], int]) -> int:
    """Fork a process that serves; returns its process id."""
    parent = os.getpid()
    pid = os.fork()
    if not pid:
        _leave(serve, number, parent)
    return pid


def _leave(serve: Callable[[int], int], number: int, parent: int) -> NoReturn:
    """Serve, and end without going back to what the parent was doing."""
    # A child whose parent has been killed would serve on, unseen.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {*_ENDING, signal.SIGCHLD})
    status = 1
    try:
        # The parent may have ended before it was asked to tell of its end.
        status = serve(number) if os.getppid() == parent else 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _ended(numbers: dict[int, int]) -> list[tuple[int, int]]:
    """The process id and the exit status of those that have ended; of a killed one, minus the signal."""
    found = []
    for pid in numbers:
        gone, status = os.waitpid(pid, os.WNOHANG)
        if gone:
            found.append((pid, os.waitstatus_to_exitcode(status)))
    return found


def _stop(numbers: dict[int, int], patience: float) -> None:
    """Let all processes finish what they answer, and end them."""
    for pid in numbers:
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while numbers and time.monotonic() < deadline:
        for pid, _ in _ended(numbers):
            del numbers[pid]
        time.sleep(0.02)
    for pid in numbers:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
