"""The addresses of the Reconciliation API, by which others match their lists to the things of the site."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any

from ekograph.config import Settings
from ekograph.rdf import formats
from ekograph.rdf.vocab import TYPE
from ekograph.search import reconciler
from ekograph.search.reconciler import BadQueriesError, DescribedThing, Reconciler
from ekograph.web.api.routes import Route, in_thread, texts
from ekograph.web.api.search import opened_index, preferred_language
from ekograph.web.contract import Application, Request
from ekograph.web.http.headers import COMMON
from ekograph.web.http.parameters import FORM, MOST_BYTES, form, integer, parameters, read_body
from ekograph.web.http.problems import Problem, ProblemError, not_found
from ekograph.web.http.response import JSON, RawResponse, json_response, redirect

#: So many properties are shown of a thing beside a suggestion.
_SHOWN = 8

#: Suggestions and properties of one answer.
_MOST, _FEW = 200, 20

#: A preview stands in a frame on a page of others, which all else of the site does not.
_IN_A_FRAME = (
    *(field for field in COMMON if field[0] != b"content-security-policy"),
    (b"content-security-policy", b"default-src 'none'; style-src 'self'"),
)


def routes(settings: Settings) -> list[Route]:
    """The addresses below /reconcile."""
    language = texts(lang=("Language of the names in the answer.", "en", "fi", "sv"))
    asking = {"queries": {"type": "string"}, "extend": {"type": "string"}, **language}
    get, post = ("GET", "HEAD"), ("POST",)
    api = "Reconciliation API 0.2"

    def route(path: str, make: Callable[..., Application], summary: str, *names: str, types: str = JSON) -> Route:
        made = in_thread(partial(make, settings))
        return Route(f"/reconcile/{path}", made, f"{api}: {summary}", get, texts(*names) | language, types=(types,))

    html = formats.HTML.media_type
    return [
        Route(
            "/reconcile",
            partial(_asked, settings),
            f"{api}: manifest, or answers to queries",
            get + post,
            asking,
            {FORM: {"type": "object", "properties": asking}},
        ),
        Route(
            "/reconcile/match",
            partial(_matched, settings),
            "Reconciliation API, draft of 1.0: answers to queries",
            post,
            body={JSON: {"type": "object"}},
        ),
        route("suggest/{kind}", _suggested, "suggest", "prefix", "cursor"),
        route("flyout/{kind}", _flyout, "what to show beside a suggestion", "id"),
        route("properties", _proposed, "properties of a type", "type", "limit"),
        route("preview", _preview, "preview", "id", types=html),
        Route(
            "/reconcile/view",
            in_thread(partial(_viewed, settings)),
            f"{api}: to the page of an entity",
            get,
            texts("id"),
            success=303,
        ),
    ]


async def _asked(settings: Settings, request: Request) -> Application:
    values = parameters(request) | (dict(await form(request)) if request.method == "POST" else {})
    return await asyncio.to_thread(_answers, settings, request, values)


def _answers(settings: Settings, request: Request, values: dict[str, str]) -> RawResponse:
    with _service(settings, request, values) as service:
        if queries := values.get("queries"):
            return json_response(reconciler.reconcile(service, reconciler.read_queries(queries)))
        if asked := values.get("extend"):
            return json_response(reconciler.extend(service, asked))
        extends = not request.live.snapshot.manifest.large
        return json_response(reconciler.manifest(service, settings.address, extends=extends))


async def _matched(settings: Settings, request: Request) -> Application:
    body = await read_body(request, MOST_BYTES, Problem(413, "body_too_large", {"limit": MOST_BYTES // 1000}))
    return await asyncio.to_thread(_matches, settings, request, body.decode(errors="replace"))


def _matches(settings: Settings, request: Request, text: str) -> RawResponse:
    with _service(settings, request, parameters(request)) as service:
        answers = reconciler.reconcile(service, reconciler.read_conditions(text))
        return json_response({"results": [{"candidates": answer["result"]} for answer in answers.values()]})


def _suggested(settings: Settings, request: Request, kind: str) -> RawResponse:
    values = parameters(request)
    start = integer(values, "cursor", 0, (0, _MOST))
    with _service(settings, request, values) as service:
        _known(kind, request)
        return json_response(reconciler.suggest(service, kind, values.get("prefix", ""), start, _FEW))


def _flyout(settings: Settings, request: Request, kind: str) -> RawResponse:
    values = parameters(request)
    _known(kind, request)
    with _service(settings, request, values) as service:
        identifier = values.get("id", "")
        return json_response({"id": identifier, "html": _shown(service, kind, identifier, request)})


def _proposed(settings: Settings, request: Request) -> RawResponse:
    values = parameters(request)
    limit = integer(values, "limit", _FEW, (1, _MOST))
    with _service(settings, request, values) as service:
        return json_response(reconciler.propose(service, values.get("type", ""), limit))


def _preview(settings: Settings, request: Request) -> RawResponse:
    from ekograph.rendering.layout import addresses

    values = parameters(request)
    with _service(settings, request, values) as service:
        shown = _shown(service, "entity", values.get("id", ""), request)
    style = f"{settings.address}{addresses()['style.css']}"
    page = (
        f'<!DOCTYPE html><html lang="{service.language}"><head><meta charset="utf-8"><title>{service.types.get("", "")}'
        f'</title><link rel="stylesheet" href="{style}"></head><body>{shown}</body></html>'
    ).encode()
    fields = (b"content-type", formats.HTML.content_type.encode()), (b"content-length", b"%d" % len(page))
    return RawResponse(200, _IN_A_FRAME, page, fields)


def _viewed(settings: Settings, request: Request) -> RawResponse:
    with _service(settings, request, {}) as service:
        listed = service.index.named(service.iri(parameters(request).get("id", "")))
        if not listed:
            raise not_found(request.path)
        return redirect(settings.address + listed[0].page)


def _known(kind: str, request: Request) -> None:
    if kind not in {"entity", "type", "property"}:
        raise not_found(request.path)


def _shown(service: Reconciler, kind: str, identifier: str, request: Request) -> str:
    """A few lines of HTML about an entity, a type or a property."""
    from markupsafe import escape

    iri = service.iri(identifier)
    listed = service.index.named(iri)
    if kind == "entity" and not listed:
        raise not_found(request.path)
    name = listed[0].name(service.language).text if listed else ""
    name = (service.types.get(iri) if kind == "type" else "") or name or service.property_name(iri)
    notation = f" <code>{escape(listed[0].notation)}</code>" if listed and listed[0].notation else ""
    rows = "".join(
        f"<dt>{escape(service.property_name(iri))}</dt><dd>{escape(', '.join(texts))}</dd>"
        for iri, texts in _facts(service, service.description(iri)).items()
    )
    return f"<p><strong>{escape(name)}</strong>{notation}</p><dl>{rows}</dl><p><small>{escape(iri)}</small></p>"


def _facts(service: Reconciler, description: DescribedThing) -> Mapping[str, list[str]]:
    """The first values of some properties, by the names they have in the language."""
    asked = [iri for iri in description.values if iri != TYPE.value][:_SHOWN]
    cells: dict[str, list[dict[str, Any]]] = {
        iri: reconciler.cells(service, description, {"id": iri, "settings": {"limit": 3}}) for iri in asked
    }
    return {iri: [str(next(iter(reversed(cell.values())), "")) for cell in row] for iri, row in cells.items()}


@contextmanager
def _service(settings: Settings, request: Request, values: Mapping[str, str]) -> Iterator[Reconciler]:
    """What answers a request; what cannot be read of it is a problem of it."""
    language, table = preferred_language(request, values.get("lang", "")), request.live.table

    @lru_cache(maxsize=1000)
    def described(page: str) -> bytes | None:
        answer = None if request.live.snapshot.manifest.large else table.answers.get(f"{page}.nt")
        return answer.body if answer else None

    @lru_cache(maxsize=1)
    def vocabulary() -> DescribedThing:
        return DescribedThing.read("", described("/def") or b"")

    def property_name(iri: str) -> str:
        # Loaded when it is asked for, with all that pages need.
        from ekograph.rendering.view import name

        labels = vocabulary().names.get(iri, ())
        by_language = {label.language: label.value for label in reversed(labels)}
        named = by_language.get(language) or next(iter(by_language.values()), "")
        return named or name(iri, language) or re.split("[/#]", iri)[-1] or iri

    with opened_index(request) as index:
        try:
            yield Reconciler(index, settings.base, language, index.names(language), property_name, described)
        except BadQueriesError as error:
            raise ProblemError(Problem(400, "bad_queries", {"reason": str(error)})) from error
