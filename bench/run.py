"""Measure ekograph beside its peers and beside the physical limit, in one run; the results go to bench/results.md.

python -m bench.run            everything, about half an hour
python -m bench.run --quick    small data and short runs, two minutes; prints only
python -m bench.run --only printed --only start
"""

from __future__ import annotations

import argparse
import compileall
import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench import check, commands, printed, reload, sparql
from bench.generate import generate
from bench.load import HERE, WRK, Effort
from bench.servers import ROOT, ours
from bench.table import Row, markdown

RESULTS = HERE / "results.md"


@dataclass(frozen=True)
class Scale:
    """How long the load lasts, how large the synthetic sites are, in triples, and when a check is given up."""

    effort: Effort
    queries: int
    publish: int
    checks: tuple[int, ...]
    patience: float


QUICK = Scale(Effort(seconds=1, rounds=1), queries=10_000, publish=10_000, checks=(10_000,), patience=20)
FULL = Scale(
    Effort(seconds=2, rounds=3), queries=1_000_000, publish=1_000_000, checks=(10_000, 100_000, 1_000_000), patience=300
)


@dataclass(frozen=True)
class Bench:
    """Where the run works: a folder of its own, and in it a shelf with the real site and its triples."""

    scale: Scale
    folder: Path
    shelf: Path
    triples: Path

    def synthetic(self, triples: int) -> tuple[Path, Path]:
        """A synthetic site of about so many triples, and the file of its triples."""
        site = self.folder / f"site-{triples}"
        if not site.exists():
            generate(site, triples, files=max(1, min(100, triples // 1000)))
            commands.triples_of(site, site.with_suffix(".nt"))
        return site, site.with_suffix(".nt")


def _printed(bench: Bench) -> Iterator[Row]:
    yield from printed.measure(bench.shelf, bench.folder, bench.scale.effort)


def _sparql(bench: Bench) -> Iterator[Row]:
    """The real data: asked again and for the first time."""
    with ExitStack() as stack:
        peers = sparql.peers(stack, bench.triples, bench.folder, large=False)
        yield from sparql.repeated(bench.shelf, peers, bench.folder, bench.scale.effort)
        server = stack.enter_context(ours(bench.shelf))
        yield from sparql.first_time(server, peers, "real data", bench.scale.effort.seconds)


def _sparql_large(bench: Bench) -> Iterator[Row]:
    size = bench.scale.queries
    site, _ = bench.synthetic(size)
    shelf, folder = bench.folder / "large", bench.folder / "large-peers"
    folder.mkdir()
    publish(site, shelf)
    triples = commands.published(shelf, bench.folder / "large.nt")
    with ExitStack() as stack:
        peers = sparql.peers(stack, triples, folder, large=size > 100_000)
        server = stack.enter_context(ours(shelf, site))
        yield from sparql.first_time(server, peers, f"{size:,} triples", bench.scale.effort.seconds)


def _publishing(bench: Bench) -> Iterator[Row]:
    site, triples = bench.synthetic(bench.scale.publish)
    yield from commands.publish(site, triples, bench.folder, f"{bench.scale.publish:,} triples")


def _checks(bench: Bench) -> Iterator[Row]:
    for size in bench.scale.checks:
        site, triples = bench.synthetic(size)
        yield from check.measure(site, triples, bench.folder, size, bench.scale.patience)
    yield from check.verdicts(bench.synthetic(10_000)[0], bench.folder, 10_000, bench.scale.patience)


def _start(bench: Bench) -> Iterator[Row]:
    yield from commands.start_up(bench.shelf, bench.triples)


def _reload(bench: Bench) -> Iterator[Row]:
    yield from reload.measure(bench.folder / "reload", 3 * bench.scale.effort.seconds)


SECTIONS: dict[str, tuple[str, Callable[[Bench], Iterator[Row]]]] = {
    "printed": ("Printed resources, at 32 connections", _printed),
    "sparql": ("SPARQL on the real data", _sparql),
    "large": ("SPARQL on synthetic data, at 8 connections", _sparql_large),
    "publish": ("Publishing", _publishing),
    "check": ("Checking", _checks),
    "start": ("Start-up", _start),
    "reload": ("Reload under load", _reload),
}


def main() -> None:
    """Read the command line, measure, print, and write the results of a whole run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small data and short runs")
    parser.add_argument("--only", action="append", choices=SECTIONS, help="one part; may be repeated")
    given = parser.parse_args()
    if not WRK.exists():
        sys.exit("bench: the peers are missing; run bench/setup first")
    # As an installer leaves the peers: no run is to compile the modules anew where Python was told not to keep that.
    compileall.compile_dir(ROOT / "src", quiet=1)
    whole = not given.quick and not given.only
    report = [_heading()]
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        bench = _prepare(QUICK if given.quick else FULL, Path(name))
        for key in given.only or SECTIONS:
            title, section = SECTIONS[key]
            start = time.monotonic()
            rows = list(section(bench))
            text = f"## {title}\n\n{markdown(rows)}\nMeasured in {time.monotonic() - start:.0f} s.\n"
            print(text, flush=True)
            report.append(text)
    if whole:
        RESULTS.write_text("\n".join(report), encoding="utf-8")


def _prepare(scale: Scale, folder: Path) -> Bench:
    shelf, triples = folder / "shelf", folder / "real.nt"
    publish(ROOT, shelf)
    commands.published(shelf, triples)
    return Bench(scale, folder, shelf, triples)


def publish(site: Path, shelf: Path) -> None:
    """Publish a site to a shelf."""
    command = [sys.executable, "-m", "ekograph", "--site", str(site), "publish"]
    subprocess.run(command, env={**os.environ, "EKOGRAPH_SNAPSHOTS": str(shelf)}, check=True, capture_output=True)


def _heading() -> str:
    versions = {name: importlib.metadata.version(name) for name in ("ekograph", "pyoxigraph", "uvicorn", "uvloop")}
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    listed = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (
        f"# What ekograph takes, and others\n\n{time.strftime('%Y-%m-%d')}, {machine}; {listed}. Made by `make bench`."
        " Ratios are ekograph's figure to the other's; the load comes from the same machine.\n"
    )


if __name__ == "__main__":
    main()
