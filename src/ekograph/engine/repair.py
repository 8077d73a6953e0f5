"""Puts right what a store writes otherwise than SPARQL 1.1 has it: answers to ASK, and blank nodes in JSON."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing

import pyoxigraph as ox

from ekograph.engine.base import Broken
from ekograph.engine.writing import RESULTS
from ekograph.formats import Format

# Virtuoso 7 gives blank nodes names that are IRIs. Inside a string every quote is escaped, so that these bytes can
# only be what they look like.
_ODD, _EVEN = b'"bnode", "value": "nodeID://', b'"bnode", "value": "'


def truth(body: bytes, wanted: Format) -> bytes:
    """The answer to an ASK in the format that is wanted, from one in JSON; raises Broken when it is not to be read.

    Virtuoso 7 gives a solution for yes, and none for no.
    """
    try:
        document = json.loads(body)
        yes = document["boolean"] if "boolean" in document else bool(document["results"]["bindings"])
    except (ValueError, KeyError, TypeError) as error:
        raise Broken({"reason": f"no answer to ASK: {body[:100]!r}"}) from error
    known = ox.parse_query_results(json.dumps({"head": {}, "boolean": bool(yes)}), format=ox.QueryResultsFormat.JSON)
    return known.serialize(format=RESULTS[wanted.name]) or b""


async def readable(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """JSON results with blank nodes as they are in SPARQL 1.1, wherever the chunks are cut."""
    kept = b""
    async with aclosing(body) as chunks:  # type: ignore[type-var]
        async for chunk in chunks:
            text = (kept + chunk).replace(_ODD, _EVEN)
            cut = len(text) - _begun(text)
            kept = text[cut:]
            if cut:
                yield text[:cut]
    if kept:
        yield kept


def _begun(text: bytes) -> int:
    """How many bytes at the end of `text` may be the beginning of what is replaced."""
    return next((size for size in range(len(_ODD) - 1, 0, -1) if text.endswith(_ODD[:size])), 0)
