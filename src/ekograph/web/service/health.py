"""How the server fares, for those who watch over it, and the small pages that lead elsewhere."""

from __future__ import annotations

from dataclasses import asdict

from ekograph.web.api.routes import Route, texts
from ekograph.web.contract import Application, Request
from ekograph.web.http.headers import NO_STORE
from ekograph.web.http.parameters import parameters
from ekograph.web.http.problems import Problem, ProblemError, not_found
from ekograph.web.http.response import json_response, redirect, response
from ekograph.web.service.live import Service
from ekograph.web.service.metrics import CONTENT_TYPE, MetricsRegistry

#: Seconds after which asking again makes sense while nothing is in service.
RETRY_AFTER = 10


def routes(service: Service, metrics: MetricsRegistry) -> list[Route]:
    """The addresses /health, /ready, /metrics and /go."""

    async def health(_request: Request) -> Application:
        """Always 200: `status` is "ok", "stale" when the newest state could not be put in service, else "waiting"."""
        problem = asdict(service.problem) if service.problem else None
        status = "waiting" if service.name is None else "stale" if problem else "ok"
        return json_response({"status": status, "snapshot": service.name, "trouble": problem}, NO_STORE)

    async def ready(request: Request) -> Application:
        """200 while a snapshot and its engine are in service, with their figures; else 503 with the reason."""
        deployment = request.deployment
        if deployment is None:
            raise ProblemError(unavailable(ready=False, reason=service.problem.text if service.problem else ""))
        if deployment.engine.trouble:
            raise ProblemError(
                Problem(503, "store_behind", members={"ready": False, "reason": deployment.engine.trouble})
            )
        manifest = deployment.snapshot.manifest
        document = {
            "ready": True,
            "snapshot": manifest.name,
            "published": manifest.published,
            "triples": manifest.triples,
            "engine": dict(deployment.engine.figures()),
        }
        return json_response(document, NO_STORE)

    async def figures(_request: Request) -> Application:
        """What all processes have counted since they started, in the text format of Prometheus."""
        return response(metrics.text(), CONTENT_TYPE, NO_STORE)

    return [
        Route("/health", health, "Whether the server lives, and what it serves", of_the_server=True),
        Route("/ready", ready, "Whether the server can answer", of_the_server=True),
        Route("/metrics", figures, "Figures for Prometheus", types=("text/plain",), of_the_server=True),
        Route("/go", _go, "Lead to a printed page", parameters=texts("to"), success=303),
    ]


def unavailable(**members: object) -> Problem:
    """Nothing is in service (503); `members` are further members of the answer."""
    return Problem(503, "nothing_live", members=members, headers=((b"retry-after", str(RETRY_AFTER).encode()),))


async def _go(request: Request) -> Application:
    """303 to the page `to`, if it is one of this site's: a form cannot lead to a page by itself."""
    page = parameters(request).get("to", "")
    if page not in request.live.table.answers:
        raise not_found(page)
    return redirect(page, NO_STORE)
