"""With another store behind it, the endpoint answers as with its own engine."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from tests.conftest import ekograph, serving
from tests.virtuoso import INSTALLED, NAMES, virtuoso

from ekograph.engine.errors import QueryError
from ekograph.engine.remote.quirks import shows_other_graphs
from ekograph.engine.remote.state import http_client


@contextmanager
def oxigraph():
    """The addresses for queries and for updates of a running oxigraph."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    command = [str(Path(sys.executable).with_name("oxigraph")), "serve", "--bind", place]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as store:
        try:
            assert next((line for line in store.stderr if "Listening" in line), None)
            yield f"http://{place}/query http://{place}/update"
        finally:
            store.kill()


GRAPH = "https://w3id.org/ekograph/graph/agreement-lahti"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"

STORES = {"oxigraph": oxigraph, "virtuoso": virtuoso}


@contextmanager
def served_from(shelf, addresses, **environment):
    """The real site, served with a store behind it that a publication has filled."""
    environment |= {"EKOGRAPH_SNAPSHOTS": str(shelf), "EKOGRAPH_REMOTE_ENDPOINT": addresses}
    done = ekograph("publish", **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    with serving("serve", **environment) as server:
        yield server


@pytest.fixture(scope="module", params=NAMES)
def behind(shelf, request):
    """The real site, served with a running store behind it."""
    with (
        STORES[request.param]() as addresses,
        served_from(shelf, addresses, EKOGRAPH_QUERY_SECONDS="5") as server,
    ):
        yield server


QUERIES = [
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "SELECT ?s ?o { ?s skos:prefLabel ?o }",
    "ASK { <id/agreement/lahti> a eko:Agreement }",
    "SELECT ?p ?o { <https://w3id.org/ekograph/id/agreement/lahti> ?p ?o }",
]


@pytest.mark.parametrize("query", QUERIES)
def test_both_give_the_same_answer(server, behind, query):
    path = f"/sparql?query={quote(query)}"
    assert _rows(behind.get(path)) == _rows(server.get(path))


def _rows(reply) -> list[str] | bool:
    document = json.loads(reply.body)
    if "boolean" in document:
        return document["boolean"]
    return sorted(json.dumps(row, sort_keys=True) for row in document["results"]["bindings"])


@pytest.mark.parametrize(
    "query", ["INSERT DATA {}", "ASK { SERVICE <http://127.0.0.1/> {} }", "ASK {", "ASK { ?s no:p 1 }"]
)
def test_both_refuse_the_same(server, behind, query):
    path = f"/sparql?query={quote(query)}"
    assert behind.get(path).status == server.get(path).status


def test_a_query_that_runs_for_ever_is_given_up(shelf, behind):
    begun = time.monotonic()
    assert behind.get(f"/sparql?query={quote(ENDLESS)}").status == 503
    assert time.monotonic() - begun < 30


APART = [
    f"SELECT (COUNT(*) AS ?n) FROM <{GRAPH}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",  # noqa: S608
    f"SELECT (COUNT(*) AS ?n) FROM NAMED <{GRAPH}> {{ ?s ?p ?o }}",  # noqa: S608
    f"SELECT (COUNT(*) AS ?n) FROM <{GRAPH}> FROM NAMED <{GRAPH}> {{ ?s ?p ?o . GRAPH ?g {{ ?s ?p ?o }} }}",  # noqa: S608
]


@pytest.mark.parametrize("query", APART)
def test_graphs_that_a_query_does_not_name_are_out_of_sight(server, behind, query):
    test_both_give_the_same_answer(server, behind, query)


REACHING_OUT = [
    "PREFIX bif: <bif:> ASK { FILTER(bif:http_get('http://127.0.0.1/') = '') }",
    "ASK { BIND(<sql:x>(1) AS ?x) }",
]


@pytest.mark.parametrize("query", REACHING_OUT)
def test_functions_of_the_store_that_could_reach_out_are_refused(behind, query):
    reply = behind.get(f"/sparql?query={quote(query)}")
    assert (reply.status, json.loads(reply.body)["type"].rpartition("/")[2]) == (400, "unknown_function")


def test_what_is_no_sparql_does_not_reach_the_store(server, behind):
    query = quote("DEFINE get:soft 'replace' SELECT * FROM <http://127.0.0.1/> { ?s ?p ?o }")
    refusals = [json.loads(each.get(f"/sparql?query={query}").body) for each in (server, behind)]
    assert refusals[0] == refusals[1]
    assert refusals[0]["status"] == 400


@pytest.mark.parametrize("accept", ["text/turtle", "application/rdf+xml", "application/n-quads", "application/ld+json"])
def test_graphs_are_written_as_by_the_embedded_engine(server, behind, accept):
    lahti = "<https://w3id.org/ekograph/id/agreement/lahti>"
    path = f"/sparql?query={quote(f'CONSTRUCT WHERE {{ {lahti} ?p ?o }}')}"
    ours, theirs = server.get(path, accept), behind.get(path, accept)
    read = ox.RdfFormat.from_media_type(accept)
    assert set(ox.parse(ours.body, read)) == set(ox.parse(theirs.body, read)) != set()
    assert _prefixes(ours.text) == _prefixes(theirs.text)


def _prefixes(text: str) -> list[str]:
    return sorted(line for line in text.splitlines() if line.startswith("@prefix"))


@INSTALLED
@pytest.mark.long
def test_a_store_that_leaves_out_rows_without_a_word_is_not_put_in_service():

    async def probe(address: str) -> None:
        async with http_client() as client:
            await shows_other_graphs(client, address)

    with virtuoso("ResultSetMaxRows = 1000\n") as address, pytest.raises(QueryError, match="1000"):
        asyncio.run(probe(address))


@INSTALLED
@pytest.mark.long
def test_time_that_is_over_in_the_store_is_told_as_here(shelf):
    # Our own time is long, so that it is the store's that ends the query.
    ours = 60
    with (
        virtuoso("MaxQueryExecutionTime = 1\n") as address,
        served_from(shelf, address, EKOGRAPH_QUERY_SECONDS=str(ours)) as server,
    ):
        begun = time.monotonic()
        reply = server.get(f"/sparql?query={quote(ENDLESS)}")
        assert time.monotonic() - begun < ours
        assert (reply.status, json.loads(reply.body)["type"].rpartition("/")[2]) == (503, "timed_out")
