"""Cost against size: synthetic sites of growing size are published and served; a table and plots tell what it takes.

    python -m bench.growth                 10,000 to 1,000,000 triples; writes bench/growth.md and bench/growth-*.svg
    python -m bench.growth --large         10,000,000 too
    python -m bench.growth --sizes 10000   these sizes only; prints, and writes nothing

Publishing is measured in processor time and in the most memory that it had, serving by the clock from the start of the
command, memory of the server and of its engine together.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from bench.generate import generate
from bench.plot import plot
from bench.servers import free_port, settle, wait_for
from bench.stores import OXIGRAPH

from ekograph.snapshots.snapshot import STORE

HERE = Path(__file__).parent
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
LARGE = 10_000_000

#: Pages that are asked for, each once, in each format.
PAGES = 200


@dataclass(frozen=True)
class Row:
    """What one site took; seconds are of processor time where the name says so, megabytes are of 1,000,000 bytes."""

    triples: int
    publish_cpu_s: float
    publish_mb: float
    snapshot_mb: float
    start_s: float
    html_ms: float
    turtle_ms: float
    query_ms: float
    first_mb: float
    server_mb: float
    own_mb: float
    oxigraph_start_s: float | None = None
    oxigraph_mb: float | None = None


TITLES = {
    "publish_cpu_s": "Publishing: processor time, s",
    "publish_mb": "Publishing: most memory, MB",
    "snapshot_mb": "Snapshot on disk, MB",
    "start_s": "From the start of serve to the first answer, s",
    "html_ms": "A page as HTML, asked for the first time: median, ms",
    "turtle_ms": "A page as Turtle, asked for the first time: median, ms",
    "query_ms": "A query for one thing, asked for the first time: median, ms",
    "first_mb": "Memory of the server with its workers at its first answer, MB",
    "server_mb": "Memory of the server with its workers after all these, MB",
    "own_mb": "Of that, what is no mapped file, MB",
    "oxigraph_start_s": "From the start of oxigraph serve-read-only, on the same store, to its first answer, s",
    "oxigraph_mb": "Memory of that after the same queries, MB",
}


def measure(size: int) -> Row:
    """Publish and serve a site of so many triples."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        generate(site, size, files=max(1, min(100, size // 1000)))
        seconds, peak = _publish(site)
        snapshot = (site / "snapshots" / "current").resolve()
        triples = json.loads((snapshot / "manifest.json").read_bytes())["triples"]
        disk = sum(each.stat().st_size for each in snapshot.rglob("*") if each.is_file())
        things = _things(snapshot)
        store = snapshot / STORE
        theirs = _read_only(store, things) if store.exists() else (None, None)
        return Row(triples, seconds, peak, disk / 1e6, *_served(site, things), *theirs)


def _publish(site: Path) -> tuple[float, float]:
    """Processor time and the most memory of `ekograph publish`; raises CalledProcessError when it fails."""
    process = subprocess.Popen(_command(site, "publish"), stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, "ekograph publish")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1000


def _served(site: Path, things: Sequence[str]) -> tuple[float, float, float, float, float, float, float]:
    """Seconds to the first answer, medians for a page as HTML and as Turtle and for a query in ms, and memory in MB.

    The memory is that at the first answer, that after all others, and what of this is no mapped file.
    """
    began = time.perf_counter()
    process = subprocess.Popen(_command(site, "serve", "--port", "0"), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        found = (re.search(r"http://[^\s]+", line) for line in process.stdout)
        url = next(match[0].rstrip("/.") for match in found if match)
        _get(f"{url}/doc/{things[0]}.nt")
        start = time.perf_counter() - began
        first = _memory(process.pid)
        settle(url)
        html = _median(things, lambda thing: f"{url}/doc/{thing}.fi.html")
        turtle = _median(things, lambda thing: f"{url}/doc/{thing}.ttl")
        query = _median(things, lambda thing: f"{url}/sparql?query=" + _QUERY.format(thing))
        return start, html, turtle, query, first, _memory(process.pid), _memory(process.pid, "Pss_Anon")
    finally:
        process.terminate()
        process.wait()


def _read_only(store: Path, things: Sequence[str]) -> tuple[float, float]:
    """Seconds to the first answer of `oxigraph serve-read-only`, and its memory after a query for each thing, in MB."""
    url = f"http://127.0.0.1:{free_port()}"
    began = time.perf_counter()
    process = subprocess.Popen(
        [OXIGRAPH, "serve-read-only", "--location", store, "--bind", url.removeprefix("http://")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"{url}/query?query=" + _QUERY.format(things[0]), process, 0.002)
        start = time.perf_counter() - began
        _median(things, lambda thing: f"{url}/query?query=" + _QUERY.format(thing))
        return start, _memory(process.pid)
    finally:
        process.terminate()
        process.wait()


_QUERY = "SELECT%20*%20%7B%20%3Chttps://w3id.org/ekograph/id/{}%3E%20%3Fp%20%3Fo%20%7D"


def _median(things: Sequence[str], url: Callable[[str], str]) -> float:
    times = []
    for thing in things:
        began = time.perf_counter()
        _get(url(thing))
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url) as response:  # noqa: S310 - the server that was just started
        body: bytes = response.read()
    return body


def _things(snapshot: Path) -> list[str]:
    """The names of some things, chosen by chance, the same each time."""
    names = re.findall(
        rb"^<https://w3id.org/ekograph/id/([^>]*)> ", (snapshot / "dataset.nq").read_bytes(), re.MULTILINE
    )
    distinct = sorted({each.decode() for each in names})
    return random.Random(1).sample(distinct, min(PAGES, len(distinct)))  # noqa: S311 - no secret


def _memory(pid: int, kind: str = "Pss") -> float:
    """What a process and all that it started have in memory, what they share counted once (PSS), in MB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    with Path(f"/proc/{pid}/smaps_rollup").open(encoding="ascii") as lines:
        own = next(int(line.split()[1]) for line in lines if line.startswith(f"{kind}:"))
    return own / 1000 + sum(_memory(int(each), kind) for each in children)


def _command(site: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "ekograph", "--site", str(site), *arguments]


def table(rows: Sequence[Row]) -> str:
    """The rows as a table in Markdown."""
    head = "| triples | " + " | ".join(TITLES.values()) + " |\n|" + "---:|" * len(fields(Row)) + "\n"
    return head + "".join(f"| {' | '.join(map(_cell, vars(row).values()))} |\n" for row in rows)


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def main() -> None:
    """Read the command line, measure, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--sizes", type=int, nargs="+")
    given = parser.parse_args()
    rows = []
    for size in given.sizes or (*SIZES, *([LARGE] if given.large else [])):
        rows.append(measure(size))
        print(rows[-1], flush=True)
    print(table(rows))
    if not given.sizes:
        write(rows)


def write(rows: Sequence[Row]) -> None:
    """Write the table and a plot for each measure."""
    told = f"Measured on {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, Python {sys.version.split()[0]}."
    text = f"# Cost against size\n\n`make bench-growth` writes this page. {told}\n\n{table(rows)}"
    for name, title in TITLES.items():
        points = [(row.triples, getattr(row, name)) for row in rows if getattr(row, name) is not None]
        (HERE / f"growth-{name}.svg").write_text(plot(title, points), encoding="utf-8")
        text += f"\n![{title}](growth-{name}.svg)\n"
    (HERE / "growth.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
