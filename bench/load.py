"""Load on a server, by wrk in a process of its own, and what it costs the server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
PEERS = HERE / ".peers"
DEBIAN = PEERS / "debian"
WRK = Path(shutil.which("wrk") or DEBIAN / "usr/bin/wrk")

_TICK = os.sysconf("SC_CLK_TCK")
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


@dataclass(frozen=True)
class Load:
    """One run: requests a second, CPU of the server per request and the 99th percentile, in seconds; failures."""

    rate: float
    cpu: float
    p99: float
    failed: int


@dataclass(frozen=True)
class Effort:
    """How long one run of load lasts, in seconds, and how often the contenders take turns."""

    seconds: float
    rounds: int


@dataclass(frozen=True)
class Asked:
    """What is asked again and again; with `count_from` each time with another comment at the end of the query.

    The query is in the URL, or in the file `body`. A connection is opened for each request unless it is `kept`.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    connections: int = 32
    count_from: int | None = None
    body: Path | None = None
    kept: bool = True


def environment() -> dict[str, str]:
    """The environment in which the programs unpacked from Debian's packages find their libraries."""
    folders = [*DEBIAN.glob("usr/lib/*-linux-gnu"), *DEBIAN.glob("lib/*-linux-gnu")]
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, folders))}


def load(asked: Asked, pids: Sequence[int], seconds: float) -> Load:
    """Ask for so long, in seconds; `pids` are the processes whose CPU time counts."""
    command = [str(WRK), "-t1", f"-c{asked.connections}", f"-d{max(1, round(seconds))}s", "--latency", "--timeout=20s"]
    for name, value in asked.headers.items():
        command += ["-H", f"{name}: {value}"]
    if not asked.kept:
        command += ["-H", "Connection: close"]
    arguments = [asked.url]
    if asked.count_from is not None:
        command += ["-s", str(HERE / "asked.lua")]
        arguments += [str(asked.count_from), *([str(asked.body)] if asked.body else [])]
    before = cpu_seconds(pids)
    done = subprocess.run(command + arguments, env=environment(), capture_output=True, text=True, check=True)
    return _read(done.stdout, cpu_seconds(pids) - before)


def cpu_seconds(pids: Sequence[int]) -> float:
    """CPU time, user and system, that the processes have taken since their start."""
    return sum(_cpu_seconds(pid) for pid in pids)


def descendants(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    for each in found:
        for children in Path(f"/proc/{each}/task").glob("*/children"):
            found += map(int, children.read_text().split())
    return found


def memory_mb(pids: Sequence[int]) -> float:
    """Memory of the processes together, each shared page counted once (PSS), in MB."""
    total = 0
    for pid in pids:
        total += int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)[1])  # type: ignore[index]
    return total / 1000


def middle(loads: Sequence[Load]) -> Load:
    """The medians of several runs, and all failures."""
    return Load(
        median(each.rate for each in loads),
        median(each.cpu for each in loads),
        median(each.p99 for each in loads),
        sum(each.failed for each in loads),
    )


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # it has ended; its time shows in no other process
        return 0.0
    # With that of the children that have ended, as workers do.
    return sum(map(int, fields[11:15])) / _TICK


def _read(output: str, cpu: float) -> Load:
    def number(pattern: str) -> int:
        found = re.search(pattern, output)
        return int(found[1]) if found else 0

    requests = number(r"(\d+) requests in")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])  # type: ignore[index]
    p99, unit = re.search(r"99%\s+([\d.]+)(us|ms|s|m)", output).groups()  # type: ignore[union-attr]
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    failed = number(r"Non-2xx or 3xx responses: (\d+)") + sum(map(int, broken.groups() if broken else ()))
    return Load(rate, cpu / max(1, requests), float(p99) * _UNITS[unit], failed)
