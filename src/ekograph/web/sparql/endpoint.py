"""The endpoint: the query operation of the SPARQL 1.1 Protocol, answered by the engine of the snapshot in service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import lru_cache, partial
from typing import Any

from ekograph.config import Settings
from ekograph.engine.contract import Limits, Query
from ekograph.engine.diagnostics.lexer import TEXT_SEARCH
from ekograph.engine.direct.protocol import Terms
from ekograph.engine.errors import QueryError
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.web.api.routes import Route, no_task, texts
from ekograph.web.api.search import opened_index
from ekograph.web.contract import Application, Request
from ekograph.web.http.headers import NO_STORE
from ekograph.web.http.negotiation import choose, choose_language, takes_gzip
from ekograph.web.http.parameters import FORM
from ekograph.web.http.problems import Deferred, Problem, ProblemError
from ekograph.web.http.response import GZIP_FROM, PreparedAnswer, RawResponse, response
from ekograph.web.http.streaming import cancel_on_disconnect
from ekograph.web.sparql.answering import Answering, head_of, key_of, problem_of, request_key
from ekograph.web.sparql.direct import Kind, RequestParts, closes
from ekograph.web.sparql.request import QUERY, ProtocolQuery, content_type, in_body, in_url
from ekograph.web.sparql.service_description import describe
from ekograph.web.sparql.text_search import rewritten

#: The path of the endpoint.
PATH = "/sparql"

#: A longer value of Accept is not remembered.
_REMEMBERED = 1000

_NAMED = {form.name: form for form in (*formats.RESULTS, *formats.RDF)}

_VARY = (b"vary", b"Accept, Accept-Language")


def documented() -> list[Route]:
    """The endpoint in the OpenAPI document."""
    types = (*(form.media_type for form in (*formats.RESULTS, *formats.RDF)), formats.HTML.media_type)
    graphs: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
    parameters = texts(query=("A query in SPARQL 1.1.", "SELECT * { ?s ?p ?o } LIMIT 10"))
    parameters |= {"default-graph-uri": graphs, "named-graph-uri": graphs}
    form: dict[str, Any] = {"type": "object", "required": ["query"], "properties": {"query": {"type": "string"}}}
    body = {FORM: form, QUERY: {"type": "string"}}
    return [Route(PATH, no_task, "Ask the dataset in SPARQL 1.1", Endpoint.methods, parameters, body, types)]


class Endpoint:
    """The endpoint of a site with `settings`."""

    methods = ("GET", "HEAD", "POST")

    def __init__(self, settings: Settings, answering: Answering) -> None:
        self._settings = settings
        self._answering = answering
        self._kinds = 0

    def respond(self, request: Request) -> Application:
        """The response to a query; raises ProblemError."""
        if request.method == "POST":
            return Deferred(request, self._posted)
        if request.query and (parts := request.live.repeated.find(request_key(request))):
            return PreparedAnswer(*parts).unless_fresh(request.fields)
        return self._answer(request, in_url(request.query))

    async def _posted(self, request: Request) -> Application:
        return self._answer(request, await in_body(request, Limits.query_kb * 1024))

    def _answer(self, request: Request, asked: ProtocolQuery) -> Application:
        if asked.text is None:
            return self._without_query(request)
        if TEXT_SEARCH in asked.text:
            return Deferred(request, partial(self._searched, asked))
        return self._start(request, asked)

    async def _searched(self, asked: ProtocolQuery, request: Request) -> Application:
        """The answer to a query that searches, once what it looks for is found."""
        text = await asyncio.to_thread(_with_search_results, request, asked.text or "")
        return self._start(request, asked._replace(text=text))

    def _start(self, request: Request, asked: ProtocolQuery) -> Application:
        accept = request.fields.get(b"accept", b"")
        query = self._query(request, asked, accept)
        if b"text/html" in accept and _wants_page(asked, accept) and (form := _form(request)):
            return Deferred(request, partial(_in_page, query, *form))
        return self._answering.start(request, query)

    def kind(self, request: Request, parts: RequestParts) -> Kind | None:
        """How a worker answers requests with these parts; None where it cannot. Raises ProblemError."""
        accept = request.fields.get(b"accept", b"")
        if b"text/html" in accept or request.method not in {"GET", "POST"}:
            return None
        media_type, charset = content_type(request) if request.method == "POST" else ("", "utf-8")
        if charset.lower() != "utf-8":
            return None
        query = self._query(request, ProtocolQuery(""), accept)
        gzip = takes_gzip(request.fields.get(b"accept-encoding", b"identity"))
        snapshot, closing, proxy = request.live.snapshot.name, closes(request), self._settings.trusted_proxy
        forms = filter(None, (query.results, query.graph))
        terms = Terms(
            *parts,
            media_type=media_type,
            results=query.results.name if query.results else None,
            graph=query.graph.name if query.graph else None,
            key=key_of(snapshot, query, gzip=gzip),
            heads={form.name: head_of(snapshot, form) + b"connection: close\r\n" * closing for form in forms},
            path=request.scope["path"],
            gzip_from=GZIP_FROM if gzip else 0,
            closes=closing,
            forwarded=request.fields.get(b"x-forwarded-for", b"") if proxy else b"",
        )
        self._kinds += 1
        return Kind(self._kinds, terms, proxy)

    def _without_query(self, request: Request) -> RawResponse:
        """The editor's page to people, the service description to programs (SPARQL 1.1 Service Description)."""
        if request.method == "POST":
            raise ProblemError(Problem(400, "no_query"))
        accepted = choose(request.field(b"accept"), (*formats.RDF, formats.HTML))
        if accepted is None:
            raise ProblemError(problem_of(QueryError("not_acceptable"), PATH, (*formats.RDF, formats.HTML)))
        if accepted is formats.HTML and (form := _form(request)):
            return response(form[0], formats.HTML.content_type, (b"content-language", form[1].encode()), _VARY)
        accepted = accepted if accepted is not formats.HTML else formats.TURTLE
        manifest = request.live.snapshot.manifest
        body = describe(manifest, f"{self._settings.address}{PATH}", self._settings, accepted)
        return response(body, accepted.content_type, _VARY)

    def _query(self, request: Request, asked: ProtocolQuery, accept: bytes) -> Query:
        """The query, and the formats that the client wants most.

        A form on a page cannot set Accept: to whom a page is acceptable, its field `format` counts.
        """
        accepted = _accepted_formats if len(accept) <= _REMEMBERED else _accepted_formats.__wrapped__
        results, graph = accepted(accept)
        if asked.format and b"text/html" in accept and (named := _NAMED.get(asked.format)):
            results, graph = (named, graph) if named in formats.RESULTS else (results, named)
        client = request.client(self._settings.trusted_proxy)
        return Query(asked.text or "", asked.default_graphs, asked.named_graphs, results, graph, client)


