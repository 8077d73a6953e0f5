"""Two builds of ekograph side by side, in turns, on the same data: `python -m bench.builds OTHER [--rounds N]`.

OTHER is another checkout with its own .venv (`make .venv/dev` there). Both publish and serve the same copy of this
site's data, as that checkout has it, so that the ratio is that of the programs. Printed are the median of each
figure and the median of the ratios of each round, this build to the other; less is better everywhere.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from urllib.parse import quote

from bench import servers
from bench.commands import run
from bench.load import WRK, Asked, load
from bench.servers import ROOT

LABEL = "SELECT ?s ?label WHERE { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?label } LIMIT 10"
NAMES = ("ontology", "data", "shapes", "queries", "theme", "ekograph.toml")

#: Every new query has a number of its own, over all rounds and builds.
_numbers = count(1_000_000, 1_000_000)


@dataclass(frozen=True)
class Build:
    """A checkout of ekograph."""

    name: str
    root: Path

    def command(self, *arguments: object) -> list[str]:
        return [str(self.root / ".venv/bin/python"), "-m", "ekograph", *map(str, arguments)]


def figures(build: Build, site: Path, large: Path, work: Path, seconds: float) -> Iterator[tuple[str, float]]:
    """Each figure of one build, with its name: seconds, megabytes, or microseconds of processor time a request."""
    code = "import time; start = time.perf_counter(); import ekograph.cli; print(time.perf_counter() - start)"
    done = subprocess.run([build.command()[0], "-c", code], capture_output=True, text=True, check=True)
    yield "import of ekograph.cli, s", float(done.stdout)
    for name, folder in (("the site", site), ("100,000 triples", large)):
        checked = run(build.command("--site", folder, "check"))
        if checked.status:
            raise RuntimeError(f"{build.name}: check of {folder} ended with status {checked.status}")
        yield f"check of {name}, s", checked.seconds
        yield f"check of {name}, MB", checked.memory
    yield "serve a folder of 100,000 triples to its first page, s", first_page(build, large / "data")
    repository = Path(tempfile.mkdtemp(dir=work))
    settings = {"EKOGRAPH_SNAPSHOTS": str(repository)}
    yield "publish the site, s", run(build.command("--site", site, "publish"), settings).seconds
    with _serving(build, site, settings) as (server, start):
        yield "serve to the first answer, s", start
        pids, url = server.pids, server.url
        page = Asked(f"{url}/doc/period/2021-2027.ttl")
        query = f"{url}/sparql?query={quote(LABEL)}"
        yield "printed page, us", load(page, pids, seconds).cpu * 1e6
        yield "repeated query, us", load(Asked(query), pids, seconds).cpu * 1e6
        fresh = Asked(query, connections=8, count_from=next(_numbers))
        yield "new query, us", load(fresh, server.pids, seconds).cpu * 1e6


def first_page(build: Build, folder: Path) -> float:
    """Seconds from the start of `serve FOLDER`, of RDF as it lies there, to the first page."""
    port = servers.free_port()
    start = time.perf_counter()
    with servers.running(build.name, build.command("serve", folder, "--port", port), f"http://127.0.0.1:{port}", "/"):
        return time.perf_counter() - start


@contextmanager
def _serving(build: Build, site: Path, settings: Mapping[str, str]) -> Iterator[tuple[servers.Server, float]]:
    port = servers.free_port()
    command = build.command("--site", site, "serve", "--port", port)
    start = time.perf_counter()
    with servers.running(build.name, command, f"http://127.0.0.1:{port}", "/index", settings) as server:
        began = time.perf_counter() - start
        servers.settle(server.url)
        yield server, began


def compare(builds: tuple[Build, Build], rounds: int, seconds: float, write_row: Callable[[str], None]) -> None:
    """Measure both builds in turns, in the other order every second round, and print a row for each figure."""
    results: dict[str, list[list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        sites = {}
        for build in builds:
            site = work / f"site-{build.name}"
            site.mkdir()
            for name in NAMES:
                source = builds[1].root / name
                if source.is_dir():
                    shutil.copytree(source, site / name)
                elif source.is_file():
                    shutil.copy(source, site / name)
            sites[build.name] = site
        large = work / "large"
        # Written by the other build too: its ontology and shapes are those that both understand.
        subprocess.run([builds[1].command()[0], builds[1].root / "bench/generate.py", large], check=True)
        for number in range(rounds):
            for build in builds if number % 2 == 0 else builds[::-1]:
                for name, figure in figures(build, sites[build.name], large, work, seconds):
                    results.setdefault(name, [[], []])[builds.index(build)].append(figure)
    write_row("| figure | this build | the other | this / other |\n|---|---:|---:|---:|")
    for name, (ours, theirs) in results.items():
        ratio = median(mine / other for mine, other in zip(ours, theirs, strict=True))
        write_row(f"| {name} | {median(ours):.4g} | {median(theirs):.4g} | {ratio:.2f} |")


def main() -> None:
    """Parse the arguments and compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("other", type=Path, help="checkout of the other build")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3, help="of each load")
    arguments = parser.parse_args()
    if not WRK.exists():
        parser.error("wrk is missing: run bench/setup or install it")
    builds = Build("this", ROOT), Build("other", arguments.other.resolve())
    compare(builds, arguments.rounds, arguments.seconds, print)


if __name__ == "__main__":
    main()
