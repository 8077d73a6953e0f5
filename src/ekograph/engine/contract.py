"""What the endpoint asks of a SPARQL engine: one contract, and its values. What can go wrong is in `errors`."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from ekograph.engine.direct.protocol import Connection, NumberedTerms
from ekograph.rdf.formats import Format


class Query(NamedTuple):
    """One query as a client asked it.

    `default_graphs` and `named_graphs` are the dataset of the SPARQL 1.1 Protocol (section 2.1.4), which takes
    precedence over FROM. `results` is the format for SELECT and ASK, `graph` the one for CONSTRUCT and DESCRIBE;
    None where the client accepts none. `client` names who asks, for the limits per client. `beginning` says that only
    the first `Limits.held` bytes or so of the answer will be read.
    """

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    results: Format | None = None
    graph: Format | None = None
    client: str = ""
    beginning: bool = False


class Answer(NamedTuple):
    """An answer that has started: `form` is SELECT, ASK, CONSTRUCT or DESCRIBE.

    `whole` holds all its bytes if they are few; nothing can fail any more then. Otherwise `rest` yields them, and
    raises a QueryError where the answer breaks off; a reader that stops early closes it (`aclose`). `lasting` says
    whether the same query has the same answer as long as the dataset is the same.
    """

    format: Format
    form: str
    whole: bytes | None
    rest: AsyncIterator[bytes] | None = None
    lasting: bool = True

    @property
    def body(self) -> AsyncIterator[bytes]:
        """All its bytes, however they come."""
        return self.rest if self.rest is not None else _once(self.whole or b"")


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


@dataclass(frozen=True)
class Limits:
    """The bounds of queries; each is a promise to everybody else who asks."""

    seconds: float = 10.0
    memory_mb: int = 384
    result_mb: int = 50
    query_kb: int = 1024
    #: CPU seconds after which a query goes to the background lane.
    slice: float = 0.02
    #: Queries that run at once in the fast lane, and in the background lane.
    fast: int = 4
    slow: int = 2
    #: Queries at work altogether, streams included: there must be memory for all of them.
    total: int = 32
    #: Long answers that are being sent at once, and for how many seconds each.
    streams: int = 24
    stream_seconds: float = 120.0
    #: Queries of one client that run, and that wait.
    running: int = 8
    queued: int = 16
    #: Queries of all clients that wait.
    queue: int = 256
    #: Bytes of an answer that are collected before its status is decided.
    held: int = 1_000_000

    def shared(self, processes: int) -> Limits:
        """The limits of each of so many processes: together they run as many queries as one alone would."""
        names = ("fast", "slow", "total", "streams", "running", "queued", "queue")
        return replace(self, **{name: max(1, getattr(self, name) // processes) for name in names})

    def within(self, memory: int, dataset: int = 0) -> Limits:
        """These limits with no more queries at once than `memory` bytes are enough for, but with at least one.

        Each worker comes to copy what it reads of a `dataset` in memory (in bytes): the store writes its reference
        counts next to the quads.
        """
        return replace(self, total=max(1, min(self.total, memory // ((self.memory_mb << 20) + dataset))))

    @property
    def stack(self) -> int:
        """Bytes of stack for a worker: enough for 64 kB of any query, and for long lists of values."""
        return 256 << 20


class DefaultGraph(enum.Enum):
    """What a query asks that names no dataset."""

    #: The default graph of the dataset itself.
    ITSELF = "itself"
    #: The union of all graphs. No triple is in two graphs, so reading one after the other gives it.
    UNION = "union"
    #: The union of all graphs, kept as a graph beside them, since some triples are in two: a graph is a set.
    MERGED = "merged"


class Engine(Protocol):
    """Answers queries from one snapshot; `trouble` says why it cannot at the moment, "" while it can."""

    trouble: str

    async def start(self) -> None:
        """Get ready; raises QueryError when the dataset cannot be opened."""

    def query(self, query: Query) -> asyncio.Future[Answer]:
        """Start to answer; raises a QueryError from the future. Cancelling it frees at once what the query holds."""

    def serve(self, connection: Connection, terms: NumberedTerms, request: bytes) -> bool:
        """Let a worker answer on a connection from now on, where `request` has come; False if none is free for that."""

    def revoke(self) -> None:
        """Give no more connections to workers, have none of them start another answer, and take all back."""

    async def stop(self) -> None:
        """Let running queries finish, within their bounds, and free everything."""

    def figures(self) -> Mapping[str, float]:
        """Gauges and counters (`..._total`), by name."""
