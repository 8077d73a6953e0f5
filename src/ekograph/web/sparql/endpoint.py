"""The endpoint: the query operation of the SPARQL 1.1 Protocol, answered by the engine of the snapshot in service."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ekograph.config import Settings
from ekograph.engine.contract import Limits, Query
from ekograph.engine.errors import QueryError
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.web.http.asgi import Application, Receive, Scope
from ekograph.web.http.client_address import client_of
from ekograph.web.http.headers import COMMON, by_name, values
from ekograph.web.http.negotiation import choose, choose_language
from ekograph.web.http.problems import Problem, ProblemError, reply_of, wrong_method
from ekograph.web.http.response import Fields, RawResponse, options
from ekograph.web.http.streaming import cancel_on_disconnect
from ekograph.web.sparql.answering import Answering, Pending, problem_of
from ekograph.web.sparql.html_results import in_table
from ekograph.web.sparql.request import Asked, in_url, read
from ekograph.web.sparql.service_description import describe

if TYPE_CHECKING:
    from ekograph.web.service.live import Deployment

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
        """Whether a request is a query by GET or HEAD."""
        return scope["path"] == PATH and scope["method"] in {"GET", "HEAD"}

    def begin(self, scope: Scope, fields: Fields) -> RawResponse | Pending | None:
        """Begin to answer a request without a body; None where a page is wanted, which takes longer to begin."""
        try:
            return self._begin(scope, fields, in_url(scope))
        except ProblemError as error:
            return reply_of(error.problem, scope)

    async def answer(self, scope: Scope, receive: Receive) -> RawResponse | Application:
        """The response to any request; raises ClientGoneError when the client goes away."""
        if scope["method"] == "OPTIONS":
            return options(METHODS)
        try:
            if scope["method"] not in METHODS:
                raise ProblemError(wrong_method(scope["method"], METHODS))
            asked = await read(scope, receive, Limits.query_kb * 1024)
            return await cancel_on_disconnect(self._answered(scope, asked), receive)
        except ProblemError as error:
            return reply_of(error.problem, scope)

    async def _answered(self, scope: Scope, asked: Asked) -> RawResponse | Application:
        fields = by_name(scope["headers"])
        begun = self._begin(scope, fields, asked)
        if begun is None:
            return await _in_table(scope, _query(scope, fields, asked, self._settings))
        return begun if isinstance(begun, RawResponse) else await begun.wait()

    def _begin(self, scope: Scope, fields: Fields, asked: Asked) -> RawResponse | Pending | None:
        if asked.text is None:
            return self._without_query(scope)
        if _is_for_people(asked, fields) and _printed(scope):
            return None
        return self._answering.begin(scope, fields, _query(scope, fields, asked, self._settings))

    def _without_query(self, scope: Scope) -> RawResponse:
        """The editor's page to people, the service description to programs (SPARQL 1.1 Service Description)."""
        if scope["method"] == "POST":
            raise ProblemError(Problem(400, "no_query"))
        form = choose(values(scope["headers"], b"accept"), (*formats.RDF, formats.HTML))
        if form is None:
            raise ProblemError(problem_of(QueryError("not_acceptable"), PATH, (*formats.RDF, formats.HTML)))
        if form is formats.HTML and (page := _page(scope)):
            return page
        form = form if form is not formats.HTML else formats.TURTLE
        pair: Deployment = scope["ekograph.pair"]
        body = describe(pair.snapshot.manifest, f"{self._settings.address}{PATH}", self._settings, form)
        return _reply(body, form)


def _page(scope: Scope) -> RawResponse | None:
    """The page with the form, if one was printed."""
    form = _printed(scope)
    return _reply(form[0], formats.HTML, (b"content-language", form[1].encode())) if form else None


def _printed(scope: Scope) -> tuple[bytes, str] | None:
    """The page with the form as it was printed in the language wanted most, and that language."""
    pair: Deployment = scope["ekograph.pair"]
    language = choose_language(values(scope["headers"], b"accept-language"), pair.snapshot.manifest.languages)
    printed = pair.table.answers.get(f"{PATH}.{language}.html")
    return (printed.body, language) if printed else None


def _is_for_people(asked: Asked, fields: Fields) -> bool:
    """Whether a page with the answer is wanted most, by Accept or by the field `format` of a form."""
    accept = fields.get(b"accept", b"")
    if b"text/html" not in accept or asked.format in _NAMED:
        return False
    wanted = choose((accept.decode("latin-1"),), (*formats.RESULTS, formats.HTML))
    return asked.format == formats.HTML.name or wanted is formats.HTML


async def _in_table(scope: Scope, query: Query) -> RawResponse:
    form = _printed(scope)
    if form is None:
        raise RuntimeError("no page was printed for answers")
    try:
        return await in_table(scope, query, *form)
    except QueryError as error:
        raise ProblemError(problem_of(error, PATH)) from error


def _reply(body: bytes, form: Format, *more: tuple[bytes, bytes]) -> RawResponse:
    content_type = (b"content-type", form.content_type.encode())
    length = (b"content-length", str(len(body)).encode())
    return RawResponse(200, [*COMMON, content_type, length, (b"vary", b"Accept, Accept-Language"), *more], body)


def _query(scope: Scope, fields: Fields, asked: Asked, settings: Settings) -> Query:
    """The query, and the formats that the client wants most.

    A form on a page cannot set Accept: to whom a page is acceptable, its field `format` counts.
    """
    accept = fields.get(b"accept", b"")
    results, graph = _accepted_format(accept) if len(accept) <= _REMEMBERED else _accepted_format.__wrapped__(accept)
    if asked.format and b"text/html" in accept and (named := _NAMED.get(asked.format)):
        results, graph = (named, graph) if named in formats.RESULTS else (results, named)
    client = client_of(scope, settings.trusted_proxy)
    return Query(asked.text or "", asked.default_graphs, asked.named_graphs, results, graph, client)


# Libraries send a handful of values, the same with each request.
@lru_cache(maxsize=256)
def _accepted_format(accept: bytes) -> tuple[Format | None, Format | None]:
    """The format wanted most for solutions, and that for graphs."""
    lines = (accept.decode("latin-1"),)
    return choose(lines, formats.RESULTS), choose(lines, formats.RDF)
