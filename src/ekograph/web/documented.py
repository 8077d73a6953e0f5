"""The endpoint as a route of the framework: what needs the body of a request, and the OpenAPI document."""

from __future__ import annotations

from collections.abc import Awaitable

from fastapi import APIRouter, Request, Response
from starlette.types import Receive, Scope, Send

from ekograph.web.answers import ClientGoneError
from ekograph.web.asgi import Application
from ekograph.web.sparql import PATH, Endpoint


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
