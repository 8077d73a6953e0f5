"""The search: a page to people, JSON to programs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from ekograph.config import Settings
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.search.index import INDEX
from ekograph.search.query import Index
from ekograph.web.api.routes import Route, texts
from ekograph.web.contract import Application, Parts, Request
from ekograph.web.http.headers import CACHE_REVALIDATE, COMMON
from ekograph.web.http.negotiation import choose, choose_language
from ekograph.web.http.parameters import integer, parameters
from ekograph.web.http.problems import not_acceptable, not_found
from ekograph.web.http.response import PreparedAnswer, etag_of
from ekograph.web.service.public_address import PublicAddress

JSON_FORMAT = Format("json", "application/json", "json", "search")

#: Hits of one answer, and of one where no limit is named.
MOST_HITS = 50
_FEW_HITS = 20

# Bytes of a request whose answer is kept, in those parts that choose it.
_LONGEST_KEY = 2000

_VARY = (b"vary", b"Accept, Accept-Language")


def routes(settings: Settings) -> list[Route]:
    """The addresses of the search."""
    words = texts(
        q=("Words to look for, in any language.", "Turku"),
        kind=("The IRI of a class, or a group of the site's search.",),
    )
    language = texts(lang=("Language of the names in the answer.", "en", "fi", "sv"))
    limit = {"limit": {"type": "integer", "minimum": 1, "maximum": MOST_HITS, "default": _FEW_HITS}}
    types = (formats.HTML.media_type, JSON_FORMAT.media_type)
    get = ("GET", "HEAD")
    return [
        Route(
            "/search",
            partial(_kept, partial(_search, settings)),
            "Search the names of things",
            get,
            words | language,
            types=types,
        ),
        Route(
            "/search.json",
            partial(_kept, partial(_json, settings)),
            "Search, answered in JSON",
            get,
            words | language | limit,
        ),
        Route(
            "/search.{lang}.html",
            partial(_kept, partial(_page, settings)),
            "Search, answered in a page",
            get,
            words,
            types=types[:1],
        ),
    ]


async def _kept(make: Callable[..., Parts], request: Request, **parts: str) -> Application:
    """The answer, as it was made before if it was."""
    fields = (request.fields.get(name, b"") for name in (b"accept", b"accept-language"))
    key = (b"search", request.path.encode(), request.query, *fields)
    cache = request.live.repeated
    answer = cache.find(key)
    if answer is None:
        answer = await asyncio.to_thread(make, request, **parts)
        if sum(map(len, key)) <= _LONGEST_KEY:
            cache.put(key, answer)
    return PreparedAnswer(*answer).respond(request)


def _search(settings: Settings, request: Request) -> Parts:
    """The page to whom a page is acceptable, else JSON."""
    accepted = choose(request.field(b"accept"), (formats.HTML, JSON_FORMAT))
    if accepted is None:
        raise not_acceptable([(formats.HTML.media_type, "/search"), (JSON_FORMAT.media_type, "/search.json")])
    return _page(settings, request) if accepted is formats.HTML else _json(settings, request)


def _page(settings: Settings, request: Request, lang: str = "") -> Parts:
    # The templates take longer to load than most answers to make; a server that is never searched spares that.
    from ekograph.rendering.search_results import FORM as PATH
    from ekograph.rendering.search_results import results_page

    values = parameters(request)
    language = lang or preferred_language(request, values.get("lang", ""))
    printed = request.live.table.answers.get(f"{PATH}.{language}.html")
    if printed is None:
        raise not_found(request.path)
    body, text = printed.body, values.get("q", "").strip()
    if text:
        with opened_index(request) as index:
            hits, absent = index.search(text, language, MOST_HITS, values.get("kind", "")), index.absent(text)
        body = results_page(body, language, text, hits, settings.theme_dir, absent)
    return _parts(settings, body, formats.HTML.content_type, (b"content-language", language.encode()))


def _json(settings: Settings, request: Request) -> Parts:
    from ekograph.rendering.search_results import results_json

    values = parameters(request)
    language, text = preferred_language(request, values.get("lang", "")), values.get("q", "")
    limit = integer(values, "limit", _FEW_HITS, (1, MOST_HITS))
    with opened_index(request) as index:
        hits, absent = index.search(text, language, limit, values.get("kind", "")), index.absent(text)
    results = results_json(hits, language, settings.theme_dir)
    document = {"query": text, "language": language, "absent": absent, "results": results}
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return _parts(settings, text.encode(errors="replace"), JSON_FORMAT.media_type)


def _parts(settings: Settings, body: bytes, content_type: str, *fields: tuple[bytes, bytes]) -> Parts:
    body = PublicAddress(settings.public_url).below_path(body, content_type)
    cached = (b"cache-control", CACHE_REVALIDATE)
    return etag_of(body), (*COMMON, (b"content-type", content_type.encode()), *fields, _VARY, cached), body


def preferred_language(request: Request, asked: str) -> str:
    """The language asked for by name, else the one that the client prefers."""
    offered = request.live.snapshot.manifest.languages
    return asked if asked in offered else choose_language(request.field(b"accept-language"), offered)


@contextmanager
def opened_index(request: Request) -> Iterator[Index]:
    """The index of the snapshot in service; a snapshot printed without one has no search."""
    snapshot = request.live.snapshot
    if INDEX not in snapshot.manifest.files:
        raise not_found(request.path)
    # To open a file takes longer than to search it: what is open is used again, by one thread at a time.
    try:
        index = request.live.indexes.pop()
    except IndexError:
        index = Index(snapshot.path / INDEX)
    try:
        yield index
    finally:
        request.live.indexes.append(index)
