"""From a query to a response: the answers given before, the engine's, and what a client reads of its errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import lru_cache, partial
from hashlib import blake2b
from sys import getsizeof
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from ekograph.engine.contract import Answer, Query
from ekograph.engine.errors import QueryError
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.web.cache import ByteBoundedCache
from ekograph.web.contract import (
    Application,
    ClientGoneError,
    Headers,
    Parts,
    Receive,
    Request,
    Scope,
    Send,
)
from ekograph.web.http.headers import CACHE_REVALIDATE, COMMON, has_fresh
from ekograph.web.http.negotiation import takes_gzip
from ekograph.web.http.problems import Deferred, Problem, ProblemError, problem_response
from ekograph.web.http.response import GZIP_FROM, PreparedAnswer, RawResponse, section
from ekograph.web.http.streaming import (
    IN_THREAD_FROM,
    Spool,
    StreamedResponse,
    cancel_on_disconnect,
    collected,
    gzipped,
    gzipped_stream,
)

#: Bytes of answers that are kept to be given again, by what they depend on and by the bytes of their requests.
CACHE_BYTES = 32_000_000

#: Bytes of answers that wait for clients to read them, on the disk.
SPOOL_BYTES = 1_000_000_000

#: What an answer is chosen by.
VARY = b"Accept, Accept-Encoding"

# What an entry of a cache takes besides its body and its key, in bytes.
_OVERHEAD = 500

# Formats that cannot carry every graph, by the names that the engine has for them.
_GRAPH_FORMATS: dict[Any, Format] = {"JSON-LD": formats.JSON_LD, "RDF/XML": formats.RDF_XML}

_GZIP = (b"content-encoding", b"gzip")

#: The parts of a request that an answer to it depends on.
RequestKey = tuple[bytes | None, ...]


def new_cache() -> ByteBoundedCache[RequestKey, Parts]:
    """A cache for answers by the bytes of the requests that asked, within one snapshot."""
    return ByteBoundedCache(
        CACHE_BYTES, lambda key, parts: _OVERHEAD + len(parts[2]) + sum(map(len, filter(None, key)))
    )


class Answering:
    """Answers queries over HTTP, and keeps answers to give them again."""

    def __init__(self) -> None:
        self.cache: ByteBoundedCache[str, Parts] = ByteBoundedCache(
            CACHE_BYTES, lambda key, parts: _OVERHEAD + len(parts[2]) + getsizeof(key)
        )
        self.spool = Spool(SPOOL_BYTES)

    def start(self, request: Request, query: Query) -> RawResponse | Deferred:
        """The response to a query."""
        accepted = request.fields.get(b"accept-encoding")
        gzip = accepted is not None and takes_gzip(accepted)
        snapshot = request.live.snapshot.name
        key = key_of(snapshot, query, gzip=gzip)
        etag = b'W/"%b"' % blake2b(key.encode(errors="replace"), digest_size=12).hexdigest().encode()
        if request.method != "POST" and b"if-none-match" in request.fields and has_fresh(request.fields, etag, b""):
            return PreparedAnswer(etag, shared_headers(snapshot, CACHE_REVALIDATE), b"").not_modified
        parts = self.cache.find(key)
        if parts is not None:
            return self._keep(request, key, parts)
        return Deferred(request, partial(self._answer, query, key, etag, gzip=gzip))

    def _keep(self, request: Request, key: str, parts: Parts) -> RawResponse:
        """The response with an answer that is given again until there is another snapshot."""
        self.cache.put(key, parts)
        if request.method != "POST":
            # A read may come again, byte for byte.
            request.live.repeated.put(request_key(request), parts)
        return PreparedAnswer(*parts).whole

    async def _answer(self, query: Query, key: str, etag: bytes, request: Request, *, gzip: bool) -> Application:
        """Have the engine answer; a client that goes away frees what the query holds. Raises ProblemError."""
        execution = request.live.engine.query(query)
        try:
            await cancel_on_disconnect(_done(execution), request.receive)
            answer = execution.result()
        except QueryError as error:
            raise ProblemError(problem_of(error, request.path)) from error
        snapshot, body = request.live.snapshot.name, answer.whole
        if body is None:
            return self._streamed(request, shared_headers(snapshot, b"no-store", answer.format), answer, gzip=gzip)
        if not answer.lasting:
            length = (b"content-length", b"%d" % len(body))
            return RawResponse(200, shared_headers(snapshot, b"no-store", answer.format), body, (length,))
        headers = shared_headers(snapshot, CACHE_REVALIDATE, answer.format)
        if gzip and len(body) >= GZIP_FROM:
            headers = (*headers, _GZIP)
            body = gzipped(body) if len(body) < IN_THREAD_FROM else await asyncio.to_thread(gzipped, body)
        return self._keep(request, key, (etag, headers, body))

    def _streamed(self, request: Request, headers: Headers, answer: Answer, *, gzip: bool) -> Application:
        if request.scope["http_version"] == "1.0":
            return _Collected(request, headers, answer.body)
        body = self.spool.read_ahead(answer.body)
        return StreamedResponse((*headers, _GZIP), gzipped_stream(body)) if gzip else StreamedResponse(headers, body)


async def _done(execution: asyncio.Future[Answer]) -> None:
    """Wait until a query has its answer or its error; cancelled, it is given up."""
    try:
        await asyncio.wait([execution])
    except asyncio.CancelledError:
        if not execution.cancel() and not execution.cancelled():
            # Somebody has to have looked at an error that came in the same moment.
            execution.exception()
        raise


def request_key(request: Request) -> RequestKey:
    """What tells one read from another."""
    fields = request.fields
    return request.scope["raw_path"], request.query, fields.get(b"accept"), fields.get(b"accept-encoding")


class _Collected:
    """A long answer for a client of HTTP/1.0, sent once it is whole: a cut could not be told from its end."""

    def __init__(self, request: Request, headers: Headers, body: AsyncIterator[bytes]) -> None:
        self._request = request
        self._headers = headers
        self._body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it (ASGI 3)."""
        try:
            length, body = await cancel_on_disconnect(collected(self._body), receive)
        except QueryError as error:
            await problem_response(problem_of(error, self._request.path), self._request)(scope, receive, send)
        except ClientGoneError:
            return
        else:
            headers = [*self._headers, (b"content-length", b"%d" % length)]
            await StreamedResponse(headers, body)(scope, receive, send)


