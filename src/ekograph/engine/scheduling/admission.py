"""Which query may start now: a share for each client, and turns between clients."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque

from ekograph.engine.contract import Limits
from ekograph.engine.errors import QueryError


class AdmissionControl:
    """The fast lane and its queue. No client fills the lane alone.

    A query enters once and leaves once. Its place in the fast lane is freed apart from that: when it turns out to be
    slow, when its answer becomes a stream, or at its end.
    """

    def __init__(self, limits: Limits) -> None:
        self.fast: Counter[str] = Counter()
        self.running: Counter[str] = Counter()
        #: Set while no query runs and none waits.
        self.empty = asyncio.Event()
        self.empty.set()
        self._limits = limits
        self._running_total = 0
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many queries wait."""
        return sum(map(len, self._waiting.values()))

    async def enter(self, client: str) -> None:
        """Wait for a place; raises QueryError (greedy, busy) when there is no place to wait either."""
        if self.enter_at_once(client):
            return
        queue = self._queue_of(client)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        self.empty.clear()
        self._admit_waiting()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._forget(client, turn)
            else:
                self.free_fast(client)
                self.leave(client)
            raise

    def enter_at_once(self, client: str) -> bool:
        """Take a place if there is one and nobody waits; returns whether it is so."""
        return not self._waiting and self._admit(client)

    def enter_unlimited(self, client: str) -> bool:
        """Count a query of `client` that needs no place in the fast lane; returns whether it may run."""
        if not self._has_room(client):
            return False
        self._count(client)
        return True

    def free_fast(self, client: str) -> None:
        """Give a place of `client` in the fast lane to the next."""
        self.fast[client] -= 1
        if not self.fast[client]:
            del self.fast[client]
        if self._waiting:
            self._admit_waiting()

    def leave(self, client: str) -> None:
        """Count a query of `client` no longer."""
        self._running_total -= 1
        self.running[client] -= 1
        if not self.running[client]:
            del self.running[client]
        if self._waiting:
            self._admit_waiting()
        elif not self._running_total:
            self.empty.set()

    def _admit(self, client: str) -> bool:
        # One place is left for another client.
        share = max(1, self._limits.fast - 1)
        has_place = self.fast[client] < share and self.fast.total() < self._limits.fast
        if not has_place or not self._has_room(client):
            return False
        self.fast[client] += 1
        self._count(client)
        return True

    def _has_room(self, client: str) -> bool:
        return self.running[client] < self._limits.running and self._running_total < self._limits.total

    def _count(self, client: str) -> None:
        self.running[client] += 1
        self._running_total += 1
        self.empty.clear()

    def _queue_of(self, client: str) -> deque[asyncio.Future[None]]:
        if self.waiting >= self._limits.queue:
            raise QueryError("busy")
        limit = self._limits.running + self._limits.queued
        if self.running[client] + len(self._waiting.get(client, ())) >= limit:
            raise QueryError("greedy", limit=limit)
        return self._waiting.setdefault(client, deque())

    def _admit_waiting(self) -> None:
        """Admit whoever can be, one query of each client before the second of any."""
        for client in list(self._waiting):
            queue = self._waiting[client]
            # The task of a cancelled query may remove it only after this.
            while queue and queue[0].cancelled():
                queue.popleft()
            if queue and self._admit(client):
                queue.popleft().set_result(None)
                self._waiting.move_to_end(client)
            if not queue:
                del self._waiting[client]

    def _forget(self, client: str, turn: asyncio.Future[None]) -> None:
        queue = self._waiting.get(client, deque())
        if turn in queue:
            queue.remove(turn)
        if not queue:
            self._waiting.pop(client, None)
        if not self._running_total and not self._waiting:
            self.empty.set()
