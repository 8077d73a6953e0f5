"""A look at all queries at work, by turns: timers of its own for each would cost as much as a short query."""

from __future__ import annotations

import asyncio
from typing import Protocol


class Watched(Protocol):
    """Something that is to be looked at as long as it runs."""

    def look(self, now: float) -> None:
        """See how it does; `now` is the time of the event loop, in seconds."""


class DeadlineTimer:
    """Looks every `seconds` at each that was added; a short query is removed before the first look."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._watched: set[Watched] = set()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, watched: Watched) -> None:
        """Begin to look."""
        self._watched.add(watched)
        if self._timer is None:
            self._wait()

    def remove(self, watched: Watched) -> None:
        """Look no more."""
        self._watched.discard(watched)

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look)

    def _look(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        for each in list(self._watched):
            each.look(now)
        if self._watched:
            self._wait()
