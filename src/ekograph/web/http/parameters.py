"""What a request brings besides its path and header: the parameters of its query, and its body."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from ekograph.web.contract import Request
from ekograph.web.http.negotiation import parameters_of
from ekograph.web.http.problems import Problem, ProblemError

FORM = "application/x-www-form-urlencoded"

#: Parameters of one request; more are an attack on whoever counts them.
MOST_PARAMETERS = 1000

#: Bytes of a form.
MOST_BYTES = 1_000_000

# Bytes of a body beyond which the connection is cut, and seconds between the parts of what is thrown away.
_THROWN_AWAY = 16_000_000
_PAUSE = 0.01

# Characters of a wrong value that the answer repeats, and digits of a number.
_MOST_REPEATED = 100
_MOST_DIGITS = 15


def parameters(request: Request) -> dict[str, str]:
    """The parameters of the query, the last of each name; raises ProblemError."""
    return dict(pairs(request.query))


def pairs(encoded: bytes, charset: str = "utf-8") -> list[tuple[str, str]]:
    """The names and values of a form; raises ProblemError when they are not text in `charset`."""
    try:
        return parse_qsl(
            encoded.decode("ascii"),
            keep_blank_values=True,
            encoding=charset,
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError as error:
        raise ProblemError(Problem(400, "bad_encoding", {"charset": charset})) from error


def integer(values: Mapping[str, str], name: str, default: int, bounds: Sequence[int]) -> int:
    """A parameter as a number between two bounds; raises ProblemError."""
    text = values.get(name, "")
    if not text:
        return default
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and bounds[0] <= int(text) <= bounds[1]:
        return int(text)
    raise ProblemError(Problem(422, "wrong_parameter", {"name": name, "value": text[:_MOST_REPEATED]}))


async def form(request: Request) -> list[tuple[str, str]]:
    """The names and values of the form in a body; raises ProblemError."""
    media_type, _ = parameters_of(request.fields.get(b"content-type", b"").decode("latin-1"))
    if media_type != FORM:
        accepted = ((b"accept-post", FORM.encode()),)
        raise ProblemError(Problem(415, "wrong_form_type", {"given": media_type[:_MOST_REPEATED]}, headers=accepted))
    body = await read_body(request, MOST_BYTES, Problem(413, "body_too_large", {"limit": MOST_BYTES // 1000}))
    return pairs(body)


async def read_body(request: Request, limit: int, too_large: Problem) -> bytes:
    """The body; raises ProblemError with `too_large` when it has more than `limit` bytes.

    Somewhat more is read and thrown away, since many clients read no answer before they have sent everything.
    """
    cut = Problem(too_large.status, too_large.key, too_large.values, too_large.members, ((b"connection", b"close"),))
    announced = request.fields.get(b"content-length", b"0")
    if not announced.isdigit() or len(announced) > _MOST_DIGITS or int(announced) > _THROWN_AWAY:
        raise ProblemError(cut)
    body, size = bytearray(), 0
    async for chunk in request.chunks():
        size += len(chunk)
        if size > _THROWN_AWAY:
            raise ProblemError(cut)
        if size <= limit:
            body += chunk
        else:
            # Many such bodies at once would take the time of everybody else.
            await asyncio.sleep(_PAUSE)
    if size > limit:
        raise ProblemError(too_large)
    return bytes(body)
