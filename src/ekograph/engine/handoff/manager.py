"""The web process's side: it hands connections of clients with many short queries over to workers, and takes them back.

A worker answers on them by itself: for a short query, the web process would take longer than the worker. Connections
come back when nothing is asked on them any more, when another client has no worker, when the engine stops, or with the
worker, which is killed when a query turns out to be long.
"""

from __future__ import annotations

import asyncio
import marshal
import os
from collections import Counter
from collections.abc import Callable

from ekograph.engine.handoff.protocol import MOST, Handoff
from ekograph.engine.workers.handle import Worker
from ekograph.engine.workers.ipc import BACK, END, LENT
from ekograph.engine.workers.pool import WorkerPool
from ekograph.engine.workers.shared_counters import Answered

#: Seconds without a query after which connections are taken back.
_IDLE = 1.0

#: Seconds after which a worker is killed that is still at the same query, or has not given back what was revoked.
_STUCK = 0.5

#: Queries after which connections are taken back, so that a worker that has grown is replaced.
_QUERIES = 100_000


class HandoffLease:
    """A worker that answers on connections of one client, outside the fast lane."""

    #: Whether it is giving its connections back; no more are handed over to it.
    revoked = False

    def __init__(self, pool: WorkerPool, worker: Worker, client: str, leases: list[HandoffLease]) -> None:
        self.client = client
        #: The connections that the worker has, or will have as soon as it is ready, by number.
        self.connections: dict[int, Handoff] = {}
        self._pool = pool
        self._worker = worker
        self._leases = leases
        self._loop = asyncio.get_running_loop()
        self._ready = False
        self._note: Callable[[Answered], None] = lambda _: None
        self._counted = worker.counters.answered
        self._served = 0
        # The request that the worker is at, its CPU time then, and since when it is at that or nothing has changed.
        self._at_work = 0
        self._cpu = 0.0
        self._since = self._loop.time()
        worker.counters.revoked = False
        worker.ask(self, b"")
        pool.timer.add(self)
        leases.append(self)

    def hand_over(self, handoff: Handoff) -> None:
        """Hand over a connection, as soon as the worker is ready; it comes back in any case."""
        number = next(number for number in range(MOST) if number not in self.connections)
        self.connections[number] = handoff
        self._note = handoff.note
        self._since = self._loop.time()
        if self._ready:
            self._send(number, handoff)

    def revoke(self) -> None:
        """Take all back as soon as the answer in progress is done; no other is started after this."""
        if self.revoked:
            return
        self.revoked = True
        self._worker.counters.revoked = True
        self._since = self._loop.time()
        if self._ready:
            self._worker.revoke()

    def frame(self, kind: bytes, payload: bytes) -> None:
        """The worker is ready, or has given back one connection, or all."""
        if kind == LENT:
            self._ready = True
            for number, handoff in list(self.connections.items()):
                self._send(number, handoff)
            if self.revoked:
                self._worker.revoke()
        elif kind == BACK:
            self.connections.pop(payload[0]).connection.given_back(payload[1:])
            if not self.connections:
                self.revoke()
        elif kind == END:
            self._end()
            if payload:
                self._worker.kill()
            else:
                self._pool.release(self._worker)

    def lost(self) -> None:
        """Take all back from a worker that has ended, once it certainly has: a killed one may still be sending."""
        self._worker.ended.add_done_callback(lambda _: self._end())

    def poll(self, now: float) -> None:
        """Take the connections back where there is a reason, by force if need be."""
        self._count()
        at_work, before = self._worker.counters.at_work, self._at_work
        cpu = self._worker.cpu()
        if at_work != before:
            self._at_work, self._cpu, self._since = at_work, cpu, now
        elif (at_work and cpu - self._cpu >= self._pool.limits.slice / 2) or (
            (at_work or self.revoked) and now - self._since > _STUCK
        ):
            self._worker.kill()
        if self._served >= _QUERIES or (not at_work and now - self._since > _IDLE):
            self.revoke()

    def _send(self, number: int, handoff: Handoff) -> None:
        try:
            self._worker.hand_over(marshal.dumps((number, *handoff.terms())), handoff.connection.fileno())
        except OSError:
            del self.connections[number]
            # Not now: the caller is not done with the connection.
            self._loop.call_soon(handoff.connection.given_back, b"")

    def _count(self) -> None:
        answered = self._worker.counters.answered
        if answered != self._counted:
            new, self._counted = answered.since(self._counted), answered
            self._since = self._loop.time()
            counts, executed = self._pool.counts, sum(new.counts) - new.again
            self._served += executed
            self._worker.served += executed
            counts["queries_total"] += executed
            counts["queries_lent_total"] += executed
            counts["answers_repeated_lent_total"] += new.again
            self._note(new)

    def _end(self) -> None:
        """Give everything back."""
        self.revoked = True
        self._count()
        self._pool.timer.remove(self)
        self._leases.remove(self)
        self._pool.admission.leave(self.client)
        sending = self._worker.counters.sending
        for number, handoff in self.connections.items():
            if sending >> number & 1:
                handoff.connection.broken()
            else:
                handoff.connection.given_back(b"")
        self.connections.clear()


class HandoffManager:
    """Chooses the workers that connections are handed over to: at most as many at once as there are cores."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._leases: list[HandoffLease] = []
        self._most = min(len(os.sched_getaffinity(0)), pool.limits.fast)

    @property
    def lent(self) -> int:
        """How many connections are handed over."""
        return sum(len(lease.connections) for lease in self._leases)

    def hand_over(self, client: str, handoff: Handoff) -> bool:
        """Hand over a connection of `client`; False if there is no worker for it now.

        A client with several workers gives one up when another client has none.
        """
        leases = [lease for lease in self._leases if lease.client == client and not lease.revoked]
        best = min(leases, key=lambda lease: len(lease.connections), default=None)
        if best is None or best.connections:
            best = self._new_lease(client) or best
        if best is None:
            per_client = Counter(lease.client for lease in self._leases)
            for lease in self._leases:
                if per_client[lease.client] > 1 and not lease.revoked:
                    lease.revoke()
                    break
        if best is None or len(best.connections) >= MOST:
            return False
        best.hand_over(handoff)
        return True

    def revoke(self) -> None:
        """Take everything back."""
        for lease in list(self._leases):
            lease.revoke()

    def _new_lease(self, client: str) -> HandoffLease | None:
        admission = self._pool.admission
        if len(self._leases) >= self._most or not admission.enter_unlimited(client):
            return None
        worker = self._pool.idle()
        if worker is None:
            admission.leave(client)
            return None
        return HandoffLease(self._pool, worker, client, self._leases)
