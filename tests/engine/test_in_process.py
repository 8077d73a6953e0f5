"""Where there are no workers, queries are answered in the server itself, with the same answers and errors."""

from __future__ import annotations

import asyncio

import pytest
from tests.engine.conftest import PREFIXES, ask, running

from ekograph.engine.contract import DefaultGraph, Limits
from ekograph.engine.errors import QueryError
from ekograph.engine.workers.in_process import InProcessEngine
from ekograph.rdf import formats

QUERIES = [
    "SELECT ?o { ex:s0 ex:next ?o }",
    "ASK {}",
    "DESCRIBE ex:s0",
    "SELECT",
    "DROP ALL",
]


async def _outcome(engine, text: str) -> object:
    try:
        answer, body = await ask(engine, text, graph=formats.N_TRIPLES)
    except QueryError as error:
        return error.kind, error.values
    return answer.format, answer.form, answer.lasting, sorted(body.split())


@pytest.mark.parametrize("text", QUERIES)
def test_answers_and_errors_are_those_of_the_engine_with_workers(dataset, text):
    async def session():
        engine = InProcessEngine(dataset, Limits(), PREFIXES, "http://example.org/", DefaultGraph.UNION)
        await engine.start()
        async with running(dataset) as other:
            return await _outcome(engine, text), await _outcome(other, text)

    here, there = asyncio.run(session())
    assert here == there


def test_what_takes_too_long_or_is_too_large_says_so(dataset):
    async def session():
        outcomes = []
        for limits, text in (
            (Limits(result_mb=0), "ASK {}"),
            (Limits(seconds=0.001), "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ex:s1 }"),
            (Limits(query_kb=1), "ASK {} #" + "x" * 2000),
            (Limits(), "ASK { \\u0053ERVICE <http://127.0.0.1:1/> {} }"),
        ):
            engine = InProcessEngine(dataset, limits, PREFIXES, "", DefaultGraph.UNION)
            await engine.start()
            outcomes.append((await _outcome(engine, text))[0])
        return outcomes

    assert asyncio.run(session()) == ["result_too_large", "timed_out", "query_too_large", "refused_service"]
