"""Descriptions checked against what is published: taken from a form or as a body, answered, and forgotten.

A process of its own checks them, so that no text can hold up or bring down the server; it starts with the first.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from functools import partial
from threading import Lock
from typing import Any

from ekograph.config import Settings
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.urls import CHECKS
from ekograph.web.api.routes import Route, texts
from ekograph.web.contract import Application, Request
from ekograph.web.http.headers import NO_STORE
from ekograph.web.http.negotiation import choose, choose_language, parameters_of
from ekograph.web.http.parameters import FORM, pairs, parameters, read_body
from ekograph.web.http.problems import Problem, ProblemError, not_acceptable, not_found
from ekograph.web.http.response import json_response, response

_JSON = Format("json", "application/json", "json", "assessment")
_MULTIPART = "multipart/form-data"

#: Bytes of one text.
MOST_BYTES = 256_000
#: How many texts wait for their turn.
_MOST_WAITING = 4

_VARY = (b"vary", b"Accept, Accept-Language")


def routes(settings: Settings) -> list[Route]:
    """The address of each kind of description."""
    types = (*(form.media_type for form in (*formats.RDF, formats.RESULTS_CSV)), FORM, _MULTIPART)
    return [
        Route(
            "/check/{name}",
            partial(_answer, settings, _Checker(settings)),
            "Check a description against the published data; nothing is stored",
            ("GET", "HEAD", "POST"),
            texts(lang=("Language of the messages.", "en", "fi", "sv")),
            {kind: {"type": "string"} for kind in types},
            (_JSON.media_type, formats.HTML.media_type),
        )
    ]


async def _answer(settings: Settings, checker: _Checker, request: Request, name: str) -> Application:
    path, offered = f"/check/{name}", request.live.snapshot.manifest.languages
    asked = parameters(request).get("lang", "")
    language = asked if asked in offered else choose_language(request.field(b"accept-language"), offered)
    answers = request.live.table.answers
    page, check = answers.get(f"{path}.{language}.html"), answers.get(path + CHECKS)
    if page is None or check is None:
        raise not_found(request.path)
    fields = ((b"content-language", language.encode()), _VARY, NO_STORE)
    if request.method != "POST":
        return response(page.body, formats.HTML.content_type, *fields)
    accepted = choose(request.field(b"accept"), (_JSON, formats.HTML))
    if accepted is None:
        raise not_acceptable([(_JSON.media_type, path), (formats.HTML.media_type, path)])
    text, media_type, file = await _text(request)
    asking = {"text": text.decode("latin-1"), "type": media_type, "file": file, "language": language}
    assessment = await asyncio.to_thread(checker.ask, check.body, asking)
    if accepted is _JSON:
        return json_response(assessment, *fields)
    # The templates take longer to load than most answers to make.
    from ekograph.rendering.description_pages import answer_page

    shown = text.decode("utf-8", "replace")
    body = await asyncio.to_thread(answer_page, page.body, language, shown, assessment, settings.theme_dir)
    return response(body, formats.HTML.content_type, *fields)


async def _text(request: Request) -> tuple[bytes, str, str]:
    """The text that is to be checked, its media type and the name of its file, "" where they are not known."""
    media_type, values = parameters_of(request.fields.get(b"content-type", b"").decode("latin-1"))
    limit = {"limit": MOST_BYTES // 1000}
    # Percent-encoding makes a text at most three times as long.
    most = MOST_BYTES * (3 if media_type == FORM else 1)
    too_large = Problem(413, "description_too_large", limit, limit)
    body = await read_body(request, most, too_large)
    if media_type == FORM:
        return dict(pairs(body)).get("text", "").encode(), "", ""
    if media_type != _MULTIPART:
        return body, media_type, ""
    parts = _parts(body, values.get("boundary", "").encode("latin-1"))
    for name, file, content in parts:
        if name == "file" and content.strip():
            return content, "", file
    return {name: content for name, _, content in parts}.get("text", b""), "", ""


def _parts(body: bytes, boundary: bytes) -> list[tuple[str, str, bytes]]:
    """The fields of a form (RFC 7578): name, name of the file, and content. Raises ProblemError."""
    parts = body.split(b"--" + boundary)[1:-1] if boundary else []
    if not parts:
        raise ProblemError(Problem(400, "bad_multipart"))
    fields = []
    for part in parts:
        head, _, content = part.partition(b"\r\n\r\n")
        names = dict(re.findall(r'\b(name|filename)="([^"\r\n]*)"', head.decode("utf-8", "replace")))
        fields.append((names.get("name", ""), names.get("filename", ""), content.removesuffix(b"\r\n")))
    return fields


class _Checker:
    """The process that checks, one text after another; one that ended is started anew with the next text."""

    def __init__(self, settings: Settings) -> None:
        self._seconds = settings.query_seconds
        self._memory = settings.query_memory_mb * 1_000_000
        self._process: subprocess.Popen[bytes] | None = None
        self._check = b""
        self._lock = Lock()
        self._waiting = 0

    def ask(self, check: bytes, asking: dict[str, str]) -> dict[str, Any]:
        """What comes of the check of a text; raises ProblemError. Blocks for as long as a query may take."""
        if self._waiting >= _MOST_WAITING:
            raise ProblemError(Problem(503, "busy", headers=((b"retry-after", b"1"),)))
        self._waiting += 1
        try:
            with self._lock:
                return self._ask(check, asking)
        finally:
            self._waiting -= 1

    def _ask(self, check: bytes, asking: dict[str, str]) -> dict[str, Any]:
        try:
            process = self._started(check)
            assert process.stdin and process.stdout  # noqa: S101, PT018 - they are pipes
            process.stdin.write(json.dumps(asking).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = b""
        if not line:
            self._end()
            raise ProblemError(Problem(503, "check_failed", {"limit": f"{self._seconds:g}"}))
        assessment: dict[str, Any] = json.loads(line)
        return assessment

    def _started(self, check: bytes) -> subprocess.Popen[bytes]:
        """The process, which knows `check`; another snapshot has another."""
        if self._process and (self._process.poll() is not None or check != self._check):
            self._end()
        if self._process is None:
            self._check = check
            # It ends when nobody can write to it any more.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ekograph.validation.descriptions"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            start = b'{"check":%s,"seconds":%g,"memory":%d}\n' % (check, self._seconds, self._memory)
            assert self._process.stdin  # noqa: S101 - it is a pipe
            self._process.stdin.write(start)
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process:
            process.kill()
            process.communicate()
