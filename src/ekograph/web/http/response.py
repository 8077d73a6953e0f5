"""Responses made before they are asked for: as messages of ASGI, and as bytes of HTTP/1.1."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache

from ekograph.web.http.asgi import Receive, Scope, Send
from ekograph.web.http.headers import COMMON, Headers, has_fresh
from ekograph.web.http.negotiation import takes_gzip

HeaderList = list[tuple[bytes, bytes]]

#: Header fields of a request, by their name in lower case; the lines of one field are joined by commas.
Fields = Mapping[bytes, bytes]

#: An answer as it is kept by the ten thousand: plain tuples of bytes are nothing that a look for garbage has to see.
Parts = tuple[bytes, tuple[tuple[bytes, bytes], ...], bytes]

#: Bodies shorter than this are sent as they are: gzip would save less than a packet.
GZIP_FROM = 1000

#: Types whose bytes gzip makes smaller.
_COMPRESSIBLE = ("text/", "application/", "image/svg")
_COMPRESSED = ("application/gzip", "application/zip")

# Fields that a 304 leaves out, since it has no body.
_OF_THE_BODY = {b"content-type", b"content-language"}

# What may not stand in a field value (RFC 9110, section 5.5).
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class RawResponse:
    """One response, complete: `headers` are the fields that others share, `more` those of its own."""

    __slots__ = ("_head", "_headers", "_more", "body", "status")

    def __init__(self, status: int, headers: Headers, body: bytes = b"", more: Headers = ()) -> None:
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
            self._head = section(self._headers) + b"".join(map(_line, self._more)) + b"\r\n"
        return self._head


# A handful are shared by answer after answer.
@lru_cache(maxsize=256)
def section(fields: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """The lines of header fields; raises ValueError for control characters."""
    return b"".join(map(_field, fields))


# Most fields are the same in answer after answer.
@lru_cache(maxsize=4096)
def _field(pair: tuple[bytes, bytes]) -> bytes:
    return _line(pair)


def _line(pair: tuple[bytes, bytes]) -> bytes:
    """A line of a header section; raises ValueError for control characters."""
    name, value = pair
    if _CONTROL.search(name) or _CONTROL.search(value):
        raise ValueError(f"a control character in {pair}")
    return b"%b: %b\r\n" % pair


def options(methods: Sequence[str]) -> RawResponse:
    """The response to OPTIONS, a preflight of CORS among them, at an address that knows `methods`."""
    allow = ", ".join(methods).encode()
    preflight = [(b"access-control-allow-methods", allow), (b"access-control-allow-headers", b"*")]
    return RawResponse(204, [*COMMON, (b"allow", allow), *preflight, (b"access-control-max-age", b"86400")])


class PreparedAnswer:
    """What lies at one address, under its entity tag: whole, as a 304 to whom has it, and compressed."""

    def __init__(self, etag: bytes, headers: Headers, body: bytes) -> None:
        self.etag = etag
        self.body = body
        self._headers = tuple(headers)

    @property
    def parts(self) -> Parts:
        """What it is made of, to be kept."""
        return self.etag, self._headers, self.body

    def reply(self, fields: Fields, query: bytes) -> RawResponse:  # noqa: ARG002 - the same contract as of a page
        """The response to a read with the header `fields`."""
        accepted = fields.get(b"accept-encoding")
        answer = self if accepted is None or not takes_gzip(accepted) else self.zipped or self
        return answer.not_modified if _has(fields, answer) else answer.whole

    @cached_property
    def whole(self) -> RawResponse:
        """The 200."""
        length = b"%d" % len(self.body)
        return RawResponse(200, self._headers, self.body, ((b"etag", self.etag), (b"content-length", length)))

    @cached_property
    def not_modified(self) -> RawResponse:
        """The 304: the headers of the 200 that a cache needs (RFC 9110, section 15.4.5)."""
        kept = [pair for pair in self._headers if pair[0] not in _OF_THE_BODY]
        return RawResponse(304, kept, more=((b"etag", self.etag),))

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


def _has(fields: Fields, answer: PreparedAnswer) -> bool:
    """Whether the client with these header fields has the answer."""
    asks = b"if-none-match" in fields or b"if-modified-since" in fields
    return asks and has_fresh(fields, answer.etag, answer.modified)


class SeeOther:
    """The address of a thing, which leads to the document about it (303, "Cool URIs for the Semantic Web")."""

    def __init__(self, path: str) -> None:
        self._path = path.encode()

    def reply(self, fields: Fields, query: bytes) -> RawResponse:  # noqa: ARG002 - the same contract as of a page
        """The response to a read; the query goes on to the document."""
        return self._to(self._path + b"?" + query) if query else self._plain

    @cached_property
    def _plain(self) -> RawResponse:
        return self._to(self._path)

    def _to(self, location: bytes) -> RawResponse:
        vary = (b"vary", b"Accept, Accept-Language")
        kept = (b"cache-control", b"public, max-age=3600")
        return RawResponse(303, [*COMMON, (b"location", location), vary, kept, (b"content-length", b"0")])
