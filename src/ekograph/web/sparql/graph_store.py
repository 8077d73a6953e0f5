"""The graphs of the dataset, one at a time: the read part of the SPARQL 1.1 Graph Store HTTP Protocol."""

from __future__ import annotations

from ekograph.config import Settings
from ekograph.engine.contract import Query
from ekograph.engine.errors import QueryError
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.urls import path_for
from ekograph.web.api.routes import Route, no_task, texts
from ekograph.web.contract import Application, Request
from ekograph.web.documents.files import dump
from ekograph.web.http.headers import CACHE_REVALIDATE, COMMON
from ekograph.web.http.negotiation import choose
from ekograph.web.http.parameters import pairs
from ekograph.web.http.problems import Deferred, Problem, ProblemError, not_found
from ekograph.web.http.response import READ, PreparedAnswer
from ekograph.web.sparql.answering import VARY, Answering, problem_of

#: The path of the graph store, and its parameters.
PATH = "/rdf-graph-store"
PARAMETERS = texts(graph=("The IRI of a named graph.",), default=("The default graph; the value is empty.",))

#: Formats in the order of preference: a graph has no names of graphs in it.
FORMATS = tuple(form for form in formats.RDF if form.carries == "graph" or form is formats.JSON_LD)

_EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


def documented() -> list[Route]:
    """The graph store in the OpenAPI document."""
    summary = "One graph of the dataset (SPARQL 1.1 Graph Store HTTP Protocol)"
    types = tuple(form.media_type for form in formats.RDF)
    return [Route(PATH, no_task, summary, parameters=PARAMETERS, types=types)]


class GraphStore:
    """The graph store of a site with `settings`."""

    methods = READ

    def __init__(self, settings: Settings, answering: Answering) -> None:
        self._settings = settings
        self._answering = answering

    def respond(self, request: Request) -> Application:
        """One graph: that named by the parameter `graph`, or with `default` the default graph; raises ProblemError."""
        graph, form = _asked(request)
        if graph and (printed := _printed(request, graph, form)):
            return printed.respond(request)
        name = f"dataset.{form.suffix}"
        is_dumped = f"dumps/{name}" in request.live.snapshot.manifest.files
        if not graph and self._settings.union_default_graph and form.carries == "graph" and is_dumped:
            # The union of all graphs, in a format without graphs.
            return Deferred(request, lambda request: dump(request, name))
        client = request.client(self._settings.trusted_proxy)
        return self._answering.start(request, Query(_EVERYTHING, (graph,) if graph else (), graph=form, client=client))


def _asked(request: Request) -> tuple[str, Format]:
    """The name of the graph, "" for the default graph, and the format wanted most; raises ProblemError."""
    parameters = pairs(request.query)
    graphs = [value for name, value in parameters if name == "graph"]
    if len(graphs) + any(name == "default" for name, _ in parameters) != 1:
        raise ProblemError(Problem(400, "which_graph"))
    if graphs and graphs[0] not in request.live.snapshot.manifest.graphs:
        raise not_found(graphs[0])
    form = choose(request.field(b"accept"), FORMATS)
    if form is None:
        raise ProblemError(problem_of(QueryError("not_acceptable"), PATH, FORMATS))
    return (graphs[0] if graphs else ""), form


def _printed(request: Request, graph: str, form: Format) -> PreparedAnswer | None:
    """The graph as it was printed, if it was."""
    snapshot = request.live.snapshot
    printed = request.live.table.answers.get(
        f"{path_for(graph, snapshot.manifest.base, snapshot.manifest.own)}.{form.suffix}"
    )
    if printed is None:
        return None
    fields = [(b"vary", VARY), (b"cache-control", CACHE_REVALIDATE), (b"x-snapshot", snapshot.name.encode())]
    headers = [*COMMON, *fields, (b"content-type", form.content_type.encode())]
    return PreparedAnswer(printed.etag, headers, printed.body)
