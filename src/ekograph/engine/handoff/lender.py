"""Lends connections of clients whose short queries follow one another to workers, and takes them back.

A worker answers there by itself (see `borrowed`): the web process, which would take longer for a short query than the
worker, has no part in it. It looks at all loans by turns. They end when nothing is asked any more, when another client
is worse off, when the engine stops, or with the worker, which is killed when a query turns out to be long.
"""

from __future__ import annotations

import asyncio
import marshal
import os
from collections import Counter
from collections.abc import Callable

from ekograph.engine.handoff.borrowed import MOST
from ekograph.engine.handoff.protocol import Handoff
from ekograph.engine.workers.handle import Worker
from ekograph.engine.workers.ipc import BACK, END, LENT
from ekograph.engine.workers.pool import Pool
from ekograph.engine.workers.shared_counters import Answered

#: Seconds without a query after which connections are taken back.
_IDLE = 1.0

#: Seconds after which a worker is killed that is still at the same query, or has not let go of what was recalled.
_STUCK = 0.5

#: Queries after which connections are taken back, so that a worker that has grown is replaced.
_QUERIES = 100_000


class HandoffLease:
    """A worker that answers on connections of one client, beside the fast lane."""

    #: Whether it gives them back; nothing more is lent to it.
    over = False

    def __init__(self, pool: Pool, worker: Worker, client: str, ended: Callable[[HandoffLease], None]) -> None:
        self.client = client
        self._pool = pool
        self._worker = worker
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._ready = False
        self._waiting: dict[int, Handoff] = {}
        self._lent: dict[int, Handoff] = {}
        self._note: Callable[[Answered], None] = lambda _: None
        self._counted = worker.board.answered
        self._served = 0
        # The request that it was at, its CPU time then, and since when it is at that, or nothing has changed.
        self._at_work = 0
        self._cpu = 0.0
        self._since = self._loop.time()
        worker.board.recalled = False
        worker.ask(self, b"")
        pool.watch.add(self)

    @property
    def lent(self) -> int:
        """How many connections it has."""
        return len(self._lent)

    def lend(self, loan: Handoff) -> None:
        """Lend a connection; it comes back in any case."""
        number = next(each for each in range(MOST) if each not in self._lent)
        self._lent[number] = loan
        self._note = loan.note
        self._since = self._loop.time()
        if self._ready:
            self._hand_over(number, loan)
        else:
            self._waiting[number] = loan

    def recall(self) -> None:
        """Take all back, as soon as the answer that is being made is done; none is begun after this."""
        if self.over:
            return
        self.over = True
        self._worker.board.recalled = True
        self._since = self._loop.time()
        if self._ready:
            self._worker.recall()

    def frame(self, kind: bytes, payload: bytes) -> None:
        """Take what the worker says: that it is ready, or has given back one connection, or all."""
        if kind == LENT:
            self._ready = True
            for number, loan in self._waiting.items():
                self._hand_over(number, loan)
            if self.over:
                self._worker.recall()
        elif kind == BACK:
            self._lent.pop(payload[0]).connection.given_back(payload[1:])
            if not self._lent:
                self.recall()
        elif kind == END:
            self._end()
            if payload:
                self._worker.kill()
            else:
                self._pool.give_back(self._worker)

    def lost(self) -> None:
        """Take all back from a worker that is gone, once it certainly is: a killed one may still be sending."""
        self._worker.ended.add_done_callback(lambda _: self._end())

    def look(self, now: float) -> None:
        """Take the connections back, by force if need be, when there is a reason."""
        self._count()
        at_work, before = self._worker.board.at_work, self._at_work
        cpu = self._worker.cpu()
        if at_work != before:
            self._at_work, self._cpu, self._since = at_work, cpu, now
        elif (at_work and cpu - self._cpu >= self._pool.limits.slice / 2) or (
            (at_work or self.over) and now - self._since > _STUCK
        ):
            self._worker.kill()
        if self._served >= _QUERIES or (not at_work and now - self._since > _IDLE):
            self.recall()

    def _hand_over(self, number: int, loan: Handoff) -> None:
        try:
            self._worker.lend(marshal.dumps((number, *loan.terms)), loan.connection.fileno())
        except OSError:
            del self._lent[number]
            # Not now: who lends it is not done with that.
            self._loop.call_soon(loan.connection.given_back, b"")

    def _count(self) -> None:
        answered = self._worker.board.answered
        if answered != self._counted:
            new, self._counted = answered.since(self._counted), answered
            self._since = self._loop.time()
            made = sum(new.counts) - new.again
            self._served += made
            self._worker.served += made
            self._pool.count_lent(made, new.again)
            self._note(new)

    def _end(self) -> None:
        """Give everything back."""
        self.over = True
        self._count()
        self._pool.watch.remove(self)
        self._ended(self)
        self._pool.gate.leave(self.client)
        sending = self._worker.board.sending
        for number, loan in self._lent.items():
            if sending >> number & 1:
                loan.connection.broken()
            else:
                loan.connection.given_back(b"")
        self._lent.clear()


class HandoffManager:
    """Finds the workers that connections are lent to: as many at once as there are cores."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._leases: list[HandoffLease] = []
        self._most = min(len(os.sched_getaffinity(0)), pool.limits.fast)

    @property
    def lent(self) -> int:
        """How many connections are lent."""
        return sum(each.lent for each in self._leases)

    def borrower(self, client: str) -> HandoffLease | None:
        """Whom to lend a connection of `client` to; None if it is better not lent now.

        Who has more than one worker gives one up when another client has none.
        """
        own = [each for each in self._leases if each.client == client and not each.over]
        best = min(own, key=lambda each: each.lent, default=None)
        if best is None or best.lent:
            best = self._new(client) or best
        if best is None:
            clients = Counter(each.client for each in self._leases)
            rich = next((each for each in self._leases if clients[each.client] > 1 and not each.over), None)
            if rich:
                rich.recall()
        return best if best is not None and best.lent < MOST else None

    def recall(self) -> None:
        """Take everything back."""
        for each in list(self._leases):
            each.recall()

    def _new(self, client: str) -> HandoffLease | None:
        gate = self._pool.gate
        if len(self._leases) >= self._most or not gate.enter_beside(client):
            return None
        worker = self._pool.idle()
        if worker is None:
            gate.leave(client)
            return None
        new = HandoffLease(self._pool, worker, client, self._leases.remove)
        self._leases.append(new)
        return new
