"""Connections on which workers answer: short queries are answered there, and nothing that is asked is ever lost."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from contextlib import asynccontextmanager
from urllib.parse import quote

import pytest
from tests.engine.conftest import ask, running
from tests.engine.test_embedded import FOREVER

from ekograph.engine.direct.protocol import Terms
from ekograph.engine.workers.shared_counters import Answered

AFTER = b" HTTP/1.1\r\nhost: somewhere\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nx-snapshot: this\r\n"
TERMS = Terms(
    *(b"GET /sparql?", AFTER, "", "json", "ntriples", "this "),
    *({"json": HEAD, "ntriples": HEAD}, "/sparql", 0, False, b""),
)
ONE = "SELECT ?o { ex:s0 ex:next ?o }"


class Lent:
    """A connection between a client and a server, as both have it; `back` is how it came back."""

    client = "somebody"
    logged = ""

    def __init__(self, terms: Terms = TERMS) -> None:
        self.near, self.server = socket.socketpair()
        for each in (self.near, self.server):
            each.setblocking(False)
        self.back: asyncio.Future[tuple[str, bytes, bytes]] = asyncio.get_running_loop().create_future()
        self.answered: list[Answered] = []
        self.terms = (hash(terms.after), terms)

    def note(self, answered: Answered, _lines: bytes) -> None:
        self.answered.append(answered)

    def fileno(self) -> int:
        return self.server.fileno()

    def given_back(self, unsent: bytes, unread: bytes, *, answered: bool) -> None:
        assert answered
        self.back.set_result(("back", unsent, unread))

    def moved(self, *, answered: bool) -> None:
        assert answered
        self.back.set_result(("moved", b"", b""))

    def close(self) -> None:
        self.back.set_result(("closed", b"", b""))

    async def ask(self, query: str) -> bytes:
        """The response to a query."""
        await self.say(request(query))
        return await self.response()

    async def say(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.near, data)

    async def response(self) -> bytes:
        loop, received = asyncio.get_running_loop(), b""
        async with asyncio.timeout(20):
            while b"\r\n\r\n" not in received:
                received += await loop.sock_recv(self.near, 1 << 20)
            head, _, body = received.partition(b"\r\n\r\n")
            length = int(head.partition(b"content-length: ")[2].split()[0])
            while len(body) < length:
                body += await loop.sock_recv(self.near, 1 << 20)
        return head + b"\r\n\r\n" + body

    async def returned(self) -> bytes:
        """What is still to be answered once it has come back; nothing was to be sent."""
        async with asyncio.timeout(20):
            _, unsent, unread = await self.back
        assert unsent == b""
        try:
            return unread + self.server.recv(1 << 20)
        except BlockingIOError:
            return unread


def request(query: str) -> bytes:
    return TERMS.before + b"query=" + quote(query).encode() + AFTER


@asynccontextmanager
async def lending(dataset, number: int = 1, terms: Terms = TERMS, **limits):
    """An engine and connections that one client has, on which it answers."""
    async with running(dataset, **{"fast": 4, **limits}) as engine:
        lent = [Lent(terms) for _ in range(number)]
        for each in lent:
            assert engine.serve(each, each.terms, b"")
        try:
            yield engine, *lent
        finally:
            for each in lent:
                each.near.close()
                each.server.close()


def of(session):
    """What a coroutine gives."""
    return asyncio.run(session())


def test_a_query_on_a_lent_connection_has_its_response(dataset):
    async def session():
        async with lending(dataset) as (engine, lent):
            expected = (await ask(engine, ONE))[1]
            responses = [await lent.ask(ONE), await lent.ask(ONE + " # again"), await lent.ask(ONE)]
            await engine.stop()
            return expected, responses, lent.back.result()[0], lent.answered, engine.figures()

    expected, responses, back, answered, figures = of(session)
    heads, bodies = zip(*(each.split(b"\r\n\r\n") for each in responses), strict=True)
    assert set(bodies) == {expected}
    assert all(each.startswith(HEAD) and b"date: " in each and b'etag: W/"' in each for each in heads)
    # What is the same has the same entity tag, and something else another.
    assert heads[0].partition(b"etag")[2] == heads[2].partition(b"etag")[2] != heads[1].partition(b"etag")[2]
    assert (back, sum(sum(each.counts) for each in answered), sum(each.again for each in answered)) == ("moved", 3, 1)
    assert (figures["queries_direct_total"], figures["answers_repeated_direct_total"], figures["direct"]) == (2, 1, 0)
    assert (figures["queries_total"], figures["running"]) == (3, 0)


@pytest.mark.parametrize(
    "said",
    [
        b"POST /sparql HTTP/1.1\r\nhost: somewhere\r\ncontent-length: 0\r\n\r\n",
        b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nhost: elsewhere\r\n\r\n",
        b"GET /sparql?query=ASK%7B%7D&default-graph-uri=x HTTP/1.1\r\nhost: somewhere\r\n\r\n",
        b"GET /sparql?query=ASK%7B%7D#fragment HTTP/1.1\r\nhost: somewhere\r\n\r\n",
        b"GET /sparql?query=%FF HTTP/1.1\r\nhost: somewhere\r\n\r\n",
        b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nhost: some",
        request("ASK {}") + request("ASK {}"),
        request("ASK {"),
        request("DROP ALL"),
        request("ASK { SERVICE <http://127.0.0.1:1/> { } }"),
        request("SELECT (NOW() AS ?now) {}"),
        request("SELECT * { ?a ?b ?c . ?d ?e ?f }"),
        request("ASK {} #" + "x" * 40_000),
    ],
    ids=[
        *("post", "header", "parameter", "fragment", "encoding", "part", "two", "fault", "update", "service", "now"),
        *("large", "long"),
    ],
)
def test_whatever_is_not_a_short_query_goes_back_unread(dataset, said):
    async def session():
        async with lending(dataset) as (_, lent):
            assert b"200 OK" in await lent.ask(ONE)
            await lent.say(said)
            return await lent.returned()

    assert of(session) == said


def test_a_client_that_goes_away_is_given_back(dataset):
    async def session():
        async with lending(dataset) as (_, lent):
            await lent.ask(ONE)
            lent.near.close()
            return await lent.returned()

    assert of(session) == b""


def test_a_long_query_goes_back_unread_with_all_others_and_its_worker_ends(dataset):
    async def session():
        async with lending(dataset, number=3) as (engine, first, _, third):
            # The first and the third are lent to the same worker.
            for each in (first, third):
                await each.ask(ONE)
            workers = {worker._worker.pid for worker in engine.direct.workers}
            await first.say(request(FOREVER))
            await asyncio.sleep(0.001)
            await third.say(request(ONE))
            unread = [await first.returned(), await third.returned()]
            return workers - engine.pool.fork_server.workers.keys(), unread, await ask(engine, ONE)

    ended, unread, (_, body) = of(session)
    assert len(ended) == 1
    assert unread == [request(FOREVER), request(ONE)]
    assert body


def test_a_worker_that_is_killed_gives_everything_back(dataset):
    async def session():
        async with lending(dataset, number=2) as (engine, *lent):
            for each in lent:
                await each.ask(ONE)
            for worker in engine.direct.workers:
                # The client has its response a moment before the worker is through with it.
                while worker._worker.counters.at_work[0]:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0)
                os.kill(worker._worker.pid, signal.SIGSTOP)
            for each in lent:
                await each.say(request(ONE))
            for worker in list(engine.direct.workers):
                os.kill(worker._worker.pid, signal.SIGKILL)
            return [await each.returned() for each in lent], engine.figures(), (await ask(engine, ONE))[1]

    unread, figures, body = of(session)
    assert unread == [request(ONE)] * 2
    assert (figures["running"], figures["direct"]) == (0, 0)
    assert body


def test_a_client_that_reads_slowly_gets_the_rest_from_the_owner(dataset):
    large = "SELECT ?a { ?a ?b ?c . ?d ex:next ?f }"

    async def session():
        async with lending(dataset) as (_, lent):
            lent.server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            await lent.say(request(large))
            _, rest, _ = await lent.back
            # Whoever has it back sends the rest.
            lent.server.setblocking(True)
            sending = asyncio.to_thread(lent.server.sendall, rest)
            response, _ = await asyncio.gather(lent.response(), sending)
            return rest, response

    rest, response = of(session)
    assert rest
    assert response.endswith(rest)
    assert response.count(b'"a"') == 303


def test_a_connection_on_which_nothing_is_asked_is_closed(dataset):
    async def session():
        async with lending(dataset) as (engine, lent):
            await lent.ask(ONE)
            async with asyncio.timeout(20):
                end = await asyncio.get_running_loop().sock_recv(lent.near, 1)
                how, *_ = await lent.back
                while engine.figures()["running"]:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.01)
            return end, how, engine.figures()["direct"]

    assert of(session) == (b"", "closed", 0)


def test_who_asks_a_long_query_has_no_worker_for_a_while_and_all_others_have(dataset):
    async def session():
        async with lending(dataset) as (engine, lent):
            await lent.say(request(FOREVER))
            assert await lent.returned() == request(FOREVER)
            same, other = Lent(), Lent()
            other.client = "another"
            taken = [engine.serve(each, each.terms, b"") for each in (same, other)]
            for each in (same, other):
                each.near.close()
                each.server.close()
            return taken

    assert of(session) == [False, True]


def test_no_worker_takes_connections_while_the_engine_stops_or_has_too_many(dataset, monkeypatch):
    monkeypatch.setattr("ekograph.engine.direct.manager.MOST", 8)

    async def session():
        async with lending(dataset) as (engine, _):
            more = [Lent() for _ in range(30)]
            taken = [each for each in more if engine.serve(each, each.terms, b"")]
            await engine.stop()
            back = {(await each.back)[0] for each in taken}
            taken_after = engine.serve(more[-1], more[-1].terms, b"")
            for each in more:
                each.near.close()
                each.server.close()
            return len(taken), back, taken_after, engine.pool.admission.fast, engine.pool.admission.running

    taken, back, after, *places = of(session)
    assert 7 <= taken < 30
    assert (back, after, places) == ({"moved"}, False, [{}, {}])


def test_what_is_lent_takes_no_place_of_other_queries(dataset):
    async def session():
        async with lending(dataset, number=8) as (engine, *_):
            return (
                engine.pool.admission.fast["connections"],
                engine.pool.admission.running["connections"] > 0,
                (await ask(engine, ONE))[1],
            )

    places, counted, answer = of(session)
    assert (places, counted) == (0, True)
    assert answer


@pytest.mark.parametrize("least", [0, 1, 1_000_000])
def test_bodies_of_a_certain_size_are_compressed_where_the_client_takes_that(dataset, least):
    import gzip

    async def session():
        async with lending(dataset, terms=TERMS._replace(gzip_from=least)) as (engine, lent):
            return (await ask(engine, ONE))[1], await lent.ask(ONE)

    expected, response = of(session)
    head, _, body = response.partition(b"\r\n\r\n")
    assert (b"content-encoding: gzip" in head) == (least == 1)
    assert (gzip.decompress(body) if least == 1 else body) == expected


def test_the_body_of_a_post_may_come_a_moment_later_and_is_not_waited_for_long(dataset):
    terms = TERMS._replace(
        before=b"POST /sparql HTTP/1.1\r\ncontent-length: ", after=b"\r\n\r\n", media_type="application/sparql-query"
    )
    head = terms.before + b"%d" % len(ONE) + terms.after

    async def session():
        async with lending(dataset, terms=terms) as (_, lent):
            answers = []
            for cut in range(1, len(head) + len(ONE)):
                whole = head + ONE.encode()
                await lent.say(whole[:cut])
                await asyncio.sleep(0.001)
                await lent.say(whole[cut:])
                answers.append(await lent.response())
            await lent.say(head + b"ASK")
            return answers, await lent.returned()

    answers, unread = of(session)
    assert len({answer.partition(b"\r\n\r\n")[2] for answer in answers}) == 1
    assert unread == head + b"ASK"


def test_each_answer_has_a_line_in_the_access_log(dataset):
    async def session():
        async with running(dataset, fast=4) as engine:
            lent, lines = Lent(), []
            lent.logged = '"client": "somebody", '
            lent.note = lambda _, written: lines.append(written)
            assert engine.serve(lent, lent.terms, b"")
            for number in range(3000):
                await lent.ask(f"ASK {{}} # {number % 10}")
            await engine.stop()
            lent.near.close()
            lent.server.close()
            return b"".join(lines).decode().splitlines()

    lines = [json.loads(line) for line in of(session)]
    assert len(lines) == 3000
    assert {(line["client"], line["method"], line["path"], line["status"]) for line in lines} == {
        ("somebody", "GET", "/sparql", 200)
    }


def test_a_worker_keeps_a_bounded_number_of_bytes_of_answers_and_the_latest_of_them(dataset):
    ten = "CONCAT(" + ",".join(["?{0}"] * 10) + ")"
    grown = "".join(f"BIND({ten.format(a)} AS ?{b}) " for a, b in ("ab", "bc", "cd"))

    def long_answer(number: int) -> str:
        return f'SELECT (CONCAT(?d, ?d, ?d, ?d, ?d) AS ?long) {{ BIND("{number:010}" AS ?a) {grown}}}'

    async def session():
        async with lending(dataset) as (engine, lent):
            sizes = [len(await lent.ask(long_answer(number))) for number in range(100)]
            await lent.ask(long_answer(99))
            await lent.ask(long_answer(0))
            await engine.stop()
            return sum(sizes), sum(each.again for each in lent.answered)

    size, again = of(session)
    assert size > 4_500_000
    assert again == 1
