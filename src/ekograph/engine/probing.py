"""What a store does in its own way, found out by asking it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import h11

from ekograph import formats
from ekograph.engine.base import Broken
from ekograph.engine.exchange import Reply, post
from ekograph.engine.replies import CUT

#: A graph that is nowhere.
NOTHING = "urn:ekograph:nothing"

FORM = "application/x-www-form-urlencoded"

#: A store that leaves out rows beyond a number mostly does so before this many.
_ROWS = 100_001
_MANY = f"SELECT ?a {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {_ROWS}"
_ANYTHING = f"SELECT ?g FROM <{NOTHING}> {{ GRAPH ?g {{ ?s ?p ?o }} }} LIMIT 1"  # noqa: S608


@dataclass(frozen=True)
class Habits:
    """`leaks`: graphs that a query's dataset does not name are in sight all the same."""

    leaks: bool = False


async def habits(endpoint: str) -> Habits:
    """What is particular to the store; raises Broken when it cuts answers short without a word."""
    many = await _asked(endpoint, _MANY)
    try:
        if CUT in many.headers:
            reason = f"the store leaves out all rows after {many.headers[CUT]}: lift that limit (ResultSetMaxRows)"
            raise Broken({"reason": reason})
    finally:
        await many.body.aclose()  # type: ignore[attr-defined]
    return Habits(leaks=bool(await _rows(endpoint, _ANYTHING)))


async def _rows(endpoint: str, query: str) -> Sequence[Any]:
    reply = await _asked(endpoint, query)
    body = b"".join([chunk async for chunk in reply.body])
    try:
        rows: list[Any] = json.loads(body)["results"]["bindings"]
    except (ValueError, KeyError, TypeError) as error:
        raise Broken({"reason": f"{endpoint}: no answer: {body[:100]!r}"}) from error
    return rows


async def _asked(endpoint: str, query: str) -> Reply:
    headers = {"Content-Type": FORM, "Accept": formats.RESULTS_JSON.media_type}
    try:
        return await post(endpoint, headers, urlencode({"query": query}).encode())
    except (OSError, h11.RemoteProtocolError) as error:
        raise Broken({"reason": f"{endpoint}: {error}"}) from error
