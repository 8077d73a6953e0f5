"""Which first requests of connections are queries for a worker, and on which terms it answers them and later ones."""

from __future__ import annotations

import re
from typing import NamedTuple

from ekograph.engine.direct.protocol import Terms
from ekograph.engine.workers.shared_counters import REQUEST_BYTES
from ekograph.web.contract import Request, Scope

#: More kinds of requests than clients send; some begin anew then.
MOST_KINDS = 1000

_VERSION, _END = b" HTTP/1.1\r\n", b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *+([0-9]{1,6})\r\n", re.IGNORECASE)
_LINES = re.compile(rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]++:[\t\x20-\x7e\x80-\xff]*+\r\n){1,100}\r\n")

# With these a request is more than a query.
_MORE = frozenset(
    (
        *(b"if-none-match", b"if-modified-since", b"if-match", b"if-unmodified-since", b"if-range", b"range"),
        *(b"transfer-encoding", b"content-encoding", b"expect", b"upgrade", b"accept-datetime"),
    )
)


class RequestParts(NamedTuple):
    """A request without its query: `before` ends where the query string or the length of the body begins."""

    before: bytes
    after: bytes


class Kind(NamedTuple):
    """What is known of requests with the same parts: their terms, by number, and the proxy that may name the client."""

    number: int
    terms: Terms
    trusted_proxy: str


def parts_of(data: bytes) -> RequestParts | bool | None:
    """The parts of the one request that `data` is; None if more has to come, False if it is another.

    What a whole request looks like is looked at more closely where its terms are made.
    """
    head, end, body = data.partition(_END)
    if not end:
        return False
    if data.startswith(b"GET "):
        target, version, lines = data.partition(_VERSION)
        path, mark, _ = target.partition(b"?")
        return RequestParts(path + mark, version + lines) if version and mark and not body else False
    length = _LENGTH.search(head + b"\r\n")
    if not length or int(length[1]) + len(head) + len(end) >= REQUEST_BYTES or len(body) > int(length[1]):
        return False
    if len(body) < int(length[1]):
        return None
    return RequestParts(head[: length.start(1)], head[length.end(1) :] + end)


def scope_of(parts: RequestParts, peer: object) -> Scope | None:
    """A request with these parts, as ASGI has it; None if it is not plainly one of HTTP/1.1 without surprises."""
    line, version, lines = (parts.before + b"0" + parts.after).partition(_VERSION)
    method, _, target = line.decode("latin-1").partition(" ")
    if not version or not _LINES.fullmatch(lines) or " " in target:
        return None
    path, _, query = target.partition("?")
    fields = [line.split(b":", 1) for line in lines[:-4].split(b"\r\n")]
    headers = [(name.lower(), value.strip(b" \t")) for name, value in fields]
    names = [name for name, _ in headers]
    connection = [value.lower() for name, value in headers if name == b"connection"]
    lengths = names.count(b"content-length")
    if _MORE.intersection(names) or lengths != (method == "POST") or names.count(b"host") > 1:
        return None
    if len(connection) > 1 or connection not in ([], [b"keep-alive"], [b"close"]) or (method == "POST" and query):
        return None
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "client": peer,
        "path": path,
        "raw_path": path.encode("latin-1"),
        "query_string": b"",
        "headers": headers,
    }


def closes(request: Request) -> bool:
    """Whether the client wants no further answer on its connection."""
    return request.fields.get(b"connection", b"").lower() == b"close"
