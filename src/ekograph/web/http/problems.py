"""Answers that say what is wrong: a page to people, application/problem+json (RFC 9457) to programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ekograph.i18n import LANGUAGES, Messages
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.web.http.asgi import Scope
from ekograph.web.http.headers import COMMON, values
from ekograph.web.http.negotiation import choose, choose_language
from ekograph.web.http.response import RawResponse

PROBLEM = Format("problem", "application/problem+json", "json", "problem", ("application/json",))

# English for whoever asks for none of these: programs do.
_OFFERED = ("en", "fi", "sv")

#: The methods that the addresses of printed answers know.
READ = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a request. `key` names the texts in locales/web.*.json, `values` fills their places.

    `fault` among the values names a text that is more exact than the detail. `members` are further
    members of the JSON object; `headers` are header fields that the status asks for.
    """

    status: int
    key: str
    values: dict[str, Any] = field(default_factory=dict)
    members: dict[str, Any] = field(default_factory=dict)
    headers: tuple[tuple[bytes, bytes], ...] = ()


class ProblemError(Exception):
    """A problem met deep in a handler."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.key)
        self.problem = problem


def not_found(path: str) -> Problem:
    """Nothing is served at `path` (404)."""
    return Problem(404, "not_found", {"path": path})


def not_acceptable(offered: Sequence[tuple[str, str]]) -> Problem:
    """None of `offered`, pairs of media type and address, is acceptable to the client (406)."""
    types = ", ".join(dict.fromkeys(media_type for media_type, _ in offered))
    available = [{"type": media_type, "href": address} for media_type, address in offered]
    return Problem(406, "not_acceptable", {"types": types}, {"available": available}, ((b"vary", b"Accept"),))


def wrong_method(method: str, allowed: Sequence[str]) -> Problem:
    """The address does not know the method (405)."""
    allow = ", ".join(allowed)
    return Problem(405, "wrong_method", {"method": method, "allow": allow}, headers=((b"allow", allow.encode()),))


def wrong_host(host: str) -> Problem:
    """The name in Host is not one of this server (421)."""
    return Problem(421, "wrong_host", {"host": host})


def reply_of(problem: Problem, scope: Scope) -> RawResponse:
    """`problem` in the form and the language that the request asks for."""
    headers = scope["headers"]
    language = _language(scope)
    form = choose(values(headers, b"accept"), (PROBLEM, formats.HTML)) or PROBLEM
    body = _page(problem, language) if form is formats.HTML else _json(problem, language)
    fields = [
        *COMMON,
        (b"content-type", form.content_type.encode()),
        (b"content-language", language.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *problem.headers,
    ]
    if not any(name == b"vary" for name, _ in problem.headers):
        fields.append((b"vary", b"Accept, Accept-Language"))
    return RawResponse(problem.status, fields, body)


def _language(scope: Scope) -> str:
    """The language that the address names, as in `/search.sv.html`, else the one that the client wants most."""
    named = scope["path"].removesuffix(".html").rpartition(".")[2]
    return named if named in LANGUAGES else choose_language(values(scope["headers"], b"accept-language"), _OFFERED)


def texts(problem: Problem, language: str) -> tuple[str, str]:
    """The title and the detail of `problem` in `language`."""
    messages = Messages("web", language)
    detail = f"{problem.key}.{problem.values.get('fault', 'detail')}"
    return messages(f"{problem.key}.title"), messages(detail, **problem.values)


def _json(problem: Problem, language: str) -> bytes:
    title, detail = texts(problem, language)
    document = {"type": "about:blank", "title": title, "status": problem.status, "detail": detail, **problem.members}
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _page(problem: Problem, language: str) -> bytes:
    # The templates take longer to load than most answers to make; most servers' lives see no error page.
    from ekograph.rendering.pages import Failure, error_page

    title, detail = texts(problem, language if language in LANGUAGES else "en")
    links = [(each["type"], each["href"]) for each in problem.members.get("available", ())]
    return error_page(language, Failure(problem.status, title, detail, links))
