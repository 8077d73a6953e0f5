"""Reload under load: a changed site is published again and again while 32 connections read."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from bench import servers
from bench.commands import run
from bench.load import Asked, load
from bench.servers import ROOT
from bench.table import Row, compare, in_unit

#: Seconds from one swap to the next.
EVERY = 1.0

#: What the second snapshot has more than the first.
LABEL = """
<https://w3id.org/ekograph/id/place/lahti> <http://www.w3.org/2004/02/skos/core#altLabel> "Lahden kaupunki"@fi .
"""


def measure(folder: Path, seconds: float) -> Iterator[Row]:
    """The 99th percentile with and without swaps, and how many requests have failed."""
    site, shelf = folder / "site", folder / "shelf"
    for name in ("ontology", "data", "shapes", "theme"):
        shutil.copytree(ROOT / name, site / name)
    shutil.copy(ROOT / "ekograph.toml", site)
    names = _publish_two(site, shelf)
    with servers.ours(shelf, site) as ours:
        url = f"{ours.url}/doc/agreement/lahti"
        before = load(Asked(url), ours.pids, seconds)
        stop, swaps = threading.Event(), [0]
        swapping = threading.Thread(target=_swap, args=(shelf, names, stop, swaps))
        swapping.start()
        during = load(Asked(url), ours.pids, seconds)
        stop.set()
        swapping.join()
    failed = before.failed + during.failed
    yield compare(f"99th percentile during {swaps[0]} swaps", during.p99, "without", before.p99, "ms", most=3)
    yield Row("requests failed during swaps", str(failed), "the goal", "0", float(failed), most=0)
    yield Row("requests during swaps", in_unit(during.rate, "/s"), "without", in_unit(before.rate, "/s"))


def _publish_two(site: Path, shelf: Path) -> list[str]:
    """Two snapshots that differ in one label; returns their names."""
    names = []
    places = site / "data" / "places.ttl"
    for addition in ("", LABEL):
        places.write_text(places.read_text(encoding="utf-8") + addition, encoding="utf-8")
        done = run([sys.executable, "-m", "ekograph", "--site", site, "publish"], {"EKOGRAPH_SNAPSHOTS": str(shelf)})
        if done.status:
            raise RuntimeError(f"the changed site cannot be published: status {done.status}")
        names.append((shelf / "current").readlink().name)
    return names


def _swap(shelf: Path, names: list[str], stop: threading.Event, swaps: list[int]) -> None:
    """Move `current` to and fro as a publisher does: a new link, and one rename."""
    while not stop.wait(EVERY):
        swaps[0] += 1
        link = shelf / ".current-bench"
        link.symlink_to(names[swaps[0] % 2 - 1])
        link.replace(shelf / "current")
