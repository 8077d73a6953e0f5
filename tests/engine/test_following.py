"""Queries of one client follow one another to a worker, and what befalls one of them befalls no other."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess

from tests.engine.conftest import ask, running
from tests.engine.test_embedded import FOREVER, slow

from ekograph import formats
from ekograph.engine import base

#: One place for a client: whatever it asks beside another query follows that.
ONE_PLACE = {"fast": 2, "running": 8, "seconds": 20}


def _number(body: bytes) -> int:
    return int(json.loads(body)["results"]["bindings"][0]["n"]["value"])


_DISTINCT = """SELECT (COUNT(*) AS ?n) { SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f . VALUES ?x { 1 2 3 4 5 6 } } }"""


async def _asked(engine, *texts: str) -> list[asyncio.Future]:
    """The tasks of queries of one client, all of them sent to a worker."""
    tasks = [asyncio.ensure_future(ask(engine, text)) for text in texts]
    while engine.gate.running["somebody"] < len(texts):  # noqa: ASYNC110 - the gate tells nobody
        await asyncio.sleep(0)
    return tasks


def _counts(*numbers: int) -> list[str]:
    return [f"SELECT (COUNT(*) + {number} AS ?n) {{ ?s ex:next ?o }}" for number in numbers]


def test_answers_come_to_those_who_asked(dataset):
    async def session():
        async with running(dataset, **ONE_PLACE) as engine:
            tasks = await _asked(engine, *_counts(*range(8)))
            places = engine.gate.fast["somebody"]
            return places, [_number(body) for _, body in await asyncio.gather(*tasks)], engine.figures()

    places, numbers, figures = asyncio.run(session())
    assert (places, numbers) == (1, [number + 1 for number in range(8)])
    assert (figures["running"], figures["waiting"]) == (0, 0)


def test_who_follows_a_slow_query_finds_another_worker(dataset):
    async def session():
        async with running(dataset, **ONE_PLACE) as engine:
            bomb, *others = await _asked(engine, FOREVER, *_counts(1, 2, 3))
            numbers = [_number(body) for _, body in await asyncio.gather(*others)]
            still = not bomb.done()
            bomb.cancel()
            await asyncio.gather(bomb, return_exceptions=True)
            return numbers, still, engine.figures()["running"]

    assert asyncio.run(session()) == ([2, 3, 4], True, 0)


def test_who_follows_a_killed_query_is_answered_all_the_same(dataset):
    async def session():
        async with running(dataset, **ONE_PLACE, slice=1000.0) as engine:
            first, *others = await _asked(engine, FOREVER, *_counts(1, 2))
            (worker,) = engine._at_work["somebody"]
            os.kill(worker.pid, signal.SIGKILL)
            return await asyncio.gather(first, *others, return_exceptions=True)

    first, *others = asyncio.run(session())
    assert type(first) is base.Broken
    assert [_number(body) for _, body in others] == [2, 3]


def test_who_gives_up_while_following_takes_nobody_along(dataset):
    async def session():
        async with running(dataset, **ONE_PLACE) as engine:
            first, given_up, last = await _asked(engine, *_counts(1, 2, 3))
            given_up.cancel()
            found = await asyncio.gather(first, given_up, last, return_exceptions=True)
            return found, engine.figures()

    (first, given_up, last), figures = asyncio.run(session())
    assert isinstance(given_up, asyncio.CancelledError)
    assert (_number(first[1]), _number(last[1])) == (2, 4)
    assert (figures["running"], figures["waiting"]) == (0, 0)


def test_a_query_with_a_fault_costs_those_that_follow_nothing(dataset):
    async def session():
        async with running(dataset, **ONE_PLACE) as engine:
            workers = set(engine._zygote.workers)
            tasks = await _asked(engine, "SELECT", *_counts(1), "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", *_counts(2))
            found = await asyncio.gather(*tasks, return_exceptions=True)
            return found, workers <= set(engine._zygote.workers)

    (bad, one, refused, two), kept = asyncio.run(session())
    assert (type(bad), type(refused)) == (base.BadQuery, base.UpdateRefused)
    assert (_number(one[1]), _number(two[1])) == (2, 3)
    assert kept


def test_nobody_follows_while_another_client_waits(dataset):
    async def session():
        async with running(dataset, fast=1, slice=1000.0) as engine:
            (first,) = await _asked(engine, FOREVER)
            other = asyncio.ensure_future(ask(engine, _counts(1)[0], client="another"))
            while not engine.gate.waiting:  # noqa: ASYNC110 - the gate tells nobody
                await asyncio.sleep(0)
            entry = engine.gate.enter_at_once("somebody")
            first.cancel()
            return entry, _number((await other)[1])

    assert asyncio.run(session()) == (None, 2)


def test_a_stream_leaves_those_that_follow_to_another_worker(dataset):
    async def session():
        async with running(dataset, **ONE_PLACE, held=1000) as engine:
            long, short = await _asked(engine, "SELECT * { ?s ?p ?o }", *_counts(5))
            return len((await long)[1]), _number((await short)[1])

    length, number = asyncio.run(session())
    assert length > 1000
    assert number == 6


def test_a_slow_query_that_ends_gives_its_answer(dataset):
    tenfold = "VALUES ?x { 0 1 2 3 4 5 6 7 8 9 }"

    async def session():
        async with running(dataset, **ONE_PLACE, slice=0.002) as engine:
            task = asyncio.ensure_future(ask(engine, f"SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f . {tenfold} }}"))
            await slow(engine)
            number = _number((await task)[1])
            return number, any(worker.demoted for worker in engine._idle), engine.figures()["slow"]

    assert asyncio.run(session()) == (302 * 302 * 10, False, 0)


def test_a_worker_that_has_taken_much_memory_answers_no_other_query(dataset):
    async def session():
        async with running(dataset, **ONE_PLACE) as engine:
            before = set(engine._zygote.workers)
            large, after = await _asked(engine, _DISTINCT, *_counts(1))
            await large
            number = _number((await after)[1])
            async with asyncio.timeout(20):
                while before <= set(engine._zygote.workers):  # noqa: ASYNC110 - the zygote tells nobody
                    await asyncio.sleep(0.01)
            return number

    assert asyncio.run(session()) == 2


def test_the_worker_of_a_stream_that_was_left_answers_the_next_query_or_another_does(dataset):
    product = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000"

    async def session():
        async with running(dataset, **ONE_PLACE) as engine:
            for _ in range(5):
                answer = await engine.query(base.Query(product, results=formats.RESULTS_JSON, client="somebody"))
                await anext(answer.body)
                await asyncio.sleep(0.05)
                await answer.rest.aclose()
                assert _number((await ask(engine, _counts(1)[0]))[1]) == 2
            return engine.figures()

    figures = asyncio.run(session())
    assert (figures["running"], figures["streams"], figures["slow"]) == (0, 0, 0)


def test_the_worker_of_a_stream_that_was_read_is_used_again(dataset):
    async def session():
        async with running(dataset, **ONE_PLACE, held=1000) as engine:
            before = set(engine._zygote.workers)
            for _ in range(5):
                await ask(engine, "SELECT * { ?s ?p ?o }")
            return before <= set(engine._zygote.workers), engine.figures()["streams"]

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


def test_the_answers_of_those_who_followed_a_slow_query_come_to_nobody_else(dataset):
    tenfold = "VALUES ?x { 0 1 2 3 4 5 6 7 8 9 }"
    slow_one = f"SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f . {tenfold} }}"

    async def session():
        async with running(dataset, **ONE_PLACE, slice=0.002) as engine:
            first, *others = await _asked(engine, slow_one, *_counts(1, 2, 3))
            async with asyncio.timeout(20):
                await first
                later = [_number((await ask(engine, text))[1]) for text in _counts(*range(100, 120))]
                return [_number(body) for _, body in await asyncio.gather(*others)], later

    assert asyncio.run(session()) == ([2, 3, 4], [number + 1 for number in range(100, 120)])
