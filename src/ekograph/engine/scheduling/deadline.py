"""Polls all running queries from one timer; a timer per query would cost as much as a short query."""

from __future__ import annotations

import asyncio
from typing import Protocol


class Polled(Protocol):
    """Something that is looked at regularly while it runs."""

    def poll(self, now: float) -> None:
        """Check the state; `now` is the time of the event loop, in seconds."""


class DeadlineTimer:
    """Polls everything that was added every `seconds`; a short query is removed before its first poll."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._polled: set[Polled] = set()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, polled: Polled) -> None:
        """Start to poll."""
        self._polled.add(polled)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._poll)

    def remove(self, polled: Polled) -> None:
        """Stop polling."""
        self._polled.discard(polled)

    def _poll(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        for polled in list(self._polled):
            polled.poll(loop.time())
        if self._polled and self._timer is None:
            self._timer = loop.call_later(self._seconds, self._poll)
