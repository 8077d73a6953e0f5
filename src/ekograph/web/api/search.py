"""The search: a page to people, JSON to programs, and the Reconciliation API to those who match lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import JSONResponse

from ekograph.config import Settings
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.search.index import INDEX
from ekograph.search.query import Hit, Index
from ekograph.search.reconciliation import BadQueriesError, candidates, manifest, read_queries, reconcile
from ekograph.web.http.headers import values
from ekograph.web.http.negotiation import choose, choose_language
from ekograph.web.http.problems import Problem, ProblemError, not_acceptable, not_found
from ekograph.web.service.live import Deployment

JSON = Format("json", "application/json", "json", "search")

#: Hits of one answer.
MOST_HITS = 50

_Text = Annotated[str, Query(alias="q", description="Words to look for, in any language.")]
_Language = Annotated[str, Query(alias="lang", description="Language of the names in the answer.")]
_Kind = Annotated[str, Query(description="The IRI of a class, or a group of the site's search.")]
_Limit = Annotated[int, Query(ge=1, le=MOST_HITS)]


def router(settings: Settings) -> APIRouter:
    """The addresses /search and /reconcile."""
    routes = APIRouter()
    _search_at(routes, settings.theme_dir)
    _reconcile_at(routes, settings)
    return routes


def _search_at(routes: APIRouter, theme: Path | None) -> None:
    """Add the addresses of the search."""

    @routes.api_route("/search", methods=["GET", "HEAD"], summary="Search the names of things")
    def search(request: Request, text: _Text = "", lang: _Language = "", kind: _Kind = "") -> Response:
        """The page to whom a page is acceptable, else JSON."""
        accept = values(request.scope["headers"], b"accept")
        form = choose(accept, (formats.HTML, JSON))
        if form is None:
            raise ProblemError(not_acceptable([("text/html", "/search"), ("application/json", "/search.json")]))
        answer = _page if form is formats.HTML else _json
        response = answer(request, text, _spoken(request, lang), kind, MOST_HITS, theme)
        response.headers["vary"] = "Accept, Accept-Language"
        return response

    @routes.api_route("/search.json", methods=["GET", "HEAD"], summary="Search, answered in JSON")
    def search_json(
        request: Request, text: _Text = "", lang: _Language = "", kind: _Kind = "", limit: _Limit = 20
    ) -> Response:
        return _json(request, text, _spoken(request, lang), kind, limit, theme)

    @routes.api_route("/search.{lang}.html", methods=["GET", "HEAD"], summary="Search, answered in a page")
    def search_page(request: Request, lang: str, text: _Text = "", kind: _Kind = "") -> Response:
        return _page(request, text, lang, kind, MOST_HITS, theme)


def _reconcile_at(routes: APIRouter, settings: Settings) -> None:
    """Add the addresses of the Reconciliation API."""

    @routes.api_route("/reconcile", methods=["GET", "HEAD"], summary="Reconciliation API 0.2: manifest, or queries")
    def reconcile_get(request: Request, queries: str = "", lang: _Language = "") -> Response:
        return _reconciled(request, queries, _spoken(request, lang), settings)

    @routes.post("/reconcile", summary="Reconciliation API 0.2: queries")
    def reconcile_post(request: Request, queries: Annotated[str, Form()] = "", lang: _Language = "") -> Response:
        return _reconciled(request, queries, _spoken(request, lang), settings)

    @routes.api_route("/reconcile/suggest/entity", methods=["GET", "HEAD"], summary="Reconciliation API 0.2: suggest")
    def suggest(request: Request, prefix: str = "", lang: _Language = "") -> Response:
        language = _spoken(request, lang)
        with _index(request) as index:
            hits, names = index.search(prefix, language, MOST_HITS), index.names(language)
        return JSONResponse({"result": candidates(hits, prefix, settings.base, names)})


def _page(  # noqa: PLR0913, PLR0917
    request: Request, text: str, language: str, kind: str, limit: int, theme: Path | None
) -> Response:
    # The templates take longer to load than most answers to make; a server that is never searched spares that.
    from ekograph.rendering.search_results import FORM, results_page

    printed = _pair(request).table.answers.get(f"{FORM}.{language}.html")
    if printed is None:
        raise ProblemError(not_found(request.url.path))
    body: bytes = printed.body
    if text.strip():
        with _index(request) as index:
            body = results_page(body, language, text.strip(), index.search(text, language, limit, kind), theme)
    return Response(body, media_type="text/html", headers={"content-language": language})


def _json(  # noqa: PLR0913, PLR0917
    request: Request, text: str, language: str, kind: str, limit: int, theme: Path | None
) -> Response:
    from ekograph.rendering.search_results import results_json

    with _index(request) as index:
        hits: Sequence[Hit] = index.search(text, language, limit, kind)
    return JSONResponse({"query": text, "language": language, "results": results_json(hits, language, theme)})


def _reconciled(request: Request, queries: str, language: str, settings: Settings) -> Response:
    with _index(request) as index:
        names = index.names(language)
        if not queries:
            types = [(iri, name) for iri, name in names.items() if iri]
            return JSONResponse(manifest(names.get("", "ekograph"), settings.base, settings.address, types))
        try:
            found: dict[str, Any] = reconcile(index, read_queries(queries), language, settings.base, names)
        except BadQueriesError as error:
            raise ProblemError(Problem(400, "bad_queries", {"reason": str(error)})) from error
    return JSONResponse(found)


def _spoken(request: Request, asked: str) -> str:
    """The language asked for by name, else the one that the client prefers."""
    offered = _pair(request).snapshot.manifest.languages
    return asked if asked in offered else choose_language(values(request.scope["headers"], b"accept-language"), offered)


@contextmanager
def _index(request: Request) -> Iterator[Index]:
    """The index of the snapshot in service; a snapshot printed without one has no search."""
    path = _pair(request).snapshot.path / INDEX
    if not path.is_file():
        raise ProblemError(not_found(request.url.path))
    with closing(Index(path)) as index:
        yield index


def _pair(request: Request) -> Deployment:
    pair: Deployment = request.scope["ekograph.pair"]
    return pair
