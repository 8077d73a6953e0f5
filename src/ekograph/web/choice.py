"""From the pick-list of a form to the printed page that was picked: forms cannot lead there themselves."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ekograph.web.errors import ProblemError, not_found
from ekograph.web.live import Pair

router = APIRouter()


@router.api_route("/go", methods=["GET", "HEAD"], summary="Lead to a printed page")
async def go(request: Request, to: str = "") -> Response:
    """303 to the page `to`, if it is one of this site's; nothing else can be led to."""
    pair: Pair = request.scope["ekograph.pair"]
    if to not in pair.table.answers:
        raise ProblemError(not_found(to))
    return Response(status_code=303, headers={"location": to, "cache-control": "no-store"})
