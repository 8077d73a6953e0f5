"""What a store does in its own way, found out by asking it.

Puts right what a store writes otherwise than SPARQL 1.1 has it: answers to ASK, and blank nodes in JSON.
What the beginning of a store's answer says: that it is an answer, whole, or why there is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import h11
import pyoxigraph as ox

from ekograph.engine.contract import (
    BadQuery,
    Busy,
    EngineFailed,
    Limits,
    OutOfMemory,
    QueryError,
    ResultTooLarge,
    TimedOut,
    UnknownFunction,
)
from ekograph.engine.remote.client import RemoteReply, post
from ekograph.engine.workers.result_writer import RESULTS
from ekograph.rdf import formats
from ekograph.rdf.formats import Format

#: A graph that is nowhere.
NOTHING = "urn:ekograph:nothing"

FORM = "application/x-www-form-urlencoded"

#: A store that leaves out rows beyond a number mostly does so before this many.
_ROWS = 100_001
_MANY = f"SELECT ?a {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {_ROWS}"
_ANYTHING = f"SELECT ?g FROM <{NOTHING}> {{ GRAPH ?g {{ ?s ?p ?o }} }} LIMIT 1"  # noqa: S608


@dataclass(frozen=True)
class StoreQuirks:
    """`leaks`: graphs that a query's dataset does not name are in sight all the same."""

    leaks: bool = False


async def probe_quirks(endpoint: str) -> StoreQuirks:
    """What is particular to the store; raises Broken when it cuts answers short without a word."""
    many = await _asked(endpoint, _MANY)
    try:
        if CUT in many.headers:
            reason = f"the store leaves out all rows after {many.headers[CUT]}: lift that limit (ResultSetMaxRows)"
            raise EngineFailed({"reason": reason})
    finally:
        await many.body.aclose()  # type: ignore[attr-defined]
    return StoreQuirks(leaks=bool(await _rows(endpoint, _ANYTHING)))


async def _rows(endpoint: str, query: str) -> Sequence[Any]:
    reply = await _asked(endpoint, query)
    body = b"".join([chunk async for chunk in reply.body])
    try:
        rows: list[Any] = json.loads(body)["results"]["bindings"]
    except (ValueError, KeyError, TypeError) as error:
        raise EngineFailed({"reason": f"{endpoint}: no answer: {body[:100]!r}"}) from error
    return rows


async def _asked(endpoint: str, query: str) -> RemoteReply:
    headers = {"Content-Type": FORM, "Accept": formats.RESULTS_JSON.media_type}
    try:
        return await post(endpoint, headers, urlencode({"query": query}).encode())
    except (OSError, h11.RemoteProtocolError) as error:
        raise EngineFailed({"reason": f"{endpoint}: {error}"}) from error


# Virtuoso 7 gives blank nodes names that are IRIs. Inside a string every quote is escaped, so that these bytes can
# only be what they look like.
_ODD, _EVEN = b'"bnode", "value": "nodeID://', b'"bnode", "value": "'


def parse_ask(body: bytes, wanted: Format) -> bytes:
    """The answer to an ASK in the format that is wanted, from one in JSON; raises Broken when it is not to be read.

    Virtuoso 7 gives a solution for yes, and none for no.
    """
    try:
        document = json.loads(body)
        yes = document["boolean"] if "boolean" in document else bool(document["results"]["bindings"])
    except (ValueError, KeyError, TypeError) as error:
        raise EngineFailed({"reason": f"no answer to ASK: {body[:100]!r}"}) from error
    known = ox.parse_query_results(json.dumps({"head": {}, "boolean": bool(yes)}), format=ox.QueryResultsFormat.JSON)
    return known.serialize(format=RESULTS[wanted.name]) or b""


async def normalise_json(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """JSON results with blank nodes as they are in SPARQL 1.1, wherever the chunks are cut."""
    kept = b""
    async with aclosing(body) as chunks:  # type: ignore[type-var]
        async for chunk in chunks:
            text = (kept + chunk).replace(_ODD, _EVEN)
            cut = len(text) - _first_chunk(text)
            kept = text[cut:]
            if cut:
                yield text[:cut]
    if kept:
        yield kept


def _first_chunk(text: bytes) -> int:
    """How many bytes at the end of `text` may be the beginning of what is replaced."""
    return next((size for size in range(len(_ODD) - 1, 0, -1) if text.endswith(_ODD[:size])), 0)


_PLACE = re.compile(r"(?:\bline\s*|\bat )(\d+)(?::|,?\s*col(?:umn)?\.?\s*)(\d+)", re.IGNORECASE)
_STATUSES: Mapping[int, type[QueryError]] = {408: TimedOut, 429: Busy, 504: TimedOut, 507: OutOfMemory}
#: Of an answer that tells of a fault, as much is read.
_TOLD = 4000
# States of SQL with which Virtuoso ends a query that has taken its time.
_OUT_OF_TIME = re.compile(r"\bS1T(?:00|AT)\b")

#: With this, Virtuoso says that it has left out rows beyond so many; of the triples of a graph it does not say it.
CUT = "x-sparql-maxrows"
_PART = "x-sql-state"


async def check(reply: RemoteReply, limits: Limits, unknown: str = "") -> None:
    """Raise the QueryError that an answer without success stands for; a part of an answer is none.

    `unknown` is a function in the query that may be one of the store's own.
    """
    if reply.status == 200 and CUT in reply.headers:
        raise ResultTooLarge({"limit": f"{limits.result_mb} MB, {reply.headers[CUT]}"})
    if reply.status == 200 and _PART not in reply.headers:
        return
    text = reply.headers.get(_PART, "") + await _error_text(reply)
    if _OUT_OF_TIME.search(text):
        raise TimedOut({"limit": f"{limits.seconds:g}"})
    if unknown and reply.status in {400, 500}:
        raise UnknownFunction({"function": unknown})
    if reply.status == 400:
        place = _PLACE.search(text)
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        raise BadQuery({"line": line, "column": column, "expected": text[:300]})
    if reply.status in _STATUSES:
        raise _STATUSES[reply.status]({"limit": f"{limits.seconds:g}"})
    raise EngineFailed({"reason": f"status {reply.status}: {text[:300]}"})


async def _error_text(reply: RemoteReply) -> str:
    told = b""
    async for chunk in reply.body:
        told = (told + chunk)[:_TOLD]
    return told.decode(errors="replace").strip()
