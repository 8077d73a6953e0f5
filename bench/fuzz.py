"""Mutated queries against the engine, for as long as one likes: whatever comes, there is an answer or a plain error.

    .venv/bin/python -m bench.fuzz --seconds 60

Prints the seed; with --seed the same run again. Ends with status 1 at the first
surprise. A query that brings a library down is not printed: its number and the seed find it again.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.bombs import BOMBS

from ekograph.engine.contract import Limits, Query
from ekograph.engine.diagnostics.lexer import scan, undeclared
from ekograph.engine.errors import QueryError
from ekograph.engine.workers.engine import EmbeddedEngine
from ekograph.rdf import formats

SEEDS = [
    "PREFIX ex: <http://e/> SELECT ?s (COUNT(*) AS ?n) { ?s ex:p ?o OPTIONAL { ?o ex:q 'x'@en } } GROUP BY ?s",
    "ASK { GRAPH ?g { ?s (<http://e/p>|^<http://e/q>)* ?o } FILTER(REGEX(STR(?o), '^a(b|c)+$', 'i')) }",
    'CONSTRUCT { ?s <http://e/p> [ <http://e/q> "a\\tb"^^<http://e/t> ] } FROM <http://e/g> WHERE { ?s ?p ?o } LIMIT 3',
    "DESCRIBE <http://e/a> # a comment",
    'SELECT * { VALUES (?a ?b) { (1 UNDEF) ("""x\n"y""" 1.5e3) } BIND(IF(?a = 1, ?b, "z") AS ?c) } ORDER BY DESC(?c)',
    "SELECT * { { SELECT ?s { ?s ?p ?o } } MINUS { ?s <http://e/p> true } FILTER NOT EXISTS { ?s ?x ?y } }",
    *BOMBS.values(),
]

SCRAPS = [
    *('"', "'", '"""', "{", "}", "(", ")", "<", ">", "#", "\\", "\\u0041", "?x", "ex:", "_:b", "@en", "^^", "1e", "é"),
    *("😀", "<<(", ")>>", ";", ".", "||", "a", "\0", "\n", "SERVICE", "FROM", "UNION", "FILTER", "EXISTS", "NOW()"),
    *("INSERT", "VALUES", "GRAPH", "ORDER", "LIMIT", "BIND", "SELECT"),
]


def mutated(query: str, chance: random.Random) -> str:
    """`query` with some of it cut, doubled, moved or replaced by scraps of the language."""
    for _ in range(chance.randint(0, 3)):
        start = chance.randrange(len(query) + 1)
        end = min(len(query), start + chance.randint(0, 12))
        inserted = chance.choice([*SCRAPS, query[start:end] * 2, chance.choice(SEEDS)[:80], ""])
        query = query[:start] + inserted + query[end:]
    return query[:60_000]


async def fuzz(seconds: float, seed: int) -> Counter[str]:
    """What became of the queries, by kind; raises whatever is neither an answer nor a QueryError."""
    chance, outcomes = random.Random(seed), Counter[str]()  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory() as folder:
        dataset = Path(folder) / "dataset.nq"
        dataset.write_text("".join(f'<http://e/s{n}> <http://e/p> "{n}" <http://e/g> .\n' for n in range(50)))
        engine = EmbeddedEngine(dataset, Limits(seconds=0.5), {"ex": "http://e/"}, "http://e/")
        await engine.start()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            query = mutated(chance.choice(SEEDS), chance)
            try:
                scan(query)
                undeclared(query, ())
                outcomes[await _outcome(engine, query, chance)] += 1
            except BaseException:
                print(f"the query after {outcomes.total()} others")
                raise
        await engine.stop()
    return outcomes


async def _outcome(engine: EmbeddedEngine, query: str, chance: random.Random) -> str:
    results, graph = chance.choice(formats.RESULTS), chance.choice(formats.RDF)
    try:
        answer = await engine.query(Query(query, results=results, graph=graph))
        async for _ in answer.body:
            pass
    except QueryError as error:
        return error.kind
    return f"answered {answer.form}"


def main() -> None:
    """Fuzz, and say what became of the queries."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    print("seed", given.seed)
    outcomes = asyncio.run(fuzz(given.seconds, given.seed))
    for kind, count in outcomes.most_common():
        print(f"{count:8} {kind}")
    sys.exit(1 if outcomes["broken"] else 0)


if __name__ == "__main__":
    main()
