"""Dumps: the files of the snapshot in service that are there to be downloaded."""

from __future__ import annotations

from email.utils import format_datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from ekograph.web import files
from ekograph.web.headers import CACHE_REVALIDATE, published_date
from ekograph.web.live import Pair
from ekograph.weblinks import link

#: Where the dumps lie in the folder of a snapshot, and below the root of the site.
FOLDER = "dumps/"

router = APIRouter()


@router.api_route("/dumps", methods=["GET", "HEAD"], include_in_schema=False)
@router.api_route("/dumps/", methods=["GET", "HEAD"], include_in_schema=False)
async def all_dumps() -> Response:
    """Lead to the page that lists them."""
    return RedirectResponse("/downloads", status_code=303)


@router.api_route("/dumps/{name:path}", methods=["GET", "HEAD"], summary="A dump of the dataset")
async def dump(name: str, request: Request) -> Response:
    """The file of that name of the snapshot in service, whole or the range asked for."""
    pair: Pair = request.scope["ekograph.pair"]
    headers = {
        "last-modified": format_datetime(published_date(pair.snapshot), usegmt=True),
        "cache-control": CACHE_REVALIDATE.decode(),
        "x-snapshot": pair.snapshot.name,
        # Back to the landing page of the dataset that it is a file of (FAIR Signposting).
        "link": link("/", "collection", type="text/html"),
    }
    return files.answer(pair.snapshot, FOLDER + name, request, headers)
