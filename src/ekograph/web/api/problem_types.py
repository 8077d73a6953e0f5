"""The types of problems (RFC 9457, section 3.1.1): a page each, which says what has happened and what to do."""

from __future__ import annotations

import asyncio
from string import Formatter

from ekograph.i18n import Messages
from ekograph.rdf import formats
from ekograph.web.api.routes import Route
from ekograph.web.contract import Application, Request
from ekograph.web.http.headers import CACHE_REVALIDATE
from ekograph.web.http.problems import language_of, not_found
from ekograph.web.http.response import response


def route() -> Route:
    """The address of the types, in the language that it names, as in /problems/not_found.sv.html, or that is wanted."""
    return Route("/problems/{name}", _page, "What a kind of problem means", types=(formats.HTML.media_type,))


async def _page(request: Request, name: str) -> Application:
    language = language_of(request)
    texts = _texts(name.partition(".")[0], language)
    if not texts:
        raise not_found(request.path)
    body = await asyncio.to_thread(_written, texts, language)
    fields = ((b"content-language", language.encode()), (b"vary", b"Accept-Language"))
    return response(body, formats.HTML.content_type, *fields, (b"cache-control", CACHE_REVALIDATE))


def _texts(key: str, language: str) -> list[str]:
    """The title of a kind of problem, then what is told of it, with dots for what differs."""
    messages = Messages("web", language)
    keys = [item for item in messages if item.startswith(f"{key}.")]
    places = {
        item: {name: "…" for _, name, _, _ in Formatter().parse(messages.template(item)) if name} for item in keys
    }
    return [messages(item, **places[item]) for item in sorted(keys, key=lambda item: not item.endswith(".title"))]


def _written(texts: list[str], language: str) -> bytes:
    # Most servers never render such a page.
    from ekograph.rendering.pages import Failure, error_page

    title, detail, *others = *texts, ""
    return error_page(language, Failure(0, title, detail, [(text, "") for text in others if text]))
