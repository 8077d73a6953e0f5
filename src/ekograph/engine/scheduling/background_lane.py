"""The slow lane: queries that have used up their slice compute by turns, and only when a core would idle."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Set as AbstractSet

from ekograph.engine.workers.handle import Worker

#: How long a turn is, in seconds.
TURN = 0.1

#: So many turns a query may have before others of its client: if they took turns one by one, all would end late.
IN_A_ROW = 10


class SlowLane:
    """Lets `slots` workers compute at once; the rest are stopped and keep their work.

    Turns go to the client that has had the fewest since it came, so that many bombs of one client do not keep
    the one long query of another waiting. Of the queries of a client the first goes on, but not for ever.
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

    def join(self, worker: Worker, client: str) -> None:
        """Take a worker in; it may be stopped until its turn comes."""
        worker.demote()
        present = set(self._clients.values())
        if client not in present:
            self._turns[client] = min((self._turns[each] for each in present), default=0)
        worker.pause()
        self._clients[worker] = client
        self._compute(self._computing)

    def leave(self, worker: Worker) -> None:
        """Let a worker go; it computes again."""
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
        """Let those compute who go on, and in the slots that are left those whose turn it is."""
        computing = set(going_on)
        while len(computing) < min(self._slots, len(self._clients)):
            # Of those that are alike the first: a dictionary is in the order in which they came.
            worker = min((each for each in self._clients if each not in computing), key=self._rank)
            computing.add(worker)
            self._turns[self._clients[worker]] += 1
            self._turns_of[worker] += 1
        for each in self._computing - computing:
            each.pause()
        for each in computing - self._computing:
            each.resume()
        self._computing = computing
        if len(self._clients) > len(computing) and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TURN, self._turn)

    def _rank(self, worker: Worker) -> tuple[int, int]:
        """The lower, the sooner it is a worker's turn."""
        return self._turns[self._clients[worker]], self._turns_of[worker] // IN_A_ROW

    def _turn(self) -> None:
        self._timer = None
        self._compute(frozenset())
