"""What is particular to a store: whether it keeps to a query's dataset, and how it reports that it has failed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import httpx2

from ekograph.engine.contract import Limits
from ekograph.engine.errors import QueryError
from ekograph.rdf import formats

#: A graph that is nowhere.
NOTHING = "urn:ekograph:nothing"

#: A store that leaves out rows beyond some number mostly does so before this many.
_ROWS = 10_001
_MANY = f"SELECT ?a {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {_ROWS}"
_ANYTHING = f"SELECT ?g FROM <{NOTHING}> {{ GRAPH ?g {{ ?s ?p ?o }} }} LIMIT 1"  # noqa: S608

_PLACE = re.compile(r"(?:\bline\s*|\bat )(\d+)(?::|,?\s*col(?:umn)?\.?\s*)(\d+)", re.IGNORECASE)
_STATUSES: Mapping[int, str] = {408: "timed_out", 429: "busy", 504: "timed_out", 507: "out_of_memory"}
#: Bytes of an error message that are read.
_MESSAGE = 4000
# SQL states with which Virtuoso ends a query that has taken its time.
_OUT_OF_TIME = re.compile(r"\bS1T(?:00|AT)\b")

#: The header by which Virtuoso says that it has left out rows beyond a number; of triples it does not say so.
_CUT = "x-sparql-maxrows"
_PART = "x-sql-state"


async def shows_other_graphs(client: httpx2.AsyncClient, endpoint: str) -> bool:
    """Whether queries see graphs that their dataset does not name.

    Raises QueryError when the store cuts answers short without an error, or does not answer.
    """
    headers = {"Accept": formats.RESULTS_JSON.media_type}
    try:
        async with client.stream("POST", endpoint, data={"query": _MANY}, headers=headers) as many:
            if _CUT in many.headers:
                reason = f"the store leaves out all rows after {many.headers[_CUT]}: lift that limit (ResultSetMaxRows)"
                raise QueryError("broken", reason=reason)
        reply = await client.post(endpoint, data={"query": _ANYTHING}, headers=headers)
        return bool(json.loads(reply.content)["results"]["bindings"])
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise QueryError("broken", reason=f"{endpoint}: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise QueryError("broken", reason=f"{endpoint}: no answer: {reply.content[:100]!r}") from error


async def check(reply: httpx2.Response, limits: Limits, unknown: str = "") -> None:
    """Raise the QueryError that a reply stands for if it is no success, or only part of an answer.

    `unknown` is a function in the query that may be one of the store's own.
    """
    if reply.status_code == 200 and _CUT in reply.headers:
        raise QueryError("result_too_large", limit=f"{limits.result_mb} MB, {reply.headers[_CUT]}")
    if reply.status_code == 200 and _PART not in reply.headers:
        return
    message = b""
    async for chunk in reply.aiter_bytes():
        message = (message + chunk)[:_MESSAGE]
    text = reply.headers.get(_PART, "") + message.decode(errors="replace").strip()
    seconds = f"{limits.seconds:g}"
    if _OUT_OF_TIME.search(text):
        raise QueryError("timed_out", limit=seconds)
    if unknown and reply.status_code in {400, 500}:
        raise QueryError("unknown_function", function=unknown)
    if reply.status_code == 400:
        place = _PLACE.search(text)
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        raise QueryError("bad_query", line=line, column=column, expected=text[:300])
    if kind := _STATUSES.get(reply.status_code):
        raise QueryError(kind, limit=limits.memory_mb if kind == "out_of_memory" else seconds)
    raise QueryError("broken", reason=f"status {reply.status_code}: {text[:300]}")
