"""SPARQL: queries asked again and for the first time, beside other engines, whose answers are compared with ours."""

# Only this machine is asked.
# ruff: noqa: S310

from __future__ import annotations

import json
import math
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
from bench import servers, stores
from bench.load import HERE, Asked, Effort, Load, load, middle
from bench.printed import ask
from bench.servers import Server
from bench.table import Row, compare, in_unit

#: The queries, by name; the first line of each says what it asks.
QUERIES = {path.stem[3:]: path.read_text(encoding="utf-8").strip() for path in sorted(HERE.glob("queries/*.rq"))}
ACCEPT = {"construct": "application/n-triples", "describe": "application/n-triples"}
CONNECTIONS = 8

#: What the geometric mean is to reach; 1 beside all others.
GOALS = {"oxigraph (memory)": 0.6}

#: Seconds after which a single answer is as good as none.
SLOW = 10.0

#: A query that takes an engine so long, in seconds, is not put under load: its rate follows from the one answer.
HEAVY = 0.5

_STRING = "http://www.w3.org/2001/XMLSchema#string"


class FailedError(Exception):
    """Under load, a server has left requests without an answer."""


@dataclass(frozen=True)
class Question:
    """A query of the benchmark, and for how long it is asked, in seconds."""

    name: str
    text: str
    seconds: float

    @property
    def accept(self) -> str:
        """The media type asked for."""
        return ACCEPT.get(self.name, "application/sparql-results+json")

    def url(self, server: Server) -> str:
        """The address that asks it of a server."""
        path = "/sparql" if server.name == "ekograph" else ""
        return f"{server.url}{path}?query={quote(self.text)}"


def repeated(shelf: Path, peers: Sequence[Server], folder: Path, effort: Effort) -> Iterator[Row]:
    """The same query again: ours from the cache beside a bare callable, and beside what engines take."""
    question = Question("ancestors", QUERIES["ancestors"], effort.seconds)
    headers = {"accept": question.accept}
    with servers.ours(shelf) as ours:
        url = question.url(ours)
        known = ask(ours, url.removeprefix(ours.url), headers)
        with servers.bare(known.status, known.headers, known.body, folder) as bare:
            asked = {ours: url, bare: url.replace(ours.url, bare.url), **{each: question.url(each) for each in peers}}
            loads: dict[Server, list[Load]] = {}
            for _ in range(effort.rounds):
                for server, address in asked.items():
                    loads.setdefault(server, []).append(load(Asked(address, headers), server.pids, effort.seconds))
    mine, limit = middle(loads[ours]), middle(loads[bare])
    if mine.failed:
        raise RuntimeError(f"{mine.failed} repeated queries have failed")
    yield compare("SPARQL again: CPU a request", mine.cpu, bare.name, limit.cpu, "us", most=1.5)
    yield compare("SPARQL again: requests", mine.rate, bare.name, limit.rate, "/s")
    for peer in peers:
        yield compare("SPARQL again: requests", mine.rate, peer.name, middle(loads[peer]).rate, "/s", least=1)


def first_time(ours: Server, peers: Sequence[Server], data: str, seconds: float) -> Iterator[Row]:
    """Each query for the first time, at 8 connections; the last rows are the geometric means."""
    ratios: dict[str, list[float]] = {each.name: [] for each in peers}
    for name, text in QUERIES.items():
        question = Question(name, text, seconds)
        right, _ = answer(ours, question)
        if right is None:
            raise RuntimeError(f"ekograph does not answer {name}")
        mine = _rate(ours, question)
        for peer in peers:
            row = _beside(peer, question, right, mine)
            yield replace(row, work=f"{data}: {name}")
            if row.ratio:
                ratios[peer.name].append(row.ratio)
    for peer in peers:
        yield _mean(ratios[peer.name], peer.name, data)


def _mean(ratios: Sequence[float], name: str, data: str) -> Row:
    """The geometric mean of the ratios to one peer."""
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None
    counted = f"{len(ratios)} of {len(QUERIES)} queries"
    return Row(f"{data}: geometric mean", counted, name, "", mean, least=GOALS.get(name, 1.0))


def _beside(peer: Server, question: Question, right: list[str], mine: float) -> Row:
    """Our rate and that of a peer; without a ratio when it answers otherwise or not at all."""
    rows, _ = answer(peer, question)
    if rows == right:
        try:
            return compare("", mine, peer.name, _rate(peer, question), "/s")
        except FailedError as error:
            return Row("", in_unit(mine, "/s"), peer.name, str(error))
    theirs = "no answer that can be read" if rows is None else f"another answer: {len(rows)} rows, not {len(right)}"
    return Row("", in_unit(mine, "/s"), peer.name, theirs)


def _rate(server: Server, question: Question) -> float:
    """Answers a second at 8 connections. Raises FailedError when some are missing."""
    _, once = answer(server, question)
    if once > HEAVY:
        return 1 / once
    # The numbers of no two runs meet, and Lua writes them whole: they have at most 14 digits.
    start = time.time_ns() // 1_000_000 % 10_000_000 * 1_000_000
    asked = Asked(question.url(server), {"accept": question.accept}, CONNECTIONS, count_from=start)
    got = load(asked, server.pids, question.seconds)
    if got.failed:
        raise FailedError(f"{got.failed} requests have failed")
    return got.rate


def answer(server: Server, question: Question) -> tuple[list[str] | None, float]:
    """The rows or triples of an answer, sorted, and the time it took in seconds; None when it fails."""
    request = urllib.request.Request(question.url(server), headers={"accept": question.accept})
    start = time.perf_counter()
    try:
        with urllib.request.urlopen(request, timeout=SLOW) as response:
            body, media_type = response.read(), response.headers.get_content_type()
    except OSError:
        return None, SLOW
    took = time.perf_counter() - start
    try:
        return _rows(body, media_type, question), took
    except (SyntaxError, ValueError, KeyError):  # not in the format that it is said to be in
        return None, took


def _rows(body: bytes, media_type: str, question: Question) -> list[str]:
    if question.name in ACCEPT:
        form = ox.RdfFormat.from_media_type(media_type) or ox.RdfFormat.N_TRIPLES
        return sorted({str(each.triple) for each in ox.parse(body, format=form)})
    document = json.loads(body)
    if "boolean" in document:
        return [str(document["boolean"])]
    bindings = document["results"]["bindings"]
    if document["head"]["vars"] == ["__ASK_RETVAL"]:  # Virtuoso 7.2.5 answers an ASK like this
        return [str(bool(bindings))]
    return sorted(json.dumps(_terms(each), sort_keys=True) for each in bindings)


def _terms(binding: dict[str, dict[str, str]]) -> dict[str, tuple[str, str, str, str]]:
    """A solution with its terms as SPARQL 1.1 writes them; some engines write as drafts of it did."""
    return {
        name: (
            term["type"].removeprefix("typed-"),
            term["value"],
            term.get("datatype", _STRING).replace(_STRING, ""),
            term.get("xml:lang", "").lower(),
        )
        for name, term in binding.items()
    }


def peers(stack: ExitStack, triples: Path, folder: Path, *, large: bool) -> list[Server]:
    """All peers over the same triples; without the two that a large dataset would keep busy for minutes."""
    started = [
        stack.enter_context(stores.oxigraph_memory(triples)),
        stack.enter_context(stores.oxigraph_disk(triples, folder)),
        stack.enter_context(stores.virtuoso(triples, folder)),
    ]
    if not large:
        started.append(stack.enter_context(servers.rdflib_endpoint(triples)))
        started.append(stack.enter_context(servers.comunica(triples)))
    return started
