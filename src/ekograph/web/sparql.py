"""The endpoint: the query operation of the SPARQL 1.1 Protocol, answered by the engine of the snapshot in service."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ekograph import formats
from ekograph.config import Settings
from ekograph.engine.base import Limits, NotAcceptable, Query, QueryError
from ekograph.formats import Format
from ekograph.web.answering import Answering, problem_of
from ekograph.web.answers import Streamed, unless_gone
from ekograph.web.asgi import Receive, Scope
from ekograph.web.clients import client_of
from ekograph.web.errors import Problem, ProblemError, reply_of, wrong_method
from ekograph.web.headers import COMMON, values
from ekograph.web.negotiation import choose, choose_language
from ekograph.web.query_request import Asked, in_url, read
from ekograph.web.reply import Reply, options
from ekograph.web.service_description import describe
from ekograph.web.tables import in_table

if TYPE_CHECKING:
    from ekograph.web.live import Pair

#: The path of the endpoint.
PATH = "/sparql"

METHODS = ("GET", "HEAD", "POST", "OPTIONS")

#: A longer value of Accept is not remembered.
_REMEMBERED = 1000

_NAMED = {each.name: each for each in (*formats.RESULTS, *formats.RDF)}


class Endpoint:
    """The endpoint of a site with `settings`, whatever stands before it."""

    def __init__(self, settings: Settings, answering: Answering) -> None:
        self._settings = settings
        self._answering = answering

    def takes(self, scope: Scope) -> bool:
        """Whether a request is a query by GET or HEAD, to be answered by `get`."""
        return scope["path"] == PATH and scope["method"] in {"GET", "HEAD"}

    async def get(self, scope: Scope) -> Reply | Streamed:
        """The response to a request without a body; the caller cancels it when the client goes away."""
        try:
            return await self._asked(scope, in_url(scope))
        except ProblemError as error:
            return reply_of(error.problem, scope)

    async def answer(self, scope: Scope, receive: Receive) -> Reply | Streamed:
        """The response to any request; raises ProblemError, and ClientGoneError when the client goes away."""
        if scope["method"] == "OPTIONS":
            return options(METHODS)
        if scope["method"] not in METHODS:
            raise ProblemError(wrong_method(scope["method"], METHODS))
        asked = await read(scope, receive, Limits.query_kb * 1024)
        return await unless_gone(self._asked(scope, asked), receive)

    async def _asked(self, scope: Scope, asked: Asked) -> Reply | Streamed:
        if asked.text is None:
            return self._without_query(scope)
        accept = values(scope["headers"], b"accept")
        query = _query(scope, asked, accept, self._settings)
        if _is_for_people(asked, accept) and (form := _printed(scope)):
            return await _in_table(scope, query, *form)
        return await self._answering.respond(scope, query)

    def _without_query(self, scope: Scope) -> Reply:
        """The editor's page to people, the service description to programs (SPARQL 1.1 Service Description)."""
        if scope["method"] == "POST":
            raise ProblemError(Problem(400, "no_query"))
        form = choose(values(scope["headers"], b"accept"), (*formats.RDF, formats.HTML))
        if form is None:
            raise ProblemError(problem_of(NotAcceptable(), PATH, (*formats.RDF, formats.HTML)))
        if form is formats.HTML and (page := _page(scope)):
            return page
        form = form if form is not formats.HTML else formats.TURTLE
        pair: Pair = scope["ekograph.pair"]
        body = describe(pair.snapshot.manifest, f"{self._settings.address}{PATH}", self._settings, form)
        return _reply(body, form)


def _page(scope: Scope) -> Reply | None:
    """The page with the form, if one was printed."""
    form = _printed(scope)
    return _reply(form[0], formats.HTML, (b"content-language", form[1].encode())) if form else None


def _printed(scope: Scope) -> tuple[bytes, str] | None:
    """The page with the form as it was printed in the language wanted most, and that language."""
    pair: Pair = scope["ekograph.pair"]
    language = choose_language(values(scope["headers"], b"accept-language"), pair.snapshot.manifest.languages)
    printed = pair.table.answers.get(f"{PATH}.{language}.html")
    return (printed.body, language) if printed else None


def _is_for_people(asked: Asked, accept: tuple[str, ...]) -> bool:
    """Whether a page with the answer is wanted most, by Accept or by the field `format` of a form."""
    if not any("text/html" in line for line in accept) or asked.format in _NAMED:
        return False
    return asked.format == formats.HTML.name or choose(accept, (*formats.RESULTS, formats.HTML)) is formats.HTML


async def _in_table(scope: Scope, query: Query, printed: bytes, language: str) -> Reply:
    try:
        return await in_table(scope, query, printed, language)
    except QueryError as error:
        raise ProblemError(problem_of(error, PATH)) from error


def _reply(body: bytes, form: Format, *more: tuple[bytes, bytes]) -> Reply:
    content_type = (b"content-type", form.content_type.encode())
    length = (b"content-length", str(len(body)).encode())
    return Reply(200, [*COMMON, content_type, length, (b"vary", b"Accept, Accept-Language"), *more], body)


def _query(scope: Scope, asked: Asked, accept: tuple[str, ...], settings: Settings) -> Query:
    """The query, and the formats that the client wants most.

    A form on a page cannot set Accept: to whom a page is acceptable, its field `format` counts.
    """
    results, graph = _wanted(accept) if sum(map(len, accept)) <= _REMEMBERED else _wanted.__wrapped__(accept)
    named = _NAMED.get(asked.format)
    if named and any("text/html" in line for line in accept):
        results, graph = (named, graph) if named in formats.RESULTS else (results, named)
    return Query(
        text=asked.text or "",
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
        results=results,
        graph=graph,
        client=client_of(scope, settings.trusted_proxy),
    )


# Libraries send a handful of values, the same with each request.
@lru_cache(maxsize=256)
def _wanted(accept: tuple[str, ...]) -> tuple[Format | None, Format | None]:
    """The format wanted most for solutions, and that for graphs."""
    return choose(accept, formats.RESULTS), choose(accept, formats.RDF)
