"""The slow lane: queries that have used up their slice compute by turns, and only when a core would idle."""

from __future__ import annotations

import asyncio
from collections import Counter

from ekograph.engine.process import Worker

#: How long a turn is, in seconds.
TURN = 0.1


class SlowLane:
    """Lets `slots` workers compute at once; the rest are stopped and keep their work.

    Turns go to the client that has had the fewest since it came, so that many bombs of one client do not keep
    the one long query of another waiting.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._computing: dict[Worker, str] = {}
        self._stopped: dict[Worker, str] = {}
        self._turns: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._computing) + len(self._stopped)

    def join(self, worker: Worker, client: str) -> None:
        """Take a worker in; it may be stopped until its turn comes."""
        worker.demote()
        if client not in self._clients():
            self._turns[client] = min((self._turns[each] for each in self._clients()), default=0)
        worker.pause()
        self._stopped[worker] = client
        self._fill()

    def leave(self, worker: Worker) -> None:
        """Let a worker go; it computes again."""
        if self._computing.pop(worker, None) is None and self._stopped.pop(worker, None) is not None:
            worker.resume()
        present = self._clients()
        for client in [each for each in self._turns if each not in present]:
            del self._turns[client]
        self._fill()

    def _clients(self) -> set[str]:
        return {*self._computing.values(), *self._stopped.values()}

    def _fill(self) -> None:
        """Give the free slots to those whose clients have had the fewest turns; earlier ones first."""
        while self._stopped and len(self._computing) < self._slots:
            worker = min(self._stopped, key=lambda each: self._turns[self._stopped[each]])
            client = self._stopped.pop(worker)
            self._computing[worker] = client
            self._turns[client] += 1
            worker.resume()
        if self._stopped and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TURN, self._turn)

    def _turn(self) -> None:
        self._timer = None
        for worker, client in list(self._computing.items()):
            if self._stopped:
                worker.pause()
                del self._computing[worker]
                self._stopped[worker] = client
        self._fill()
