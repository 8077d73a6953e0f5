"""Each client has its share, and turns go round the clients."""

from __future__ import annotations

import asyncio

import pytest

from ekograph.engine.contract import Limits
from ekograph.engine.errors import QueryError
from ekograph.engine.scheduling.admission import AdmissionControl


async def _settle():
    for _ in range(5):
        await asyncio.sleep(0)


def test_one_client_never_runs_more_than_its_share():
    async def session():
        gate = AdmissionControl(Limits(fast=10, running=2, queued=5))
        tasks = [asyncio.ensure_future(gate.enter("greedy")) for _ in range(5)]
        await _settle()
        running = gate.running["greedy"]
        gate.free_fast("greedy")
        gate.leave("greedy")
        await _settle()
        return running, gate.running["greedy"], sum(task.done() for task in tasks), gate.waiting

    assert asyncio.run(session()) == (2, 2, 3, 2)


def test_one_client_never_waits_with_more_than_its_share():
    async def session():
        gate = AdmissionControl(Limits(fast=1, running=1, queued=2))
        waiting = [asyncio.ensure_future(gate.enter("greedy")) for _ in range(3)]
        await _settle()
        with pytest.raises(QueryError, match="greedy"):
            await gate.enter("greedy")
        other = asyncio.ensure_future(gate.enter("other"))
        await _settle()
        return waiting[0].done(), other.done(), gate.waiting

    assert asyncio.run(session()) == (True, False, 3)


def test_the_queue_of_all_is_bounded():
    async def session():
        gate = AdmissionControl(Limits(fast=1, queue=2))
        for name in ("a", "b", "c"):
            asyncio.ensure_future(gate.enter(name))  # noqa: RUF006 - ends with the loop
        await _settle()
        with pytest.raises(QueryError, match="busy"):
            await gate.enter("d")

    asyncio.run(session())


def test_a_newcomer_goes_before_the_second_of_another():
    async def session():
        gate = AdmissionControl(Limits(fast=1))
        order: list[str] = []

        async def enter(client: str) -> None:
            await gate.enter(client)
            order.append(client)

        tasks = [asyncio.ensure_future(enter(each)) for each in ("many", "many", "many", "few")]
        for _ in tasks:
            await _settle()
            gate.free_fast(order[-1])
            gate.leave(order[-1])
        return order

    assert asyncio.run(session()) == ["many", "many", "few", "many"]


def test_who_gives_up_waiting_leaves_no_trace():
    async def session():
        gate = AdmissionControl(Limits(fast=1))
        await gate.enter("first")
        task = asyncio.ensure_future(gate.enter("second"))
        await _settle()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        gate.free_fast("first")
        gate.leave("first")
        return gate.fast.total(), gate.waiting, dict(gate.running), gate.empty.is_set()

    assert asyncio.run(session()) == (0, 0, {}, True)


def test_who_gives_up_when_admitted_frees_the_place():
    async def session():
        gate = AdmissionControl(Limits(fast=1))
        await gate.enter("first")
        task = asyncio.ensure_future(gate.enter("second"))
        await _settle()
        gate.free_fast("first")
        gate.leave("first")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return gate.fast.total(), dict(gate.running), gate.empty.is_set()

    assert asyncio.run(session()) == (0, {}, True)


def test_places_are_given_past_those_who_have_just_given_up():
    async def session():
        gate = AdmissionControl(Limits(fast=1))
        await gate.enter("first")
        tasks = [asyncio.ensure_future(gate.enter("second")) for _ in range(3)]
        await _settle()
        for task in tasks[:2]:
            task.cancel()
        gate.free_fast("first")
        gate.leave("first")
        await asyncio.gather(*tasks, return_exceptions=True)
        return gate.fast.total(), gate.waiting, dict(gate.running)

    assert asyncio.run(session()) == (1, 0, {"second": 1})


def test_no_client_fills_the_fast_lane_alone():
    async def session():
        gate = AdmissionControl(Limits(fast=4))
        greedy = [asyncio.ensure_future(gate.enter("greedy")) for _ in range(6)]
        await _settle()
        other = asyncio.ensure_future(gate.enter("other"))
        await _settle()
        return sum(task.done() for task in greedy), other.done()

    assert asyncio.run(session()) == (3, True)
