"""The engine for sites that outgrow one machine: another store, over the SPARQL 1.1 Protocol.

A query is parsed and planned here first, by a worker without data: its errors are reported as by the embedded engine,
and nothing but SPARQL reaches the store. What the store answers is rewritten in the format that the client accepts.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx2

from ekograph.engine.contract import Answer, Limits, Query
from ekograph.engine.diagnostics.lexer import Scan, isolate_dataset, scan, undeclared
from ekograph.engine.direct.protocol import Connection, NumberedTerms
from ekograph.engine.errors import QueryError
from ekograph.engine.remote.conversion import Conversion, convert, normalise_json, spool
from ekograph.engine.remote.quirks import NOTHING, check, shows_other_graphs
from ekograph.engine.scheduling.admission import AdmissionControl
from ekograph.engine.workers.engine import EmbeddedEngine
from ekograph.rdf import formats
from ekograph.rdf.formats import Format

_BLOCK = 65_536

#: How much longer the store's JSON may be than the answer in the format that the client accepts.
_VERBOSITY = 4


@dataclass(frozen=True)
class Defaults:
    """What holds for queries that do not say otherwise.

    `default_graphs` are together the default graph, `named_graphs` the ones that GRAPH sees; empty: as in the store.
    """

    prefixes: Mapping[str, str]
    base: str = ""
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


async def _nothing() -> None:
    """Prepare nothing."""


def http_client() -> httpx2.AsyncClient:
    """An HTTP client without deadlines of its own, which takes no proxies or passwords from the environment."""
    return httpx2.AsyncClient(trust_env=False, timeout=None, headers={"Accept-Encoding": "identity"})


class RemoteEngine:
    """Asks the store at `endpoint`, once `prepare` has made it hold the dataset."""

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
        self._isolate = False
        self._admission = AdmissionControl(limits)
        self._planner = EmbeddedEngine(Path(os.devnull), limits, defaults.prefixes, defaults.base)
        self._counts: Counter[str] = Counter()
        self._client: httpx2.AsyncClient

    async def start(self) -> None:
        """Prepare the store and check that it answers; raises QueryError when it does not."""
        await self._prepare()
        self._client = http_client()
        self._isolate = await shows_other_graphs(self._client, self._endpoint)
        await self._planner.start()
        await self.query(Query("ASK {}", results=formats.RESULTS_JSON))

    def query(self, query: Query) -> asyncio.Future[Answer]:
        """Start to answer."""
        return asyncio.ensure_future(self._answer(query))

    def serve(self, connection: Connection, terms: NumberedTerms, request: bytes) -> bool:  # noqa: ARG002 - the contract
        """Never: another store answers."""
        return False

    def revoke(self) -> None:
        """Nothing: no worker has a connection."""

    async def stop(self) -> None:
        """Wait for running queries, within their bounds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.seconds + self._limits.stream_seconds):
                await self._admission.empty.wait()
        await self._planner.stop()
        await self._client.aclose()

    def figures(self) -> Mapping[str, float]:
        """What is running and waiting now, and what has happened since the start."""
        return {"running": self._admission.running.total(), "waiting": self._admission.waiting, **self._counts}

    async def _answer(self, query: Query) -> Answer:
        """Count the query, wait for a place, and give the place back unless a long answer still needs it."""
        self._counts["queries_total"] += 1
        place: _Place | None = None
        try:
            if len(query.text.encode(errors="replace")) > self._limits.query_kb * 1024:
                raise QueryError("query_too_large", limit=self._limits.query_kb)
            async with asyncio.timeout(self._limits.seconds):
                await self._admission.enter(query.client)
                place = _Place(self._admission, query.client)
                seen, form, file = await self._ask_store(query)
        except TimeoutError:
            error = QueryError("timed_out", limit=f"{self._limits.seconds:g}") if place else QueryError("busy")
        except (httpx2.HTTPError, OSError) as failure:
            error = QueryError("broken", reason=str(failure) or type(failure).__name__)
        except QueryError as failure:
            error = failure
        except BaseException:
            if place:
                place.leave()
            raise
        else:
            head = file.read(self._limits.held + 1)
            if len(head) <= self._limits.held:
                file.close()
                place.leave()
                return Answer(form, seen.form, head, lasting=not seen.volatile)
            file.seek(0)
            stream = _FileStream(file, place, self._limits.stream_seconds)
            return Answer(form, seen.form, None, stream, lasting=not seen.volatile)
        if place:
            place.leave()
        self._counts[f"failed_{error.kind}_total"] += 1
        raise error

    async def _ask_store(self, query: Query) -> tuple[Scan, Format, IO[bytes]]:
        """What the lexer sees in a query, the format of its answer, and a file with that."""
        unknown = await self._plan(query)
        # In a thread: examining a long query takes some milliseconds.
        seen, text = await asyncio.to_thread(self._rewrite, query.text)
        is_table = seen.form in {"SELECT", "ASK"}
        form = query.results if is_table else query.graph
        if form is None:
            raise QueryError("not_acceptable", family="results" if is_table else "graph")
        default, named = query.default_graphs, query.named_graphs
        if not (default or named or seen.dataset):
            default, named = self._defaults.default_graphs, self._defaults.named_graphs
        elif self._isolate and (default or named):
            default, named = default or (NOTHING,), named or (NOTHING,)
        fields = {"query": text, "default-graph-uri": list(default), "named-graph-uri": list(named)}
        # Stores write these two formats best.
        headers = {"Accept": (formats.RESULTS_JSON if is_table else formats.N_TRIPLES).media_type}
        async with self._client.stream("POST", self._endpoint, data=fields, headers=headers) as reply:
            await check(reply, self._limits, unknown)
            body = reply.aiter_bytes()
            limit = self._limits.result_mb
            enough = _VERBOSITY * self._limits.held if query.beginning else None
            source = await spool(normalise_json(body) if seen.form == "SELECT" else body, _VERBOSITY * limit, enough)
        conversion = Conversion(seen.form, form, self._defaults.prefixes, limit, query.beginning)
        result = await asyncio.to_thread(convert, source, conversion)
        if isinstance(result, QueryError):
            raise result
        return seen, form, result

    async def _plan(self, query: Query) -> str:
        """Have the query parsed and planned; raises its errors. Returns a function that the store may know.

        A function whose name is not of http is refused: with `bif:http_get`, Virtuoso asks any server.
        """
        try:
            # Without an accepted format it is not executed.
            await self._planner.query(query._replace(results=None, graph=None))
        except QueryError as error:
            function = str(error.values.get("function", ""))
            if error.kind == "not_acceptable" or (
                error.kind == "unknown_function" and function.startswith(("http://", "https://"))
            ):
                return function
            raise
        return ""

    def _rewrite(self, text: str) -> tuple[Scan, str]:
        """What the lexer sees in a query, and the query with declarations for what it uses, on its first line."""
        seen = scan(text)
        known: dict[str, str] = {}
        while (missing := undeclared(text, known)) and missing[0] in self._defaults.prefixes:
            known[missing[0]] = self._defaults.prefixes[missing[0]]
        base = f"BASE <{self._defaults.base}> " if self._defaults.base else ""
        declarations = "".join(f"PREFIX {prefix}: <{namespace}> " for prefix, namespace in known.items())
        isolated = isolate_dataset(text, NOTHING) if self._isolate and seen.dataset else text
        return seen, base + declarations + isolated


class _Place:
    """The place of one query among those that run."""

    def __init__(self, admission: AdmissionControl, client: str) -> None:
        self._admission = admission
        self._client = client
        self._left = False

    def leave(self) -> None:
        """Give it back, once."""
        if not self._left:
            self._left = True
            self._admission.free_fast(self._client)
            self._admission.leave(self._client)


class _FileStream:
    """A long answer from its file; the place of the query is given back at its end, or after `seconds`."""

    def __init__(self, file: IO[bytes], place: _Place, seconds: float) -> None:
        self._file = file
        self._place = place
        self._timer = asyncio.get_running_loop().call_later(seconds, self._close)

    def __aiter__(self) -> _FileStream:
        return self

    async def __anext__(self) -> bytes:
        if self._file.closed:
            raise QueryError("broken", reason="the client has taken too long")
        if block := self._file.read(_BLOCK):
            return block
        self._close()
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Read no more."""
        self._close()

    def _close(self) -> None:
        self._timer.cancel()
        self._file.close()
        self._place.leave()
