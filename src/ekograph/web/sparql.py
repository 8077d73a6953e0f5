"""The endpoint: the query operation of the SPARQL 1.1 Protocol, answered by the engine of the snapshot in service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from ekograph import formats
from ekograph.config import Settings
from ekograph.engine.base import Limits, NotAcceptable, Query
from ekograph.web.answering import Answering, problem_of
from ekograph.web.clients import client_of
from ekograph.web.errors import Problem, ProblemError, wrong_method
from ekograph.web.headers import values
from ekograph.web.negotiation import choose, choose_language
from ekograph.web.query_request import Asked, read
from ekograph.web.service_description import describe

if TYPE_CHECKING:
    from ekograph.web.live import Pair

#: The path of the endpoint.
PATH = "/sparql"

METHODS = ("GET", "HEAD", "POST", "OPTIONS")

_NAMED = {each.name: each for each in (*formats.RESULTS, *formats.RDF)}


def router(settings: Settings, answering: Answering) -> APIRouter:
    """The address /sparql."""
    routes = APIRouter()
    endpoint = _Endpoint(settings, answering)
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
    """The endpoint of a site with `settings`."""

    def __init__(self, settings: Settings, answering: Answering) -> None:
        self._settings = settings
        self._answering = answering

    async def answer(self, request: Request) -> Response:
        """Answer one request; raises ProblemError."""
        if request.method == "OPTIONS":
            return _options()
        if request.method not in METHODS:
            raise ProblemError(wrong_method(request.method, METHODS))
        asked = await read(request, Limits.query_kb * 1024)
        if asked.text is None:
            return self._without_query(request, request.scope["ekograph.pair"])
        return await self._answering.respond(request, _query(request, asked, self._settings))

    def _without_query(self, request: Request, pair: Pair) -> Response:
        """The editor's page to people, the service description to programs (SPARQL 1.1 Service Description)."""
        if request.method == "POST":
            raise ProblemError(Problem(400, "no_query"))
        accept = values(request.scope["headers"], b"accept")
        form = choose(accept, (*formats.RDF, formats.HTML))
        if form is None:
            raise ProblemError(problem_of(NotAcceptable(), PATH, (*formats.RDF, formats.HTML)))
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
