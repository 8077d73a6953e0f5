"""The default graph is a set: a triple in two graphs is there once, whichever engine answers."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.engine.conftest import ask
from tests.engine.test_remote import asking as asking_remote
from tests.engine.test_remote import store as remote_store  # noqa: F401 - a fixture

from ekograph.build.jobs import write_stores
from ekograph.build.quad_lines import Census
from ekograph.engine.contract import DefaultGraph, Limits
from ekograph.engine.remote.state import MERGED, HeldSnapshot
from ekograph.engine.remote.upload import load
from ekograph.engine.workers.engine import EmbeddedEngine, Stored
from ekograph.snapshots.snapshot import QUERIES, STORE

EX = "http://example.org/"

LINES = f"""\
<{EX}a> <{EX}p> "one" .
<{EX}a> <{EX}p> "one" <{EX}g1> .
<{EX}a> <{EX}p> "one" <{EX}g2> .
<{EX}a> <{EX}p> "two words <{EX}g1> ." <{EX}g2> .
_:b <{EX}p> <{EX}a> <{EX}g1> .
_:b <{EX}p> <{EX}a> <{EX}g2> .
"""

#: By query, the number that it counts.
COUNTS = {
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }": 3,
    "SELECT (COUNT(*) AS ?n) { ?s ?p 'one' }": 1,
    "SELECT (SUM(STRLEN(STR(?o))) AS ?n) { ?s ?p ?o FILTER(?o = 'one') }": 3,
    "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }": 5,
    "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }": 2,
    f"SELECT (COUNT(*) AS ?n) FROM <{EX}g2> {{ ?s ?p ?o }}": 3,  # noqa: S608
    f"SELECT (COUNT(*) AS ?n) FROM NAMED <{EX}g2> {{ ?s ?p ?o }}": 0,  # noqa: S608
    f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o GRAPH <{EX}g1> {{ ?s ?p ?o }} }}": 2,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """What a large snapshot has of this dataset."""
    path = tmp_path_factory.mktemp("repeating") / "snapshot"
    path.mkdir()
    (path / "dataset.nq").write_text(LINES, encoding="utf-8")
    (path / "triples.nt").write_bytes(b"".join(Census().triples_of(LINES.encode().splitlines(keepends=True))))
    write_stores(path, 1000, path / "triples.nt")
    return path


def counts(dataset: Path | Stored, default_graph: DefaultGraph) -> list[int]:
    async def session():
        engine = EmbeddedEngine(dataset, Limits(), {}, default_graph=default_graph)
        await engine.start()
        try:
            return [_number((await ask(engine, query))[1]) for query in COUNTS]
        finally:
            await engine.stop()

    return asyncio.run(session())


def _number(body: bytes) -> int:
    return int(json.loads(body)["results"]["bindings"][0]["n"]["value"])


def test_in_memory(folder):
    assert counts(folder / "dataset.nq", DefaultGraph.MERGED) == list(COUNTS.values())


def test_on_disk(folder):
    assert counts(Stored(folder / QUERIES, 6), DefaultGraph.MERGED) == list(COUNTS.values())


def test_in_another_store(folder, remote_store):  # noqa: F811 - the fixture
    asyncio.run(load(remote_store, HeldSnapshot("repeating", graphs={MERGED: 3}), folder / "dataset.nq"))
    graphs = f"{EX}g1", f"{EX}g2"
    bodies = asking_remote(remote_store, *COUNTS, union=(MERGED,), named=graphs)
    assert [_number(body) for body in bodies] == list(COUNTS.values())


def test_the_store_that_pages_are_made_from_has_each_quad_once(folder):
    assert len(ox.Store.read_only(str(folder / STORE))) == len(LINES.splitlines())


def test_the_default_graph_alone_can_be_asked(folder):
    assert counts(folder / "dataset.nq", DefaultGraph.ITSELF)[0] == 1
