"""What the server counts of itself, for Prometheus (text exposition format 0.0.4), and its access log."""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from ekograph.engine.workers.shared_counters import CLASSES, Answered
from ekograph.web.http.asgi import Message, Scope, Send

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

#: The first segments of paths that are counted apart; all others are one, since anybody can make them up.
ROUTES = frozenset(
    (
        *("about", "catalog", "choice", "def", "doc", "dumps", "graph", "health", "id", "metrics"),
        *("openapi", "rdf-graph-store", "ready", "search", "shapes", "sparql", "static"),
    )
)

_DURATIONS = "http_request_duration_seconds"

#: What is the same in every process.
_ALIKE = frozenset({"snapshot_live", "snapshot_stale", "engine_starting", "quads", "in_memory"})

#: For each name, the values by their labels.
Samples = dict[str, dict[str, float]]

access = logging.getLogger("ekograph.access")


class Metrics:
    """Counts requests by route and status, and how long they took; with `log` each goes to the access log too."""

    def __init__(self, *, log: bool = False) -> None:
        self.log = log
        self._requests: Counter[tuple[str, int]] = Counter()
        self._seconds: dict[str, float] = {}
        self._buckets: dict[str, list[int]] = {}

    def note(self, path: str, status: int, seconds: float = 0.0) -> None:
        """Count one answered request."""
        route = route_of(path)
        self._requests[route, status] += 1
        self._seconds[route] = self._seconds.get(route, 0.0) + seconds
        counts = self._buckets.setdefault(route, [0] * (len(CLASSES) + 1))
        counts[bisect_left(CLASSES, seconds)] += 1

    def note_lent(self, path: str, answered: Answered) -> None:
        """Count requests that were answered on connections that were lent."""
        route = route_of(path)
        self._requests[route, 200] += sum(answered.counts)
        self._seconds[route] = self._seconds.get(route, 0.0) + answered.seconds
        before = self._buckets.get(route, (0,) * len(answered.counts))
        self._buckets[route] = [one + other for one, other in zip(before, answered.counts, strict=True)]

    def observing(self, scope: Scope, send: Send, began: float | None = None) -> Send:
        """`send` that counts the request when its answer is complete.

        `began` is when the request came, by `time.perf_counter`, if that is not now.
        """
        began = time.perf_counter() if began is None else began
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                seconds = time.perf_counter() - began
                self.note(scope["path"], status, seconds)
                if self.log:
                    log_access(scope, status, seconds)

        return sending

    def samples(self, figures: Mapping[str, float]) -> Samples:
        """Everything there is to measure; `figures` are further gauges, and counters whose names end in _total."""
        plain = {name: {"": value} for name, value in {**figures, **_process()}.items()}
        requests = {f'route="{route}",status="{status}"': count for (route, status), count in self._requests.items()}
        durations: dict[str, float] = {}
        for route, counts in sorted(self._buckets.items()):
            total = 0
            for bound, count in zip((*CLASSES, "+Inf"), counts, strict=True):
                total += count
                durations[f'_bucket{{route="{route}",le="{bound}"}}'] = total
            durations[f'_sum{{route="{route}"}}'] = round(self._seconds[route], 6)
            durations[f'_count{{route="{route}"}}'] = total
        return {"http_requests_total": dict(sorted(requests.items())), _DURATIONS: durations, **plain}


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


def write(samples: Samples) -> bytes:
    """The text format of Prometheus."""
    lines = []
    for name, values in samples.items():
        kind = "histogram" if name == _DURATIONS else "counter" if is_counter(name) else "gauge"
        lines.append(f"# TYPE ekograph_{name} {kind}")
        for labels, value in values.items():
            which = labels if name == _DURATIONS or not labels else f"{{{labels}}}"
            lines.append(f"ekograph_{name}{which} {value if isinstance(value, int) else format(value, '.12g')}")
    return ("\n".join(lines) + "\n").encode()


def route_of(path: str) -> str:
    """The class that the requests for a path are counted in."""
    first = path[1:].partition("/")[0].partition(".")[0]
    return first if first in ROUTES else "front" if path == "/" else "other"


def write_access_log() -> None:
    """Have the access log written to standard output, a line of JSON for each request."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    access.addHandler(handler)
    access.setLevel(logging.INFO)
    access.propagate = False


def log_access(scope: Scope, status: int, seconds: float) -> None:
    """Write one line of JSON about a request: never its query, which may hold names of people."""
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "client": _shortened((scope.get("client") or ("",))[0]),
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "ms": round(1000 * seconds, 2),
    }
    access.info("%s", json.dumps(line, ensure_ascii=False))


def _shortened(address: str) -> str:
    """An address without the part that stands for one machine: the last octet, or the last 80 bits."""
    if "." in address:
        return address.rpartition(".")[0] + ".0"
    return ":".join(address.split(":")[:3]) + "::" if ":" in address else address


def _process() -> dict[str, float]:
    """What this process takes, without its workers."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "process_cpu_seconds_total": usage.ru_utime + usage.ru_stime,
        "process_peak_resident_bytes": usage.ru_maxrss * 1024,
        "process_open_descriptors": len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - names only
    }
