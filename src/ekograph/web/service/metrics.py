"""What the server counts of itself, for Prometheus (text exposition format 0.0.4): one registry for all processes.

Each process writes what it has counted into memory that all share, again and again; whoever is asked adds it up. The
one that takes the place of a dead one counts on from where that was, so that no counter ever goes down.
"""

from __future__ import annotations

import asyncio
import json
import mmap
import os
import resource
import struct
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ekograph.engine.workers.shared_counters import CLASSES, Answered
from ekograph.web.contract import Application, Message, Receive, Request, Scope, Send
from ekograph.web.service.access_log import access, log_access

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

#: The first segments of paths that are counted apart; all others are one, since anybody can make them up.
ROUTES = frozenset(
    (
        *("about", "catalog", "choice", "def", "doc", "dumps", "graph", "health", "id", "metrics"),
        *("openapi", "rdf-graph-store", "ready", "search", "shapes", "sparql", "static"),
    )
)

#: Seconds after which the others know what a process has counted.
EVERY = 1.0

_DURATIONS = "http_request_duration_seconds"

# What is the same in every process.
_ALIKE = frozenset({"snapshot_live", "snapshot_stale", "engine_starting", "quads", "in_memory"})

#: For each name, the values by their labels.
Samples = dict[str, dict[str, float]]


class Metrics:
    """Counts requests by route and status, and how long they took; with `log` each goes to the access log too."""

    def __init__(self, *, log: bool = False) -> None:
        self.log = log
        self._requests: Counter[tuple[str, int]] = Counter()
        self._seconds: dict[str, float] = {}
        self._buckets: dict[str, list[int]] = {}

    def count(self, request: Request, status: int, seconds: float) -> None:
        """Count one answered request."""
        if self.log:
            log_access(request, status, seconds)
        route = route_of(request.path)
        self._requests[route, status] += 1
        self._seconds[route] = self._seconds.get(route, 0.0) + seconds
        counts = self._buckets.setdefault(route, [0] * (len(CLASSES) + 1))
        counts[bisect_left(CLASSES, seconds)] += 1

    def count_direct(self, path: str, answered: Answered, lines: bytes) -> None:
        """Count requests that a worker has answered on connections of clients, and log the lines it has written."""
        route = route_of(path)
        self._requests[route, 200] += sum(answered.counts)
        self._seconds[route] = self._seconds.get(route, 0.0) + answered.seconds
        before = self._buckets.get(route, (0,) * len(answered.counts))
        self._buckets[route] = [one + other for one, other in zip(before, answered.counts, strict=True)]
        if lines:
            access.info("%s", lines.decode().removesuffix("\n"))

    def observing(self, request: Request, began: float, application: Application) -> Application:
        """`application`, which is counted when its answer is complete; `began` is by `time.perf_counter`."""

        async def observed(scope: Scope, receive: Receive, send: Send) -> None:
            status = 0

            async def sending(message: Message) -> None:
                nonlocal status
                status = message.get("status", status)
                await send(message)
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    self.count(request, status, time.perf_counter() - began)

            await application(scope, receive, sending)

        return observed

    def samples(self) -> Samples:
        """The requests and their durations."""
        requests = {f'route="{route}",status="{status}"': count for (route, status), count in self._requests.items()}
        durations: dict[str, float] = {}
        for route, counts in sorted(self._buckets.items()):
            total = 0
            for bound, count in zip((*CLASSES, "+Inf"), counts, strict=True):
                total += count
                durations[f'_bucket{{route="{route}",le="{bound}"}}'] = total
            durations[f'_sum{{route="{route}"}}'] = round(self._seconds[route], 6)
            durations[f'_count{{route="{route}"}}'] = total
        return {"http_requests_total": dict(sorted(requests.items())), _DURATIONS: durations}


def route_of(path: str) -> str:
    """The class that the requests for a path are counted in."""
    first = path[1:].partition("/")[0].partition(".")[0]
    return first if first in ROUTES else "front" if path == "/" else "other"


@dataclass(frozen=True)
class Shared:
    """The memory that the processes of a server share, and which of them this is."""

    board: ProcessCounters
    number: int

    def others(self) -> list[Samples]:
        """What the other processes wrote last."""
        return [self.board.read(number) for number in range(self.board.count) if number != self.number]


class MetricsRegistry:
    """The figures of this process, and with `shared` those of all processes of the server.

    `figures` gives gauges, and counters whose names end in _total.
    """

    def __init__(self, metrics: Metrics, figures: Callable[[], Mapping[str, float]], shared: Shared | None) -> None:
        self._metrics = metrics
        self._figures = figures
        self._shared = shared
        self._inherited = counters(shared.board.read(shared.number)) if shared else {}

    async def keep(self) -> None:
        """Write down what is counted, for ever."""
        while True:
            self._samples()
            await asyncio.sleep(EVERY)

    def text(self) -> bytes:
        """The figures in the text format of Prometheus."""
        total = self._samples()
        for other in self._shared.others() if self._shared else ():
            total = added(total, other)
        return text_format(total)

    def _samples(self) -> Samples:
        """What is counted in this place since the server started, and what this process holds; written down."""
        plain = {name: {"": value} for name, value in {**self._figures(), **_process()}.items()}
        samples = added({**self._metrics.samples(), **plain}, self._inherited)
        if self._shared:
            self._shared.board.write(self._shared.number, samples)
        return samples


def is_counter(name: str) -> bool:
    """Whether what has this name is counted from the start of a process, and not what it holds now."""
    return name.endswith("_total") or name == _DURATIONS


def counters(samples: Samples) -> Samples:
    """Those of the samples that are counted."""
    return {name: values for name, values in samples.items() if is_counter(name)}


def added(one: Samples, other: Samples) -> Samples:
    """The samples of two processes together: sums, or whichever is more where a sum would say nothing."""
    total = {name: dict(values) for name, values in one.items()}
    for name, values in other.items():
        sums = total.setdefault(name, {})
        for labels, value in values.items():
            sums[labels] = max(sums.get(labels, 0), value) if name in _ALIKE else sums.get(labels, 0) + value
    return total


def text_format(samples: Samples) -> bytes:
    """The text format of Prometheus."""
    lines = []
    for name, values in samples.items():
        metric_type = "histogram" if name == _DURATIONS else "counter" if is_counter(name) else "gauge"
        lines.append(f"# TYPE ekograph_{name} {metric_type}")
        for labels, value in values.items():
            which = labels if name == _DURATIONS or not labels else f"{{{labels}}}"
            lines.append(f"ekograph_{name}{which} {value if isinstance(value, int) else format(value, '.12g')}")
    return ("\n".join(lines) + "\n").encode()


def _process() -> dict[str, float]:
    """What this process takes, without its workers."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "process_cpu_seconds_total": usage.ru_utime + usage.ru_stime,
        "process_peak_resident_bytes": usage.ru_maxrss * 1024,
        "process_open_descriptors": len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - names only
    }


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


def _half(number: int, turn: int) -> int:
    """Where the half that is used in this turn begins, after the number of the turn."""
    return number * _PLACE + _NUMBER.size + turn % 2 * _HALF
