"""Numbers in memory shared by the web process and a worker, which neither has to send to the other."""

from __future__ import annotations

import mmap
import os
from bisect import bisect_left
from typing import NamedTuple

#: Upper bounds of the classes of durations, in seconds.
CLASSES = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)

_BYTES = 4096

# Where the numbers are, of eight bytes each; durations are counted from _COUNTS on.
_REVOKED, _STARTED, _FINISHED, _SENDING, _SECONDS, _REPEATED, _COUNTS = range(7)


class Answered(NamedTuple):
    """How many queries were answered, by the classes of their durations, and in how many seconds together.

    `again` is how many of them were answered from the worker's cache.
    """

    counts: tuple[int, ...] = (0,) * (len(CLASSES) + 1)
    seconds: float = 0.0
    again: int = 0

    def since(self, before: Answered) -> Answered:
        """What was answered after `before`."""
        counts = tuple(now - then for now, then in zip(self.counts, before.counts, strict=True))
        return Answered(counts, self.seconds - before.seconds, self.again - before.again)


def make() -> int:
    """A descriptor of memory for the counters of a worker, to be passed to another process."""
    descriptor = os.memfd_create("counters")
    os.ftruncate(descriptor, _BYTES)
    return descriptor


class WorkerCounters:
    """The numbers of one worker; `descriptor` is one that `make` has made, and may be closed afterwards.

    The worker writes all of them but `revoked`.
    """

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, _BYTES)
        self._view(memoryview(self._memory))

    @property
    def revoked(self) -> bool:
        """Whether the worker may start no more answers on the connections that it holds."""
        return bool(self._numbers[_REVOKED])

    @revoked.setter
    def revoked(self, value: bool) -> None:
        self._numbers[_REVOKED] = value

    @property
    def at_work(self) -> int:
        """The number of the request that it is at, from 1; 0 if it is at none."""
        started = self._numbers[_STARTED]
        return 0 if started == self._numbers[_FINISHED] else started

    @property
    def sending(self) -> int:
        """The connections on which a response has started and is not sent whole, as bits."""
        return self._numbers[_SENDING]

    @sending.setter
    def sending(self, bits: int) -> None:
        self._numbers[_SENDING] = bits

    @property
    def answered(self) -> Answered:
        """What was answered since the worker started."""
        counts = tuple(self._numbers[_COUNTS : _COUNTS + len(CLASSES) + 1])
        return Answered(counts, self._times[_SECONDS], self._numbers[_REPEATED])

    def close(self) -> None:
        """Free the shared memory; the last numbers can still be read."""
        last = bytes(self._memory)
        self._numbers.release()
        self._times.release()
        self._memory.close()
        self._view(memoryview(last))

    def _view(self, memory: memoryview) -> None:
        self._numbers = memory.cast("Q")
        self._times = memory.cast("d")

    def start(self) -> None:
        """Note the start of a request."""
        self._numbers[_STARTED] += 1

    def finish(self) -> None:
        """Note its end."""
        self._numbers[_FINISHED] = self._numbers[_STARTED]

    def count(self, seconds: float, *, again: bool) -> None:
        """Count an answer that took so long, or came from the cache."""
        self._numbers[_REPEATED] += again
        self._times[_SECONDS] += seconds
        self._numbers[_COUNTS + bisect_left(CLASSES, seconds)] += 1
