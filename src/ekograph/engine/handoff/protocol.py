"""Connections of clients that are handed over to a worker: what both sides agree upon.

Three functions are the seam: `Engine.hand_over`, `Engine.revoke`, and `given_back` of a connection, which comes back
in every case.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from ekograph.engine.workers.shared_counters import Answered

#: Connections that one worker holds at most.
MOST = 32


class Terms(NamedTuple):
    """How a worker answers on a connection.

    A request on it is a query if it starts with `before` and ends with `after`, with plain characters between.
    `results` and `graph` are names of formats. `key` and the text of the query make the entity tag, `heads` has the
    start of a response by the format of the answer. Bodies of `gzip_from` bytes and more are compressed; 0: none is.
    """

    before: bytes
    after: bytes
    results: str | None
    graph: str | None
    key: str
    heads: dict[str, bytes]
    gzip_from: int


class Connection(Protocol):
    """A client's connection; its owner leaves it alone from `hand_over` until it is given back."""

    def fileno(self) -> int:
        """Its descriptor."""

    def given_back(self, unsent: bytes) -> None:
        """Go on with it; `unsent`, the rest of a response, must be sent first."""

    def broken(self) -> None:
        """Go on with it in the middle of a response whose rest is lost."""


class Handoff(NamedTuple):
    """A connection to hand over, what makes its terms, and who is told what the worker has answered."""

    connection: Connection
    terms: Callable[[], Terms]
    note: Callable[[Answered], None]
