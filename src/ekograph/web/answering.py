"""From a query to a response: the answers given before, the engine's, and what a client is told of its errors."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from ekograph import formats
from ekograph.engine.base import Answer, NotAcceptable, Query, QueryError
from ekograph.formats import Format
from ekograph.web.answers import (
    GZIP_FROM,
    AnswerCache,
    ClientGoneError,
    StreamedResponse,
    unless_gone,
    zipped,
    zipped_stream,
)
from ekograph.web.errors import Problem, ProblemError
from ekograph.web.headers import CACHE_REVALIDATE, by_name, is_fresh, values
from ekograph.web.negotiation import accepts_gzip

if TYPE_CHECKING:
    from ekograph.web.live import Pair

#: Bytes of answers that are kept to be given again.
CACHE_BYTES = 32_000_000

#: What an answer is chosen by.
VARY = "Accept, Accept-Encoding"


class Answering:
    """Answers queries over HTTP, and keeps answers to give them again."""

    def __init__(self, cache_bytes: int = CACHE_BYTES) -> None:
        self.cache = AnswerCache(cache_bytes)

    async def respond(self, request: Request, query: Query) -> Response:
        """The response to `query`, asked by `request`; raises ProblemError."""
        try:
            return await self._respond(request, request.scope["ekograph.pair"], query)
        except QueryError as error:
            raise ProblemError(problem_of(error, request.url.path)) from error
        except ClientGoneError:
            return Response(status_code=499)

    async def _respond(self, request: Request, pair: Pair, query: Query) -> Response:
        gzip = accepts_gzip(values(request.scope["headers"], b"accept-encoding"))
        key = (pair.snapshot.name, replace(query, client=""), gzip)
        etag = f'"{hashlib.sha256(repr(key).encode(errors="replace")).hexdigest()[:24]}"'
        if request.method != "POST" and is_fresh(request.scope["headers"], etag.encode(), b""):
            return Response(status_code=304, headers=_headers(pair, etag))
        if (kept := self.cache.get(key)) is not None:
            _remember(request, pair, *kept)
            return Response(kept[0], headers=kept[1])
        answer = await unless_gone(pair.engine.query(query), request.receive)
        headers = _headers(pair, etag if answer.lasting else "")
        headers["content-type"] = answer.format.content_type
        if answer.length is None:
            return _streamed(answer, headers, gzip=gzip)
        body = b"".join([chunk async for chunk in answer.body])
        if gzip and len(body) >= GZIP_FROM:
            body, headers["content-encoding"] = await zipped(body), "gzip"
        if answer.lasting:
            self.cache.put(key, body, headers)
            _remember(request, pair, body, headers)
        return Response(body, headers=headers)


def problem_of(error: QueryError, path: str, offered: tuple[Format, ...] = ()) -> Problem:
    """What a client is told of an error met at `path`; `offered` are the formats there, if not those of queries."""
    members: dict[str, Any] = {"type": f"https://w3id.org/ekograph/problems#{error.kind}"}
    members |= {name: error.values[name] for name in ("line", "column", "limit") if name in error.values}
    fields = dict(error.values)
    headers = ((b"retry-after", str(error.retry_after).encode()),) if error.retry_after else ()
    if isinstance(error, NotAcceptable):
        offered = offered or (formats.RDF if error.values.get("family") == "graph" else formats.RESULTS)
        fields["types"] = ", ".join(each.media_type for each in offered)
        members["available"] = [{"type": each.media_type, "href": path} for each in offered]
        headers = ((b"vary", b"Accept"),)
    return Problem(error.status, error.kind, fields, members, headers)


def _headers(pair: Pair, etag: str) -> dict[str, str]:
    """Headers of an answer; the entity tag is weak, since the order of solutions may differ from run to run."""
    headers = {"vary": VARY, "x-snapshot": pair.snapshot.name, "cache-control": "no-store"}
    if etag:
        headers |= {"etag": f"W/{etag}", "cache-control": CACHE_REVALIDATE.decode()}
    return headers


def _remember(request: Request, pair: Pair, body: bytes, headers: dict[str, str]) -> None:
    """Let the front answer the same read from now on."""
    if request.method != "POST":
        pair.repeated.put(request.scope, by_name(request.scope["headers"]), headers, body)


def _streamed(answer: Answer, headers: dict[str, str], *, gzip: bool) -> Response:
    if gzip:
        return StreamedResponse(zipped_stream(answer.body), {**headers, "content-encoding": "gzip"})
    return StreamedResponse(answer.body, headers)
