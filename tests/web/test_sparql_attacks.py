"""Bombs beside good queries: whoever asks well is answered, and nothing is left behind."""

from __future__ import annotations

import asyncio
import time

import pytest
from bench.soak import family, faults, footprint, left_behind, one_round, settled
from tests.conftest import serving

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def found(shelf):
    """A round of 100 bombs and 100 good queries, and the footprint of the server before and after it."""
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(shelf)) as server:
        asyncio.run(one_round(server.url, bombs=3, good=10, seconds=0.5))
        before = footprint(server.process.pid)
        result = asyncio.run(one_round(server.url))
        return result, before, settled(server.process.pid, before)


@pytest.mark.parametrize("kind", ["good", "page", "health"])
def test_every_good_request_is_answered(found, kind):
    assert dict(found[0].statuses[kind]) == {200: 100}


def test_every_bomb_is_answered_or_told_its_bound(found):
    assert faults(found[0]) == []


def test_good_queries_do_not_wait_for_bombs(found):
    # Not one waits for as long as a bomb runs; how long they do take is measured in bench/soak.py.
    assert found[0].quantile("good", 0.5) < 1.0
    assert max(found[0].seconds["good"]) < 5.0


def test_nothing_is_left_behind(found):
    _, before, after = found
    assert left_behind(before, after) == []


def test_workers_end_with_the_server(shelf):
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(shelf)) as server:
        server.get("/sparql?query=ASK%7B%7D")
        pids = family(server.process.pid)
        server.process.kill()
        server.process.wait()
        assert len(pids) > 3
        assert _all_gone(pids)


def _all_gone(pids: list[int]) -> bool:
    """Whether none of the processes computes or waits, given a moment."""
    for _ in range(100):
        states = [_state(pid) for pid in pids]
        if all(state in "ZX" for state in states):
            return True
        time.sleep(0.05)
    return False


def _state(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:  # noqa: PTH123 - not on a disk
            return file.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"
