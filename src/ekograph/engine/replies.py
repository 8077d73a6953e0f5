"""What the beginning of a store's answer says: that it is an answer, whole, or why there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ekograph.engine.base import (
    BadQuery,
    Broken,
    Busy,
    Limits,
    OutOfMemory,
    QueryError,
    ResultTooLarge,
    TimedOut,
    UnknownFunction,
)
from ekograph.engine.exchange import Reply

_PLACE = re.compile(r"(?:\bline\s*|\bat )(\d+)(?::|,?\s*col(?:umn)?\.?\s*)(\d+)", re.IGNORECASE)
_STATUSES: Mapping[int, type[QueryError]] = {408: TimedOut, 429: Busy, 504: TimedOut, 507: OutOfMemory}
#: Of an answer that tells of a fault, as much is read.
_TOLD = 4000
# States of SQL with which Virtuoso ends a query that has taken its time.
_OUT_OF_TIME = re.compile(r"\bS1T(?:00|AT)\b")

#: With this, Virtuoso says that it has left out rows beyond so many; of the triples of a graph it does not say it.
CUT = "x-sparql-maxrows"
_PART = "x-sql-state"


async def check(reply: Reply, limits: Limits, unknown: str = "") -> None:
    """Raise the QueryError that an answer without success stands for; a part of an answer is none.

    `unknown` is a function in the query that may be one of the store's own.
    """
    if reply.status == 200 and CUT in reply.headers:
        raise ResultTooLarge({"limit": f"{limits.result_mb} MB, {reply.headers[CUT]}"})
    if reply.status == 200 and _PART not in reply.headers:
        return
    text = reply.headers.get(_PART, "") + await _told(reply)
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
    raise Broken({"reason": f"status {reply.status}: {text[:300]}"})


async def _told(reply: Reply) -> str:
    told = b""
    async for chunk in reply.body:
        told = (told + chunk)[:_TOLD]
    return told.decode(errors="replace").strip()
