"""Bombs beside good queries: rounds of 100 of each against a running server, and what they cost.

    .venv/bin/python -m bench.soak --seconds 600

Starts `ekograph serve` on the site in this folder. The bombs come from one client (127.0.0.2), the good queries,
pages and questions about health from another (127.0.0.3). Prints a line a round and in the end what was wrong: a good
request without its answer, a bomb with another than its bounds give it, or something left behind. Times are reported,
and not judged.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from bench.bombs import BOMBS, FLOODS

BOMBER, VISITOR = "127.0.0.2", "127.0.0.3"

#: One of each, and as many again as make a hundred; the last is refused for its size.
ATTACKS = [
    *(text.encode() for text in (*BOMBS.values(), *FLOODS.values())),
    b"#" * 10_000_000,
]

#: What each kind may be answered with; 0 is a cut connection. A good client may be told to wait: on a machine that
#: is busy with other things, more of its queries wait at once than its share.
ANSWERS = {"bomb": {200, 400, 413, 429, 503, 0}, "good": {200, 429, 503}}

#: The default deadline of a query, and what a loaded machine may take to notice that it has passed, in seconds.
LONGEST = 10.0 + 3.0

GOOD = "SELECT ?s ?o {{ ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?o . ?s ?p ?o }} LIMIT {limit}"


@dataclass
class Round:
    """What one round has shown: seconds of each kind, statuses of each kind."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"good": [], "page": [], "health": [], "bomb": []})
    statuses: dict[str, Counter[int]] = field(default_factory=dict)

    def note(self, kind: str, status: int, seconds: float) -> None:
        """Take down one answer; status 0 is a connection that was cut."""
        self.seconds[kind].append(seconds)
        self.statuses.setdefault(kind, Counter())[status] += 1

    def quantile(self, kind: str, share: float) -> float:
        """The time that `share` of the answers of a kind took at most, in seconds."""
        ordered = sorted(self.seconds[kind])
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def request(url: str, path: str, source: str, body: bytes | None = None) -> int:
    """Ask once, read the whole answer; returns its status, 0 when the connection was cut."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port, local_addr=(source, 0))
    head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: close\r\n"
    if body:
        head += f"Content-Type: application/sparql-query\r\nContent-Length: {len(body)}\r\n"
    try:
        writer.write(f"{head}\r\n".encode())
        if body:
            writer.write(body)
        await writer.drain()
        status = await reader.readline()
        while await reader.read(65_536):
            pass
        return int(status.split()[1]) if status else 0
    except ConnectionError:
        return 0
    finally:
        writer.close()


async def one_round(url: str, bombs: int = 100, good: int = 100, seconds: float = 3.0) -> Round:
    """`bombs` at once beside `good` queries, pages and questions about health spread over `seconds`."""
    found = Round()

    async def timed(kind: str, delay: float, *what: object) -> None:
        await asyncio.sleep(delay)
        began = time.perf_counter()
        status = await request(url, *what)  # type: ignore[arg-type]
        found.note(kind, status, time.perf_counter() - began)

    attacks = [ATTACKS[-1 - n % len(ATTACKS)] for n in range(bombs)]
    work = [timed("bomb", 0, "/sparql", BOMBER, attack) for attack in attacks]
    for n in range(good):
        delay = n * seconds / good
        # Each text is asked once, so that none is answered from what was kept.
        text = quote(GOOD.format(limit=n + 1) + f"# {time.time_ns()}")
        work.append(timed("good", delay, f"/sparql?query={text}", VISITOR))
        work.append(timed("page", delay, "/", VISITOR))
        work.append(timed("health", delay, "/health", VISITOR))
    await asyncio.gather(*work)
    return found


@contextmanager
def serving() -> Iterator[tuple[str, int]]:
    """The address and the process of `ekograph serve` on the site in this folder."""
    command = [sys.executable, "-m", "ekograph", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            out = process.stdout or ()
            yield (
                next(word for line in out for word in line.split() if word.startswith("http://")),
                process.pid,
            )
        finally:
            process.terminate()


def family(pid: int) -> list[int]:
    """A process and all that descend from it, as far as they are still there."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [pid, *(each for child in children for each in family(child))]


def footprint(pid: int) -> dict[str, int]:
    """Processes, descriptors and memory (PSS, in kB) of a process and all that descend from it."""
    held = [_held(each) for each in family(pid)]
    return {
        "processes": len(held),
        "descriptors": sum(descriptors for descriptors, _ in held),
        "kB": sum(memory for _, memory in held),
    }


def _held(pid: int) -> tuple[int, int]:
    """Descriptors and memory of one process; nothing when it is gone."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return len(list(Path(f"/proc/{pid}/fd").iterdir())), int(rollup[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0


def main() -> None:
    """Soak a server for as long as was asked, print what was found, and exit with 1 if something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    seconds = parser.parse_args().seconds
    rounds: list[Round] = []
    with serving() as (url, pid):
        print("no bombs", json.dumps(summary(asyncio.run(one_round(url, bombs=0)))), flush=True)
        asyncio.run(one_round(url, bombs=3, good=10, seconds=0.5))
        before = footprint(pid)
        print("before", json.dumps(before), flush=True)
        until = time.monotonic() + seconds
        while not rounds or time.monotonic() < until:
            rounds.append(asyncio.run(one_round(url)))
            print(json.dumps(summary(rounds[-1])), flush=True)
        after = settled(pid, before)
        print("after", json.dumps(after))
    print("all", json.dumps(summary(together(rounds))))
    wrong = [each for found in rounds for each in faults(found)] + left_behind(before, after)
    print("\n".join(wrong) or f"{len(rounds)} rounds: every good request was answered, nothing was left behind")
    sys.exit(bool(wrong))


def together(rounds: Iterable[Round]) -> Round:
    """All rounds as one."""
    whole = Round()
    for each in rounds:
        for kind, seconds in each.seconds.items():
            whole.seconds[kind] += seconds
            whole.statuses.setdefault(kind, Counter()).update(each.statuses.get(kind, Counter()))
    return whole


def settled(pid: int, before: Mapping[str, int]) -> dict[str, int]:
    """The footprint once it is no larger than before, or after some seconds the one there is."""
    for _ in range(50):
        after = footprint(pid)
        if after["processes"] <= before["processes"] and after["descriptors"] <= before["descriptors"]:
            break
        time.sleep(0.1)
    return after


def faults(found: Round) -> list[str]:
    """What was wrong in a round."""
    wrong = [
        f"{counts} for {kind}" for kind, counts in found.statuses.items() if set(counts) - ANSWERS.get(kind, {200})
    ]
    longest = max(found.seconds["bomb"], default=0.0)
    return wrong + ([f"a bomb ran for {longest:.1f} s"] if longest > LONGEST else [])


def left_behind(before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    """What is more after than before, beyond what idle workers and caches explain."""
    allowed = {"processes": 8, "descriptors": 64, "kB": 60_000}
    return [
        f"{after[name] - before[name]} {name} left behind"
        for name in allowed
        if after[name] > before[name] + allowed[name]
    ]


def summary(found: Round) -> dict[str, object]:
    """The figures of a round: milliseconds at the median and at 99 of 100, the longest bomb, the statuses."""
    times = {
        f"{kind} {name}": round(1000 * found.quantile(kind, share), 1)
        for kind in ("good", "page", "health")
        for name, share in (("p50", 0.5), ("p99", 0.99))
    }
    longest = {"longest bomb": round(max(found.seconds["bomb"], default=0), 2)}
    return times | longest | {kind: dict(counts) for kind, counts in found.statuses.items()}


if __name__ == "__main__":
    main()
