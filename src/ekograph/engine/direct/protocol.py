"""Connections of clients on which a worker answers: what the web process and the worker agree upon.

`Engine.serve` gives a connection to a worker, and one of the methods of `Connection` ends that in every case. Threads
that answer, once queries can be cancelled from Python, could take the place of workers behind these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from ekograph.engine.workers.shared_counters import Answered

#: Connections that one worker has at most.
MOST = 256


class Terms(NamedTuple):
    """Which requests of a connection are queries, and how a worker answers them.

    A request starts with `before` and ends its head with `after`. Of a GET (`media_type` is empty), what is between is
    the query string; of a POST it is the length of the body, which is a form or a query. `results` and `graph` are
    names of formats. `key` and the text of the query make the entity tag, `heads` has the start of a response by the
    format of the answer, `path` is for the access log. Bodies of `gzip_from` bytes and more are compressed; 0: none is.
    `closes` says that the connection ends after the answer. `forwarded` is whom a trusted proxy names as the client.
    """

    before: bytes
    after: bytes
    media_type: str
    results: str | None
    graph: str | None
    key: str
    heads: dict[str, bytes]
    path: str
    gzip_from: int
    closes: bool
    forwarded: bytes


#: Terms, and the number that stands for them once a worker knows them.
NumberedTerms = tuple[int, Terms]


class Arrival(NamedTuple):
    """A connection as a worker is told of it: `request` has come on it, and `terms` is empty if `which` is known."""

    number: int
    client: str
    logged: str
    which: int
    terms: tuple[Any, ...]
    request: bytes


#: Is told what a worker has answered, and what it has written for the access log.
Note = Callable[[Answered, bytes], None]


class Connection(Protocol):
    """A client's connection, which its owner leaves alone from `Engine.serve` until one of its methods is called.

    `client` is its address as admission counts it, `logged` the client's part of each line in the access log, empty if
    none is written.
    """

    client: str
    logged: str
    note: Note

    def fileno(self) -> int:
        """Its descriptor."""

    def given_back(self, unsent: bytes, unread: bytes, *, answered: bool) -> None:
        """Go on with it, since its next request is none for a worker, or has been too much for one.

        `unsent`, the rest of a response, must be sent first. The request that came with the connection is still to be
        answered unless it is `answered`; then `unread` has what was taken off of the next.
        """

    def moved(self, *, answered: bool) -> None:
        """Go on with it, best at another worker."""

    def close(self) -> None:
        """Close it: all is said, or the rest of a response is lost."""
