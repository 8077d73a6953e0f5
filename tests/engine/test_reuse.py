"""A worker answers one query after the other, and what befalls one of them befalls no other."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess

import pytest
from tests.engine.conftest import ask, running
from tests.engine.test_embedded import FOREVER, slow

from ekograph.engine import contract
from ekograph.rdf import formats

#: One place for a client: what it asks beside another query waits for that, or for its becoming long.
ONE_PLACE = {"fast": 2, "running": 8, "seconds": 20}

_TENFOLD = "VALUES ?x { 0 1 2 3 4 5 6 7 8 9 }"
_SLOW = f"SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f . {_TENFOLD} }}"
_DISTINCT = "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f . VALUES ?x { 1 2 3 4 5 6 } } }"


def _number(body: bytes) -> int:
    return int(json.loads(body)["results"]["bindings"][0]["n"]["value"])


def _counts(*numbers: int) -> list[str]:
    return [f"SELECT (COUNT(*) + {number} AS ?n) {{ ?s ex:next ?o }}" for number in numbers]


async def _together(engine, *texts: str) -> list:
    """What comes of queries of one client that are asked at the same moment: a number or an error each."""
    found = await asyncio.gather(*(ask(engine, text) for text in texts), return_exceptions=True)
    return [each if isinstance(each, BaseException) else _number(each[1]) for each in found]


def test_answers_come_to_those_who_asked(dataset):
    async def session():
        async with running(dataset, **ONE_PLACE) as engine:
            return await _together(engine, *_counts(*range(20))), engine.figures()

    numbers, figures = asyncio.run(session())
    assert numbers == [number + 1 for number in range(20)]
    assert (figures["running"], figures["waiting"]) == (0, 0)


def test_short_queries_do_not_wait_for_a_slow_one(dataset):
    async def session():
        async with running(dataset, **ONE_PLACE) as engine:
            bomb = asyncio.ensure_future(ask(engine, FOREVER))
            numbers = await _together(engine, *_counts(1, 2, 3))
            still = not bomb.done()
            bomb.cancel()
            await asyncio.gather(bomb, return_exceptions=True)
            return numbers, still, engine.figures()["running"]

    assert asyncio.run(session()) == ([2, 3, 4], True, 0)


def test_every_answer_is_that_of_its_own_query_whatever_is_asked_beside_it(dataset):
    """Slow, short and faulty queries, streams, and clients that leave, by chance, many at a time."""
    chance = random.Random(1)  # noqa: S311 - no secret

    async def one(engine, number: int) -> bool:
        kind = chance.choice(("short", "short", "short", "slow", "fault", "left", "long"))
        async with asyncio.timeout(30):
            if kind == "fault":
                (found,) = await _together(engine, "SELECT")
                return found.kind == "bad_query"
            if kind == "left":
                task = asyncio.ensure_future(ask(engine, _SLOW))
                await asyncio.sleep(chance.random() / 50)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                return True
            if kind == "long":
                _, body = await ask(engine, f"SELECT ?s ?p ({number} AS ?n) {{ ?s ?p ?o }}")
                return {row["n"]["value"] for row in json.loads(body)["results"]["bindings"]} == {str(number)}
            text, expected = (_counts(number)[0], 1) if kind == "short" else (_slow(number), 302 * 302)
            return await _together(engine, text) == [expected + number]

    def _slow(number: int) -> str:
        return f"SELECT (COUNT(*) + {number} AS ?n) {{ ?a ?b ?c . ?d ?e ?f }}"

    async def session():
        async with running(dataset, **ONE_PLACE, slice=0.002, held=1000) as engine:
            found = []
            for start in range(0, 240, 8):
                found += await asyncio.gather(*(one(engine, number) for number in range(start, start + 8)))
            return found, engine.figures()

    found, figures = asyncio.run(session())
    assert len(found) == 240
    assert all(found)
    assert (figures["running"], figures["waiting"], figures["streams"], figures["slow"]) == (0, 0, 0, 0)


@pytest.mark.long
def test_a_query_whose_worker_is_killed_fails_alone(dataset):
    async def session():
        async with running(dataset, **{**ONE_PLACE, "seconds": 6}, slice=1000.0) as engine:
            first = asyncio.ensure_future(ask(engine, FOREVER))
            others = asyncio.ensure_future(_together(engine, *_counts(1, 2)))
            await asyncio.sleep(0)
            (pid,) = set(engine.pool.fork_server.workers) - {worker.pid for worker in engine.pool.idle_workers}
            os.kill(pid, signal.SIGKILL)
            return await asyncio.gather(first, others, return_exceptions=True)

    first, others = asyncio.run(session())
    # It was asked again, and would run for ever.
    assert first.kind == "timed_out"
    assert others == [2, 3]


def test_a_query_with_a_fault_leaves_its_worker_as_it_was(dataset):
    async def session():
        async with running(dataset, **ONE_PLACE) as engine:
            workers = set(engine.pool.fork_server.workers)
            found = await _together(
                engine, "SELECT", *_counts(1), "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", *_counts(2)
            )
            return found, workers <= set(engine.pool.fork_server.workers)

    (bad, one, refused, two), kept = asyncio.run(session())
    assert (bad.kind, refused.kind) == ("bad_query", "refused_update")
    assert (one, two) == (2, 3)
    assert kept


def test_a_slow_query_that_ends_gives_its_answer(dataset):
    async def session():
        async with running(dataset, **ONE_PLACE, slice=0.002) as engine:
            task = asyncio.ensure_future(ask(engine, _SLOW))
            await slow(engine)
            number = _number((await task)[1])
            return number, any(worker.demoted for worker in engine.pool.idle_workers), engine.figures()["slow"]

    assert asyncio.run(session()) == (302 * 302 * 10, False, 0)


def test_a_worker_that_has_taken_much_memory_answers_no_other_query(dataset):
    async def session():
        async with running(dataset, **ONE_PLACE) as engine:
            before = set(engine.pool.fork_server.workers)
            await ask(engine, _DISTINCT)
            number = await _together(engine, *_counts(1))
            async with asyncio.timeout(20):
                while before <= set(engine.pool.fork_server.workers):  # noqa: ASYNC110 - the zygote tells nobody
                    await asyncio.sleep(0.01)
            return number

    assert asyncio.run(session()) == [2]


def test_the_worker_of_a_stream_that_was_left_answers_the_next_query_or_another_does(dataset):
    product = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000"

    async def session():
        async with running(dataset, **ONE_PLACE) as engine:
            for _ in range(5):
                answer = await engine.query(contract.Query(product, results=formats.RESULTS_JSON, client="somebody"))
                await anext(answer.body)
                await asyncio.sleep(0.05)
                await answer.rest.aclose()
                assert await _together(engine, *_counts(1)) == [2]
            return engine.figures()

    figures = asyncio.run(session())
    assert (figures["running"], figures["streams"], figures["slow"]) == (0, 0, 0)


def test_the_worker_of_a_stream_that_was_read_is_used_again(dataset):
    async def session():
        async with running(dataset, **ONE_PLACE, held=1000) as engine:
            before = set(engine.pool.fork_server.workers)
            for _ in range(5):
                await ask(engine, "SELECT * { ?s ?p ?o }")
            return before <= set(engine.pool.fork_server.workers), engine.figures()["streams"]

    assert asyncio.run(session()) == (_may_be_promoted(), 0)


def _may_be_promoted() -> bool:
    """Whether this system lets a process that goes last go like others again."""
    with subprocess.Popen(["sleep", "60"]) as sleeping:
        os.sched_setscheduler(sleeping.pid, os.SCHED_IDLE, os.sched_param(0))
        try:
            os.sched_setscheduler(sleeping.pid, os.SCHED_OTHER, os.sched_param(0))
        except PermissionError:
            return False
        finally:
            sleeping.kill()
    return True
