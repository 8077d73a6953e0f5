"""Files of a snapshot as they are: whole or in ranges (RFC 9110, section 14), their checksum as entity tag.

Dumps: the files of the snapshot in service that are there to be downloaded.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from ekograph.rdf import formats
from ekograph.snapshots.snapshot import Snapshot
from ekograph.urls import http_date, link
from ekograph.web.api.routes import Route
from ekograph.web.contract import Application, Receive, Request, Scope, Send
from ekograph.web.http.headers import CACHE_REVALIDATE, COMMON, parsed_date
from ekograph.web.http.problems import not_found, problem_response, unreadable
from ekograph.web.http.response import PreparedAnswer, RawResponse, redirect

#: Tables, their descriptions (CSV on the Web), all files together, and what is compressed.
_OTHER_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/csvm+json",
    "zip": "application/zip",
    "gz": "application/gzip",
    "zst": "application/zstd",
    "parquet": "application/vnd.apache.parquet",
}

#: Where the dumps lie in the folder of a snapshot, and below the root of the site.
FOLDER = "dumps/"

_RANGE = re.compile(rb"(\d{0,15})[ \t]{0,9}-[ \t]{0,9}(\d{0,15})")
_BLOCK = 65_536

#: Where a part of a file begins, and where the rest does.
Span = tuple[int, int]


def file_response(snapshot: Snapshot, name: str, request: Request, fields: list[tuple[bytes, bytes]]) -> Application:
    """The file `name` of the snapshot, whole or the range asked for, with `fields`, of which Last-Modified is one.

    The manifest is the list of names: nothing else of the disk can be reached. Raises ProblemError.
    """
    entry = snapshot.manifest.files.get(name)
    if entry is None:
        raise not_found(request.path)
    etag, size = f'"{entry[0][:32]}"'.encode(), entry[1]
    headers = [*COMMON, *fields, (b"accept-ranges", b"bytes")]
    answer = PreparedAnswer(etag, headers, b"").unless_fresh(request.fields)
    if answer.status == 304:
        return answer
    headers.append((b"etag", etag))
    span = _span(request, etag, dict(fields)[b"last-modified"], size)
    if span == (0, 0) and size:
        return RawResponse(416, headers, more=((b"content-range", b"bytes */%d" % size), (b"content-length", b"0")))
    headers.append((b"content-type", media_type(name).encode()))
    if span is None:
        return _File(request, snapshot.path / name, 200, headers, (0, size))
    headers.append((b"content-range", b"bytes %d-%d/%d" % (span[0], span[1] - 1, size)))
    return _File(request, snapshot.path / name, 206, headers, span)


def _span(request: Request, etag: bytes, modified: bytes, size: int) -> Span | None:
    """The part asked for; (0, 0) when the file has none of it. None for the whole.

    The whole is also for what is no range of bytes, and for several ranges: RFC 9110, section 14.2, has it so.
    """
    text, condition = request.fields.get(b"range"), request.fields.get(b"if-range")
    if text is None or request.method != "GET":
        return None
    if condition not in {None, etag} and parsed_date(condition or b"") != parsed_date(modified):
        return None
    unit, _, element = text.partition(b"=")
    match = _RANGE.fullmatch(element.strip(b" \t"))
    if unit.strip().lower() != b"bytes" or not match or not (match[1] or match[2]):
        return None
    first = int(match[1]) if match[1] else max(0, size - int(match[2]))
    last = min(int(match[2]), size - 1) if match[1] and match[2] else size - 1
    if match[1] and match[2] and int(match[1]) > int(match[2]):
        return None
    return (first, last + 1) if first <= last else (0, 0)


def media_type(name: str) -> str:
    """The type of a file by the end of its name; a compressed one is a file of its own, not an encoding."""
    suffix = name.rpartition(".")[2]
    if suffix in _OTHER_TYPES:
        return _OTHER_TYPES[suffix]
    form = formats.by_suffix(suffix)
    return form.content_type if form else "text/plain; charset=utf-8"


class _File:
    """A part of a file."""

    def __init__(
        self, request: Request, path: Path, status: int, headers: list[tuple[bytes, bytes]], span: Span
    ) -> None:
        self._request = request
        self._path = path
        self._span = span
        length = (b"content-length", b"%d" % (span[1] - span[0]))
        self._start = {"type": "http.response.start", "status": status, "headers": [*headers, length]}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it (ASGI 3)."""
        try:
            file = self._path.open("rb")
        except OSError as error:
            await problem_response(unreadable(error, self._request.path), self._request)(scope, receive, send)
            return
        position, end = self._span
        with file:
            await send({**self._start})
            file.seek(end if scope["method"] == "HEAD" else position)
            while block := await asyncio.to_thread(file.read, max(0, min(_BLOCK, end - file.tell()))):
                await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def routes() -> list[Route]:
    """The addresses of the dumps."""

    async def all_dumps(_request: Request) -> Application:
        """Lead to the page that lists them."""
        return redirect("/downloads")

    leading = [
        Route(path, all_dumps, "All dumps", success=303, documented=path == "/dumps") for path in ("/dumps", "/dumps/")
    ]
    return [*leading, Route("/dumps/{name:path}", dump, "A dump of the dataset", types=("*/*",))]


async def dump(request: Request, name: str) -> Application:
    """The file of that name of the snapshot in service, whole or the range asked for."""
    snapshot = request.live.snapshot
    fields = [
        (b"last-modified", http_date(snapshot.manifest.date_of(FOLDER + name)).encode()),
        (b"cache-control", CACHE_REVALIDATE),
        (b"x-snapshot", snapshot.name.encode()),
        # Back to the landing page of the dataset that it is a file of (FAIR Signposting).
        (b"link", link("/", "collection", type="text/html").encode()),
    ]
    return file_response(snapshot, FOLDER + name, request, fields)