def problem_of(error: QueryError, path: str, offered: tuple[Format, ...] = ()) -> Problem:
    """What a client reads of an error met at `path`; `offered` are the formats there, if not those of queries."""
    members: dict[str, Any] = {name: error.values[name] for name in ("line", "column", "limit") if name in error.values}
    fields = dict(error.values)
    headers = ((b"retry-after", str(error.retry_after).encode()),) if error.retry_after else ()
    if error.status == 406:
        # What names the format that failed cannot be written in that one; only graphs have such formats.
        failed, is_graph = error.values.get("format"), error.values.get("family") == "graph"
        graphs = tuple(form for form in formats.RDF if form is not _GRAPH_FORMATS.get(failed))
        offered = offered or (graphs if failed or is_graph else formats.RESULTS)
        fields["types"] = ", ".join(form.media_type for form in offered)
        members["available"] = [{"type": form.media_type, "href": path} for form in offered]
        headers = ((b"vary", b"Accept"),)
    return Problem(error.status, error.kind, fields, members, headers)


def key_of(snapshot: str, query: Query, *, gzip: bool) -> str:
    """What an answer depends on."""
    text, default_graphs, named_graphs, results, graph, *_ = query
    forms = f"{results and results.name} {graph and graph.name} {gzip}"
    return f"{snapshot} {forms} {default_graphs} {named_graphs} {text}"


# The same in answer after answer.
@lru_cache(maxsize=64)
def shared_headers(snapshot: str, cache_control: bytes, form: Format | None = None) -> tuple[tuple[bytes, bytes], ...]:
    """The headers of an answer; the entity tag, where there is one, is weak: solutions have no order."""
    fields: tuple[tuple[bytes, bytes], ...] = (
        *COMMON,
        (b"vary", VARY),
        (b"x-snapshot", snapshot.encode()),
        (b"cache-control", cache_control),
    )
    if form is None:
        return fields
    fields = (*fields, (b"content-type", form.content_type.encode()))
    if form not in {formats.RESULTS_CSV, formats.RESULTS_TSV}:
        return fields
    # Browsers save tables, and would name the file "sparql".
    return (*fields, (b"content-disposition", f'attachment; filename="results.{form.suffix}"'.encode()))


def head_of(snapshot: str, form: Format) -> bytes:
    """How the response begins with an answer that is kept, as bytes of HTTP/1.1."""
    return STATUS_LINE[200] + section(shared_headers(snapshot, CACHE_REVALIDATE, form))
