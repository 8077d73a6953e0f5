"""Files of a snapshot as they are: whole or in ranges (RFC 9110, section 14), their checksum as entity tag."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fastapi import Request, Response
from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

from ekograph import formats
from ekograph.snapshot import Snapshot
from ekograph.web.errors import ProblemError, not_found
from ekograph.web.headers import is_fresh

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
