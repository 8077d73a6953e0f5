"""Whatever a worker does, it costs the query that it was asked, and nothing else."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from tests.engine import stand_in

from ekograph.engine.contract import Answer, Limits, Query
from ekograph.engine.errors import QueryError
from ekograph.engine.workers.engine import EmbeddedEngine
from ekograph.rdf import formats

LIMITS = Limits(seconds=1.0, memory_mb=64, result_mb=2, fast=3, held=100_000)

#: By command: what becomes of the query.
COMMANDS = {
    "answer yes": b"yes",
    "die 6": "crashed",
    "die 11": "crashed",
    "die 4": "crashed",
    "die 9": "broken",
    "die 15": "crashed",
    "die 24": "timed_out",
    "die 14": "timed_out",
    "die 7": "out_of_memory",
    "panic": "crashed",
    "allocate": "out_of_memory",
    "spin": "timed_out",
    "wait": "timed_out",
    "half": "broken",
    "half-and-wait": "timed_out",
    "flood": "result_too_large",
    "endless-frame": "broken",
    "wrong": "broken",
    "headless": "broken",
    "bad-head": "broken",
    "bad-error": "broken",
    "unknown-kind": "broken",
    "twice": b"once",
    "noise": "broken",
    "hang-up": "broken",
}


class StandInEngine(EmbeddedEngine):
    program = stand_in.__file__


async def outcome(engine: EmbeddedEngine, command: str, client: str) -> bytes | QueryError:
    return await body_of(engine.query(Query(command, results=formats.RESULTS_JSON, client=client)))


async def body_of(query: asyncio.Future[Answer]) -> bytes | QueryError:
    try:
        return b"".join([chunk async for chunk in (await query).body])
    except QueryError as error:
        return error


def descriptors(pid: int | str) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


async def settled(engine: EmbeddedEngine) -> tuple[int, int]:
    """The descriptors of this process and of the fork server, once as many workers are left as before."""
    pool = engine.pool
    async with asyncio.timeout(30):
        while (
            pool._refilling
            or not len(pool.idle_workers) == len(pool.fork_server.workers) == LIMITS.fast
            or not all(worker.alive() for worker in pool.idle_workers)
        ):
            for worker in list(pool.idle_workers):
                if not worker.alive() or pool.idle_workers.index(worker) >= LIMITS.fast:
                    worker.kill()
                    pool.idle_workers.remove(worker)
            if len(pool.idle_workers) < LIMITS.fast and not pool._refilling:
                pool.release(await pool.take())
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)  # the fork server closes its copy of a process a moment after it has sent it
    return descriptors("self"), descriptors(pool.fork_server._process.pid)


@pytest.fixture(scope="module")
def outcomes(dataset):
    """By command: what became of it and of four others, descriptors before and after, whether its worker is left."""

    async def session():
        engine = StandInEngine(dataset, LIMITS, {})
        await engine.start()
        results = {}
        before = await settled(engine)
        for command in COMMANDS:
            first = engine.query(Query(command, results=formats.RESULTS_JSON, client="somebody"))
            pid = first._worker.pid
            beside = [outcome(engine, f"answer {number}", "another") for number in range(3)]
            result, *others = await asyncio.gather(body_of(first), *beside)
            after = await settled(engine)
            others.append(await outcome(engine, "answer 3", "somebody"))
            left = pid in engine.pool.fork_server.workers
            results[command] = result, others, before, after, left, engine.figures()
        await engine.stop()
        return results

    return asyncio.run(session())


@pytest.mark.parametrize(("command", "expected"), COMMANDS.items(), ids=COMMANDS)
def test_the_query_has_its_answer_or_is_told_what_happened(outcomes, command, expected):
    result = outcomes[command][0]
    assert (result if isinstance(result, bytes) else result.kind) == expected


@pytest.mark.parametrize("command", COMMANDS)
def test_neighbours_and_the_next_query_have_their_own_answers(outcomes, command):
    assert outcomes[command][1] == [b"0", b"1", b"2", b"3"]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_process_is_replaced_and_nothing_of_it_is_left(outcomes, command):
    _, _, before, after, left, figures = outcomes[command]
    assert after == before
    assert not left or command == "answer yes"
    assert (figures["running"], figures["waiting"], figures["slow"], figures["streams"]) == (0, 0, 0, 0)
    assert figures.get("zygotes_lost_total", 0) == 0


def test_every_failure_is_counted_by_its_kind(outcomes):
    expected = [kind for kind in COMMANDS.values() if isinstance(kind, str)]
    figures = list(outcomes.values())[-1][-1]
    # That of a long answer is no longer counted: its status has been sent.
    assert {kind: figures.get(f"failed_{kind}_total", 0) for kind in set(expected) - {"result_too_large"}} == {
        kind: expected.count(kind) for kind in set(expected) - {"result_too_large"}
    }


def test_an_engine_that_ended_is_not_said_to_have_lacked_memory(outcomes):
    assert outcomes["panic"][0].values == {"signal": "SIGABRT", "reason": "a fault in the library"}
    assert outcomes["allocate"][0].values == {"limit": LIMITS.memory_mb}


def test_the_kernel_ends_a_worker_that_nobody_watches():
    code = """if True:
        import hashlib
        from ekograph.engine.workers.worker import _KernelBounds
        _KernelBounds(seconds=30, life=-0.8).set()
        hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)
    """
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == -14
