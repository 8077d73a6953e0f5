"""Responses that are complete before they are sent: as messages of ASGI, and as bytes of HTTP/1.1."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Final

from ekograph.web.contract import Fields, Headers, Parts, Receive, Request, Scope, Send
from ekograph.web.http.headers import COMMON, has_fresh
from ekograph.web.http.negotiation import takes_gzip

#: The methods of what can only be read.
READ: Final = ("GET", "HEAD")

JSON: Final = "application/json"

#: Bodies shorter than this are sent as they are: gzip would save less than a packet.
GZIP_FROM = 1000

#: Types whose bytes gzip makes smaller.
_COMPRESSIBLE = ("text/", "application/", "image/svg")
_COMPRESSED = ("application/gzip", "application/zip", "application/zstd")

# Fields that a 304 leaves out, since it has no body.
_OF_THE_BODY = {b"content-type", b"content-language", b"content-disposition"}

# What may not stand in a field value (RFC 9110, section 5.5).
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class RawResponse:
    """One response, complete: `headers` are the fields that other responses share, `more` those of its own."""

    __slots__ = ("_head", "_headers", "_more", "body", "status")

    def __init__(self, status: int, headers: Headers = COMMON, body: bytes = b"", more: Headers = ()) -> None:
        self.status = status
        self.body = body
        self._headers = tuple(headers)
        self._more = more
        self._head = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI 3
        """Send it, without its body to HEAD."""
        await send({"type": "http.response.start", "status": self.status, "headers": [*self._headers, *self._more]})
        await send({"type": "http.response.body", "body": self.body if scope["method"] != "HEAD" else b""})

    @property
    def head(self) -> bytes:
        """The header section of HTTP/1.1 after the status line and Date; raises ValueError for control characters."""
        if not self._head:
            self._head = section(self._headers) + _lines(self._more) + b"\r\n"
        return self._head


def _lines(fields: Headers) -> bytes:
    """The lines of header fields; raises ValueError for control characters."""
    lines = []
    for pair in fields:
        name, value = pair
        if _CONTROL.search(name) or _CONTROL.search(value):
            raise ValueError(f"a control character in {pair}")
        lines.append(b"%b: %b\r\n" % pair)
    return b"".join(lines)


#: The same as `_lines`, of which a handful are shared by answer after answer.
section = lru_cache(maxsize=256)(_lines)


def response(body: bytes, content_type: str, *fields: tuple[bytes, bytes], status: int = 200) -> RawResponse:
    """A response with the fields that every response has, and `fields`."""
    described = (b"content-type", content_type.encode()), (b"content-length", b"%d" % len(body))
    return RawResponse(status, body=body, more=(*described, *fields))


def json_response(document: object, *fields: tuple[bytes, bytes], status: int = 200) -> RawResponse:
    """A JSON document as a response."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return response(text.encode(errors="replace"), JSON, *fields, status=status)


def etag_of(body: bytes) -> bytes:
    """The entity tag of a body."""
    return f'"{hashlib.sha256(body).hexdigest()[:24]}"'.encode()


def redirect(location: str, *fields: tuple[bytes, bytes], status: int = 303) -> RawResponse:
    """A response that leads to `location`."""
    more = ((b"location", location.encode("latin-1", "replace")), (b"content-length", b"0"), *fields)
    return RawResponse(status, more=more)


def options(methods: Sequence[str]) -> RawResponse:
    """The response to OPTIONS, a preflight of CORS among them, at an address that knows `methods`."""
    allow = ", ".join(methods).encode()
    preflight = ((b"access-control-allow-methods", allow), (b"access-control-allow-headers", b"*"))
    return RawResponse(204, more=((b"allow", allow), *preflight, (b"access-control-max-age", b"86400")))


class PreparedAnswer:
    """What lies at one address, under its entity tag: whole, as a 304 to whom has it, and compressed."""

    methods = READ

    def __init__(self, etag: bytes, headers: Headers, body: bytes) -> None:
        self.etag = etag
        self.body = body
        self._headers = tuple(headers)

    @property
    def parts(self) -> Parts:
        """What it is made of, to be kept."""
        return self.etag, self._headers, self.body

    def answer(self, _request: Request) -> PreparedAnswer:
        """Itself: there is nothing to choose."""
        return self

    def respond(self, request: Request) -> RawResponse:
        """The response to a read."""
        accepted = request.fields.get(b"accept-encoding")
        answer = self if accepted is None or not takes_gzip(accepted) else self.zipped or self
        return answer.unless_fresh(request.fields)

    def unless_fresh(self, fields: Fields) -> RawResponse:
        """The 200, or the 304 to a client that has it."""
        conditional = b"if-none-match" in fields or b"if-modified-since" in fields
        return self.not_modified if conditional and has_fresh(fields, self.etag, self.modified) else self.whole

    @cached_property
    def whole(self) -> RawResponse:
        """The 200."""
        length = b"%d" % len(self.body)
        return RawResponse(200, self._headers, self.body, ((b"etag", self.etag), (b"content-length", length)))

    @cached_property
    def not_modified(self) -> RawResponse:
        """The 304: the headers of the 200 that a cache needs (RFC 9110, section 15.4.5)."""
        fields = [pair for pair in self._headers if pair[0] not in _OF_THE_BODY]
        return RawResponse(304, fields, more=((b"etag", self.etag),))

    @cached_property
    def zipped(self) -> PreparedAnswer | None:
        """The same, compressed, under an entity tag of its own; None where that is of no use."""
        fields = dict(self._headers)
        content_type = fields[b"content-type"].decode()
        if len(self.body) < GZIP_FROM or b"content-encoding" in fields:
            return None
        if not content_type.startswith(_COMPRESSIBLE) or content_type in _COMPRESSED:
            return None
        etag = self.etag[:-1] + b'-gz"'
        return PreparedAnswer(etag, [*self._headers, (b"content-encoding", b"gzip")], gzip.compress(self.body, mtime=0))

    @cached_property
    def modified(self) -> bytes:
        """Last-Modified, or nothing."""
        return dict(self._headers).get(b"last-modified", b"")


class SeeOther:
    """The address of a thing, which leads to the document about it (303, "Cool URIs for the Semantic Web")."""

    methods = READ

    def __init__(self, path: str) -> None:
        self._path = path

    def respond(self, request: Request) -> RawResponse:
        """The response to a read; the query goes on to the document."""
        return self._to(f"{self._path}?{request.query.decode('latin-1')}") if request.query else self._plain

    @cached_property
    def _plain(self) -> RawResponse:
        return self._to(self._path)

    def _to(self, location: str) -> RawResponse:
        vary, cached = (b"vary", b"Accept, Accept-Language"), (b"cache-control", b"public, max-age=3600")
        return redirect(location, vary, cached)
