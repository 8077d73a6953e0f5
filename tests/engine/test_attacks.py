"""Nothing that a query can say takes more than a worker."""

from __future__ import annotations

import asyncio

import pytest
from bench.bombs import BOMBS, FLOODS
from tests.engine.conftest import ask, running

from ekograph.engine.errors import QueryError

BOUNDED = ("timed_out", "out_of_memory", "result_too_large", "bad_query", "busy")


@pytest.fixture(scope="module")
def outcomes(dataset):
    """What becomes of each attack, eight at a time, with one second for each."""
    attacks = BOMBS | FLOODS

    async def one(engine, name, text, places):
        async with places:
            began = asyncio.get_running_loop().time()
            try:
                outcome = (await ask(engine, text, client=name))[1]
            except QueryError as error:
                outcome = error
            return outcome, asyncio.get_running_loop().time() - began

    async def session():
        async with running(dataset, seconds=1.0) as engine:
            places = asyncio.Semaphore(8)
            found = await asyncio.gather(*(one(engine, name, text, places) for name, text in attacks.items()))
            return dict(zip(attacks, found, strict=True)), (await ask(engine, "ASK {}"))[1], engine.figures()

    return asyncio.run(session())


@pytest.mark.parametrize("name", [*BOMBS, *FLOODS])
def test_an_attack_ends_in_an_answer_or_a_bound(outcomes, name):
    outcome, _ = outcomes[0][name]
    assert isinstance(outcome, bytes) or outcome.kind in BOUNDED


def test_every_attack_ends_within_its_deadline(outcomes):
    late = {name: seconds for name, (_, seconds) in outcomes[0].items() if seconds > 1.5}
    assert not late


def test_what_is_asked_after_all_attacks_is_answered(outcomes):
    assert b"true" in outcomes[1]


def test_no_attack_leaves_anything_behind(outcomes):
    figures = outcomes[2]
    assert (figures["running"], figures["waiting"], figures["slow"], figures["streams"]) == (0, 0, 0, 0)
    assert figures.get("zygotes_lost_total", 0) == 0
