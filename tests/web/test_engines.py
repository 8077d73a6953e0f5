"""Which engines answer from a snapshot, and how one takes the place of another."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from tests.conftest import ROOT

from ekograph import config
from ekograph.engine.contract import DefaultGraph, Limits, Query
from ekograph.engine.workers import memory_budget
from ekograph.engine.workers.engine import EmbeddedEngine, Stored
from ekograph.publish.pipeline import publish
from ekograph.rdf import formats
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import STORE, Snapshot
from ekograph.web.service import engines as engines_module
from ekograph.web.service.engines import engines
from ekograph.web.service.live import Service
from ekograph.web.service.public_address import PublicAddress

COUNT = Query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", results=formats.RESULTS_JSON, client="somebody")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> SnapshotRepository:
    folder = tmp_path_factory.mktemp("shelf")
    publish(config.load(ROOT, snapshots=str(folder)), language="en", large_from=1)
    return SnapshotRepository(folder)


@pytest.fixture
def snapshot(shelf) -> Snapshot:
    return Snapshot.open(shelf.path / shelf.current_name())


@pytest.fixture
def machine(monkeypatch) -> Callable[[int], None]:
    """A function that has this machine be one of so many gigabytes."""
    return lambda gigabytes: monkeypatch.setattr(memory_budget, "of_machine", lambda: gigabytes << 30)


def _where(snapshot: Snapshot, quads: int, **settings) -> list[str]:
    """Where the engines of a snapshot of so many quads have them."""
    sized = replace(snapshot, manifest=replace(snapshot.manifest, graphs={"": quads}))
    found = engines(config.load(ROOT, **settings), sized)
    return ["memory" if each.in_memory else "disk" for each in found]


@pytest.mark.parametrize(
    ("quads", "settings", "gigabytes", "fits"),
    [
        (1_000_000, {}, 24, True),
        (1_000_000, {"processes": 2}, 24, False),
        (1_000_000, {"processes": 2, "dataset_mb": 1000}, 24, True),
        (1_000_000, {}, 8, False),
        (1_000_000, {}, 1, False),
        (100_000, {}, 8, True),
        (100_000, {"dataset_mb": 0}, 8, False),
        (10_000_000, {}, 24, False),
    ],
)
def test_a_large_dataset_comes_into_memory_where_it_fits(snapshot, machine, quads, settings, gigabytes, fits):  # noqa: PLR0917 - one for each column
    machine(gigabytes)
    assert _where(snapshot, quads, **settings) == (["disk", "memory"] if fits else ["disk"])


def test_where_there_are_no_workers_the_server_answers_and_says_so(snapshot, monkeypatch, caplog):
    monkeypatch.setattr(engines_module, "HAS_WORKERS", False)
    (engine,) = engines(config.load(ROOT), snapshot)

    async def session():
        await engine.start()
        return (await engine.query(COUNT)).whole

    assert json.loads(asyncio.run(session()))["results"]["bindings"]
    assert "Linux" in caplog.text


def test_a_small_dataset_is_in_memory_from_the_start(snapshot, machine):
    machine(1)
    small = replace(snapshot, manifest=replace(snapshot.manifest, large=False))
    assert _where(small, 10_000) == ["memory"]


def test_the_default_graph_is_merged_only_where_a_triple_is_in_two_graphs(snapshot):
    def default_graph(triples: int, *, large: bool = False, **settings) -> DefaultGraph:
        manifest = replace(snapshot.manifest, graphs={"urn:a": 2, "urn:b": 1}, triples=triples, large=large)
        return engines_module._default_graph(config.load(ROOT, **settings), replace(snapshot, manifest=manifest))

    assert default_graph(3) is DefaultGraph.UNION
    assert default_graph(2) is DefaultGraph.MERGED
    assert default_graph(2, union_default_graph=False) is DefaultGraph.ITSELF
    # This large snapshot has no store for it.
    assert default_graph(2, large=True) is DefaultGraph.UNION


@asynccontextmanager
async def _live(shelf: SnapshotRepository, later: Callable[[Snapshot], EmbeddedEngine]):
    """What is in service with an engine on disk, and another that is to take its place."""

    def both(snapshot: Snapshot) -> list[EmbeddedEngine]:
        quads = sum(snapshot.manifest.graphs.values())
        return [EmbeddedEngine(Stored(snapshot.path / STORE, quads), Limits(), {}), later(snapshot)]

    live = Service(shelf, both, PublicAddress("http://127.0.0.1:8000"))
    await live.start()
    try:
        yield live
    finally:
        await live.stop()


async def _settled(live: Service) -> None:
    async with asyncio.timeout(20):
        while live.improving:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.01)


async def _counted(live: Service) -> bytes | None:
    return (await live.deployment.engine.query(COUNT)).whole


def test_an_engine_takes_the_place_of_another_of_the_same_snapshot(shelf):
    async def session():
        async with _live(shelf, lambda snapshot: EmbeddedEngine(snapshot.dataset, Limits(), {})) as live:
            first, before = live.deployment, await _counted(live)
            await _settled(live)
            return first, before, live.deployment, await _counted(live), live.problem

    first, before, then, after, trouble = asyncio.run(session())
    assert before == after
    assert first.snapshot is then.snapshot
    assert first.engine is not then.engine
    assert trouble is None


def test_an_engine_that_does_not_start_leaves_the_one_there_is(shelf, tmp_path, caplog):
    broken = tmp_path / "dataset.nq"
    broken.write_text("no quad\n")

    async def session():
        async with _live(shelf, lambda _: EmbeddedEngine(broken, Limits(), {})) as live:
            first = live.deployment
            await _settled(live)
            return first is live.deployment, await _counted(live)

    same, counted = asyncio.run(session())
    assert same
    assert counted
    assert "slower than they could be" in caplog.text


@pytest.fixture
def endless(tmp_path) -> EmbeddedEngine:
    """An engine that is starting for ever: nobody writes what it reads."""
    os.mkfifo(tmp_path / "dataset.nq")
    return EmbeddedEngine(tmp_path / "dataset.nq", Limits(), {})


def _alive(engine: EmbeddedEngine) -> bool:
    return engine.pool.fork_server._process.poll() is None


def test_an_engine_that_is_starting_ends_with_the_server(shelf, endless):
    async def session():
        async with _live(shelf, lambda _: endless) as live:
            await asyncio.sleep(0)
            return live.improving, _alive(endless)

    assert asyncio.run(session()) == (True, True)
    assert not _alive(endless)


def test_another_snapshot_ends_an_engine_that_is_starting(shelf, endless):
    waiting = [endless]

    def later(snapshot: Snapshot) -> EmbeddedEngine:
        return waiting.pop() if waiting else EmbeddedEngine(snapshot.dataset, Limits(), {})

    async def session():
        async with _live(shelf, later) as live:
            await asyncio.sleep(0)
            was = _alive(endless)
            live._put_in_service(await live._attempt(shelf.current_name()))
            await _settled(live)
            return was, _alive(endless), live.deployment.engine.figures()["in_memory"]

    assert asyncio.run(session()) == (True, False, 1)
