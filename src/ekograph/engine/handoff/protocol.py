"""A connection of a client that is lent to whoever answers its queries, and what both sides of that agree upon."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from ekograph.engine.workers.ipc import Terms
from ekograph.engine.workers.shared_counters import Answered


class Connection(Protocol):
    """A client's connection as its owner has it, who leaves it alone from `Borrower.lend` on."""

    def fileno(self) -> int:
        """Its descriptor."""

    def given_back(self, unsent: bytes) -> None:
        """Have it back; `unsent`, the rest of a response, is to be sent first."""

    def broken(self) -> None:
        """Have it back in the middle of a response whose rest is lost."""


class Handoff(NamedTuple):
    """A connection to be lent, and the terms; `note` is told what was answered by the worker that has it."""

    connection: Connection
    terms: Terms
    note: Callable[[Answered], None]


class HandoffTarget(Protocol):
    """Who answers on connections that are lent."""

    def lend(self, loan: Handoff) -> None:
        """Lend a connection; it comes back in any case."""