def _with_search_results(request: Request, text: str) -> str:
    """A query with the things that it searches for; raises ProblemError."""
    first = request.live.snapshot.manifest.languages[0]
    with opened_index(request) as index:
        return rewritten(
            text, lambda words, tag, most: [(hit.iri, hit.score) for hit in index.search(words, tag or first, most)]
        )


def _form(request: Request) -> tuple[bytes, str] | None:
    """The page with the form as it was printed in the language wanted most, and that language."""
    language = choose_language(request.field(b"accept-language"), request.live.snapshot.manifest.languages)
    printed = request.live.table.answers.get(f"{PATH}.{language}.html")
    return (printed.body, language) if printed else None


def _wants_page(asked: ProtocolQuery, accept: bytes) -> bool:
    """Whether a page with the answer is wanted most, by Accept or by the field `format` of a form."""
    if asked.format in _NAMED:
        return False
    preferred = choose((accept.decode("latin-1"),), (*formats.RESULTS, formats.HTML))
    return asked.format == formats.HTML.name or preferred is formats.HTML


async def _in_page(query: Query, printed: bytes, language: str, request: Request) -> RawResponse:
    """The answer to `query` in the page `printed`, which is in `language`; raises ProblemError.

    What is longer than a page shows is not waited for.
    """
    # The templates take longer to load than most answers to make.
    from ekograph.rendering.query_results import MOST_ROWS, answer_page, table_of

    deployment = request.live
    try:
        pending = deployment.engine.query(
            query._replace(results=formats.RESULTS_TSV, graph=formats.N_TRIPLES, beginning=True)
        )
        answer = await cancel_on_disconnect(pending, request.receive)
        lines = await first_lines(answer.body, MOST_ROWS + 2)
    except QueryError as error:
        raise ProblemError(problem_of(error, PATH)) from error
    table = table_of(answer.form, lines)
    body = await asyncio.to_thread(answer_page, printed, language, deployment.snapshot.manifest.base, query.text, table)
    fields = (b"content-language", language.encode()), (b"x-snapshot", deployment.snapshot.name.encode())
    return response(body, formats.HTML.content_type, *fields, _VARY, NO_STORE)


async def first_lines(body: AsyncIterator[bytes], most: int) -> list[str]:
    """As many lines of a text in UTF-8 at most; the rest is not read."""
    text, lines = bytearray(), 0
    async with aclosing(body) as chunks:  # type: ignore[type-var]
        async for chunk in chunks:
            text += chunk
            lines += chunk.count(b"\n")
            if lines >= most:
                break
    parts = text.split(b"\n", most)
    return [line.decode(errors="replace") for line in (parts if parts[-1] else parts[:-1])[:most]]


# Libraries send a handful of values, the same with each request.
@lru_cache(maxsize=256)
def _accepted_formats(accept: bytes) -> tuple[Format | None, Format | None]:
    """The format wanted most for solutions, and that for graphs."""
    lines = (accept.decode("latin-1"),)
    return choose(lines, formats.RESULTS), choose(lines, formats.RDF)
