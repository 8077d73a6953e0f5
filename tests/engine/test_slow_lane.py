"""In the slow lane all get on, one client no faster for asking more."""

from __future__ import annotations

import asyncio

from ekograph.engine.scheduling import background_lane
from ekograph.engine.scheduling.background_lane import IN_A_ROW, BackgroundLane


class Recorded:
    """A worker that notes whether it computes, and how many turns it has had."""

    def __init__(self) -> None:
        self.computing = True
        self.turns = 0
        self.demoted = False

    def lower_priority(self) -> None:
        self.demoted = True

    def pause(self) -> None:
        self.computing = False

    def resume(self) -> None:
        self.turns += not self.computing
        self.computing = True


def after_turns(count: int, clients: list[str], slots: int = 1) -> list[Recorded]:
    """The workers of `clients` after `count` turns in a lane."""

    async def session():
        lane = BackgroundLane(slots)
        workers = [Recorded() for _ in clients]
        for worker, client in zip(workers, clients, strict=True):
            lane.add(worker, client)
        for _ in range(count):
            lane._timer.cancel()
            lane._turn()
        lane._timer.cancel()
        return workers

    return asyncio.run(session())


def test_only_so_many_compute_at_once():
    workers = after_turns(5, ["a"] * 6, slots=2)
    assert sum(each.computing for each in workers) == 2
    assert all(each.demoted for each in workers)


def test_everybody_gets_turns():
    assert min(each.turns for each in after_turns(12 * IN_A_ROW, ["a"] * 6)) >= 2


def test_of_the_queries_of_a_client_one_goes_on_before_the_next_begins():
    assert [each.turns for each in after_turns(IN_A_ROW - 1, ["a"] * 3)] == [1, 0, 0]
    assert [each.turns for each in after_turns(IN_A_ROW, ["a"] * 3)] == [1, 1, 0]


def test_a_client_with_many_gets_no_more_than_a_client_with_one():
    # The two take turns, so that each begins anew each time.
    *many, one = after_turns(40, ["many"] * 8 + ["one"])
    assert abs(one.turns - sum(each.turns for each in many)) <= 1


def test_who_leaves_computes_again_and_makes_room():
    async def session():
        lane = BackgroundLane(1)
        first, second = Recorded(), Recorded()
        lane.add(first, "a")
        lane.add(second, "b")
        lane.remove(first)
        assert second.computing
        lane.add(first, "a")
        lane.remove(first)
        lane._timer.cancel()
        return first.computing, len(lane)

    assert asyncio.run(session()) == (True, 1)


def test_turns_are_short_beside_a_deadline():
    assert background_lane.TURN <= 0.2
