"""The graphs of the dataset, one at a time: the read part of the SPARQL 1.1 Graph Store HTTP Protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from ekograph.config import Settings
from ekograph.engine.contract import Query
from ekograph.engine.errors import QueryError
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.urls import path_for
from ekograph.web.api.openapi import Ready, ready
from ekograph.web.documents.files import dump
from ekograph.web.http.client_address import client_of
from ekograph.web.http.headers import CACHE_REVALIDATE, by_name, is_fresh, values
from ekograph.web.http.negotiation import choose
from ekograph.web.http.problems import READ, Problem, ProblemError, not_found, wrong_method
from ekograph.web.http.response import RawResponse
from ekograph.web.http.streaming import cancel_on_disconnect
from ekograph.web.sparql.answering import VARY, Answering, problem_of

if TYPE_CHECKING:
    from ekograph.web.service.live import Deployment

#: The path of the graph store.
PATH = "/rdf-graph-store"

#: Formats in the order of preference: a graph has no names of graphs in it.
FORMATS = tuple(each for each in formats.RDF if each.carries == "graph" or each is formats.JSON_LD)

_EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


def router(settings: Settings, answering: Answering) -> APIRouter:
    """The address /rdf-graph-store."""
    routes = APIRouter()

    async def graph_store(request: Request) -> Response:
        """One graph: that named by the parameter `graph`, or with `default` the default graph."""
        if request.method not in {"GET", "HEAD"}:
            return _no_read(request)
        graph, form = _asked(request)
        known = _printed(request, graph, form) if graph else await _dumped(request, form, settings)
        if known is not None:
            return known
        client = client_of(request.scope, settings.trusted_proxy)
        query = Query(_EVERYTHING, (graph,) if graph else (), graph=form, client=client)
        begun = answering.begin(request.scope, by_name(request.scope["headers"]), query)
        return (
            Ready(begun)
            if isinstance(begun, RawResponse)
            else await ready(cancel_on_disconnect(begun.wait(), request.receive))
        )

    parameters = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in ("graph", "default")]
    routes.add_api_route(
        PATH,
        graph_store,
        methods=["GET"],
        summary="One graph of the dataset (SPARQL 1.1 Graph Store HTTP Protocol)",
        response_class=Response,
        openapi_extra={"parameters": parameters},
    )
    routes.add_route(PATH, graph_store, methods=[], include_in_schema=False)
    return routes


def _asked(request: Request) -> tuple[str, Format]:
    """The name of the graph, "" for the default graph, and the format wanted most; raises ProblemError."""
    graphs, default = request.query_params.getlist("graph"), "default" in request.query_params
    if len(graphs) + default != 1:
        raise ProblemError(Problem(400, "which_graph"))
    pair: Deployment = request.scope["ekograph.pair"]
    if graphs and graphs[0] not in pair.snapshot.manifest.graphs:
        raise ProblemError(not_found(graphs[0]))
    form = choose(values(request.scope["headers"], b"accept"), FORMATS)
    if form is None:
        raise ProblemError(problem_of(QueryError("not_acceptable"), PATH, FORMATS))
    return (graphs[0] if graphs else ""), form


def _printed(request: Request, graph: str, form: Format) -> Response | None:
    """The graph as it was printed, if it was."""
    pair: Deployment = request.scope["ekograph.pair"]
    manifest = pair.snapshot.manifest
    printed = pair.table.answers.get(f"{path_for(graph, manifest.base, manifest.own)}.{form.suffix}")
    if printed is None:
        return None
    headers = {"etag": printed.etag.decode(), "vary": VARY, "cache-control": CACHE_REVALIDATE.decode()}
    headers["x-snapshot"] = pair.snapshot.name
    if is_fresh(request.scope["headers"], printed.etag, b""):
        return Response(status_code=304, headers=headers)
    return Response(printed.body, headers={**headers, "content-type": form.content_type})


async def _dumped(request: Request, form: Format, settings: Settings) -> Response | None:
    """The union of all graphs as it was dumped, if that is the default graph and in a format without graphs."""
    pair: Deployment = request.scope["ekograph.pair"]
    name = f"dataset.{form.suffix}"
    if settings.union_default_graph and form.carries == "graph" and f"dumps/{name}" in pair.snapshot.manifest.files:
        return await dump(name, request)
    return None


def _no_read(request: Request) -> Response:
    """Answer OPTIONS; raises ProblemError for what would write."""
    if request.method != "OPTIONS":
        raise ProblemError(wrong_method(request.method, READ))
    allow = ", ".join(READ)
    return Response(status_code=204, headers={"allow": allow, "access-control-allow-methods": allow})
