"""How long `ekograph check` takes, and how much memory, beside pySHACL's own command on the same data and rules.

    python bench/check.py                         the site itself, then 10,000 and 100,000 triples
    python bench/check.py --triples 1000000 --files 200
    python bench/check.py --peer                  beside pySHACL; at 100,000 triples that takes minutes

Every figure is that of a whole process, from the start of the command to its end: wall time, CPU time, and the
greatest resident memory. Of several runs the fastest counts.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Dataset, Quad, RdfFormat, parse, serialize

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.generate import ROOT, generate

BIN = Path(sys.executable).parent
_FOLDERS = ("ontology", "data", "shapes")


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds of wall and CPU time, MB of resident memory, and its exit status."""

    wall: float
    cpu: float
    memory: float
    status: int


def cost(command: Sequence[str]) -> Cost:
    """Run a command to its end, its output thrown away."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begun
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, process.returncode)


def best(command: Sequence[str], runs: int) -> Cost:
    """The fastest of several runs."""
    return min((cost(command) for _ in range(runs)), key=lambda each: each.wall)


def check(site: Path, *arguments: str) -> list[str]:
    """The command line of a check of the site."""
    return [str(BIN / "ekograph"), "--site", str(site), "check", *arguments]


def peer(site: Path, folder: Path) -> list[str]:
    """The command line of pySHACL for the same data (with the ontology) and shapes, each merged into a file."""
    data = _merged(site, ("ontology", "data"), folder / "data.nt")
    shapes = _merged(site, ("shapes",), folder / "shapes.nt")
    return [str(BIN / "pyshacl"), "-s", str(shapes), "-sf", "nt", "-df", "nt", "-f", "human", str(data)]


def break_one_line(site: Path) -> None:
    """Change one line of one file so that it breaks a rule."""
    path = site / "data/agreement-lahti.ttl"
    path.write_text(
        path.read_text(encoding="utf-8").replace("eko:displayOrder", "eko:displayOrdr", 1), encoding="utf-8"
    )


def _merged(site: Path, names: Sequence[str], path: Path) -> Path:
    files = [file for name in names for file in (site / name).rglob("*.ttl")]
    quads = (Quad(*quad.triple) for file in files for quad in parse(path=file, rename_blank_nodes=True))
    with path.open("wb") as output:
        serialize((quad.triple for quad in Dataset(quads)), output, RdfFormat.N_TRIPLES)
    return path


def _told(name: str, found: Cost) -> None:
    print(
        f"  {name:34}{found.wall:8.2f} s {found.cpu:8.2f} s CPU {found.memory:8.0f} MB   exit {found.status}",
        flush=True,
    )


def measure(site: Path, runs: int, *, beside: bool) -> None:
    """Print the figures of one site: conforming, with a fault, and, if asked for, those of pySHACL."""
    _told("ekograph check", best(check(site), runs))
    if beside:
        with tempfile.TemporaryDirectory() as folder:
            _told("pyshacl, the same data and rules", cost(peer(site, Path(folder))))
        _told("ekograph check --engine pyshacl", cost(check(site, "--engine", "pyshacl")))
    break_one_line(site)
    _told("ekograph check, one line broken", best(check(site), runs))


def main() -> None:
    """Measure the site itself and generated ones."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=int, action="append", help="size of a generated site; may be given often")
    parser.add_argument("--files", type=int, default=100, help="so many files it is spread over")
    parser.add_argument("--runs", type=int, default=3, help="runs of which the fastest counts")
    parser.add_argument("--peer", action="store_true", help="measure pySHACL too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        itself = Path(folder) / "itself"
        for name in _FOLDERS:
            shutil.copytree(ROOT / name, itself / name)
        shutil.copy(ROOT / "ekograph.toml", itself)
        print("this site:")
        measure(itself, given.runs, beside=given.peer)
        for triples in given.triples or (10_000, 100_000):
            site = Path(folder) / str(triples)
            generate(site, triples, given.files)
            print(f"about {triples:,} triples in {given.files} files:")
            measure(site, given.runs, beside=given.peer)


if __name__ == "__main__":
    main()
