"""How the server fares, for those who watch over it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response

from ekograph.web.documents import dispatch
from ekograph.web.http.problems import ProblemError
from ekograph.web.service.live import Service
from ekograph.web.service.metrics import CONTENT_TYPE
from ekograph.web.service.shared_metrics import MetricsRegistry

NO_STORE = {"cache-control": "no-store"}


def router(live: Service, figures: MetricsRegistry) -> APIRouter:
    """The addresses /health, /ready and /metrics."""
    routes = APIRouter()

    @routes.api_route("/health", methods=["GET", "HEAD"], summary="Whether the server lives, and what it serves")
    async def health(response: Response) -> dict[str, Any]:
        """Always 200: `status` is "ok", "stale" when the newest state could not be put in service, else "waiting"."""
        response.headers.update(NO_STORE)
        trouble = asdict(live.trouble) if live.trouble else None
        status = "waiting" if live.name is None else "stale" if trouble else "ok"
        return {"status": status, "snapshot": live.name, "trouble": trouble}

    @routes.api_route("/ready", methods=["GET", "HEAD"], summary="Whether the server can answer")
    async def ready(request: Request, response: Response) -> dict[str, Any]:
        """200 while a snapshot and its engine are in service, with their figures; else 503 with the reason."""
        response.headers.update(NO_STORE)
        pair = request.scope.get("ekograph.pair")
        if pair is None:
            raise ProblemError(
                dispatch.unavailable_problem(ready=False, reason=live.trouble.text if live.trouble else "")
            )
        manifest = pair.snapshot.manifest
        return {
            "ready": True,
            "snapshot": pair.snapshot.name,
            "published": manifest.published,
            "triples": manifest.triples,
            "engine": dict(pair.engine.figures()),
        }

    @routes.api_route("/metrics", methods=["GET", "HEAD"], summary="Figures for Prometheus", response_class=Response)
    async def metrics() -> Response:
        """What all processes have counted since they started, in the text format of Prometheus."""
        return Response(figures.text(), media_type=CONTENT_TYPE, headers=NO_STORE)

    return routes
