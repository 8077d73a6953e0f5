"""What was described here and is no more: gone (410), in the form asked for, or moved to another page (301)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from pyoxigraph import RdfFormat, parse

from ekograph import urls
from ekograph.i18n import Messages
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.rdf.vocab import PREFIXES
from ekograph.snapshots.snapshot import Manifest
from ekograph.urls import PUBLIC_URL, link, normal_path
from ekograph.web.contract import Application, Request
from ekograph.web.http.headers import CACHE_REVALIDATE
from ekograph.web.http.negotiation import choose
from ekograph.web.http.problems import Deferred, Problem, ProblemError, language_of
from ekograph.web.http.response import READ, RawResponse, redirect, response

_FORMATS = (formats.HTML, *formats.RDF)


class GoneThings:
    """The `printed` table of what is gone, for the site at `public_url`."""

    def __init__(self, printed: bytes, manifest: Manifest, public_url: str) -> None:
        self._pages: Mapping[str, Any] = json.loads(printed)
        self._public_url = public_url
        self._base = base = "" if manifest.base == urls.NO_BASE else manifest.base
        self._spaces = manifest.own
        names = {entry["thing"]: page for page, entry in self._pages.items()}
        self._names = {
            urls.request_path(iri, base): page for iri, page in names.items() if urls.is_own(iri, base, self._spaces)
        }

    def find(self, path: str) -> Gone | Moved | None:
        """What is left at `path`: a page, one of its forms, or the name of a thing."""
        path = normal_path(path)
        stem, _, suffix = path.rpartition(".")
        form = formats.by_suffix(suffix)
        plain = stem.rpartition(".")[0] if form is formats.HTML else ""
        for page in (path, self._names.get(path, ""), *((stem, plain) if form else ())):
            if entry := self._pages.get(page):
                return self._at(page, entry, path, form if page in {stem, plain} else None)
        return None

    def _at(self, page: str, entry: Mapping[str, Any], path: str, form: Format | None) -> Gone | Moved:
        if "moved" not in entry:
            return Gone(page, entry, form, self._public_url)
        if path in self._names and urls.is_own(entry["to"], self._base, self._spaces):
            return Moved(urls.request_path(entry["to"], self._base))
        return Moved(entry["moved"] + (path.removeprefix(page) if form else ""))


class Moved:
    """The address of a thing that has another name now."""

    methods = READ

    def __init__(self, location: str) -> None:
        self._location = location

    def respond(self, request: Request) -> RawResponse:
        """301; the query goes along."""
        query = f"?{request.query.decode('latin-1')}" if request.query else ""
        return redirect(self._location + query, (b"cache-control", CACHE_REVALIDATE), status=301)


class Gone:
    """A tombstone: `entry` says of what was at `page`; `form` is that of an address of one form."""

    methods = READ

    def __init__(self, page: str, entry: Mapping[str, Any], form: Format | None, public_url: str) -> None:
        self._page = page
        self._entry = entry
        self._form = form
        self._public_url = public_url

    def respond(self, request: Request) -> Application:
        """410 (RFC 9110, section 15.5.11), in the form that the client wants; raises ProblemError for any other."""
        form = self._form or choose(request.field(b"accept"), _FORMATS)
        language = language_of(request)
        fields = ((b"content-language", language.encode()), *self._fields())
        if form is None:
            values = {"name": self._name(language), "since": self._entry["since"]}
            raise ProblemError(Problem(410, "gone", values, headers=tuple(self._fields())))
        if form is formats.HTML:
            return Deferred(request, partial(self._answer, language, fields))
        from ekograph.rendering.rdf_writers import rdf

        quads = parse(self._entry["triples"], RdfFormat.N_TRIPLES)
        return response(rdf(quads, form, PREFIXES), form.content_type, *fields[1:], status=410)

    async def _answer(self, language: str, fields: Sequence[tuple[bytes, bytes]], _request: Request) -> RawResponse:
        # The templates take longer to load than another request should wait.
        body = await asyncio.to_thread(self._written, language)
        return response(body, formats.HTML.content_type, *fields, status=410)

    def _written(self, language: str) -> bytes:
        from ekograph.rendering.pages import Failure, error_page
        from ekograph.rendering.values import moment

        messages = Messages("web", language)
        since = moment(self._entry["since"], messages.language)
        detail = messages("gone.detail", name=self._name(language), since=since)
        last = self._entry["last"].removeprefix(self._public_url)
        offered = [(messages("gone.last"), last)] if last else []
        offered += [(messages("gone.replaced", name=iri), page) for iri, page in self._entry["heirs"]]
        return error_page(language, Failure(410, messages("gone.title"), detail, offered))

    def _name(self, language: str) -> str:
        names: Mapping[str, str] = self._entry["names"]
        return names.get(language) or next(iter(names.values()), self._entry["thing"])

    def _fields(self) -> list[tuple[bytes, bytes]]:
        """Where its older states are, and what is there in its place."""
        links = [*urls.memento_links(self._page)]
        links += [link(self._entry["last"], "predecessor-version")] if self._entry["last"] else []
        links += [link(page, "successor-version") for _, page in self._entry["heirs"]]
        text = ", ".join(links).replace(PUBLIC_URL, self._public_url)
        return [
            (b"link", text.encode("latin-1", "replace")),
            (b"vary", b"Accept, Accept-Language, Accept-Datetime"),
            (b"cache-control", CACHE_REVALIDATE),
        ]
