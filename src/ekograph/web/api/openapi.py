"""What the OpenAPI document says of responses: their media types, and how a request is refused.

The endpoint as a route of the framework: what needs the body of a request, and the OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.types import Receive, Scope, Send

from ekograph.rdf import formats
from ekograph.web.http.asgi import Application
from ekograph.web.http.problems import PROBLEM
from ekograph.web.http.streaming import ClientGoneError
from ekograph.web.sparql.endpoint import PATH, Endpoint

_ANY = ("*/*",)
_RDF = tuple(each.media_type for each in formats.RDF)
_RESULTS = tuple(each.media_type for each in formats.RESULTS)

#: The media types of a success, by path, where it is not JSON alone; dumps and versions are of any type.
_SUCCESS: Mapping[str, tuple[str, ...]] = {
    "/sparql": (*_RESULTS, *_RDF, formats.HTML.media_type),
    "/rdf-graph-store": _RDF,
    "/search": ("text/html", "application/json"),
    "/search.{lang}.html": ("text/html",),
    "/oai": ("text/xml",),
    "/metrics": ("text/plain",),
    "/dumps/{name}": _ANY,
    "/version/{name}/{path}": _ANY,
}

#: What leads elsewhere when it succeeds.
_REDIRECTS = {"/go": "303", "/timegate/{path}": "302"}

#: Where refusals have a form of their own beside problem+json.
_REFUSALS: Mapping[str, str] = {"/api/3/action/{action}": "application/json"}

_PROBLEM = {
    "title": "Problem",
    "description": "Why a request has no other answer (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "line": {"type": "integer"},
        "column": {"type": "integer"},
        "limit": {"type": ["integer", "string"]},
    },
}


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI `document` with what the framework does not know of responses."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = _PROBLEM
    for path, operations in document["paths"].items():
        for operation in operations.values():
            operation["responses"] = _responses(path, operation["responses"])
    return document


def _responses(path: str, known: dict[str, Any]) -> dict[str, Any]:
    success = known["200"]
    if path in _SUCCESS:
        success = {**success, "content": {each: {} for each in _SUCCESS[path]}}
    if path in _REDIRECTS:
        succeeding = {_REDIRECTS[path]: {"description": "Where to go on"}}
    else:
        succeeding = {"200": success, "304": {"description": "What the client has is still so"}}
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    refusal: dict[str, Any] = {PROBLEM.media_type: problem, formats.HTML.media_type: {}}
    if path in _REFUSALS:
        refusal[_REFUSALS[path]] = {}
    return {**succeeding, "default": {"description": "What is wrong", "content": refusal}}


class Ready(Response):
    """A response of ours, as the framework takes it."""

    def __init__(self, response: Application) -> None:
        super().__init__()
        self._response = response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it (ASGI 3)."""
        await self._response(scope, receive, send)


async def ready(coming: Awaitable[Application]) -> Response:
    """The response that comes; to a client that has gone, nothing that it would see."""
    try:
        return Ready(await coming)
    except ClientGoneError:
        return Response(status_code=499)


def router(endpoint: Endpoint) -> APIRouter:
    """The address /sparql."""
    routes = APIRouter()

    async def answer(request: Request) -> Response:
        """Ask the dataset in SPARQL 1.1."""
        return await ready(endpoint.answer(request.scope, request.receive))

    for method, extra in (("GET", _parameters()), ("POST", _body())):
        routes.add_api_route(
            PATH,
            answer,
            methods=[method],
            name=f"sparql-{method.lower()}",
            summary="Ask the dataset in SPARQL 1.1",
            response_class=Response,
            openapi_extra=extra,
        )
    # Every other method, so that 405 names all that there are.
    routes.add_route(PATH, answer, methods=[], include_in_schema=False)
    return routes


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
