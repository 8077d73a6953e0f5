"""Answers to queries as pages, for people whose browser asks for nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING

from ekograph.engine.contract import Query
from ekograph.rdf import formats
from ekograph.web.http.asgi import Scope
from ekograph.web.http.headers import COMMON
from ekograph.web.http.response import RawResponse

if TYPE_CHECKING:
    from ekograph.web.service.live import Deployment

_VARY = b"Accept, Accept-Language"


async def in_table(scope: Scope, query: Query, printed: bytes, language: str) -> RawResponse:
    """The answer to `query` in the page `printed`, which is in `language`; raises a QueryError.

    What is longer than a page shows is not waited for.
    """
    # The templates take longer to load than most answers to make.
    from ekograph.rendering.query_results import MOST_ROWS, answer_page, table_of

    pair: Deployment = scope["ekograph.pair"]
    answer = await pair.engine.query(query._replace(results=formats.RESULTS_TSV, graph=formats.N_TRIPLES))
    lines = await first_lines(answer.body, MOST_ROWS + 2)
    table = table_of(answer.form, lines)
    body = await asyncio.to_thread(answer_page, printed, language, pair.snapshot.manifest.base, query.text, table)
    headers = [
        *COMMON,
        (b"content-type", formats.HTML.content_type.encode()),
        (b"content-language", language.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"vary", _VARY),
        (b"x-snapshot", pair.snapshot.name.encode()),
        (b"cache-control", b"no-store"),
    ]
    return RawResponse(200, headers, body)


async def first_lines(body: AsyncIterator[bytes], most: int) -> list[str]:
    """As many lines of a text in UTF-8 at most; the rest is not read."""
    text = bytearray()
    async with aclosing(body) as chunks:  # type: ignore[type-var]
        async for chunk in chunks:
            text += chunk
            if text.count(b"\n") >= most:
                break
    lines = text.split(b"\n")
    whole = lines if lines[-1] else lines[:-1]
    return [line.decode(errors="replace") for line in whole[:most]]
