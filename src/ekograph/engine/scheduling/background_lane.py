"""The background lane: queries that have used up their slice compute in turns, and only when a core would idle."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Set as AbstractSet

from ekograph.engine.workers.handle import Worker

#: Seconds of a turn.
TURN = 0.1

#: Turns that a query has before others of its client: if they took turns one by one, all would end late.
IN_A_ROW = 10


class BackgroundLane:
    """Lets `slots` workers compute at once; the others are stopped and keep their work.

    Turns go to the client that has had the fewest since it came, so many bombs of one client do not delay the one long
    query of another.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._clients: dict[Worker, str] = {}
        self._computing: AbstractSet[Worker] = frozenset()
        self._turns: Counter[str] = Counter()
        self._turns_of: Counter[Worker] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._clients)

    def add(self, worker: Worker, client: str) -> None:
        """Add a worker; it may be stopped until its turn comes."""
        worker.lower_priority()
        present = set(self._clients.values())
        if client not in present:
            self._turns[client] = min((self._turns[other] for other in present), default=0)
        worker.pause()
        self._clients[worker] = client
        self._compute(self._computing)

    def remove(self, worker: Worker) -> None:
        """Remove a worker; it computes again."""
        client = self._clients.pop(worker, None)
        if client is None:
            return
        del self._turns_of[worker]
        if client not in self._clients.values():
            del self._turns[client]
        if worker not in self._computing:
            worker.resume()
        self._computing -= {worker}
        self._compute(self._computing)

    def _compute(self, going_on: AbstractSet[Worker]) -> None:
        """Let the workers `going_on` compute, and in the slots that are left those whose turn it is."""
        computing = set(going_on)
        while len(computing) < min(self._slots, len(self._clients)):
            # Among equals the first: a dictionary is in the order of insertion.
            worker = min((worker for worker in self._clients if worker not in computing), key=self._rank)
            computing.add(worker)
            self._turns[self._clients[worker]] += 1
            self._turns_of[worker] += 1
        for worker in self._computing - computing:
            worker.pause()
        for worker in computing - self._computing:
            worker.resume()
        self._computing = computing
        if len(self._clients) > len(computing) and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TURN, self._turn)

    def _rank(self, worker: Worker) -> tuple[int, int]:
        """Scheduling key; the lowest runs first."""
        return self._turns[self._clients[worker]], self._turns_of[worker] // IN_A_ROW

    def _turn(self) -> None:
        self._timer = None
        self._compute(frozenset())
