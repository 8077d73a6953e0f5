"""The check of a site beside the SHACL engines alone: how long, how much memory, and whether the verdict is the same.

The engines read the same triples and rules, merged into a file each; they tell no line, ask no gate, and make no
canonical dataset. Of several runs the fastest counts, as for ekograph.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from bench.commands import BIN, Run, run, triples_of
from bench.load import PEERS
from bench.servers import ROOT
from bench.table import Row, compare, in_unit

#: The fast engine alone, telling its verdict as pySHACL does.
SHACL = (
    "import sys, shacl; data, shapes = (open(each).read() for each in sys.argv[1:]);"
    "report = shacl.Shapes.from_turtle(shapes).validate_turtle(data);"
    "print(f'Conforms: {report.conforms}\\nResults ({len(report.results)}):'); sys.exit(not report.conforms)"
)
#: Above this size pySHACL is not asked: its time grows faster than the data, and this takes it more than a minute.
PYSHACL_TO = 100_000


@dataclass(frozen=True)
class Case:
    """A site, its triples and its rules as the engines read them, and how long one of these may take, in seconds."""

    site: Path
    triples: Path
    shapes: Path
    limit: float

    def engines(self) -> Mapping[str, Sequence[object]]:
        """The command line of each engine. All read Turtle, of which N-Triples is a part."""
        return {
            "shacl": [sys.executable, "-c", SHACL, self.triples, self.shapes],
            "pyshacl-turbo": [PEERS / "shacl/bin/pyshacl-turbo", "-s", self.shapes, self.triples],
            "pySHACL": [BIN / "pyshacl", "-s", self.shapes, "-df", "nt", self.triples],
        }


def measure(site: Path, triples: Path, folder: Path, size: int, limit: float) -> Iterator[Row]:
    """The rows of a site of `size` triples that conforms."""
    case = Case(site, triples, _shapes(site, folder), limit)
    work, times = f"check {size:,} triples", max(1, min(5, 300_000 // size))
    ours = _fastest([BIN / "ekograph", "--site", site, "check"], times, limit)
    if ours.status:
        raise RuntimeError(f"the check of {site} has ended with status {ours.status}")
    found = {
        name: _fastest(command, times if name == "shacl" else 1, limit)
        for name, command in case.engines().items()
        if name != "pySHACL" or size <= PYSHACL_TO
    }
    yield from _times(work, ours, found, limit)
    if "pySHACL" not in found:
        yield Row(work, in_unit(ours.seconds, "s"), "pySHACL", f"not asked above {PYSHACL_TO:,} triples")


def verdicts(site: Path, folder: Path, size: int, limit: float) -> Iterator[Row]:
    """What is found in the site once a line of it is broken: by ekograph, and by each engine."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        broken = Path(name) / "site"
        shutil.copytree(site, broken)
        _break_one_line(broken)
        triples_of(broken, broken.with_suffix(".nt"))
        case = Case(broken, broken.with_suffix(".nt"), _shapes(broken, Path(name)), limit)
        work, ours = f"check {size:,} triples, one line broken", _our_results(broken)
        for engine, command in case.engines().items():
            theirs = _their_results(command)
            same = ", the same verdict" if theirs == ours else ", **another verdict**"
            yield Row(work, _in_words(ours), engine, _in_words(theirs) + same)


def _times(work: str, ours: Run, found: Mapping[str, Run], limit: float) -> Iterator[Row]:
    ended = {name: each for name, each in found.items() if each.status == 0}
    for name, each in ended.items():
        fastest = each.seconds == min(every.seconds for every in ended.values())
        yield compare(work, ours.seconds, name, each.seconds, "s", **({"most": 1.5} if fastest else {}))
        if fastest:
            yield compare(f"{work}: memory", ours.memory, name, each.memory, "MB")
    for name in found.keys() - ended.keys():
        said = "**another verdict**" if found[name].status == 1 else f"not within {limit:.0f} s"
        yield Row(work, in_unit(ours.seconds, "s"), name, said)


def _fastest(command: Sequence[object], times: int, limit: float) -> Run:
    return min((run(command, limit=limit) for _ in range(times)), key=lambda each: each.seconds)


def _our_results(site: Path) -> int:
    command = [sys.executable, "-m", "ekograph", "--site", str(site), "check", "--format", "json"]
    return len(
        json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout)["results"]
    )


def _their_results(command: Sequence[object]) -> int | None:
    """How many results an engine tells of; None where it tells none that can be read."""
    said = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False).stdout
    counted = re.search(r"Results \((\d+)\)", said)
    return int(counted[1]) if counted else 0 if "Conforms: True" in said else None


def _in_words(results: int | None) -> str:
    return "no verdict" if results is None else "1 result" if results == 1 else f"{results} results"


def _break_one_line(site: Path) -> None:
    path = site / "data/agreement-lahti.ttl"
    text = path.read_text(encoding="utf-8").replace("eko:displayOrder", "eko:displayOrdr", 1)
    path.write_text(text, encoding="utf-8")


def _shapes(site: Path, folder: Path) -> Path:
    found = [
        each
        for path in sorted((site / "shapes").glob("*.ttl"))
        for each in ox.parse(path=path, rename_blank_nodes=True)
    ]
    target = folder / "shapes.ttl"
    target.write_bytes(ox.serialize((each.triple for each in found), format=ox.RdfFormat.N_TRIPLES) or b"")
    return target
