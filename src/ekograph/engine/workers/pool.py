"""What a query at work needs of the engine that it runs in."""

from __future__ import annotations

from typing import Protocol

from ekograph.engine.contract import Limits
from ekograph.engine.scheduling.admission import AdmissionControl
from ekograph.engine.scheduling.background_lane import SlowLane
from ekograph.engine.scheduling.deadline import DeadlineTimer
from ekograph.engine.workers.handle import Worker


class Pool(Protocol):
    """Where workers come from and go back to."""

    limits: Limits
    gate: AdmissionControl
    slow_lane: SlowLane
    watch: DeadlineTimer
    streams: int

    def idle(self) -> Worker | None:
        """A worker that nobody uses, if there is one."""

    async def take(self) -> Worker:
        """A worker that nobody uses, a new one if need be."""

    def count_lent(self, made: int, again: int) -> None:
        """Count answers on connections that were lent: made, and given again."""

    def note(self, seconds: float) -> None:
        """Take note of how long a worker was at a query that it has answered."""

    def note_failure(self, error: BaseException) -> None:
        """Take note that a query gets no answer."""

    def give_back(self, worker: Worker) -> None:
        """Take back a worker that has answered everything it was asked."""
