"""With another store behind it, the endpoint answers as with its own engine."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.conftest import serving
from tests.virtuoso import program, virtuoso


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


STORES = {"oxigraph": oxigraph, "virtuoso": virtuoso}


@pytest.fixture(scope="module", params=STORES)
def behind(shelf, request):
    """The real site, served with a running store behind it."""
    if request.param == "virtuoso" and program("virtuoso-t") is None:
        pytest.skip("Virtuoso is not installed; make test-virtuoso installs it")
    with (
        STORES[request.param]() as addresses,
        serving("serve", EKOGRAPH_SNAPSHOTS=str(shelf), EKOGRAPH_REMOTE_ENDPOINT=addresses) as server,
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
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    assert behind.get(f"/sparql?query={quote(endless)}").status == 503
    assert time.monotonic() - begun < 30
