"""Connections that are lent to workers: short queries are answered there, and nothing that is asked is ever lost."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import asynccontextmanager
from urllib.parse import quote

import pytest
from tests.engine.conftest import ask, running
from tests.engine.test_embedded import FOREVER

from ekograph.engine.handoff.protocol import MOST, Handoff, Terms
from ekograph.engine.workers.shared_counters import Answered

AFTER = b" HTTP/1.1\r\nhost: somewhere\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nx-snapshot: this\r\n"
TERMS = Terms(b"GET /sparql?query=", AFTER, "json", "ntriples", "this ", {"json": HEAD, "ntriples": HEAD}, 0)
ONE = "SELECT ?o { ex:s0 ex:next ?o }"


class Lent:
    """A connection between a client and a server, as both have it; `back` is what was still to be sent on it."""

    def __init__(self, terms: Terms = TERMS) -> None:
        self.client, self.server = socket.socketpair()
        for each in (self.client, self.server):
            each.setblocking(False)
        self.back: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self.answered: list[Answered] = []
        self.handoff = Handoff(self, lambda: terms, self.answered.append)

    def fileno(self) -> int:
        return self.server.fileno()

    def given_back(self, unsent: bytes) -> None:
        self.back.set_result(unsent)

    def broken(self) -> None:
        self.back.set_result(None)

    async def ask(self, query: str) -> bytes:
        """The response to a query."""
        await self.say(request(query))
        return await self.response()

    async def say(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.client, data)

    async def response(self) -> bytes:
        loop, received = asyncio.get_running_loop(), b""
        async with asyncio.timeout(20):
            while b"\r\n\r\n" not in received:
                received += await loop.sock_recv(self.client, 1 << 20)
            head, _, body = received.partition(b"\r\n\r\n")
            length = int(head.partition(b"content-length: ")[2].split()[0])
            while len(body) < length:
                body += await loop.sock_recv(self.client, 1 << 20)
        return head + b"\r\n\r\n" + body

    async def returned(self) -> bytes:
        """What is still unread on the connection once it has come back; nothing was to be sent."""
        async with asyncio.timeout(20):
            assert await self.back == b""
        try:
            return self.server.recv(1 << 20)
        except BlockingIOError:
            return b""


def request(query: str) -> bytes:
    return TERMS.before + quote(query).encode() + AFTER


@asynccontextmanager
async def lending(dataset, number: int = 1, terms: Terms = TERMS, **limits):
    """An engine and connections that it has been lent by one client."""
    async with running(dataset, **{"fast": 4, **limits}) as engine:
        lent = [Lent(terms) for _ in range(number)]
        for each in lent:
            assert engine.hand_over("somebody", each.handoff)
        try:
            yield engine, *lent
        finally:
            for each in lent:
                each.client.close()
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
            return expected, responses, lent.back.result(), lent.answered, engine.figures()

    expected, responses, back, answered, figures = of(session)
    heads, bodies = zip(*(each.split(b"\r\n\r\n") for each in responses), strict=True)
    assert set(bodies) == {expected}
    assert all(each.startswith(HEAD) and b"date: " in each and b'etag: W/"' in each for each in heads)
    # What is the same has the same entity tag, and something else another.
    assert heads[0].partition(b"etag")[2] == heads[2].partition(b"etag")[2] != heads[1].partition(b"etag")[2]
    assert (back, sum(sum(each.counts) for each in answered), sum(each.again for each in answered)) == (b"", 3, 1)
    assert (figures["queries_lent_total"], figures["answers_repeated_lent_total"], figures["lent"]) == (2, 1, 0)
    assert (figures["queries_total"], figures["running"]) == (3, 0)


@pytest.mark.parametrize(
    "said",
    [
        b"POST /sparql HTTP/1.1\r\nhost: somewhere\r\ncontent-length: 0\r\n\r\n",
        b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nhost: elsewhere\r\n\r\n",
        b"GET /sparql?query=ASK%7B%7D&format=xml HTTP/1.1\r\nhost: somewhere\r\n\r\n",
        b"GET /sparql?query=ASK%7B%7D#fragment HTTP/1.1\r\nhost: somewhere\r\n\r\n",
        b"GET /sparql?query=%FF HTTP/1.1\r\nhost: somewhere\r\n\r\n",
        b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nhost: some",
        request("ASK {}") + request("ASK {}"),
        request("ASK {"),
        request("DROP ALL"),
        request("ASK { SERVICE <http://127.0.0.1:1/> { } }"),
        request("SELECT (NOW() AS ?now) {}"),
        request("SELECT * { ?a ?b ?c . ?d ?e ?f }"),
        request("ASK {} #" + "x" * 20_000),
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
            lent.client.close()
            return await lent.returned()

    assert of(session) == b""


def test_a_long_query_goes_back_unread_with_all_others_and_its_worker_ends(dataset):
    async def session():
        async with lending(dataset, number=3) as (engine, first, _, third):
            # The first and the third are lent to the same worker.
            for each in (first, third):
                await each.ask(ONE)
            workers = {lease._worker.pid for lease in engine.handoffs._leases}
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
            for lease in engine.handoffs._leases:
                # The client has its response a moment before the worker is through with it.
                while lease._worker.counters.at_work:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0)
                os.kill(lease._worker.pid, signal.SIGSTOP)
            for each in lent:
                await each.say(request(ONE))
            for lease in list(engine.handoffs._leases):
                os.kill(lease._worker.pid, signal.SIGKILL)
            return [await each.returned() for each in lent], engine.figures(), (await ask(engine, ONE))[1]

    unread, figures, body = of(session)
    assert unread == [request(ONE)] * 2
    assert (figures["running"], figures["lent"]) == (0, 0)
    assert body


def test_a_client_that_reads_slowly_gets_the_rest_from_the_owner(dataset):
    large = "SELECT ?a { ?a ?b ?c . ?d ex:next ?f }"

    async def session():
        async with lending(dataset) as (_, lent):
            lent.server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            await lent.say(request(large))
            rest = await lent.back
            # Whoever has it back sends the rest.
            lent.server.setblocking(True)
            sending = asyncio.to_thread(lent.server.sendall, rest)
            response, _ = await asyncio.gather(lent.response(), sending)
            return rest, response

    rest, response = of(session)
    assert rest
    assert response.endswith(rest)
    assert response.count(b'"a"') == 303


def test_what_is_not_used_is_given_back(dataset, monkeypatch):
    monkeypatch.setattr("ekograph.engine.handoff.manager._IDLE", 0.05)

    async def session():
        async with lending(dataset) as (engine, lent):
            await lent.ask(ONE)
            return await lent.returned(), engine.figures()

    unread, figures = of(session)
    assert unread == b""
    assert (figures["lent"], figures["running"]) == (0, 0)


def test_another_client_has_one_of_two_workers(dataset, monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})

    async def session():
        async with lending(dataset, number=2) as (engine, *lent):
            for each in lent:
                await each.ask(ONE)
            nobody = engine.hand_over("another", Lent().handoff)
            async with asyncio.timeout(20):
                while engine.handoffs.lent == 2:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0)
            somebody = engine.hand_over("another", Lent().handoff)
            # No client has two now, so that nobody gives one up.
            third = engine.hand_over("a third", Lent().handoff)
            return nobody, somebody, third, [each.back.done() for each in lent]

    nobody, somebody, third, back = of(session)
    assert (nobody, somebody, third) == (False, True, False)
    assert sorted(back) == [False, True]


def test_nothing_is_lent_while_the_engine_stops_or_too_much_is(dataset):
    async def session():
        async with lending(dataset) as (engine, _):
            more = [Lent() for _ in range(3 * MOST)]
            taken = 0
            for each in more:
                taken += engine.hand_over("somebody", each.handoff)
            await engine.stop()
            back = [await each.returned() for each in more[:taken]]
            taken_after = engine.hand_over("somebody", more[-1].handoff)
            for each in more:
                each.client.close()
                each.server.close()
            return taken, back, taken_after, engine.pool.admission.fast, engine.pool.admission.running

    taken, back, after, *places = of(session)
    assert MOST - 1 <= taken < 3 * MOST
    assert (back, after, places) == ([b""] * taken, False, [{}, {}])


def test_what_is_lent_takes_no_place_of_other_queries(dataset):
    async def session():
        async with lending(dataset, number=8) as (engine, *_):
            return (
                engine.pool.admission.fast["somebody"],
                engine.pool.admission.running["somebody"] > 0,
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
