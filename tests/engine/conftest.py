"""A small dataset and the real engine on it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ekograph.engine.contract import Limits, Query
from ekograph.engine.workers.engine import EmbeddedEngine
from ekograph.rdf import formats

PREFIXES = {"ex": "http://example.org/"}

LINES = [
    *(
        f'<http://example.org/s{n}> <http://example.org/p{n % 5}> "value {n}" <http://example.org/g{n % 3}> .'
        for n in range(300)
    ),
    "<http://example.org/s0> <http://example.org/next> <http://example.org/s1> .",
    '_:kept <http://example.org/label> "\\u0008\\r\\uFFFF<&>"@en <http://example.org/g0> .',
]


@pytest.fixture(scope="session")
def dataset(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("dataset") / "dataset.nq"
    path.write_text("\n".join([*LINES, ""]), encoding="utf-8")
    return path


@asynccontextmanager
async def running(dataset: Path, **limits):
    """An engine that has been started, until the context ends."""
    engine = EmbeddedEngine(dataset, Limits(**limits), PREFIXES, "http://example.org/")
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop()


async def ask(
    engine, text: str, client: str = "somebody", results=formats.RESULTS_JSON, graph=formats.TURTLE, **dataset
):
    """The answer and its whole body."""
    answer = await engine.query(Query(text, results=results, graph=graph, client=client, **dataset))
    return answer, b"".join([chunk async for chunk in answer.body])


@pytest.fixture
def asking(dataset):
    """A function that asks a fresh engine a list of queries one after the other, and gives bodies or errors."""

    def all_of(*texts: str, results=formats.RESULTS_JSON, graph=formats.TURTLE, limits=None, **parameters):
        async def session():
            found = []
            async with running(dataset, **(limits or {})) as engine:
                for text in texts:
                    try:
                        found.append((await ask(engine, text, results=results, graph=graph, **parameters))[1])
                    except Exception as error:  # noqa: BLE001 - given to the test
                        found.append(error)
            return found

        return asyncio.run(session())

    return all_of
