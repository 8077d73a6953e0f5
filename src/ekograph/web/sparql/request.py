"""What a request to the endpoint asks: the operations of the SPARQL 1.1 Protocol, section 2.1."""

from __future__ import annotations

import asyncio
import codecs
from typing import NamedTuple

from ekograph.urls import percent_decoded
from ekograph.web.contract import Request
from ekograph.web.http.negotiation import parameters_of
from ekograph.web.http.parameters import FORM, pairs, read_body
from ekograph.web.http.problems import Problem, ProblemError

QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"

#: Bytes of a form beyond those of the longest query: the other parameters, and some of what is percent-encoded.
_FORM_EXTRA = 65_536

# Bytes of a form from which on others should not wait until it is decoded.
_IN_THREAD_FROM = 65_536

# Characters of a wrong content type that the answer repeats.
_MOST_REPEATED = 200


class ProtocolQuery(NamedTuple):
    """The parameters of a query: `text` is None when there is none, `format` is the parameter of that name, or ""."""

    text: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str = ""


async def in_body(request: Request, query_bytes: int) -> ProtocolQuery:
    """The query of a POST, which has at most `query_bytes`; raises ProblemError.

    Parameters that the protocol does not name are ignored.
    """
    dataset = [(name, value) for name, value in pairs(request.query) if name != "query"]
    media_type, charset = content_type(request)
    limit = {"limit": query_bytes // 1024}
    too_large = Problem(413, "query_too_large", {**limit}, {**limit})
    if media_type == FORM:
        body = await read_body(request, query_bytes + _FORM_EXTRA, too_large)
        read = asyncio.to_thread(pairs, body, charset) if len(body) > _IN_THREAD_FROM else None
        return _protocol_query([*dataset, *(await read if read else pairs(body, charset))])
    body = await read_body(request, query_bytes, too_large)
    try:
        return _protocol_query([*dataset, ("query", body.decode(charset))])
    except UnicodeDecodeError as error:
        raise ProblemError(Problem(400, "bad_encoding", {"charset": charset})) from error


def in_url(encoded: bytes) -> ProtocolQuery:
    """The query in the query string of a request without a body; raises ProblemError."""
    if encoded.startswith(b"query=") and b"&" not in encoded and encoded.isascii() and b"\n" not in encoded:
        # Nearly all: nothing but a query.
        try:
            return ProtocolQuery(percent_decoded(encoded[6:]))
        except UnicodeDecodeError as error:
            raise ProblemError(Problem(400, "bad_encoding", {"charset": "utf-8"})) from error
    return _protocol_query(pairs(encoded))


def _protocol_query(parameters: list[tuple[str, str]]) -> ProtocolQuery:
    values: dict[str, list[str]] = {}
    for name, value in parameters:
        values.setdefault(name, []).append(value)
    if "update" in values:
        raise ProblemError(Problem(403, "refused_update", {"keyword": "update"}))
    queries = values.get("query", ())
    if len(queries) > 1:
        raise ProblemError(Problem(400, "bad_parameter", {"name": "query", "value": f"{len(queries)} ×"}))
    return ProtocolQuery(
        text=queries[0] if queries else None,
        default_graphs=tuple(values.get("default-graph-uri", ())),
        named_graphs=tuple(values.get("named-graph-uri", ())),
        format=next(iter(values.get("format", ())), ""),
    )


def content_type(request: Request) -> tuple[str, str]:
    """Media type and charset of the body; raises ProblemError when it cannot hold a query."""
    media_type, parameters = parameters_of(request.fields.get(b"content-type", b"").decode("latin-1"))
    coding = request.fields.get(b"content-encoding", b"").decode("latin-1").lower()
    if media_type == UPDATE:
        raise ProblemError(Problem(403, "refused_update", {"keyword": UPDATE}))
    charset = parameters.get("charset", "utf-8")
    if not _is_known(media_type, charset) or coding.strip() not in {"", "identity"}:
        content = ", ".join(filter(None, [media_type, charset, coding]))[:_MOST_REPEATED]
        accepted = ((b"accept-post", f"{FORM}, {QUERY}".encode()),)
        raise ProblemError(Problem(415, "wrong_content_type", {"given": content}, headers=accepted))
    return media_type, charset


def _is_known(media_type: str, charset: str) -> bool:
    """Whether a body can be read: a query by itself is in UTF-8 (section 2.1.3), a form in any of the usual charsets.

    Python also knows codecs that unpack archives.
    """
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return False
    usual = {QUERY: {"utf-8", "ascii"}, FORM: {"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252"}}
    return name in usual.get(media_type, ())
