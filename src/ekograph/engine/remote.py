"""The engine for users who outgrow one machine: another store, over the SPARQL 1.1 Protocol."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import h11

from ekograph import formats
from ekograph.engine.admission import Gate
from ekograph.engine.base import (
    Answer,
    BadQuery,
    Broken,
    Busy,
    Limits,
    NotAcceptable,
    OutOfMemory,
    Query,
    QueryError,
    QueryTooLarge,
    ResultTooLarge,
    ServiceRefused,
    TimedOut,
    UpdateRefused,
)
from ekograph.engine.exchange import Reply, post
from ekograph.engine.repair import final, truth
from ekograph.engine.scanner import Scan, scan, undeclared
from ekograph.formats import Format

_FORM = "application/x-www-form-urlencoded"
_PLACE = re.compile(r"(?:\bline\s*|\bat )(\d+)(?::|,?\s*col(?:umn)?\.?\s*)(\d+)", re.IGNORECASE)
_STATUSES: Mapping[int, type[QueryError]] = {408: TimedOut, 429: Busy, 504: TimedOut, 507: OutOfMemory}
#: Of an answer that tells of a fault, as much is read.
_TOLD = 4000


@dataclass(frozen=True)
class Defaults:
    """What holds for queries that do not say otherwise.

    `union` names the graphs that are together the default graph, whatever that is in the store; empty: leave it to
    the store.
    """

    prefixes: Mapping[str, str]
    base: str = ""
    union: tuple[str, ...] = ()


async def _nothing() -> None:
    """Prepare nothing."""


class RemoteEngine:
    """Asks the store at `endpoint`, once `prepare` has made it hold what it is asked about."""

    def __init__(
        self,
        endpoint: str,
        limits: Limits,
        defaults: Defaults,
        prepare: Callable[[], Awaitable[None]] = _nothing,
    ) -> None:
        self._endpoint = endpoint
        self._limits = limits
        self._defaults = defaults
        self._prepare = prepare
        self._gate = Gate(limits)
        self._counts: Counter[str] = Counter()

    async def start(self) -> None:
        """Prepare the store, and see that it answers; raises Broken when it does not."""
        await self._prepare()
        answer = await self.query(Query("ASK {}", results=formats.RESULTS_JSON))
        async with aclosing(answer.body) as body:  # type: ignore[type-var]
            async for _ in body:
                pass

    async def query(self, query: Query) -> Answer:
        """Begin to answer; raises a QueryError."""
        self._counts["queries_total"] += 1
        try:
            if len(query.text.encode(errors="replace")) > self._limits.query_kb * 1024:
                raise QueryTooLarge({"limit": self._limits.query_kb})
            # Beside the event loop: a long query takes some milliseconds to look at.
            seen, prologue = await asyncio.to_thread(self._examined, query.text)
            return await self._asked(replace(query, text=prologue + query.text), seen)
        except QueryError as error:
            self._counts[f"failed_{error.kind}_total"] += 1
            raise

    async def stop(self) -> None:
        """Wait until what is at work has come to its end, within its bounds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.seconds + self._limits.stream_seconds):
                await self._gate.empty.wait()

    def figures(self) -> Mapping[str, float]:
        """What is running and waiting now, and what has happened since the start."""
        return {"running": self._gate.running.total(), "waiting": self._gate.waiting, **self._counts}

    def _examined(self, text: str) -> tuple[Scan, str]:
        """What is seen in a query, and what to declare before it; raises a QueryError when it is not passed on."""
        seen = scan(text)
        if seen.update:
            raise UpdateRefused({"keyword": seen.update})
        if seen.service:
            raise ServiceRefused({"line": seen.service.line, "column": seen.service.column})
        return seen, self._prologue(text)

    async def _asked(self, query: Query, seen: Scan) -> Answer:
        """Wait for a place, ask, and hold back the first part of the answer."""
        deadline = asyncio.get_running_loop().time() + self._limits.seconds
        family, wanted = ("results", query.results) if seen.form in {"SELECT", "ASK"} else ("graph", query.graph)
        if wanted is None:
            raise NotAcceptable({"family": family})
        body = _Body(self._gate, query.client, self._limits)
        try:
            async with asyncio.timeout_at(deadline):
                await body.enter()
                # An ASK is asked for in JSON, and written anew.
                reply = await self._send(query, seen, formats.RESULTS_JSON if seen.form == "ASK" else wanted)
                body.of(final(reply.body) if wanted is formats.RESULTS_JSON else reply.body)
                await _check(reply, self._limits)
                held, whole = await body.hold()
        except TimeoutError:
            await body.close()
            raise TimedOut({"limit": f"{self._limits.seconds:g}"}) from None
        except (OSError, h11.RemoteProtocolError) as error:
            await body.close()
            raise Broken({"reason": str(error)}) from error
        except BaseException:
            await body.close()
            raise
        if seen.form == "ASK" and whole:
            held = truth(held, wanted)
        rest = _once(held) if whole else body.stream(held)
        return Answer(wanted, seen.form, rest, len(held) if whole else None, lasting=not seen.volatile)

    async def _send(self, query: Query, seen: Scan, wanted: Format) -> Reply:
        parameters = [("query", query.text)]
        own_dataset = query.default_graphs or query.named_graphs or seen.dataset
        default, named = (
            (query.default_graphs, query.named_graphs) if own_dataset else (self._defaults.union, self._defaults.union)
        )
        parameters += [("default-graph-uri", each) for each in default]
        parameters += [("named-graph-uri", each) for each in named]
        return await post(
            self._endpoint, {"Content-Type": _FORM, "Accept": wanted.media_type}, urlencode(parameters).encode()
        )

    def _prologue(self, text: str) -> str:
        """Declarations of what the query uses and does not declare, before its first line."""
        known: dict[str, str] = {}
        while (missing := undeclared(text, known)) and missing[0] in self._defaults.prefixes:
            known[missing[0]] = self._defaults.prefixes[missing[0]]
        declared = [f"PREFIX {prefix}: <{namespace}> " for prefix, namespace in known.items()]
        return "".join([f"BASE <{self._defaults.base}> " if self._defaults.base else "", *declared])


