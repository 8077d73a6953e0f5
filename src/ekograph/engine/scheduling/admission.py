"""Who may start a query now: a share for each client, and turns between clients."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque

from ekograph.engine.contract import Busy, ClientOverLimit, Limits


class AdmissionControl:
    """The fast lane and its queue. No client fills the lane alone.

    A query enters once and leaves once. Places in the fast lane are freed apart from that, when a query turns out to
    be slow or becomes a stream, or when it is over.
    """

    def __init__(self, limits: Limits) -> None:
        self.fast: Counter[str] = Counter()
        self.running: Counter[str] = Counter()
        #: Set while no query is at work and none waits.
        self.empty = asyncio.Event()
        self.empty.set()
        self._limits = limits
        self._at_work = 0
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many queries wait."""
        return sum(map(len, self._waiting.values()))

    async def enter(self, client: str) -> None:
        """Wait to be let in; raises Greedy or Busy when there is no place to wait either."""
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
        """Go in, if there is a place and nobody waits; returns whether it is so."""
        return not self._waiting and self._admitted(client)

    def enter_beside(self, client: str) -> bool:
        """Count a query of `client` that needs no place in the fast lane; returns whether it may be at work."""
        if not self._has_room(client):
            return False
        self._enter(client)
        return True

    def free_fast(self, client: str) -> None:
        """Give a place of `client` in the fast lane to the next."""
        self.fast[client] -= 1
        if not self.fast[client]:
            del self.fast[client]
        if self._waiting:
            self._next()

    def leave(self, client: str) -> None:
        """Count a query of `client` no longer."""
        self._at_work -= 1
        self.running[client] -= 1
        if not self.running[client]:
            del self.running[client]
        if self._waiting:
            self._next()
        elif not self._at_work:
            self.empty.set()

    def _admitted(self, client: str) -> bool:
        """Let a query of `client` in, if there is a place; returns whether there is."""
        # One place is left to whoever comes next.
        own = max(1, self._limits.fast - 1)
        has_place = self.fast[client] < own and self.fast.total() < self._limits.fast
        if not has_place or not self._has_room(client):
            return False
        self.fast[client] += 1
        self._enter(client)
        return True

    def _has_room(self, client: str) -> bool:
        return self.running[client] < self._limits.running and self._at_work < self._limits.total

    def _enter(self, client: str) -> None:
        self.running[client] += 1
        self._at_work += 1
        self.empty.clear()

    def _place_to_wait(self, client: str) -> deque[asyncio.Future[None]]:
        if self.waiting >= self._limits.queue:
            raise Busy
        most = self._limits.running + self._limits.queued
        if self.running[client] + len(self._waiting.get(client, ())) >= most:
            raise ClientOverLimit({"limit": most})
        return self._waiting.setdefault(client, deque())

    def _next(self) -> None:
        """Admit whoever can be, one of each client before the second of any."""
        for client in list(self._waiting):
            queue = self._waiting[client]
            # Who has given up is told of it by its own task, which may come later than this.
            while queue and queue[0].cancelled():
                queue.popleft()
            if queue and self._admitted(client):
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
        if not self._at_work and not self._waiting:
            self.empty.set()
