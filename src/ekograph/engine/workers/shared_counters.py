"""What a worker tells the web process at any moment, and it the worker, without a word: numbers in memory of both."""

from __future__ import annotations

import mmap
import os
from bisect import bisect_left
from typing import NamedTuple

#: Upper bounds of the classes of durations, in seconds.
CLASSES = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)

_BYTES = 4096

# Where the numbers are, of eight bytes each; the durations are counted from _COUNTS on.
_RECALLED, _BEGUN, _OVER, _SENDING, _SECONDS, _AGAIN, _COUNTS = range(7)


class Answered(NamedTuple):
    """How many queries were answered, by the classes of their durations, and how long all took, in seconds.

    `again` is how many of them had the answer to the same request from before.
    """

    counts: tuple[int, ...] = (0,) * (len(CLASSES) + 1)
    seconds: float = 0.0
    again: int = 0

    def since(self, before: Answered) -> Answered:
        """What was answered after `before`."""
        counts = tuple(now - then for now, then in zip(self.counts, before.counts, strict=True))
        return Answered(counts, self.seconds - before.seconds, self.again - before.again)


def make() -> int:
    """A descriptor of memory for a board, to be given to another process."""
    descriptor = os.memfd_create("board")
    os.ftruncate(descriptor, _BYTES)
    return descriptor


class WorkerCounters:
    """One worker's numbers; `descriptor` is of what `make` has made, and may be closed then.

    The worker writes all but whether its loans are recalled.
    """

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, _BYTES)
        self._view(memoryview(self._memory))

    @property
    def recalled(self) -> bool:
        """Whether nothing is to be answered any more on the connections that the worker holds."""
        return bool(self._numbers[_RECALLED])

    @recalled.setter
    def recalled(self, value: bool) -> None:
        self._numbers[_RECALLED] = value

    @property
    def at_work(self) -> int:
        """The number of the request that it is at, from 1; 0 if it is at none."""
        begun = self._numbers[_BEGUN]
        return 0 if begun == self._numbers[_OVER] else begun

    @property
    def sending(self) -> int:
        """On which connections a response has begun and is not sent whole, by bits."""
        return self._numbers[_SENDING]

    @sending.setter
    def sending(self, bits: int) -> None:
        self._numbers[_SENDING] = bits

    @property
    def answered(self) -> Answered:
        """What was answered since the worker began."""
        counts = tuple(self._numbers[_COUNTS : _COUNTS + len(CLASSES) + 1])
        return Answered(counts, self._times[_SECONDS], self._numbers[_AGAIN])

    def close(self) -> None:
        """Let go of the memory; what stood there last can still be read."""
        last = bytes(self._memory)
        for each in (self._numbers, self._times):
            each.release()
        self._memory.close()
        self._view(memoryview(last))

    def _view(self, memory: memoryview) -> None:
        self._numbers = memory.cast("Q")
        self._times = memory.cast("d")

    def begin(self) -> None:
        """Note the beginning of a request."""
        self._numbers[_BEGUN] += 1

    def end(self) -> None:
        """Note its end."""
        self._numbers[_OVER] = self._numbers[_BEGUN]

    def count(self, seconds: float, *, again: bool) -> None:
        """Count an answer that took so long, or was there from before."""
        self._numbers[_AGAIN] += again
        self._times[_SECONDS] += seconds
        self._numbers[_COUNTS + bisect_left(CLASSES, seconds)] += 1
