"""What a request to the endpoint asks: the operations of the SPARQL 1.1 Protocol, section 2.1."""

from __future__ import annotations

import codecs
from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import Message
from typing import NamedTuple
from urllib.parse import parse_qsl

from ekograph.urls import percent_decoded
from ekograph.web.http.asgi import Receive, Scope
from ekograph.web.http.headers import by_name
from ekograph.web.http.problems import Problem, ProblemError
from ekograph.web.http.response import Fields
from ekograph.web.http.streaming import ClientGoneError

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"

#: Parameters of one request; more are an attack on whoever counts them.
_MOST_PARAMETERS = 1000

#: Percent-encoding makes a text at most three times as long; this much is for the other parameters.
_FORM_EXTRA = 16_384

#: Bytes of a body beyond which the connection is cut.
_THROWN_AWAY = 16_000_000


class Asked(NamedTuple):
    """A request, read: `text` is None when it has no query, `format` is the parameter of that name, or ""."""

    text: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    format: str


async def read(scope: Scope, receive: Receive, query_bytes: int) -> Asked:
    """The query of a request with at most `query_bytes`; raises ProblemError.

    Parameters that the protocol does not name are ignored.
    """
    if scope["method"] != "POST":
        return in_url(scope)
    parameters, fields = _parameters(scope["query_string"], "utf-8"), by_name(scope["headers"])
    media_type, charset = _content_type(fields)
    if media_type == FORM:
        body = await _body(fields, receive, 3 * query_bytes + _FORM_EXTRA, query_bytes)
        return _asked([*_dataset_of(parameters), *_parameters(body, charset)])
    body = await _body(fields, receive, query_bytes, query_bytes)
    return _asked([*_dataset_of(parameters), ("query", _decoded(body, charset))])


def in_url(scope: Scope) -> Asked:
    """What a request without a body asks; raises ProblemError."""
    encoded: bytes = scope["query_string"]
    if encoded.startswith(b"query=") and b"&" not in encoded and encoded.isascii() and b"\n" not in encoded:
        # Nearly all: nothing but a query.
        return Asked(_unquoted(encoded[6:]), (), (), "")
    return _asked(_parameters(encoded, "utf-8"))


def _asked(parameters: list[tuple[str, str]]) -> Asked:
    given: dict[str, list[str]] = {}
    for key, value in parameters:
        given.setdefault(key, []).append(value)
    if "update" in given:
        raise ProblemError(Problem(403, "refused_update", {"keyword": "update"}))
    queries = given.get("query", ())
    if len(queries) > 1:
        raise ProblemError(Problem(400, "bad_parameter", {"name": "query", "value": f"{len(queries)} ×"}))
    return Asked(
        text=queries[0] if queries else None,
        default_graphs=tuple(given.get("default-graph-uri", ())),
        named_graphs=tuple(given.get("named-graph-uri", ())),
        format=next(iter(given.get("format", ())), ""),
    )


def _unquoted(encoded: bytes) -> str:
    """A percent-encoded value as text; raises ProblemError when it is not UTF-8."""
    try:
        return percent_decoded(encoded)
    except UnicodeDecodeError as error:
        raise ProblemError(Problem(400, "bad_encoding", {"charset": "utf-8"})) from error


def _dataset_of(parameters: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(key, value) for key, value in parameters if key != "query"]


def _parameters(encoded: bytes, charset: str) -> list[tuple[str, str]]:
    """The names and values of a form; raises ProblemError when they are not text in `charset`."""
    try:
        return parse_qsl(
            encoded.decode("ascii"),
            keep_blank_values=True,
            encoding=charset,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError as error:
        raise ProblemError(Problem(400, "bad_encoding", {"charset": charset})) from error


def _decoded(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset)
    except UnicodeDecodeError as error:
        raise ProblemError(Problem(400, "bad_encoding", {"charset": charset})) from error


def _content_type(fields: Fields) -> tuple[str, str]:
    """Media type and charset of the body; raises ProblemError when it cannot hold a query."""
    given = Message()
    given["content-type"] = fields.get(b"content-type", b"").decode("latin-1")
    media_type = given["content-type"].partition(";")[0].strip().lower()
    encodings = (
        fields[b"content-encoding"].decode("latin-1").lower().split(", ") if b"content-encoding" in fields else []
    )
    if media_type == UPDATE:
        raise ProblemError(Problem(403, "refused_update", {"keyword": UPDATE}))
    charset = str(given.get_param("charset", "utf-8"))
    if not _is_known(media_type, charset) or set(encodings) - {"identity"}:
        what = ", ".join([media_type, charset, *encodings])
        accepted = ((b"accept-post", f"{FORM}, {QUERY}".encode()),)
        raise ProblemError(Problem(415, "wrong_content_type", {"given": what}, headers=accepted))
    return media_type, charset


def _is_known(media_type: str, charset: str) -> bool:
    """Whether a body can be read: a query by itself is in UTF-8 (section 2.1.3), a form in any of the usual charsets.

    Python also knows codecs that unpack archives.
    """
    try:
        name = codecs.lookup(charset).name
    except LookupError:
        return False
    usual = {QUERY: {"utf-8", "ascii"}, FORM: {"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252"}}
    return name in usual.get(media_type, ())


async def _body(fields: Fields, receive: Receive, limit: int, query_bytes: int) -> bytes:
    """The body; raises ProblemError when it is larger than `limit`.

    Somewhat more is read and thrown away, since many clients read no answer before they have sent everything.
    """
    too_large = Problem(413, "query_too_large", {"limit": query_bytes // 1024}, {"limit": query_bytes // 1024})
    cut = replace(too_large, headers=((b"connection", b"close"),))
    announced = fields.get(b"content-length", b"0").decode("latin-1")
    if not announced.isdecimal() or int(announced) > _THROWN_AWAY:
        raise ProblemError(cut)
    body, size = bytearray(), 0
    async for chunk in _chunks(receive):
        size += len(chunk)
        if size > _THROWN_AWAY:
            raise ProblemError(cut)
        if size <= limit:
            body += chunk
    if size > limit:
        raise ProblemError(too_large)
    return bytes(body)


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    """The body as it comes; raises ClientGoneError when the client goes away before its end."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        yield message.get("body", b"")
        more = message.get("more_body", False)
