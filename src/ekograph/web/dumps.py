"""Dumps: files that lie in the snapshot, sent with ranges (RFC 9110, section 14) and their checksum as entity tag."""

from __future__ import annotations

from email.utils import format_datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from ekograph import formats
from ekograph.web.errors import ProblemError, not_found
from ekograph.web.headers import CACHE_REVALIDATE, is_fresh, published_date
from ekograph.web.live import Pair

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
    """The file of that name of the snapshot in service, whole or the range asked for.

    The manifest is the list of names: nothing else of the disk can be reached.
    """
    pair: Pair = request.scope["ekograph.pair"]
    entry = pair.snapshot.manifest.files.get(FOLDER + name)
    if entry is None:
        raise ProblemError(not_found(request.url.path))
    etag = f'"{entry[0][:32]}"'
    headers = {
        "etag": etag,
        "last-modified": format_datetime(published_date(pair.snapshot), usegmt=True),
        "cache-control": CACHE_REVALIDATE.decode(),
        "x-snapshot": pair.snapshot.name,
    }
    if is_fresh(request.scope["headers"], etag.encode(), headers["last-modified"].encode()):
        return Response(status_code=304, headers=headers)
    return FileResponse(pair.snapshot.path / FOLDER / name, media_type=media_type(name), headers=headers)


#: Tables, their descriptions (CSV on the Web), and all files together.
_OTHER_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/csvm+json", "zip": "application/zip"}


def media_type(name: str) -> str:
    """The type of a dump by the end of its name; a compressed one is a file of its own, not an encoding."""
    if name.endswith(".gz"):
        return "application/gzip"
    suffix = name.rpartition(".")[2]
    if suffix in _OTHER_TYPES:
        return _OTHER_TYPES[suffix]
    found = formats.by_suffix(suffix)
    return found.content_type if found else "text/plain; charset=utf-8"
