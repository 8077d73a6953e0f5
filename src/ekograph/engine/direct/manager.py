"""The web process's side: it gives connections to workers, and takes them back.

Connections come back when something else than a short query is asked on them, when the engine stops, or when their
worker ends, which is killed when a query turns out to be long.
"""

from __future__ import annotations

import asyncio
import marshal
import os
import platform

from ekograph.engine.direct.protocol import MOST, Arrival, Connection, Note, NumberedTerms
from ekograph.engine.workers.handle import Worker
from ekograph.engine.workers.ipc import BACK, END, READY
from ekograph.engine.workers.pool import WorkerPool
from ekograph.engine.workers.sandbox import MACHINES
from ekograph.engine.workers.shared_counters import ANSWERED, CLOSED, NEW, REQUEST_BYTES, RETURNED, SENDING

#: Seconds after which a worker without connections serves other queries again.
_IDLE = 1.0

#: Seconds after which a worker is killed that is still at the same query, or has not given back what was revoked.
_STUCK = 0.5

#: Queries, and terms of requests, after which connections are taken back, so that a worker that has grown is replaced.
_QUERIES = 100_000
_TERMS = 1000

#: Seconds for which a client that has asked a long query gets no worker to itself.
_PENALTY = 10.0

#: Who has the workers that answer on connections, as admission counts it.
_CLIENT = "connections"


class DirectWorker:
    """A worker that answers on connections of clients, outside the fast lane."""

    #: Whether it is giving its connections back; no more are given to it.
    revoked = False

    def __init__(self, service: DirectService, pool: WorkerPool, worker: Worker) -> None:
        #: The connections that the worker has, or will have as soon as it is ready, by number.
        self.connections: dict[int, Connection] = {}
        self._service = service
        self._pool = pool
        self._worker = worker
        self._loop = asyncio.get_running_loop()
        self._free = list(range(MOST))
        self._known: set[int] = set()
        #: What is to be sent as soon as the worker is ready; None from then on.
        self._waiting: list[tuple[int, bytes]] | None = []
        self._note: Note = lambda *_: None
        self._counted = worker.counters.answered
        self._served = 0
        # The request that the worker is at, its CPU time then, and since when it is at that or nothing has changed.
        self._at_work = 0
        self._cpu = 0.0
        self._since = self._loop.time()
        worker.counters.revoked = False
        worker.ask(self, b"")
        pool.timer.add(self)

    @property
    def busy(self) -> tuple[bool, int]:
        """Whether it is at a request, and how many connections it has: the lowest is the best to give one to."""
        return self._worker.counters.at_work[0] != 0, len(self.connections)

    def take(self, connection: Connection, terms: NumberedTerms, request: bytes) -> bool:
        """Give a connection to the worker, with the request that has come on it; False when there is no room."""
        if not self._free:
            self._close_ended()
        if not self._free:
            return False
        number, (which, new) = self._free.pop(), terms
        self._worker.counters.states[number] = NEW if request else ANSWERED
        known = () if which in self._known else tuple(new)
        message = marshal.dumps(tuple(Arrival(number, connection.client, connection.logged, which, known, request)))
        if self._waiting is not None:
            self._waiting.append((number, message))
        elif not self._worker.hand_over(message, connection.fileno()):
            self._free.append(number)
            return False
        self._known.add(which)
        self.connections[number], self._note = connection, connection.note
        return True

    def revoke(self) -> None:
        """Take all back as soon as the answer in progress is done; no other is started after this."""
        if self.revoked:
            return
        self.revoked = True
        self._worker.counters.revoked = True
        self._since = self._loop.time()
        if self._waiting is None:
            self._worker.revoke()

    def frame(self, kind: bytes, payload: bytes) -> None:
        """The worker is ready, or has given back one connection, or all."""
        if kind == READY:
            waiting, self._waiting = self._waiting or [], None
            for number, message in waiting:
                # What cannot be given now comes back with the worker.
                if not self._worker.hand_over(message, self.connections[number].fileno()):
                    self._forget(number).moved(answered=self._worker.counters.states[number] == ANSWERED)
            if self.revoked:
                self._worker.revoke()
        elif kind == BACK:
            number, rest = int.from_bytes(payload[:2], "big"), payload[2:]
            state = self._worker.counters.states[number]
            unsent, unread = (rest, b"") if state == SENDING else (b"", rest)
            self._forget(number).given_back(unsent, unread, answered=state != NEW)
        elif kind == END:
            self._end()
            if payload:
                self._worker.kill()
            else:
                self._pool.release(self._worker)

    def lost(self) -> None:
        """Take all back from a worker that has ended, once it certainly has: a killed one may still be sending."""
        self.revoked = True
        self._worker.ended.add_done_callback(lambda _: self._end())

    def poll(self, now: float) -> None:
        """Take the connections back where there is a reason, by force if need be."""
        self._close_ended()
        self._count()
        at_work, before = self._worker.counters.at_work[0], self._at_work
        cpu = self._worker.cpu()
        if at_work != before:
            self._at_work, self._cpu, self._since = at_work, cpu, now
        elif (at_work and cpu - self._cpu >= self._pool.limits.slice / 2) or (
            (at_work or self.revoked) and now - self._since > _STUCK
        ):
            self._worker.kill()
        if (
            self._served >= _QUERIES
            or len(self._known) >= _TERMS
            or (not self.connections and now - self._since > _IDLE)
        ):
            self.revoke()

    def _forget(self, number: int) -> Connection:
        self._free.append(number)
        return self.connections.pop(number)

    def _close_ended(self) -> None:
        """Let go of the connections that the worker has closed."""
        states = self._worker.counters.states
        for number in [number for number in self.connections if states[number] == CLOSED]:
            self._forget(number).close()

    def _count(self) -> None:
        counters, counts = self._worker.counters, self._pool.counts
        lines, answered = counters.logged(), counters.answered
        if answered == self._counted:
            return
        new, self._counted = answered.since(self._counted), answered
        self._since = self._loop.time()
        executed = sum(new.counts) - new.again
        self._served += executed
        self._worker.served += executed
        counts["queries_total"] += executed
        counts["queries_direct_total"] += executed
        counts["answers_repeated_direct_total"] += new.again
        self._note(new, lines)

    def _end(self) -> None:
        """Give everything back; who has asked what the worker was killed for is not asked to wait for another."""
        self.revoked = True
        self._close_ended()
        self._count()
        self._pool.timer.remove(self)
        self._service.workers.remove(self)
        self._pool.admission.leave(_CLIENT)
        counters = self._worker.counters
        (at_work, culprit), kept = counters.at_work, counters.kept
        # What was at work goes first, so that its client has no other worker yet when the rest is moved.
        for number in sorted(self.connections, key=lambda number: not (at_work and number == culprit)):
            connection, state = self.connections[number], counters.states[number]
            if at_work and number == culprit:
                self._service.note_long(connection.client)
            if state in {SENDING, RETURNED} or (at_work and number == culprit and kept is None):
                # Nobody knows how much of a response was sent, or what was taken off.
                connection.close()
            elif at_work and number == culprit:
                connection.given_back(b"", kept or b"", answered=state == ANSWERED)
            else:
                connection.moved(answered=state == ANSWERED)
        self.connections.clear()


