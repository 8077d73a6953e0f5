"""What all processes of a server have counted, together: whichever of them is asked, the answer is the same.

Each process writes what it has counted into memory that all share, again and again; whoever is asked adds it up. The
one that takes the place of a dead one counts on from where that was, so that no counter ever goes down.
"""

from __future__ import annotations

import asyncio
import json
import mmap
import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ekograph.web.service.metrics import Metrics, Samples, added, counters, is_counter, write

if TYPE_CHECKING:
    from ekograph.web.service.live import Deployment, Service
    from ekograph.web.sparql.answer_cache import AnswerCache

#: Seconds after which the others know what a process has counted.
EVERY = 1.0

_NUMBER = struct.Struct("Q")

# Bytes for the figures of a process: some 20 routes with their histograms and statuses take a third of it.
_HALF = 65_536
_PLACE = _NUMBER.size + 2 * _HALF


class ProcessCounters:
    """Memory that all processes forked after it was made share, with a place for what each of them has counted.

    A place has two halves, used in turn, and the number of the turn: whoever reads gets what was written whole, also
    of a process that was killed while it wrote.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._memory = mmap.mmap(-1, count * _PLACE)
        # A number assigned here is there at once; struct clears its place first, and others would read 0 meanwhile.
        self._numbers = memoryview(self._memory).cast("Q")

    def read(self, number: int) -> Samples:
        """What was last written at a place; nothing if nothing was."""
        while turn := self._turn(number):
            start = _half(number, turn)
            (length,) = _NUMBER.unpack_from(self._memory, start)
            data = self._memory[start + _NUMBER.size : start + _NUMBER.size + length]
            if self._turn(number) == turn:  # else the half may have been written to meanwhile
                samples: Samples = json.loads(data)
                return samples
        return {}

    def write(self, number: int, samples: Samples) -> None:
        """Put something at a place."""
        data = json.dumps(samples).encode()
        turn = self._turn(number) + 1
        start = _half(number, turn)
        self._memory[start : start + _NUMBER.size + len(data)] = _NUMBER.pack(len(data)) + data
        self._numbers[number * _PLACE // _NUMBER.size] = turn

    def _turn(self, number: int) -> int:
        return self._numbers[number * _PLACE // _NUMBER.size]


@dataclass(frozen=True)
class Shared:
    """The board of a server's processes, and which of them this is."""

    board: ProcessCounters
    number: int

    def others(self) -> list[Samples]:
        """What the other processes wrote last."""
        return [self.board.read(number) for number in range(self.board.count) if number != self.number]


class MetricsRegistry:
    """The figures of this process, and with `shared` those of all processes of the server."""

    def __init__(self, live: Service, cache: AnswerCache, metrics: Metrics, shared: Shared | None = None) -> None:
        self._live = live
        self._cache = cache
        self._metrics = metrics
        self._shared = shared
        self._inherited = counters(shared.board.read(shared.number)) if shared else {}
        self._before: Counter[str] = Counter()
        self._pair: Deployment | None = None

    async def keep(self) -> None:
        """Write down what is counted, for ever; and what a snapshot counted, before it is let go."""
        while True:
            self._own()
            await asyncio.sleep(EVERY)

    def text(self) -> bytes:
        """The figures in the text format of Prometheus."""
        total = self._own()
        for other in self._shared.others() if self._shared else ():
            total = added(total, other)
        return write(total)

    def _own(self) -> Samples:
        """What is counted in this place since the server started, and what this process holds; written down."""
        now = _of_caches(self._cache) | self._of_pairs()
        now |= {"snapshot_live": int(self._pair is not None), "snapshot_stale": int(self._live.trouble is not None)}
        now["engine_starting"] = int(self._live.improving)
        samples = added(self._metrics.samples(now), self._inherited)
        if self._shared:
            self._shared.board.write(self._shared.number, samples)
        return samples

    def _of_pairs(self) -> dict[str, float]:
        """The figures of what is in service, with what was counted by what was in service before."""
        pair = self._live.pair_or_none
        if self._pair is not None and self._pair is not pair:
            self._before.update({name: int(count) for name, count in _of(self._pair).items() if is_counter(name)})
        self._pair = pair
        figures = dict(_of(pair)) if pair else {}
        return figures | {name: figures.get(name, 0) + count for name, count in self._before.items()}


def _of_caches(cache: AnswerCache) -> dict[str, float]:
    """The figures of the answers that are kept by what they depend on."""
    counted = {"cache_hits_total": cache.hits, "cache_misses_total": cache.misses}
    return {**counted, "cache_evictions_total": cache.evictions, "cache_answers": len(cache), "cache_bytes": cache.size}


def _of(pair: Deployment) -> Mapping[str, float]:
    """The figures of a pair: of its engine, and of the answers kept by the bytes of their requests."""
    repeated = pair.repeated
    counted = {"answers_repeated_total": repeated.hits, "answers_not_repeated_total": repeated.misses}
    return {**counted, "answers_kept": len(repeated), "answers_kept_bytes": repeated.size, **pair.engine.figures()}


def _half(number: int, turn: int) -> int:
    """Where the half that is used in this turn begins, after the number of the turn."""
    return number * _PLACE + _NUMBER.size + turn % 2 * _HALF
