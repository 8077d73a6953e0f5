"""The application behind the front: what is not printed. Wiring, nothing else."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from ekograph import __version__
from ekograph.config import Settings
from ekograph.web import choice, ckan, dumps, errors, graph_store, oaipmh, search, sparql, status, versions
from ekograph.web.answering import Answering
from ekograph.web.errors import Problem, ProblemError, send_problem
from ekograph.web.live import Live


class _ProblemResponse(Response):
    """A problem as the response of a handler."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(status_code=problem.status)
        self._problem = problem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        await send_problem(self._problem, scope, send)


def create_app(settings: Settings, live: Live) -> FastAPI:
    """The application that answers queries, dumps and questions about the server's health."""
    app = FastAPI(
        title="ekograph",
        version=__version__,
        # The pages of FastAPI that show the API load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    answering = Answering()
    app.include_router(dumps.router)
    app.include_router(ckan.router)
    app.include_router(oaipmh.router)
    app.include_router(versions.router(settings.public_url))
    app.include_router(choice.router)
    app.include_router(status.router(live))
    app.include_router(sparql.router(settings, answering))
    app.include_router(graph_store.router(settings, answering))
    app.include_router(search.router(settings))
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(HTTPException, _http_exception)
    return app


async def _problem(_request: Request, error: Exception) -> _ProblemResponse:
    assert isinstance(error, ProblemError)  # noqa: S101 - registered for this class alone
    return _ProblemResponse(error.problem)


async def _http_exception(request: Request, error: Exception) -> _ProblemResponse:
    """What the framework itself refuses: unknown addresses and methods."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    if error.status_code == 405:
        allowed = [each.strip() for each in (error.headers or {}).get("allow", "GET, HEAD").split(",")]
        return _ProblemResponse(errors.wrong_method(request.method, allowed))
    return _ProblemResponse(errors.not_found(request.url.path))
