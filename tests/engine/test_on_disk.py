"""A store on disk answers as the same dataset in memory does, and is bounded like it."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys

import pyoxigraph as ox
import pytest
from tests.engine.conftest import LINES, PREFIXES, ask, running

from ekograph.engine.contract import Limits
from ekograph.engine.errors import QueryError
from ekograph.engine.workers.engine import EmbeddedEngine, Stored

QUERIES = (
    "SELECT ?s ?o { ?s ex:p1 ?o } ORDER BY ?o",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
    "ASK { ex:s0 ex:next ex:s1 }",
    "SELECT ?b ?o { ?b ex:label ?o }",
    "SELECT ?o { ex:s0 ex:next/ex:p1 ?o }",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Stored:
    path = tmp_path_factory.mktemp("disk") / "store"
    store = ox.Store(path)
    store.bulk_extend(ox.parse("\n".join(LINES), format=ox.RdfFormat.N_QUADS))
    store.flush()
    return Stored(path, len(LINES))


def answers(dataset, *texts: str, **limits) -> list[bytes | Exception]:
    async def session():
        found = []
        async with running(dataset, **limits) as engine:
            for text in texts:
                try:
                    found.append((await ask(engine, text))[1])
                except QueryError as error:
                    found.append(error)
        return found

    return asyncio.run(session())


@pytest.mark.parametrize("text", QUERIES)
def test_each_query_has_the_same_answer_as_in_memory(store, dataset, text):
    assert answers(store, text) == answers(dataset, text)


def test_what_takes_too_long_is_killed_and_the_next_query_answered(store):
    first, second = answers(
        store, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", QUERIES[1], seconds=0.5
    )
    assert isinstance(first, QueryError)
    assert json.loads(second)["results"]["bindings"][0]["n"]["value"] == str(len(LINES))


def test_a_store_that_is_damaged_does_not_start(tmp_path):
    (tmp_path / "CURRENT").write_text("MANIFEST-000009\n", encoding="utf-8")
    with pytest.raises(QueryError, match="cannot be opened"):
        asyncio.run(EmbeddedEngine(Stored(tmp_path, 1), Limits(), PREFIXES).start())


def test_a_process_that_is_sealed_opens_a_store_and_no_socket(store):
    tried = f"""if True:
        import socket
        import pyoxigraph
        from ekograph.engine.workers import sandbox
        assert sandbox.refuse_sockets()
        store = pyoxigraph.Store.read_only({str(store.path)!r})
        assert list(store.query("SELECT ?p {{ GRAPH ?g {{ <http://example.org/s0> ?p ?o }} }}"))
        try:
            socket.socket()
        except PermissionError:
            print("refused")
    """
    done = subprocess.run([sys.executable, "-c", tried], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "refused\n"


def test_no_query_reaches_another_server(store):
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0)
        url = f"http://127.0.0.1:{canary.getsockname()[1]}/"
        found = answers(store, f"ASK {{ SERVICE <{url}> {{ ?s ?p ?o }} }}", f"ASK {{ sErViCe <{url}> {{ }} }}")
        assert all(isinstance(each, QueryError) for each in found)
        with pytest.raises(BlockingIOError):
            canary.accept()
