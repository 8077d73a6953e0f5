"""From a query to a response: the answers given before, the engine's, and what a client is told of its errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from ekograph.engine.contract import Answer as EngineAnswer
from ekograph.engine.contract import Query
from ekograph.engine.errors import QueryError
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.web.http.asgi import Application, Receive, Scope, Send
from ekograph.web.http.headers import CACHE_REVALIDATE, COMMON, Headers, has_fresh
from ekograph.web.http.negotiation import takes_gzip
from ekograph.web.http.problems import Problem, reply_of
from ekograph.web.http.response import GZIP_FROM, Fields, HeaderList, PreparedAnswer, RawResponse, section
from ekograph.web.http.streaming import (
    IN_THREAD_FROM,
    ClientGoneError,
    Streamed,
    buffer_to_disk,
    cancel_on_disconnect,
    gzipped,
    zipped_stream,
)
from ekograph.web.sparql.answer_cache import AnswerCache

if TYPE_CHECKING:
    from ekograph.web.service.live import Deployment

#: Bytes of answers that are kept to be given again.
CACHE_BYTES = 32_000_000

#: What an answer is chosen by.
VARY = "Accept, Accept-Encoding"

_GZIP = (b"content-encoding", b"gzip")


class Answering:
    """Answers queries over HTTP, and keeps answers to give them again."""

    def __init__(self, cache_bytes: int = CACHE_BYTES) -> None:
        self.cache = AnswerCache(cache_bytes)

    def begin(self, scope: Scope, fields: Fields, query: Query) -> RawResponse | Pending:
        """Begin to answer `query`, asked by the request of `scope` with the header `fields`."""
        pair: Deployment = scope["ekograph.pair"]
        accepted = fields.get(b"accept-encoding")
        gzip = accepted is not None and takes_gzip(accepted)
        key = key_of(pair.snapshot.name, query, gzip=gzip)
        etag = b'W/"%b"' % blake2b(key.encode(errors="replace"), digest_size=12).hexdigest().encode()
        is_read = scope["method"] != "POST"
        if is_read and (b"if-none-match" in fields or b"if-modified-since" in fields) and has_fresh(fields, etag, b""):
            return PreparedAnswer(etag, _headers(pair.snapshot.name, CACHE_REVALIDATE), b"").not_modified
        request = AnswerRequest(scope, fields, pair, etag, gzip=gzip)
        answer = self.cache.get(key)
        if answer is None:
            return Pending(pair.engine.query(query), query, self.cache, key, request)
        return request.answered(answer)


class AnswerRequest(NamedTuple):
    """Who is to get an answer, and how."""

    scope: Scope
    fields: Fields
    pair: Deployment
    etag: bytes
    gzip: bool

    def answered(self, answer: PreparedAnswer) -> RawResponse:
        """The response with an answer that is kept; a read may come again, byte for byte."""
        if self.scope["method"] != "POST":
            self.pair.repeated.keep(self.scope, self.fields, answer)
        return answer.whole


class Pending:
    """A query at work for a request: `begun` is the engine's answer, once it is there, `response` is ours to it."""

    def __init__(
        self, begun: asyncio.Future[EngineAnswer], query: Query, cache: AnswerCache, key: str, request: AnswerRequest
    ) -> None:
        self.begun = begun
        self.query = query
        self.request = request
        self._cache = cache
        self._key = key

    @property
    def is_kept(self) -> bool:
        """Whether the query has an answer that is short and lasts."""
        if self.begun.exception():
            return False
        made = self.begun.result()
        return made.whole is not None and made.lasting

    async def wait(self) -> RawResponse | Application:
        """The response, once it is there; cancelled, the query is given up."""
        try:
            await asyncio.wait([self.begun])
        except asyncio.CancelledError:
            if not self.begun.cancel() and not self.begun.cancelled():
                # Somebody has to have looked at an error that came in the same moment.
                self.begun.exception()
            raise
        return self.response()

    def response(self) -> RawResponse | Application:
        """The response, once `begun` is over."""
        scope, _, pair, etag, gzip = self.request
        try:
            made = self.begun.result()
        except QueryError as error:
            return reply_of(problem_of(error, scope["path"]), scope)
        if made.whole is None or not made.lasting:
            return _passing(scope, pair, made, gzip=gzip)
        body, headers = made.whole, _typed(pair.snapshot.name, CACHE_REVALIDATE, made.format)
        if not gzip or len(body) < GZIP_FROM:
            return self._kept(PreparedAnswer(etag, headers, body))
        headers = (*headers, _GZIP)
        if len(body) < IN_THREAD_FROM:
            return self._kept(PreparedAnswer(etag, headers, gzipped(body)))

        async def later(scope: Scope, receive: Receive, send: Send) -> None:
            answer = PreparedAnswer(etag, headers, await asyncio.to_thread(gzipped, body))
            await self._kept(answer)(scope, receive, send)

        return later

    def _kept(self, answer: PreparedAnswer) -> RawResponse:
        """A whole answer is given again until there is another snapshot."""
        self._cache.put(self._key, answer)
        return self.request.answered(answer)


