"""What building a large site takes, beside `oxigraph load` and `dump` of the same quads in the same run.

    python -m bench.scale                        100,000 and 1,000,000 triples; writes bench/scale.md
    python -m bench.scale --sizes 10000000       other sizes only; prints, and writes nothing
    python -m bench.scale --builder spark://...  built there, with another row for this machine

Processor time is that of all processes, also those that have ended; memory is the most that all of them had at one
time, what they share counted once (PSS).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.generate import generate
from bench.stores import OXIGRAPH

HERE = Path(__file__).parent
SIZES = (100_000, 1_000_000)


@dataclass(frozen=True)
class Cost:
    """Processor time in seconds, the most memory in MB, what is on the disk then in MB."""

    cpu_s: float
    memory_mb: float
    disk_mb: float = 0.0

    def __str__(self) -> str:
        disk = f" | {self.disk_mb:,.0f}" if self.disk_mb else " | "
        return f"{self.cpu_s:,.1f} | {self.memory_mb:,.0f}{disk}"


def measure(command: Sequence[str | Path], folder: Path, **variables: str) -> Cost:
    """Run a command that writes into a folder. Raises CalledProcessError."""
    process = subprocess.Popen(list(map(str, command)), env={**os.environ, **variables}, stdout=subprocess.DEVNULL)
    peak, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            peak[0] = max(peak[0], sum(map(_memory, _tree(process.pid))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, status, used = os.wait4(process.pid, 0)
    done.set()
    watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(map(str, command)))
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return Cost(used.ru_utime + used.ru_stime, peak[0], size / 1e6)


def _tree(pid: int) -> list[int]:
    """A process and all that it has started, from whichever of its threads."""
    children: list[str] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children += path.read_text(encoding="ascii").split()
        except OSError:
            continue
    return [pid, *(process for child in children for process in _tree(int(child)))]


def _memory(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("Pss:")), 0.0)


def rows(size: int, builder: str) -> list[str]:
    """The lines of the table for one size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site, snapshots, location = folder / "site", folder / "site" / "snapshots", folder / "store"
        generate(site, size, files=max(1, min(100, size // 1000)))
        publish = (sys.executable, "-m", "ekograph", "--site", site, "publish")
        costs = {}
        for shapes in ("with its rules", "without rules"):
            if shapes == "without rules":
                shutil.rmtree(site / "shapes")
            for where in dict.fromkeys(("local", builder)):
                shutil.rmtree(snapshots, ignore_errors=True)
                label = f"publish, {shapes}" + (f", {where}" if builder != "local" else "")
                costs[label] = measure(publish, snapshots, EKOGRAPH_BUILDER=where)
        quads, dump = snapshots / "current" / "dataset.nq", folder / "dump" / "dump.nq"
        dump.parent.mkdir()
        load = measure((OXIGRAPH, "load", "--location", location, "--file", quads), location)
        dumped = measure((OXIGRAPH, "dump", "--location", location, "--file", dump), dump.parent)
    both = load.cpu_s + dumped.cpu_s
    lines = [f"| {size:,} | {label} | {cost} | {cost.cpu_s / both:.2f} |\n" for label, cost in costs.items()]
    return [
        *lines,
        *(f"| {size:,} | oxigraph {name} | {cost} | |\n" for name, cost in (("load", load), ("dump", dumped))),
    ]


HEAD = """| triples | what | processor time, s | most memory, MB | on disk, MB | beside load and dump |
|---:|---|---:|---:|---:|---:|
"""


def main() -> None:
    """Read the command line, measure, and write what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+")
    parser.add_argument("--builder", default="local")
    options = parser.parse_args()
    table = HEAD
    for size in options.sizes or SIZES:
        for row in rows(size, options.builder):
            table += row
            print(row, end="", flush=True)
    if not options.sizes:
        machine = f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, load {os.getloadavg()[1]:.0f}"
        text = f"`make bench-scale` writes this page. Measured on {time.strftime('%Y-%m-%d')}, {machine}.\n\n{table}"
        (HERE / "scale.md").write_text(f"# Building a large site\n\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
