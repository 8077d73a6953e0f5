"""Files of a snapshot as they are: whole or in ranges (RFC 9110, section 14), their checksum as entity tag.

Dumps: the files of the snapshot in service that are there to be downloaded.
"""

from __future__ import annotations

import asyncio
import re
from email.utils import format_datetime
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from ekograph.rdf import formats
from ekograph.snapshots.snapshot import Snapshot
from ekograph.urls import link
from ekograph.web.api.routes import Route
from ekograph.web.contract import Application, Receive, Request, Scope, Send
from ekograph.web.http.headers import CACHE_REVALIDATE, COMMON, parsed_date, published_date
from ekograph.web.http.problems import not_found
from ekograph.web.http.response import PreparedAnswer, RawResponse, redirect

#: Tables, their descriptions (CSV on the Web), and all files together.
_OTHER_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/csvm+json", "zip": "application/zip"}

#: Where the dumps lie in the folder of a snapshot, and below the root of the site.
FOLDER = "dumps/"

# Ranges of one request: one that asks for more gets the whole file (RFC 9110, section 14.2, lets a server ignore them).
_MOST_RANGES = 50
_RANGE = re.compile(rb"(\d{0,15})[ \t]{0,9}-[ \t]{0,9}(\d{0,15})")
_BLOCK = 65_536

#: First and last byte of a part of a file.
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
    content_type = media_type(name).encode()
    headers.append((b"etag", etag))
    spans = _spans(request, etag, dict(fields)[b"last-modified"], size)
    if spans is None:
        return _File(snapshot.path / name, 200, [*headers, (b"content-type", content_type)], [(b"", (0, size - 1))])
    if not spans:
        return RawResponse(416, headers, more=((b"content-range", b"bytes */%d" % size), (b"content-length", b"0")))
    if len(spans) == 1:
        headers += [(b"content-type", content_type), (b"content-range", b"bytes %d-%d/%d" % (*spans[0], size))]
        return _File(snapshot.path / name, 206, headers, [(b"", spans[0])])
    boundary = token_hex(16).encode()
    part = b"--%b\r\ncontent-type: %b\r\ncontent-range: bytes %d-%d/%d\r\n\r\n"
    parts = [
        (b"\r\n" * (number > 0) + part % (boundary, content_type, *span, size), span)
        for number, span in enumerate(spans)
    ]
    headers.append((b"content-type", b"multipart/byteranges; boundary=" + boundary))
    return _File(snapshot.path / name, 206, headers, [*parts, (b"\r\n--%b--\r\n" % boundary, (0, -1))])


def _spans(request: Request, etag: bytes, modified: bytes, size: int) -> list[Span] | None:
    """The parts asked for that the file has; None for the whole: what is no range of bytes counts as not there."""
    text, condition = request.fields.get(b"range"), request.fields.get(b"if-range")
    if text is None or request.method != "GET":
        return None
    if (
        condition is not None
        and condition != etag
        and (parsed_date(condition) is None or parsed_date(condition) != parsed_date(modified))
    ):
        return None
    unit, _, ranges = text.partition(b"=")
    elements = ranges.split(b",", _MOST_RANGES)
    if unit.strip().lower() != b"bytes" or len(elements) > _MOST_RANGES:
        return None
    spans: list[Span] = []
    for element in elements:
        match = _RANGE.fullmatch(element.strip(b" \t"))
        if not match or not (match[1] or match[2]) or (match[1] and match[2] and int(match[1]) > int(match[2])):
            return None
        first = int(match[1]) if match[1] else max(0, size - int(match[2]))
        last = min(int(match[2]), size - 1) if match[1] and match[2] else size - 1
        if first <= last:
            spans.append((first, last))
    # Parts that together are more than the file are not worth their heads.
    return spans if sum(last - first + 1 for first, last in spans) <= size else None


def media_type(name: str) -> str:
    """The type of a file by the end of its name; a compressed one is a file of its own, not an encoding."""
    if name.endswith(".gz"):
        return "application/gzip"
    suffix = name.rpartition(".")[2]
    if suffix in _OTHER_TYPES:
        return _OTHER_TYPES[suffix]
    form = formats.by_suffix(suffix)
    return form.content_type if form else "text/plain; charset=utf-8"


class _File:
    """Parts of a file, each after a text of its own."""

    def __init__(
        self, path: Path, status: int, headers: list[tuple[bytes, bytes]], parts: list[tuple[bytes, Span]]
    ) -> None:
        self._path = path
        length = sum(len(text) + last - first + 1 for text, (first, last) in parts)
        self._start = {"type": "http.response.start", "status": status}
        self._headers = [*headers, (b"content-length", b"%d" % length)]
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI 3
        """Send it (ASGI 3)."""
        await send({**self._start, "headers": self._headers})
        if scope["method"] != "HEAD":
            with self._path.open("rb") as file:
                for text, span in self._parts:
                    await _send_part(send, file, text, span)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send_part(send: Send, file: BinaryIO, text: bytes, span: Span) -> None:
    position, end = span[0], span[1] + 1
    file.seek(position)
    if text:
        await send({"type": "http.response.body", "body": text, "more_body": True})
    while position < end:
        block = await asyncio.to_thread(file.read, min(_BLOCK, end - position))
        if not block:
            raise OSError(f"{file.name} has become shorter")
        position += len(block)
        await send({"type": "http.response.body", "body": block, "more_body": True})


def routes() -> list[Route]:
    """The addresses of the dumps."""

    async def all_dumps(_request: Request) -> Application:
        """Lead to the page that lists them."""
        return redirect("/downloads")

    leading = [Route(path, all_dumps, "All dumps", success=303, documented=False) for path in ("/dumps", "/dumps/")]
    return [*leading, Route("/dumps/{name:path}", dump, "A dump of the dataset", types=("*/*",))]


async def dump(request: Request, name: str) -> Application:
    """The file of that name of the snapshot in service, whole or the range asked for."""
    snapshot = request.live.snapshot
    fields = [
        (b"last-modified", format_datetime(published_date(snapshot), usegmt=True).encode()),
        (b"cache-control", CACHE_REVALIDATE),
        (b"x-snapshot", snapshot.name.encode()),
        # Back to the landing page of the dataset that it is a file of (FAIR Signposting).
        (b"link", link("/", "collection", type="text/html").encode()),
    ]
    return file_response(snapshot, FOLDER + name, request, fields)
