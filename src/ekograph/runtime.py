"""How Python and the C library treat memory and threads in a process, by what the process does."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

#: Allocations before the youngest objects are searched for cycles, and searches of one generation before the next.
_THRESHOLDS = (20_000, 20, 20)

#: Seconds that a thread may hold the interpreter while the event loop waits for it: a new snapshot is read in a thread,
#: and with Python's default each answer could wait ten times as long.
_SWITCH_INTERVAL = 0.0005


def tune_for_serving() -> None:
    """Search less for cycles, which took an eighth of the time of short queries, and switch threads more often."""
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    sys.setswitchinterval(_SWITCH_INTERVAL)


def disable_gc() -> None:
    """Look for no reference cycles: with a million quads in memory each look takes a second and finds nothing."""
    gc.disable()


def enable_gc() -> None:
    """Look for reference cycles again: printing pages leaves many behind."""
    gc.enable()


def release_memory() -> None:
    """Give free memory back to the system: glibc keeps what other threads have freed."""
    import ctypes  # 4 ms that most commands need not spend

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


T = TypeVar("T")


class BackgroundTask(Generic[T]):
    """The outcome of `work`, which has begun; for work in C that lets Python go on meanwhile."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._outcomes: list[T] = []
        self._error: BaseException | None = None
        # A command that is broken off does not wait for it.
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def outcome(self) -> T:
        """Wait for the outcome and return it. Raises what the work raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._outcomes[0]

    def _run(self) -> None:
        try:
            self._outcomes.append(self._work())
        except BaseException as error:  # noqa: BLE001 - it is raised where the outcome is asked for
            self._error = error
