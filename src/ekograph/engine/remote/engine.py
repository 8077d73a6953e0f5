"""The engine for users who outgrow one machine: another store, over the SPARQL 1.1 Protocol.

A query is read and planned here first, in a worker without data: what is wrong with it is told as by the embedded
engine, and no more than SPARQL reaches the store. What the store answers is written anew in the format that is wanted.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import h11

from ekograph.engine.contract import (
    Answer,
    EngineFailed,
    Limits,
    NotAcceptable,
    Query,
    QueryError,
    QueryTooLarge,
    TimedOut,
    UnknownFunction,
)
from ekograph.engine.diagnostics.lexer import Scan, isolate_dataset, scan, undeclared
from ekograph.engine.remote.client import Incoming, RemoteReply, post
from ekograph.engine.remote.conversion import Conversion, converted
from ekograph.engine.remote.quirks import FORM, NOTHING, StoreQuirks, check, normalise_json, parse_ask, probe_quirks
from ekograph.engine.scheduling.admission import AdmissionControl
from ekograph.engine.workers.engine import EmbeddedEngine
from ekograph.rdf import formats
from ekograph.rdf.formats import Format


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
        self._habits = StoreQuirks()
        self._gate = AdmissionControl(limits)
        self._reader = EmbeddedEngine(Path(os.devnull), limits, defaults.prefixes, defaults.base)
        self._threads = ThreadPoolExecutor(limits.total, thread_name_prefix="converting")
        self._counts: Counter[str] = Counter()

    async def start(self) -> None:
        """Prepare the store, and see that it answers; raises Broken when it does not."""
        await self._prepare()
        self._habits = await probe_quirks(self._endpoint)
        await self._reader.start()
        answer = await self.query(Query("ASK {}", results=formats.RESULTS_JSON))
        async with aclosing(answer.body) as body:  # type: ignore[type-var]
            async for _ in body:
                pass

    def query(self, query: Query) -> asyncio.Future[Answer]:
        """Begin to answer; the answer is a QueryError when there is none."""
        return asyncio.ensure_future(self._counted(query))

    async def _counted(self, query: Query) -> Answer:
        self._counts["queries_total"] += 1
        try:
            if len(query.text.encode(errors="replace")) > self._limits.query_kb * 1024:
                raise QueryTooLarge({"limit": self._limits.query_kb})
            return await self._asked(query)
        except QueryError as error:
            self._counts[f"failed_{error.kind}_total"] += 1
            raise

    async def stop(self) -> None:
        """Wait until what is at work has come to its end, within its bounds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.seconds + self._limits.stream_seconds):
                await self._gate.empty.wait()
        await self._reader.stop()
        self._threads.shutdown(wait=False)

    def borrower(self, client: str) -> None:
        """Nobody: another store answers."""

    def recall(self) -> None:
        """Nothing is lent."""

    def figures(self) -> Mapping[str, float]:
        """What is running and waiting now, and what has happened since the start."""
        return {"running": self._gate.running.total(), "waiting": self._gate.waiting, **self._counts}

    async def _asked(self, query: Query) -> Answer:
        """Wait for a place, look at the query, ask, and hold back the first part of the answer."""
        deadline = asyncio.get_running_loop().time() + self._limits.seconds
        body = Incoming(self._gate, query.client, self._limits)
        try:
            async with asyncio.timeout_at(deadline):
                await body.enter()
                unknown = await self._read(query)
                # Beside the event loop: a long query takes some milliseconds to look at.
                seen, text = await asyncio.to_thread(self._examined, query.text)
                wanted = _accepted_format(query, seen)
                reply = await self._send(query._replace(text=text), seen)
                body.of(reply.body)
                await check(reply, self._limits, unknown)
                body.of(self._written(reply, seen, wanted))
                held, whole = await body.hold()
        except TimeoutError:
            await body.close()
            raise TimedOut({"limit": f"{self._limits.seconds:g}"}) from None
        except (OSError, h11.RemoteProtocolError) as error:
            await body.close()
            raise EngineFailed({"reason": str(error)}) from error
        except BaseException:
            await body.close()
            raise
        if seen.form == "ASK" and whole:
            held = parse_ask(held, wanted)
        lasting = not seen.volatile
        if whole:
            return Answer(wanted, seen.form, held, lasting=lasting)
        return Answer(wanted, seen.form, None, body.stream(held), lasting=lasting)

    async def _read(self, query: Query) -> str:
        """Have the query read and planned; raises what is wrong with it. Returns a function that the store may know.

        One whose name is not of http is refused: with `bif:http_get`, Virtuoso asks any server there is.
        """
        try:
            # With no format that is wanted, it is not run.
            await self._reader.query(query._replace(results=None, graph=None))
        except NotAcceptable:
            return ""
        except UnknownFunction as error:
            function = str(error.values["function"])
            if not function.startswith(("http://", "https://")):
                raise
            return function
        return ""

    def _examined(self, text: str) -> tuple[Scan, str]:
        """What is seen in a query, and the query as it is passed on."""
        seen = scan(text)
        apart = isolate_dataset(text, NOTHING) if self._habits.leaks and seen.dataset else text
        return seen, self._prologue(text) + apart

    async def _send(self, query: Query, seen: Scan) -> RemoteReply:
        # Truth values and solutions come in JSON, graphs in N-Triples: stores write these best.
        accepted = formats.RESULTS_JSON if seen.form in {"SELECT", "ASK"} else formats.N_TRIPLES
        default, named = query.default_graphs, query.named_graphs
        if not (default or named or seen.dataset):
            default = named = self._defaults.union
        elif self._habits.leaks and (default or named):
            default, named = default or (NOTHING,), named or (NOTHING,)
        parameters = [("query", query.text)]
        parameters += [("default-graph-uri", each) for each in default]
        parameters += [("named-graph-uri", each) for each in named]
        headers = {"Content-Type": FORM, "Accept": accepted.media_type}
        return await post(self._endpoint, headers, urlencode(parameters).encode())

    def _written(self, reply: RemoteReply, seen: Scan, wanted: Format) -> AsyncIterator[bytes]:
        """The body of an answer in the format that is wanted; that to ASK is written once it has all come."""
        if seen.form == "ASK":
            return reply.body
        body = normalise_json(reply.body) if seen.form == "SELECT" else reply.body
        return converted(body, Conversion(wanted, self._defaults.prefixes), self._threads)

    def _prologue(self, text: str) -> str:
        """Declarations of what the query uses and does not declare, before its first line."""
        known: dict[str, str] = {}
        while (missing := undeclared(text, known)) and missing[0] in self._defaults.prefixes:
            known[missing[0]] = self._defaults.prefixes[missing[0]]
        declared = [f"PREFIX {prefix}: <{namespace}> " for prefix, namespace in known.items()]
        return "".join([f"BASE <{self._defaults.base}> " if self._defaults.base else "", *declared])


def _accepted_format(query: Query, seen: Scan) -> Format:
    """The format of the answer; raises NotAcceptable where the client accepts none."""
    family, wanted = ("results", query.results) if seen.form in {"SELECT", "ASK"} else ("graph", query.graph)
    if wanted is None:
        raise NotAcceptable({"family": family})
    return wanted
