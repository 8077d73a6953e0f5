"""How the server fares, for those who watch over it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response

from ekograph.web.live import Live

NO_STORE = {"cache-control": "no-store"}


def router(live: Live) -> APIRouter:
    """The addresses /health and /ready."""
    routes = APIRouter()

    @routes.api_route("/health", methods=["GET", "HEAD"], summary="Whether the server lives, and what it serves")
    async def health(response: Response) -> dict[str, Any]:
        """Always 200: `status` is "ok", or "stale" when the newest state could not be put in service."""
        response.headers.update(NO_STORE)
        trouble = asdict(live.trouble) if live.trouble else None
        status = "stale" if trouble else "ok"
        return {"status": status, "snapshot": live.pair.snapshot.name, "trouble": trouble}

    @routes.api_route("/ready", methods=["GET", "HEAD"], summary="Whether the server can answer")
    async def ready(request: Request, response: Response) -> dict[str, Any]:
        """200 while a snapshot and its engine are in service, with their figures."""
        response.headers.update(NO_STORE)
        pair = request.scope["ekograph.pair"]
        manifest = pair.snapshot.manifest
        return {
            "ready": True,
            "snapshot": pair.snapshot.name,
            "published": manifest.published,
            "triples": manifest.triples,
            "engine": dict(pair.engine.figures()),
        }

    return routes
