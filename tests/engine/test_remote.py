"""The remote engine answers as the embedded one does; here from a real server, the oxigraph of PyPI."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.engine.conftest import LINES, PREFIXES, ask, running

from ekograph.engine.contract import Limits
from ekograph.engine.errors import QueryError
from ekograph.engine.remote.engine import Defaults, RemoteEngine
from ekograph.engine.remote.state import HeldSnapshot, Store, http_client, read_state
from ekograph.engine.remote.upload import load
from ekograph.rdf import formats

GRAPHS = tuple(f"http://example.org/g{n}" for n in range(3))
ALL = "SELECT * { ?s ?p ?o }"
FOREVER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture(scope="module")
def named(tmp_path_factory) -> Path:
    """The dataset without its default graph, which has no name to be asked for by."""
    path = tmp_path_factory.mktemp("named") / "dataset.nq"
    path.write_text("\n".join([*(line for line in LINES if line.endswith("> .") and "/next>" not in line), ""]))
    return path


@pytest.fixture(scope="module")
def store():
    """A running oxigraph, empty."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    command = [str(Path(sys.executable).with_name("oxigraph")), "serve", "--bind", place]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert next((line for line in process.stderr if "Listening" in line), None)
            yield Store(f"http://{place}/query", f"http://{place}/update")
        finally:
            process.kill()


@pytest.fixture(scope="module")
def loaded(store, named) -> Store:
    asyncio.run(load(store, HeldSnapshot("first"), named))
    return store


def asking(store: Store, *texts: str, limits: Limits | None = None, union=GRAPHS, named=None, **parameters) -> list:
    """Bodies of answers, or errors."""
    named = union if named is None else named

    async def session():
        engine = RemoteEngine(store.query, limits or Limits(), Defaults(PREFIXES, "http://example.org/", union, named))
        await engine.start()
        found = []
        for text in texts:
            try:
                found.append((await ask(engine, text, **parameters))[1])
            except QueryError as error:
                found.append(error)
        await engine.stop()
        return found

    return asyncio.run(session())


QUERIES = [
    ALL,
    "SELECT ?o { ex:s7 ?p ?o }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
    "SELECT * FROM <http://example.org/g1> { ?s ex:p1 ?o }",
    "PREFIX ex: <http://other/> SELECT (ex:a AS ?x) (<b> AS ?y) {}",
]


@pytest.mark.parametrize("query", QUERIES)
def test_both_engines_give_the_same_solutions(loaded, named, query):
    async def embedded():
        async with running(named) as engine:
            return (await ask(engine, query))[1]

    assert _solutions(asking(loaded, query)[0]) == _solutions(asyncio.run(embedded()))


def _solutions(body: bytes) -> list[str]:
    """The solutions without the labels of blank nodes, which are each store's own."""
    rows = json.loads(body)["results"]["bindings"]
    named = [{name: term if term["type"] != "bnode" else "blank" for name, term in row.items()} for row in rows]
    return sorted(json.dumps(row, sort_keys=True) for row in named)


@pytest.mark.parametrize("form", [formats.RESULTS_JSON, formats.RESULTS_XML, formats.RESULTS_CSV, formats.RESULTS_TSV])
def test_the_store_writes_the_format_that_is_wanted(loaded, form):
    assert b"value 7" in asking(loaded, "SELECT ?o { ex:s7 ?p ?o }", results=form)[0]


def test_graphs_come_in_the_format_that_is_wanted(loaded):
    (body,) = asking(loaded, "DESCRIBE ex:s7", graph=formats.N_TRIPLES)
    assert body == b'<http://example.org/s7> <http://example.org/p2> "value 7" .\n'


FAULTS = [
    ("SELECT * {\n  ?s ex:p", "bad_query"),
    ("INSERT DATA { <a> <b> <c> }", "refused_update"),
    ("ASK { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "refused_service"),
    ("#" + "x" * 1_048_576, "query_too_large"),
]


@pytest.mark.parametrize(("query", "error"), FAULTS, ids=[kind for _, kind in FAULTS])
def test_faults_are_the_same_as_of_the_embedded_engine(loaded, query, error):
    assert asking(loaded, query)[0].kind == error


def test_a_query_out_of_time_ends(loaded):
    assert asking(loaded, FOREVER, limits=Limits(seconds=0.5))[0].kind == "timed_out"


def test_an_answer_over_its_cap_breaks_off(loaded):
    limits = Limits(result_mb=2, held=1000)
    assert asking(loaded, "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", limits=limits)[0].kind == "result_too_large"


def test_nobody_at_home_is_an_error_of_the_engine():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = Store.parse(f"http://127.0.0.1:{unused.getsockname()[1]}/")
        with pytest.raises(QueryError, match="broken"):
            asking(nobody, "ASK {}")


def test_loading_replaces_what_was_loaded_before_and_nothing_else(store, named, tmp_path):
    other = tmp_path / "other.nq"
    other.write_text(
        '<http://a/> <http://b/> _:c <http://example.org/g9> .\n_:c <http://d/> "é" <http://example.org/g0> .\n'
    )

    async def session():
        await load(store, HeldSnapshot("before"), named)
        await load(store, HeldSnapshot("other", "0", {"http://example.org/g0": 1, "http://example.org/g9": 1}), other)
        async with http_client() as client:
            return await read_state(client, store.query)

    state = asyncio.run(session())
    assert (state.name, state.graphs) == ("other", frozenset({"http://example.org/g0", "http://example.org/g9"}))
    joined = "ASK { GRAPH ?g { <http://a/> <http://b/> ?x } GRAPH ?h { ?x <http://d/> 'é' } }"
    count, join = asking(store, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", joined, union=())
    # Two triples of the snapshot, and five that say what is loaded.
    assert b'"value":"7"' in count
    assert b"true" in join
    asyncio.run(load(store, HeldSnapshot("first"), named))


def test_a_store_that_keeps_fewer_quads_than_the_snapshot_has_is_told(store, named):
    with pytest.raises(QueryError, match="of 9000 quads"):
        asyncio.run(load(store, HeldSnapshot("more", "1", {GRAPHS[0]: 9000}), named))
    asyncio.run(load(store, HeldSnapshot("first"), named))


def test_a_store_has_one_address_or_two():
    assert Store.parse("http://x/sparql") == Store("http://x/sparql", "http://x/sparql")
    assert Store.parse("http://x/query http://x/update") == Store("http://x/query", "http://x/update")
    assert urlsplit(Store.parse("http://x/query  http://x/update").update).path == "/update"
