"""The endpoint: the query operation of the SPARQL 1.1 Protocol, answered by the engine of the snapshot in service."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response

from ekograph import formats
from ekograph.config import Settings
from ekograph.engine.base import Answer, Limits, NotAcceptable, Query, QueryError
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
from ekograph.web.clients import client_of
from ekograph.web.errors import Problem, ProblemError, wrong_method
from ekograph.web.headers import CACHE_REVALIDATE, by_name, is_fresh, values
from ekograph.web.negotiation import accepts_gzip, choose, choose_language
from ekograph.web.query_request import Asked, read
from ekograph.web.service_description import describe

if TYPE_CHECKING:
    from ekograph.web.live import Pair

#: The path of the endpoint.
PATH = "/sparql"

METHODS = ("GET", "HEAD", "POST", "OPTIONS")

#: Bytes of answers that are kept to be given again.
CACHE_BYTES = 32_000_000

_VARY = "Accept, Accept-Encoding"
_NAMED = {each.name: each for each in (*formats.RESULTS, *formats.RDF)}


def router(settings: Settings) -> APIRouter:
    """The address /sparql."""
    routes = APIRouter()
    endpoint = _Endpoint(settings, AnswerCache(CACHE_BYTES))
    for method, extra in (("GET", _parameters()), ("POST", _body())):
        routes.add_api_route(
            PATH,
            endpoint.answer,
            methods=[method],
            name=f"sparql-{method.lower()}",
            summary="Ask the dataset in SPARQL 1.1",
            response_class=Response,
            openapi_extra=extra,
        )
    # Every other method, so that 405 names all that there are.
    routes.add_route(PATH, endpoint.answer, methods=[], include_in_schema=False)
    return routes


class _Endpoint:
    """What all requests share: the settings and the answers given before."""

    def __init__(self, settings: Settings, cache: AnswerCache) -> None:
        self._settings = settings
        self._cache = cache

    async def answer(self, request: Request) -> Response:
        """Answer one request; raises ProblemError."""
        if request.method == "OPTIONS":
            return _options()
        if request.method not in METHODS:
            raise ProblemError(wrong_method(request.method, METHODS))
        pair: Pair = request.scope["ekograph.pair"]
        asked = await read(request, Limits.query_kb * 1024)
        if asked.text is None:
            return self._without_query(request, pair)
        try:
            return await self._to_query(request, pair, _query(request, asked, self._settings))
        except QueryError as error:
            raise ProblemError(problem_of(error)) from error
        except ClientGoneError:
            return Response(status_code=499)

    async def _to_query(self, request: Request, pair: Pair, query: Query) -> Response:
        gzip = accepts_gzip(values(request.scope["headers"], b"accept-encoding"))
        key = (pair.snapshot.name, replace(query, client=""), gzip)
        etag = f'"{hashlib.sha256(repr(key).encode(errors="replace")).hexdigest()[:24]}"'
        if request.method != "POST" and is_fresh(request.scope["headers"], etag.encode(), b""):
            return Response(status_code=304, headers=_headers(pair, etag))
        if (kept := self._cache.get(key)) is not None:
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
            self._cache.put(key, body, headers)
            _remember(request, pair, body, headers)
        return Response(body, headers=headers)

    def _without_query(self, request: Request, pair: Pair) -> Response:
        """The editor's page to people, the service description to programs (SPARQL 1.1 Service Description)."""
        if request.method == "POST":
            raise ProblemError(Problem(400, "no_query"))
        accept = values(request.scope["headers"], b"accept")
        form = choose(accept, (*formats.RDF, formats.HTML))
        if form is None:
            raise ProblemError(problem_of(NotAcceptable(), (*formats.RDF, formats.HTML)))
        if form is formats.HTML and (page := self._page(request, pair)):
            return page
        form = form if form is not formats.HTML else formats.TURTLE
        body = describe(pair.snapshot.manifest, f"{self._settings.address}{PATH}", self._settings, form)
        return Response(body, headers={"content-type": form.content_type, "vary": "Accept, Accept-Language"})

    def _page(self, request: Request, pair: Pair) -> Response | None:
        offered = pair.snapshot.manifest.languages
        language = choose_language(values(request.scope["headers"], b"accept-language"), offered)
        printed = pair.table.answers.get(f"{PATH}.{language}.html")
        if printed is None:
            return None
        headers = {
            "content-type": formats.HTML.content_type,
            "content-language": language,
            "vary": "Accept, Accept-Language",
        }
        return Response(printed.body, headers=headers)


def problem_of(error: QueryError, offered: tuple[Format, ...] = ()) -> Problem:
    """What a client is told of an error of the engine."""
    members: dict[str, Any] = {"type": f"https://w3id.org/ekograph/problems#{error.kind}"}
    members |= {name: error.values[name] for name in ("line", "column", "limit") if name in error.values}
    fields = dict(error.values)
    headers = ((b"retry-after", str(error.retry_after).encode()),) if error.retry_after else ()
    if isinstance(error, NotAcceptable):
        offered = offered or (formats.RDF if error.values.get("family") == "graph" else formats.RESULTS)
        fields["types"] = ", ".join(each.media_type for each in offered)
        members["available"] = [{"type": each.media_type, "href": PATH} for each in offered]
        headers = ((b"vary", b"Accept"),)
    return Problem(error.status, error.kind, fields, members, headers)


def _query(request: Request, asked: Asked, settings: Settings) -> Query:
    """The query, and the formats that the client wants most.

    A form on a page cannot set Accept: to whom a page is acceptable, its field `format` counts.
    """
    accept = values(request.scope["headers"], b"accept")
    results, graph = choose(accept, formats.RESULTS), choose(accept, formats.RDF)
    named = _NAMED.get(asked.format)
    if named and any("text/html" in line for line in accept):
        results, graph = (named, graph) if named in formats.RESULTS else (results, named)
    return Query(
        text=asked.text or "",
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
        results=results,
        graph=graph,
        client=client_of(request.scope, settings.trusted_proxy),
    )


def _headers(pair: Pair, etag: str) -> dict[str, str]:
    """Headers of an answer; the entity tag is weak, since the order of solutions may differ from run to run."""
    headers = {"vary": _VARY, "x-snapshot": pair.snapshot.name, "cache-control": "no-store"}
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


def _options() -> Response:
    allow = ", ".join(METHODS)
    headers = {"allow": allow, "access-control-allow-methods": allow, "access-control-allow-headers": "*"}
    return Response(status_code=204, headers={**headers, "access-control-max-age": "86400"})


def _parameters() -> dict[str, object]:
    """The parameters of GET, for the OpenAPI document."""
    texts = [("query", "string"), ("default-graph-uri", "array"), ("named-graph-uri", "array")]
    schema = {"string": {"type": "string"}, "array": {"type": "array", "items": {"type": "string"}}}
    return {"parameters": [{"name": name, "in": "query", "schema": schema[kind]} for name, kind in texts]}


def _body() -> dict[str, object]:
    """The body of POST, for the OpenAPI document."""
    form = {"type": "object", "required": ["query"], "properties": {"query": {"type": "string"}}}
    content = {
        "application/x-www-form-urlencoded": {"schema": form},
        "application/sparql-query": {"schema": {"type": "string"}},
    }
    return {"requestBody": {"required": True, "content": content}}