def problem_of(error: QueryError, path: str, offered: tuple[Format, ...] = ()) -> Problem:
    """What a client is told of an error met at `path`; `offered` are the formats there, if not those of queries."""
    members: dict[str, Any] = {"type": f"https://w3id.org/ekograph/problems#{error.kind}"}
    members |= {name: error.values[name] for name in ("line", "column", "limit") if name in error.values}
    fields = dict(error.values)
    headers = ((b"retry-after", str(error.retry_after).encode()),) if error.retry_after else ()
    if error.status == 406:
        offered = offered or (formats.RDF if error.values.get("family") == "graph" else formats.RESULTS)
        fields["types"] = ", ".join(each.media_type for each in offered)
        members["available"] = [{"type": each.media_type, "href": path} for each in offered]
        headers = ((b"vary", b"Accept"),)
    return Problem(error.status, error.kind, fields, members, headers)


def key_of(snapshot: str, query: Query, *, gzip: bool) -> str:
    """What an answer depends on."""
    text, default_graphs, named_graphs, results, graph, _ = query
    forms = f"{results and results.name} {graph and graph.name} {gzip}"
    return f"{snapshot} {forms} {default_graphs} {named_graphs} {text}"


def _headers(snapshot: str, cache_control: bytes) -> HeaderList:
    """Headers of an answer but its type; the entity tag, where there is one, is weak: solutions have no order."""
    of_snapshot = (b"x-snapshot", snapshot.encode())
    return [*COMMON, (b"vary", VARY.encode()), of_snapshot, (b"cache-control", cache_control)]


# The same in answer after answer.
@lru_cache(maxsize=64)
def _typed(snapshot: str, cache_control: bytes, form: Format) -> tuple[tuple[bytes, bytes], ...]:
    """The same, with its type."""
    return (*_headers(snapshot, cache_control), (b"content-type", form.content_type.encode()))


def head_of(snapshot: str, form: Format) -> bytes:
    """How the response begins with an answer that is kept, as bytes of HTTP/1.1."""
    return STATUS_LINE[200] + section(_typed(snapshot, CACHE_REVALIDATE, form))


def _passing(scope: Scope, pair: Deployment, made: EngineAnswer, *, gzip: bool) -> RawResponse | Application:
    """An answer that is not kept: it may be another the next time, or it is too long."""
    headers = _typed(pair.snapshot.name, b"no-store", made.format)
    if made.whole is not None:
        return RawResponse(200, headers, made.whole, ((b"content-length", b"%d" % len(made.whole)),))
    if scope["http_version"] == "1.0":
        return _in_one_piece(headers, made.body)
    return Streamed((*headers, _GZIP), zipped_stream(made.body)) if gzip else Streamed(headers, made.body)


def _in_one_piece(headers: Headers, body: AsyncIterator[bytes]) -> Application:
    """A long answer for who knows no chunks: sent once it has all come, since it could not be cut off visibly."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            length, whole = await cancel_on_disconnect(buffer_to_disk(body), receive)
        except QueryError as error:
            await reply_of(problem_of(error, scope["path"]), scope)(scope, receive, send)
        except ClientGoneError:
            return
        else:
            await Streamed((*headers, (b"content-length", b"%d" % length)), whole)(scope, receive, send)

    return application
