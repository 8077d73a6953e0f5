"""What the endpoint asks of a SPARQL engine: one contract, its values, and the tree of what can go wrong."""

# The names of the errors say what went wrong, so that `except TimedOut` reads as it should.
# ruff: noqa: N818

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, NamedTuple, Protocol

from ekograph.engine.handoff.protocol import HandoffTarget
from ekograph.rdf.formats import Format


class Query(NamedTuple):
    """One query as a client asked it.

    `default_graphs` and `named_graphs` are the dataset of the SPARQL 1.1 Protocol (section 2.1.4), which goes
    before FROM. `results` is the format wanted for SELECT and ASK, `graph` the one for CONSTRUCT and DESCRIBE;
    None where the client accepts none. `client` names who asks, for the shares.
    """

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    results: Format | None = None
    graph: Format | None = None
    client: str = ""


class Answer(NamedTuple):
    """An answer that has begun: `form` is SELECT, ASK, CONSTRUCT or DESCRIBE.

    `whole` has all its bytes when they were held back; then nothing can fail any more. Otherwise `rest` gives them,
    and raises a QueryError when the answer breaks off; whoever does not read it to its end closes it (`aclose`).
    `lasting` says whether the same query gives the same answer as long as the dataset is the same.
    """

    format: Format
    form: str
    whole: bytes | None
    rest: AsyncIterator[bytes] | None = None
    lasting: bool = True

    @property
    def body(self) -> AsyncIterator[bytes]:
        """Its bytes, whichever they are."""
        return self.rest if self.rest is not None else _once(self.whole or b"")


@dataclass(frozen=True)
class Limits:
    """The bounds of queries; each is a promise to everybody else who asks."""

    seconds: float = 10.0
    memory_mb: int = 384
    result_mb: int = 50
    query_kb: int = 64
    #: CPU time after which a query goes to the slow lane, in seconds.
    slice: float = 0.02
    #: How many queries run at once in the fast lane, and how many in the slow one.
    fast: int = 4
    slow: int = 2
    #: How many queries are in work at all, streams included: the sum of their memory must be at hand.
    total: int = 32
    #: How many answers that outgrew the held-back part are on their way at once, and for how long, in seconds.
    streams: int = 24
    stream_seconds: float = 120.0
    #: Shares of one client.
    running: int = 8
    queued: int = 16
    #: How many queries of all clients wait.
    queue: int = 256
    #: Bytes held back before the status of an answer is decided.
    held: int = 1_000_000

    def shared(self, processes: int) -> Limits:
        """The part of each of so many processes: they run as many queries together as one alone would."""

        def part(number: int) -> int:
            return max(1, number // processes)

        return replace(
            self,
            fast=part(self.fast),
            slow=part(self.slow),
            total=part(self.total),
            streams=part(self.streams),
            running=part(self.running),
            queued=part(self.queued),
            queue=part(self.queue),
        )

    def within(self, memory: int, dataset: int = 0) -> Limits:
        """These limits with no more queries at work than `memory` bytes are enough for, but with one at least.

        Of a `dataset` in memory, of so many bytes, each worker comes to have a copy of what it reads: the store counts
        who holds a quad next to the quad.
        """
        return replace(self, total=max(1, min(self.total, memory // ((self.memory_mb << 20) + dataset))))

    @property
    def stack(self) -> int:
        """Bytes of stack that a worker needs so that no query of `query_kb` overflows it (1.9 kB a byte)."""
        return max(256 << 20, self.query_kb * 1024 * 2048)


class Engine(Protocol):
    """Answers queries from one snapshot."""

    async def start(self) -> None:
        """Make ready; raises Broken when the dataset cannot be opened."""

    def query(self, query: Query) -> asyncio.Future[Answer]:
        """Begin to answer, or not, with a QueryError; to cancel the future frees at once what the query holds."""

    def borrower(self, client: str) -> HandoffTarget | None:
        """Whom to lend a connection of `client` to, so that its queries are answered there; often nobody."""

    def recall(self) -> None:
        """Lend no more, have no answer begun on connections that are lent, and take them back."""

    async def stop(self) -> None:
        """Let what runs come to its end, within its bounds, and free everything."""

    def figures(self) -> Mapping[str, float]:
        """What there is to measure, by name."""


@dataclass
class QueryError(Exception):
    """A query that gets no answer: `values` fill the places of the message of this `kind` in locales/query."""

    values: Mapping[str, object] = field(default_factory=dict)

    kind: ClassVar[str] = "broken"
    status: ClassVar[int] = 503
    #: Seconds after which asking again makes sense; None where it does not.
    retry_after: ClassVar[int | None] = None

    def __str__(self) -> str:
        return f"{self.kind} {dict(self.values)}"


class BadQuery(QueryError):
    """Not SPARQL 1.1: `line`, `column` (from 1, in characters); `expected`, or the kind of `fault` and its values."""

    kind = "bad_query"
    status = 400


class UndeclaredPrefix(BadQuery):
    """A prefix that neither the query nor the site declares: `line`, `column`, `prefix`."""

    kind = "undeclared_prefix"


class UnknownFunction(BadQuery):
    """A function that this engine does not have: `function`."""

    kind = "unknown_function"


class TooDeep(BadQuery):
    """Nested so deep that the parser gave up."""

    kind = "too_deep"


class BadParameter(BadQuery):
    """A parameter of the protocol that cannot be used: `name`, `value`."""

    kind = "bad_parameter"


class Refused(QueryError):
    """What is never done here; one of the three below."""

    status = 403


class UpdateRefused(Refused):
    """SPARQL Update: `keyword`."""

    kind = "refused_update"


class ServiceRefused(Refused):
    """A call to another endpoint: `line`, `column`."""

    kind = "refused_service"


class NotAcceptable(QueryError):
    """The client accepts no format of what its query gives: `offered`."""

    kind = "not_acceptable"
    status = 406


class Unwritable(NotAcceptable):
    """The result has something that the chosen format cannot carry: `format`, `reason`."""

    kind = "unwritable"


class QueryTooLarge(QueryError):
    """The text of the query is longer than `limit` kB."""

    kind = "query_too_large"
    status = 413


class ResultTooLarge(QueryError):
    """The answer is larger than `limit` MB."""

    kind = "result_too_large"
    status = 413


class TimedOut(QueryError):
    """Not answered within `limit` seconds."""

    kind = "timed_out"


class OutOfMemory(QueryError):
    """Not answered within `limit` MB."""

    kind = "out_of_memory"


class Busy(QueryError):
    """Too much is asked by all at once."""

    kind = "busy"
    retry_after = 5


class ClientOverLimit(QueryError):
    """One client has more queries at once than its share of `limit`."""

    kind = "greedy"
    status = 429
    retry_after = 5


class EngineFailed(QueryError):
    """The worker ended without an answer, or the engine cannot be reached: `reason`."""

    kind = "broken"
    retry_after = 2


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