class _Body:
    """The body of an answer on its way, and the place that it holds."""

    def __init__(self, gate: Gate, client: str, limits: Limits) -> None:
        self._gate = gate
        self._client = client
        self._limits = limits
        self._left = limits.seconds
        self._entered = False
        self._chunks: AsyncIterator[bytes] | None = None

    async def enter(self) -> None:
        """Wait for a place; raises Greedy or Busy."""
        await self._gate.enter(self._client)
        self._entered = True

    def of(self, chunks: AsyncIterator[bytes]) -> None:
        """Take the body of a reply."""
        self._chunks = chunks

    async def hold(self) -> tuple[bytes, bool]:
        """The first part, and whether it is the whole."""
        held = bytearray()
        while len(held) <= self._limits.held:
            chunk = await self._next()
            if chunk is None:
                await self.close()
                return bytes(held), True
            held += chunk
        return bytes(held), False

    async def stream(self, held: bytes) -> AsyncIterator[bytes]:
        """The whole; raises a QueryError when it breaks off."""
        size = len(held)
        try:
            yield held
            while (chunk := await self._next()) is not None:
                size += len(chunk)
                if size > self._limits.result_mb * 1_000_000:
                    raise ResultTooLarge({"limit": self._limits.result_mb})
                yield chunk
        except TimeoutError:
            raise TimedOut({"limit": f"{self._limits.seconds:g}"}) from None
        except (OSError, h11.RemoteProtocolError) as error:
            raise Broken({"reason": str(error)}) from error
        finally:
            await self.close()

    async def _next(self) -> bytes | None:
        """The next bytes, None at the end; the time of the store counts, that of the client does not."""
        began = asyncio.get_running_loop().time()
        async with asyncio.timeout(self._left):
            chunk = None if self._chunks is None else await anext(self._chunks, None)
        self._left -= asyncio.get_running_loop().time() - began
        return chunk

    async def close(self) -> None:
        """Give the place back, and close the connection."""
        chunks, self._chunks = self._chunks, None
        if chunks is not None:
            await chunks.aclose()  # type: ignore[attr-defined]
        if self._entered:
            self._entered = False
            self._gate.free_fast(self._client)
            self._gate.leave(self._client)


async def _check(reply: Reply, limits: Limits) -> None:
    """Raise the QueryError that an answer without success stands for."""
    if reply.status == 200:
        return
    told = b""
    async for chunk in reply.body:
        told = (told + chunk)[:_TOLD]
    text = told.decode(errors="replace").strip()
    if reply.status == 400:
        place = _PLACE.search(text)
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        raise BadQuery({"line": line, "column": column, "expected": text[:300]})
    if reply.status in _STATUSES:
        raise _STATUSES[reply.status]({"limit": f"{limits.seconds:g}"})
    raise Broken({"reason": f"status {reply.status}: {text[:300]}"})


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
