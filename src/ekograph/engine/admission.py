"""Who may start a query now: a share for each client, and turns between clients."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque

from ekograph.engine.base import Busy, Greedy, Limits


class Gate:
    """The fast lane and its queue. No client fills the lane alone.

    A query enters once and leaves once; in between it may free its place in the fast lane, when it turns out
    to be slow or becomes a stream, and still counts for its client.
    """

    def __init__(self, limits: Limits) -> None:
        self.fast: Counter[str] = Counter()
        self.running: Counter[str] = Counter()
        #: Set while no query is at work and none waits.
        self.empty = asyncio.Event()
        self.empty.set()
        self._limits = limits
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many queries wait."""
        return sum(map(len, self._waiting.values()))

    async def enter(self, client: str) -> None:
        """Wait for a place in the fast lane; raises Greedy or Busy when there is no place to wait either."""
        if self.enter_at_once(client):
            return
        queue = self._place_to_wait(client)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        self.empty.clear()
        self._next()
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
        """Take a place in the fast lane, if there is one and nobody waits."""
        free = not self._waiting and self._admissible(client)
        if free:
            self._admit(client)
        return free

    def free_fast(self, client: str) -> None:
        """Give the place of `client` in the fast lane to the next."""
        self.fast[client] -= 1
        if not self.fast[client]:
            del self.fast[client]
        self._next()

    def leave(self, client: str) -> None:
        """Count a query of `client` no longer."""
        self.running[client] -= 1
        if not self.running[client]:
            del self.running[client]
        self._next()
        if not self.running and not self._waiting:
            self.empty.set()

    def _admissible(self, client: str) -> bool:
        # One place is left to whoever comes next.
        own = max(1, self._limits.fast - 1)
        return (
            self.fast.total() < self._limits.fast
            and self.fast[client] < own
            and self.running[client] < self._limits.running
            and self.running.total() < self._limits.total
        )

    def _admit(self, client: str) -> None:
        self.fast[client] += 1
        self.running[client] += 1
        self.empty.clear()

    def _place_to_wait(self, client: str) -> deque[asyncio.Future[None]]:
        if self.waiting >= self._limits.queue:
            raise Busy
        if len(self._waiting.get(client, ())) >= self._limits.queued:
            raise Greedy({"limit": self._limits.running + self._limits.queued})
        return self._waiting.setdefault(client, deque())

    def _next(self) -> None:
        """Admit whoever can be, one of each client before the second of any."""
        for client in list(self._waiting):
            if not self._admissible(client):
                continue
            queue = self._waiting.pop(client)
            # Who has given up is told of it by its own task, which may come later than this.
            while queue and queue[0].cancelled():
                queue.popleft()
            if queue:
                self._admit(client)
                queue.popleft().set_result(None)
            if queue:
                self._waiting[client] = queue

    def _forget(self, client: str, turn: asyncio.Future[None]) -> None:
        queue = self._waiting.get(client, deque())
        if turn in queue:
            queue.remove(turn)
        if not queue:
            self._waiting.pop(client, None)
        if not self.running and not self._waiting:
            self.empty.set()
