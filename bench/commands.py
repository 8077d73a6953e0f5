"""Commands: publish beside what others take for the same data, and the time to start."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from bench import servers
from bench.load import PEERS
from bench.servers import ROOT
from bench.stores import OXIGRAPH
from bench.table import Row, compare

BIN = ROOT / ".venv/bin"


@dataclass(frozen=True)
class Run:
    """A command that has ended: seconds of wall time, and the most memory that its processes had together, in MB."""

    seconds: float
    memory: float
    status: int


def run(command: Sequence[object], environment: Mapping[str, str] | None = None, limit: float = 600) -> Run:
    """Run a command to its end; one that takes longer than `limit` seconds is killed and has status -9."""
    start, most = time.perf_counter(), 0.0
    with subprocess.Popen(
        list(map(str, command)),
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while True:
            pid, status = os.waitpid(process.pid, os.WNOHANG)
            if pid:
                process.returncode = os.waitstatus_to_exitcode(status)
                return Run(time.perf_counter() - start, most, process.returncode)
            # Not what the kernel tells at the end: that has the memory of this process in it, from before the program.
            most = max(most, _resident(process.pid), _most_resident(process.pid))
            if time.perf_counter() - start > limit:
                # Not by way of `process`, which would see to its end, too.
                os.kill(process.pid, signal.SIGKILL)
            time.sleep(0.002)


def _resident(pid: int, parent: str = "") -> float:
    """What a process and those that it started have in memory now, in MB; 0 for one that has ended."""
    try:
        whole, resident = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[:2]
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return 0.0
    # One that has just been started, and is no other program yet, has the memory of its parent, which is counted.
    own = 0.0 if whole == parent else int(resident) * os.sysconf("SC_PAGE_SIZE") / 1_000_000
    return own + sum(_resident(int(each), whole) for each in children)


def _most_resident(pid: int) -> float:
    """The most memory that a process alone has had since it is this program, in MB; 0 for one that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 / 1_000_000 if found else 0.0


def publish(site: Path, triples: Path, folder: Path, size: str) -> Iterator[Row]:
    """Publish a site beside `oxigraph load` and `dump` of the same triples."""
    done = _ekograph(site, "publish", EKOGRAPH_SNAPSHOTS=str(folder / "published"))
    location = folder / "published.oxigraph"
    loaded = run([OXIGRAPH, "load", "--location", location, "--file", triples])
    dumped = run([OXIGRAPH, "dump", "--location", location, "--file", folder / "dump.nt", "--graph", "default"])
    beside = "oxigraph load and dump"
    yield compare(f"publish {size}", done.seconds, beside, loaded.seconds + dumped.seconds, "s", most=6)
    yield compare(f"publish {size}: memory", done.memory, beside, max(loaded.memory, dumped.memory), "MB")


def start_up(shelf: Path, triples: Path) -> Iterator[Row]:
    """From the command to the first answer or the last line."""
    port = servers.free_port()
    serve = [sys.executable, "-m", "ekograph", "serve", "--port", port]
    ours = _first_answer(serve, f"http://127.0.0.1:{port}/", EKOGRAPH_SNAPSHOTS=str(shelf))
    port = servers.free_port()
    endpoint = [PEERS / "python/bin/rdflib-endpoint", "serve", "--host", "127.0.0.1", "--port", port, triples]
    theirs = _first_answer(endpoint, f"http://127.0.0.1:{port}/docs")
    yield compare("serve to the first answer", ours, "rdflib-endpoint serve", theirs, "s")
    yield compare("serve to the first answer", ours, "the goal", 0.5, "s", most=1)
    yield compare("check of the real site", min(_times("check")), "the goal", 0.8, "s", most=1)
    yield compare("--help", min(_times("--help")), "the goal", 0.1, "s", most=1)


def triples_of(site: Path, target: Path) -> int:
    """Write all triples of a site's ontology and data as N-Triples; returns their number."""
    found: set[ox.Triple] = set()
    for path in sorted([*(site / "ontology").glob("*.ttl"), *(site / "data").glob("*.ttl")]):
        found |= {each.triple for each in ox.parse(path=path, rename_blank_nodes=True)}
    target.write_bytes(ox.serialize(found, format=ox.RdfFormat.N_TRIPLES) or b"")
    return len(found)


def published(shelf: Path, target: Path) -> Path:
    """Write all triples of the current snapshot as N-Triples, each once; returns `target`."""
    quads = ox.parse(path=shelf / "current" / "dataset.nq", format=ox.RdfFormat.N_QUADS)
    target.write_bytes(ox.serialize({each.triple for each in quads}, format=ox.RdfFormat.N_TRIPLES) or b"")
    return target


def _ekograph(site: Path, command: str, **environment: str) -> Run:
    done = run([sys.executable, "-m", "ekograph", "--site", site, command], environment)
    if done.status:
        raise RuntimeError(f"ekograph {command} of {site} has ended with status {done.status}")
    return done


def _times(*arguments: str) -> list[float]:
    return [run([BIN / "ekograph", *arguments]).seconds for _ in range(5)]


def _first_answer(command: Sequence[object], url: str, **environment: str) -> float:
    with subprocess.Popen(
        list(map(str, command)),
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        took = servers.wait_for(url, process, every=0.005)
        process.terminate()
    return took
