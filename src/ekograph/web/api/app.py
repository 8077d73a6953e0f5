"""The application behind the front: what is not printed. Wiring, nothing else.

From the pick-list of a form to the printed page that was picked: forms cannot lead there themselves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Message, Receive, Scope, Send

from ekograph import __version__
from ekograph.config import Settings
from ekograph.web.api import ckan, oaipmh, search
from ekograph.web.api import openapi as openapi_module
from ekograph.web.api.openapi import Ready, completed
from ekograph.web.documents import files, versions
from ekograph.web.http import problems
from ekograph.web.http.problems import Problem, ProblemError, not_found
from ekograph.web.http.response import options
from ekograph.web.service import health
from ekograph.web.service.live import Deployment, Service
from ekograph.web.service.shared_metrics import MetricsRegistry
from ekograph.web.sparql import graph_store
from ekograph.web.sparql.answering import Answering
from ekograph.web.sparql.endpoint import PATH, Endpoint

#: Bytes of a body that is not a query.
_MOST_BYTES = 1_000_000

#: Why the framework does not read a body.
_REFUSALS = {
    400: Problem(400, "bad_body"),
    413: Problem(413, "body_too_large", {"limit": _MOST_BYTES // 1000}, headers=((b"connection", b"close"),)),
}

#: Characters of a wrong value that are told back.
_MOST_TOLD = 100


class _Documented(FastAPI):
    """The framework with the whole truth in its OpenAPI document."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = completed(super().openapi())
        return self.openapi_schema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3), whose body is bounded; the endpoint has a bound of its own."""
        bounded = scope["type"] == "http" and scope["path"] != PATH
        await super().__call__(scope, _bounded(receive) if bounded else receive, send)


def _bounded(receive: Receive) -> Receive:
    """`receive` that raises HTTPException (413) when the body is larger than a form of ours ever is."""
    size = 0

    async def receiving() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > _MOST_BYTES:
            raise HTTPException(413)
        return message

    return receiving


def create_app(
    settings: Settings, live: Service, answering: Answering, endpoint: Endpoint, figures: MetricsRegistry
) -> FastAPI:
    """The application that answers queries, dumps and questions about the server's health."""
    app = _Documented(
        title="ekograph",
        version=__version__,
        # The pages of FastAPI that show the API load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    routers = (
        files.router,
        ckan.router(settings.address),
        oaipmh.router(settings.address),
        versions.router(settings.public_url),
        router,
        health.router(live, figures),
        openapi_module.router(endpoint),
        graph_store.router(settings, answering),
        search.router(settings),
    )
    for each in routers:
        app.include_router(each)
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(RequestValidationError, _wrong_parameter)
    app.add_exception_handler(HTTPException, _refused_by([route for each in routers for route in each.routes]))
    return app


async def _problem(request: Request, error: Exception) -> Ready:
    assert isinstance(error, ProblemError)  # noqa: S101 - registered for this class alone
    return Ready(problems.reply_of(error.problem, request.scope))


async def _wrong_parameter(request: Request, error: Exception) -> Ready:
    """A parameter that is not of its type, or out of its bounds."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class alone
    first = error.errors()[0]
    fields = {"name": str(first["loc"][-1]), "value": str(first.get("input", ""))[:_MOST_TOLD]}
    return Ready(problems.reply_of(Problem(422, "wrong_parameter", fields), request.scope))


def _refused_by(routes: Sequence[BaseRoute]) -> Callable[[Request, Exception], Awaitable[Ready]]:
    """The handler of what the framework itself refuses: unknown addresses, and methods that no route there has.

    OPTIONS is a method of all of them: a script of another origin asks first what it may do.
    """

    async def refused(request: Request, error: Exception) -> Ready:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
        problem = _REFUSALS.get(error.status_code, problems.not_found(request.url.path))
        if error.status_code == 405:
            there = [each for each in routes if each.matches(request.scope)[0] is not Match.NONE]
            methods = sorted({"OPTIONS", *(name for each in there for name in getattr(each, "methods", None) or ())})
            if request.method == "OPTIONS":
                return Ready(options(methods))
            problem = problems.wrong_method(request.method, methods)
        return Ready(problems.reply_of(problem, request.scope))

    return refused


router = APIRouter()


@router.api_route("/go", methods=["GET", "HEAD"], summary="Lead to a printed page")
async def go(request: Request, to: str = "") -> Response:
    """303 to the page `to`, if it is one of this site's; nothing else can be led to."""
    pair: Deployment = request.scope["ekograph.pair"]
    if to not in pair.table.answers:
        raise ProblemError(not_found(to))
    return Response(status_code=303, headers={"location": to, "cache-control": "no-store"})
