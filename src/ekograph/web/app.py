"""The application behind the front: what is not printed. Wiring, nothing else."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException

from ekograph import __version__
from ekograph.config import Settings
from ekograph.web import choice, ckan, documented, dumps, errors, graph_store, oaipmh, search, status, versions
from ekograph.web.answering import Answering
from ekograph.web.documented import Ready
from ekograph.web.errors import ProblemError
from ekograph.web.live import Live
from ekograph.web.sparql import Endpoint


def create_app(settings: Settings, live: Live, answering: Answering, endpoint: Endpoint) -> FastAPI:
    """The application that answers queries, dumps and questions about the server's health."""
    app = FastAPI(
        title="ekograph",
        version=__version__,
        # The pages of FastAPI that show the API load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.include_router(dumps.router)
    app.include_router(ckan.router)
    app.include_router(oaipmh.router)
    app.include_router(versions.router(settings.public_url))
    app.include_router(choice.router)
    app.include_router(status.router(live))
    app.include_router(documented.router(endpoint))
    app.include_router(graph_store.router(settings, answering))
    app.include_router(search.router(settings))
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(HTTPException, _http_exception)
    return app


async def _problem(request: Request, error: Exception) -> Ready:
    assert isinstance(error, ProblemError)  # noqa: S101 - registered for this class alone
    return Ready(errors.reply_of(error.problem, request.scope))


async def _http_exception(request: Request, error: Exception) -> Ready:
    """What the framework itself refuses: unknown addresses and methods."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    if error.status_code == 405:
        allowed = [each.strip() for each in (error.headers or {}).get("allow", "GET, HEAD").split(",")]
        return Ready(errors.reply_of(errors.wrong_method(request.method, allowed), request.scope))
    return Ready(errors.reply_of(errors.not_found(request.url.path), request.scope))