class DirectService:
    """Chooses the workers that answer on connections: at most as many at once as there are cores."""

    def __init__(self, pool: WorkerPool) -> None:
        self.workers: list[DirectWorker] = []
        self._pool = pool
        self._most = min(len(os.sched_getaffinity(0)), pool.limits.fast, pool.limits.total // 2)
        # Elsewhere the kernel leaves workers no descriptors.
        self._takes = pool.limits.query_kb * 1024 >= REQUEST_BYTES and platform.machine() in MACHINES
        #: When clients that have asked long queries may have a worker again, by the clock of the event loop.
        self._penalties: dict[str, float] = {}

    @property
    def connections(self) -> int:
        """How many connections workers have."""
        return sum(len(worker.connections) for worker in self.workers)

    def serve(self, connection: Connection, terms: NumberedTerms, request: bytes) -> bool:
        """Give a connection to a worker; False if none can take it."""
        if self._pool.stopping or not self._takes or (self._penalties and self._is_penalised(connection.client)):
            return False
        workers = [worker for worker in self.workers if not worker.revoked]
        best = min(workers, key=lambda worker: worker.busy, default=None)
        if (best is None or best.connections) and len(self.workers) < self._most:
            best = self._new_worker() or best
        return best is not None and best.take(connection, terms, request)

    def revoke(self) -> None:
        """Take everything back."""
        for worker in list(self.workers):
            worker.revoke()

    def note_long(self, client: str) -> None:
        """A client has asked a long query: its next ones wait where its share of the workers counts."""
        now = asyncio.get_running_loop().time()
        self._penalties = {name: until for name, until in self._penalties.items() if until > now}
        self._penalties[client] = now + _PENALTY

    def _is_penalised(self, client: str) -> bool:
        return self._penalties.get(client, 0.0) > asyncio.get_running_loop().time()

    def _new_worker(self) -> DirectWorker | None:
        if not self._pool.admission.enter_unlimited(_CLIENT):
            return None
        worker = self._pool.idle()
        if worker is None:
            self._pool.admission.leave(_CLIENT)
            return None
        self.workers.append(DirectWorker(self, self._pool, worker))
        return self.workers[-1]
