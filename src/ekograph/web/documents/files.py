"""Files of a snapshot as they are: whole or in ranges (RFC 9110, section 14), their checksum as entity tag.

Dumps: the files of the snapshot in service that are there to be downloaded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import format_datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from starlette.types import Receive, Scope, Send

from ekograph.rdf import formats
from ekograph.snapshots.snapshot import Snapshot
from ekograph.urls import link
from ekograph.web.http.headers import CACHE_REVALIDATE, is_fresh, published_date
from ekograph.web.http.problems import ProblemError, not_found
from ekograph.web.service.live import Deployment

#: Tables, their descriptions (CSV on the Web), and all files together.
_OTHER_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/csvm+json", "zip": "application/zip"}

_RANGES = re.compile(rb"bytes\s*=\s*(\d+\s*-\s*\d*|-\s*\d+)(\s*,\s*(\d+\s*-\s*\d*|-\s*\d+))*\s*", re.IGNORECASE)


def answer(snapshot: Snapshot, name: str, request: Request, headers: Mapping[str, str]) -> Response:
    """The file `name` of the snapshot, whole or the range asked for, with `headers`, of which Last-Modified is one.

    The manifest is the list of names: nothing else of the disk can be reached.
    """
    entry = snapshot.manifest.files.get(name)
    if entry is None:
        raise ProblemError(not_found(request.url.path))
    headers = {**headers, "etag": f'"{entry[0][:32]}"'}
    if is_fresh(request.scope["headers"], headers["etag"].encode(), headers["last-modified"].encode()):
        return Response(status_code=304, headers=headers)
    return _File(snapshot.path / name, media_type=media_type(name), headers=headers)


def media_type(name: str) -> str:
    """The type of a file by the end of its name; a compressed one is a file of its own, not an encoding."""
    if name.endswith(".gz"):
        return "application/gzip"
    suffix = name.rpartition(".")[2]
    if suffix in _OTHER_TYPES:
        return _OTHER_TYPES[suffix]
    found = formats.by_suffix(suffix)
    return found.content_type if found else "text/plain; charset=utf-8"


class _File(FileResponse):
    """A file that is sent whole to HEAD, and to a range that is none of bytes, as RFC 9110, section 14.2, has it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it (ASGI 3)."""
        fields = [each for each in scope["headers"] if each[0] != b"range" or _counts(scope["method"], each[1])]
        await super().__call__({**scope, "headers": fields}, receive, send)


def _counts(method: str, ranges: bytes) -> bool:
    return method == "GET" and _RANGES.fullmatch(ranges) is not None


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
    pair: Deployment = request.scope["ekograph.pair"]
    headers = {
        "last-modified": format_datetime(published_date(pair.snapshot), usegmt=True),
        "cache-control": CACHE_REVALIDATE.decode(),
        "x-snapshot": pair.snapshot.name,
        # Back to the landing page of the dataset that it is a file of (FAIR Signposting).
        "link": link("/", "collection", type="text/html"),
    }
    return answer(pair.snapshot, FOLDER + name, request, headers)
