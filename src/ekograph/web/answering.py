"""From a query to a response: the answers given before, the engine's, and what a client is told of its errors."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ekograph import formats
from ekograph.engine.base import Answer as EngineAnswer
from ekograph.engine.base import NotAcceptable, Query, QueryError
from ekograph.formats import Format
from ekograph.web.answers import AnswerCache, Streamed, spooled, zipped, zipped_stream
from ekograph.web.asgi import Scope
from ekograph.web.errors import Problem, ProblemError
from ekograph.web.headers import CACHE_REVALIDATE, COMMON, by_name, has_fresh
from ekograph.web.negotiation import takes_gzip
from ekograph.web.reply import GZIP_FROM, Answer, HeaderList, Reply

if TYPE_CHECKING:
    from ekograph.web.live import Pair

#: Bytes of answers that are kept to be given again.
CACHE_BYTES = 32_000_000

#: What an answer is chosen by.
VARY = "Accept, Accept-Encoding"

_GZIP = (b"content-encoding", b"gzip")


class Answering:
    """Answers queries over HTTP, and keeps answers to give them again."""

    def __init__(self, cache_bytes: int = CACHE_BYTES) -> None:
        self.cache = AnswerCache(cache_bytes)

    async def respond(self, scope: Scope, query: Query) -> Reply | Streamed:
        """The response to `query`, asked by the request of `scope`; raises ProblemError."""
        try:
            return await self._respond(scope, query)
        except QueryError as error:
            raise ProblemError(problem_of(error, scope["path"])) from error

    async def _respond(self, scope: Scope, query: Query) -> Reply | Streamed:
        pair: Pair = scope["ekograph.pair"]
        fields = by_name(scope["headers"])
        gzip = takes_gzip(fields.get(b"accept-encoding", b""))
        key = _key(pair.snapshot.name, query, gzip=gzip)
        etag = f'W/"{hashlib.blake2b(repr(key).encode(errors="replace"), digest_size=12).hexdigest()}"'
        if scope["method"] != "POST" and has_fresh(fields, etag.encode(), b""):
            return Answer(etag, _headers(pair.snapshot.name, CACHE_REVALIDATE), b"").not_modified
        answer = self.cache.get(key)
        if answer is None:
            made = await pair.engine.query(query)
            if made.whole is None or not made.lasting:
                return await _passing(scope, pair, made, gzip=gzip)
            answer = await _kept(pair, made.format, made.whole, etag, gzip=gzip)
            self.cache.put(key, answer)
        if scope["method"] != "POST":
            pair.repeated.put(scope, fields, answer)
        return answer.whole


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


def _key(snapshot: str, query: Query, *, gzip: bool) -> tuple[object, ...]:
    """What an answer depends on."""
    results, graph = query.results, query.graph
    forms = results and results.name, graph and graph.name
    return snapshot, query.text, query.default_graphs, query.named_graphs, *forms, gzip


def _headers(snapshot: str, cache_control: bytes) -> HeaderList:
    """Headers of an answer but its type; the entity tag, where there is one, is weak: solutions have no order."""
    of_snapshot = (b"x-snapshot", snapshot.encode())
    return [*COMMON, (b"vary", VARY.encode()), of_snapshot, (b"cache-control", cache_control)]


# The same in answer after answer.
@lru_cache(maxsize=64)
def _typed(snapshot: str, cache_control: bytes, form: Format) -> tuple[tuple[bytes, bytes], ...]:
    """The same, with its type."""
    return (*_headers(snapshot, cache_control), (b"content-type", form.content_type.encode()))


async def _kept(pair: Pair, form: Format, body: bytes, etag: str, *, gzip: bool) -> Answer:
    """A whole answer that is given again until there is another snapshot."""
    headers = _typed(pair.snapshot.name, CACHE_REVALIDATE, form)
    if gzip and len(body) >= GZIP_FROM:
        return Answer(etag, [*headers, _GZIP], await zipped(body))
    return Answer(etag, headers, body)


async def _passing(scope: Scope, pair: Pair, made: EngineAnswer, *, gzip: bool) -> Reply | Streamed:
    """An answer that is not kept: it may be another the next time, or it is too long."""
    headers = [*_typed(pair.snapshot.name, b"no-store", made.format)]
    if made.whole is not None:
        return Reply(200, headers, made.whole, ((b"content-length", b"%d" % len(made.whole)),))
    if scope["http_version"] == "1.0":
        length, whole = await spooled(made.body)
        return Streamed([*headers, (b"content-length", str(length).encode())], whole)
    return Streamed([*headers, _GZIP], zipped_stream(made.body)) if gzip else Streamed(headers, made.body)
