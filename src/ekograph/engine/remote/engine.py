"""The engine for sites that outgrow one machine: another store, over the SPARQL 1.1 Protocol.

A query is parsed and planned here first, by a worker without data: its errors are reported as by the embedded engine,
and nothing but SPARQL reaches the store. What the store answers is rewritten in the format that the client accepts.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import Mapping
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
from ekograph.engine.remote.state import HeldSnapshot, http_client, lacking, read_state
from ekograph.engine.scheduling.admission import AdmissionControl
from ekograph.engine.workers.engine import EmbeddedEngine
from ekograph.rdf import formats
from ekograph.rdf.formats import Format

_BLOCK = 65_536

#: Seconds between looks at the store, and while it cannot answer; of so many parts of the time it counts during one.
_LOOK, _LOOK_IN_TROUBLE, _COUNT_PART = 2.0, 0.1, 20

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


class RemoteEngine:
    """Asks the store at `endpoint`, as long as it holds a snapshot; None: whatever it holds.

    The store is looked at again and again, and after each answer: `trouble` says why none can be given.
    """

    def __init__(self, endpoint: str, limits: Limits, defaults: Defaults, held: HeldSnapshot | None = None) -> None:
        self.trouble = ""
        self._endpoint = endpoint
        self._limits = limits
        self._defaults = defaults
        self._held = held
        # Which loading of the store has been found whole, and from when on its quads are to be counted again.
        self._load = ""
        self._count_from = 0.0
        self._watching: asyncio.Task[None] | None = None
        # Whether queries see graphs beside those of their dataset, once that is known.
        self._isolate: bool | None = None
        self._admission = AdmissionControl(limits)
        self._planner = EmbeddedEngine(Path(os.devnull), limits, defaults.prefixes, defaults.base)
        self._counts: Counter[str] = Counter()
        self._client: httpx2.AsyncClient

    async def start(self) -> None:
        """See whether the store answers, and holds the snapshot.

        Raises QueryError when nothing can be planned, or without a snapshot when the store does not answer.
        """
        self._client = http_client()
        if self._held is None:
            self._isolate = await shows_other_graphs(self._client, self._endpoint)
        else:
            await self._look(self._held)
        await self._planner.start()
        if self._held:
            self._watching = asyncio.ensure_future(self._watch(self._held))

    async def _watch(self, held: HeldSnapshot) -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(_LOOK_IN_TROUBLE if self.trouble else _LOOK)
            await self._look(held)

    async def _look(self, held: HeldSnapshot) -> None:
        """See what the store holds; counting, which takes time, is done for a small part of the time."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._limits.seconds):
                state, looked = await read_state(self._client, self._endpoint), loop.time()
                if self.trouble or state.load != self._load or looked > self._count_from:
                    lack = await lacking(self._client, self._endpoint, held)
                    self._count_from = loop.time() + max(_LOOK, _COUNT_PART * (loop.time() - looked))
                    if self._isolate is None:
                        self._isolate = await shows_other_graphs(self._client, self._endpoint)
                    if not lack and state.name == held.name:
                        self._load = state.load
                    elif not lack:
                        lack = f"the store holds {state.name or 'no whole snapshot'}, not {held.name}"
                    self.trouble = lack
        except QueryError as error:
            self.trouble = str(error.values.get("reason", error))
        except TimeoutError:
            self.trouble = f"{self._endpoint}: no answer within {self._limits.seconds:g} s"

    async def _confirm(self) -> None:
        """Raise QueryError unless the store, after an answer, still holds what it held before."""
        if self._held and (await read_state(self._client, self._endpoint)).load != self._load:
            await self._look(self._held)
            raise QueryError("store_behind")

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
        if self._watching:
            self._watching.cancel()
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
        if self.trouble:
            raise QueryError("store_behind")
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
        result, _ = await asyncio.gather(asyncio.to_thread(convert, source, conversion), self._confirm())
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
