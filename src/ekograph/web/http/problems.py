"""Answers that say what is wrong: a page to people, application/problem+json (RFC 9457) to programs."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ekograph.i18n import LANGUAGES, Messages
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.snapshots.snapshot import SnapshotError
from ekograph.web.contract import Application, ClientGoneError, Receive, Request, Scope, Send
from ekograph.web.http.headers import NO_STORE
from ekograph.web.http.negotiation import choose, choose_language
from ekograph.web.http.response import RawResponse, response

log = logging.getLogger("ekograph")

#: What reading a file raises when the machine fails: no fault of the request, nor of the program. A module that cannot
#: be opened, for want of a descriptor, is an ImportError.
UNREADABLE = (OSError, ImportError, MemoryError, sqlite3.Error, SnapshotError)

PROBLEM = Format("problem", "application/problem+json", "json", "problem", ("application/json",))

# English for whoever asks for none of these: programs do.
_OFFERED = ("en", "fi", "sv")


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
    """A problem met where a request is answered."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.key)
        self.problem = problem


def not_found(path: str) -> ProblemError:
    """Nothing is served at `path` (404)."""
    return ProblemError(Problem(404, "not_found", {"path": path}))


def not_acceptable(offered: Sequence[tuple[str, str]]) -> ProblemError:
    """None of `offered`, pairs of media type and address, is acceptable to the client (406)."""
    types = ", ".join(dict.fromkeys(media_type for media_type, _ in offered))
    available = [{"type": media_type, "href": address} for media_type, address in offered]
    headers = ((b"vary", b"Accept"),)
    return ProblemError(Problem(406, "not_acceptable", {"types": types}, {"available": available}, headers))


def wrong_method(method: str, allowed: Sequence[str]) -> ProblemError:
    """The address does not know the method (405)."""
    allow = ", ".join(allowed)
    headers = ((b"allow", allow.encode()),)
    return ProblemError(Problem(405, "wrong_method", {"method": method, "allow": allow}, headers=headers))


def unreadable(error: BaseException, path: str) -> Problem:
    """What is served cannot be read at the moment (503): the disk, the memory or the descriptors fail; it is logged."""
    log.error("%s: %s", path, error or type(error).__name__)
    return Problem(503, "unreadable", headers=((b"retry-after", b"10"),))


class Deferred:
    """A response that is made in a task of its own; what `make` raises as a ProblemError is the response too."""

    def __init__(self, request: Request, make: Callable[[Request], Awaitable[Application]]) -> None:
        self._request = request
        self._make = make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make it and send it (ASGI 3)."""
        self._request.receive_from(receive)
        try:
            made = await self._make(self._request)
        except ProblemError as error:
            made = problem_response(error.problem, self._request)
        except ClientGoneError:
            return
        except UNREADABLE as error:
            made = problem_response(unreadable(error, self._request.path), self._request)
        await made(scope, receive, send)


def problem_response(problem: Problem, request: Request) -> Application:
    """`problem` in the form and the language that the request asks for.

    What is not there yet while the snapshot in service is unfinished is said to come, or why it will not (503); only
    things are all there.
    """
    deployment = request.deployment
    if problem.status == 404 and deployment and deployment.snapshot.manifest.unfinished:
        things = deployment.things and deployment.things.find(request.path)
        if not things and deployment.unprepared:
            problem = Problem(503, "not_prepared", {"reason": deployment.unprepared[-1]})
        elif not things:
            problem = Problem(503, "being_prepared", headers=((b"retry-after", b"10"),))
    language = language_of(request)
    form = choose(request.field(b"accept"), (PROBLEM, formats.HTML)) or PROBLEM
    if form is not formats.HTML:
        return _response(problem, PROBLEM, language, _json(problem, language))

    async def page(_request: Request) -> RawResponse:
        # In a thread, since the templates take longer to load than a page that is ready should wait.
        try:
            return _response(problem, formats.HTML, language, await asyncio.to_thread(_page, problem, language))
        except UNREADABLE:
            return _response(problem, PROBLEM, language, _json(problem, language))

    return Deferred(request, page)


def _response(problem: Problem, form: Format, language: str, body: bytes) -> RawResponse:
    fields = [(b"content-language", language.encode()), NO_STORE, *problem.headers]
    if not any(name == b"vary" for name, _ in problem.headers):
        fields.append((b"vary", b"Accept, Accept-Language"))
    return response(body, form.content_type, *fields, status=problem.status)


def language_of(request: Request) -> str:
    """The language that the address names, as in `/search.sv.html`, else the one that the client wants most."""
    named = request.path.removesuffix(".html").rpartition(".")[2]
    return named if named in LANGUAGES else choose_language(request.field(b"accept-language"), _OFFERED)


def texts(problem: Problem, language: str) -> tuple[str, str]:
    """The title and the detail of `problem` in `language`."""
    messages = Messages("web", language)
    detail = f"{problem.key}.{problem.values.get('fault', 'detail')}"
    return messages(f"{problem.key}.title"), messages(detail, **problem.values)


def _json(problem: Problem, language: str) -> bytes:
    title, detail = texts(problem, language)
    document = {
        "type": f"/problems/{problem.key}",
        "title": title,
        "status": problem.status,
        "detail": detail,
        **problem.members,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode(errors="replace")


def _page(problem: Problem, language: str) -> bytes:
    # Most servers never render an error page.
    from ekograph.rendering.pages import Failure, error_page

    title, detail = texts(problem, language if language in LANGUAGES else "en")
    links = [(offer["type"], offer["href"]) for offer in problem.members.get("available", ())]
    return error_page(language, Failure(problem.status, title, detail, links))
