"""Lists narrowed by facets, over HTTP: as pages, as tables and as JSON, each at one address."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ekograph.config import Settings
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.search.facets import UnknownFilterError
from ekograph.urls import link
from ekograph.web.api.routes import Route, texts
from ekograph.web.api.search import JSON_FORMAT, opened_index, preferred_language
from ekograph.web.contract import Application, Parts, Request
from ekograph.web.http.headers import CACHE_REVALIDATE, COMMON
from ekograph.web.http.negotiation import choose
from ekograph.web.http.parameters import integer, pairs
from ekograph.web.http.problems import Problem, ProblemError, not_acceptable, not_found
from ekograph.web.http.response import PreparedAnswer, etag_of
from ekograph.web.service.public_address import PublicAddress

if TYPE_CHECKING:
    from ekograph.rendering.browsing import Browse

_CSV = Format("csv", "text/csv", "csv", "table")

#: A list has at most so many filters, and pages.
MOST_FILTERS, MOST_PAGES = 8, 1_000_000

_VARY = (b"vary", b"Accept, Accept-Language, Accept-Encoding")

# Combinations are without end: search engines read the lists of the site.
_NO_INDEX = (b"x-robots-tag", b"noindex, follow")


def routes(settings: Settings) -> list[Route]:
    """The address /browse and those of its forms."""
    parameters = texts(
        q=("Words to look for, in any language.", "Turku"),
        type=("The IRI of a class.",),
        scheme=("The IRI of a concept scheme.",),
        language=("The tag of a language that texts are in.", "en"),
        sort=("name, notation or newest.", "name"),
        page=("The number of the page.", "2"),
    )
    types = (formats.HTML.media_type, JSON_FORMAT.media_type, _CSV.media_type)
    make = partial(_browse, settings)
    summary = "List things by type, scheme, language, and each property with few values, under its prefixed name"
    return [
        Route("/browse", make, summary, parameters=parameters, types=types),
        Route("/browse.json", partial(make, form="json"), f"{summary}: JSON", parameters=parameters, types=types[1:2]),
        Route("/browse.csv", partial(make, form="csv"), f"{summary}: CSV", parameters=parameters, types=types[2:]),
        Route("/browse.{lang}.html", make, f"{summary}: page", parameters=parameters, types=types[:1]),
    ]


async def _browse(settings: Settings, request: Request, form: str = "", lang: str = "") -> Application:
    """The list, as it was made before if it was, whatever the order of its parameters."""
    # The templates take longer to load than most answers to make; a server that is never browsed spares that.
    from ekograph.rendering.browsing import SORTINGS, Browse

    form = f"{lang}.html" if lang else form or _chosen(request)
    named = pairs(request.query)
    values = dict(named)
    browse = Browse.of(named, integer(values, "page", 1, (1, MOST_PAGES)))
    language = lang or preferred_language(request, browse.language)
    if form == formats.HTML.suffix:
        form = f"{language}.html"
    if form.endswith(".html"):
        browse = replace(browse, language="")
    if browse.sorting not in {"", *SORTINGS}:
        raise ProblemError(Problem(422, "wrong_parameter", {"name": "sort", "value": browse.sorting[:100]}))
    if len(browse.filters) > MOST_FILTERS:
        raise ProblemError(Problem(422, "too_many_filters", {"limit": MOST_FILTERS}))
    cache, key = request.live.repeated, (b"browse", form.encode(), language.encode(), browse.query.encode())
    parts = cache.find(key)
    if parts is None:
        parts = await asyncio.to_thread(_parts, settings, request, browse, form, language)
        cache.put(key, parts)
    return PreparedAnswer(*parts).respond(request)


def _chosen(request: Request) -> str:
    """The form that the client accepts most of those at /browse."""
    offered = (formats.HTML, JSON_FORMAT, _CSV)
    accepted = choose(request.field(b"accept"), offered)
    if accepted is None:
        raise not_acceptable([(form.media_type, f"/browse.{form.suffix}") for form in offered])
    return accepted.suffix


def _parts(settings: Settings, request: Request, browse: Browse, form: str, language: str) -> Parts:
    """The answer with a list, made now; raises ProblemError."""
    from ekograph.rendering import browsing

    printed = request.live.table.answers.get(f"{browsing.FORM}.{language}.html")
    if printed is None:
        raise not_found(request.path)
    try:
        with opened_index(request) as index:
            if form == "json":
                kind = JSON_FORMAT.media_type
                body = json.dumps(browsing.browse_json(index, browse, language), ensure_ascii=False).encode()
            elif form == "csv":
                kind, body = "text/csv; charset=utf-8", browsing.browse_csv(index, browse, language)
            else:
                kind = formats.HTML.content_type
                body = browsing.browse_page(printed.body, language, index, browse, settings.theme_dir)
    except IndexError:
        raise not_found(request.path) from None
    except UnknownFilterError as error:
        raise ProblemError(Problem(404, "no_such_filter", {"filter": str(error)[:100]})) from error
    canonical = link(f"{settings.address}{browse.address(form)}", "canonical").encode()
    fields = [(b"content-type", kind.encode()), (b"content-language", language.encode()), (b"link", canonical)]
    body = PublicAddress(settings.public_url).below_path(body, kind)
    return etag_of(body), (*COMMON, *fields, _VARY, _NO_INDEX, (b"cache-control", CACHE_REVALIDATE)), body
