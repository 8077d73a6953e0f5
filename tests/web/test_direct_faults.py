"""Connections that workers have, with clients and workers that end at any point: nobody gets what is not theirs."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import resource
import signal
import socket
import threading
import time
from urllib.parse import quote, urlsplit

import pytest
from bench.soak import family
from tests.conftest import PATIENCE, serving


@pytest.fixture(scope="module")
def server(shelf):
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(shelf), EKOGRAPH_QUERY_SECONDS="2") as running:
        yield running


def connected(server) -> socket.socket:
    address = urlsplit(server.url)
    return socket.create_connection((address.hostname, address.port), timeout=PATIENCE)


def request(number: int, method: str = "GET") -> bytes:
    """A query whose answer is a number."""
    text = f"SELECT ({number} AS ?n) {{}}"
    head = "Host: 127.0.0.1\r\nAccept: text/csv\r\n"
    if method == "GET":
        return f"GET /sparql?query={quote(text)} HTTP/1.1\r\n{head}\r\n".encode()
    head += f"Content-Type: application/sparql-query\r\nContent-Length: {len(text)}\r\n"
    return f"POST /sparql HTTP/1.1\r\n{head}\r\n{text}".encode()


def answer(connection: socket.socket) -> int | None:
    """The number that is answered; None where the connection ends instead, or the server says that it cannot."""
    response = http.client.HTTPResponse(connection)
    try:
        response.begin()
        body = response.read()
    except (http.client.HTTPException, ConnectionError):
        return None
    return int(body.split()[1]) if response.status == 200 else None


class Conversation(threading.Thread):
    """Asks one query after the other for a number, on a new connection where the old one has ended."""

    def __init__(self, server, start: int, ended: threading.Event) -> None:
        super().__init__()
        self.right = self.none = 0
        self.wrong: list[tuple[int, int]] = []
        self._server = server
        self._number = start
        self._ended = ended

    def run(self) -> None:
        connection = connected(self._server)
        while not self._ended.is_set():
            self._number += 1
            answered = self._ask(connection)
            if answered is None:
                self.none += 1
                connection.close()
                connection = connected(self._server)
            elif answered == self._number:
                self.right += 1
            else:
                self.wrong.append((self._number, answered))
        connection.close()

    def _ask(self, connection: socket.socket) -> int | None:
        try:
            connection.sendall(request(self._number, "GET" if self._number % 3 else "POST"))
            return answer(connection)
        except OSError:
            return None


def killed(server, chance: random.Random) -> int:
    """How many workers were killed: half of them."""
    kills = 0
    for pid in family(server.process.pid)[2:]:
        if chance.random() < 0.5:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                kills += 1
    return kills


@pytest.mark.long
def test_whoever_asks_while_workers_are_killed_has_the_right_answer_or_none(server):
    ended, chance = threading.Event(), random.Random(1)  # noqa: S311 - for a test
    clients = [Conversation(server, k * 1_000_000, ended) for k in range(4)]
    for client in clients:
        client.start()
    kills, until = 0, time.monotonic() + 4
    while time.monotonic() < until:
        time.sleep(chance.random() * 0.1)
        kills += killed(server, chance)
    ended.set()
    for client in clients:
        client.join(PATIENCE)
    assert not any(client.wrong for client in clients)
    assert kills > 20
    assert sum(client.right for client in clients) > sum(client.none for client in clients)
    with connected(server) as connection:
        connection.sendall(request(7))
        assert answer(connection) == 7


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_client_that_goes_away_at_any_byte_harms_nobody(server, method):
    staying = connected(server)
    longest = 0.0
    whole = request(5, method)
    for cut in range(1, len(whole) + 1, 3):
        gone = connected(server)
        gone.sendall(whole[:cut])
        if cut % 2:
            # A reset, not an orderly end.
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        gone.close()
        start = time.monotonic()
        staying.sendall(request(cut))
        assert answer(staying) == cut
        longest = max(longest, time.monotonic() - start)
    staying.close()
    assert longest < 2


@pytest.mark.long
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_that_is_split_at_any_byte_is_answered(server, method):
    whole = request(5, method)
    kept = connected(server)
    for cut in range(1, len(whole)):
        for connection in (kept, connected(server)):
            connection.sendall(whole[:cut])
            time.sleep(0.001)
            connection.sendall(whole[cut:])
            assert answer(connection) == 5
        connection.close()
    kept.close()


def test_a_server_with_hardly_any_descriptors_left_answers_on(shelf):
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(shelf)) as few:
        resource.prlimit(few.process.pid, resource.RLIMIT_NOFILE, (200, 200))
        idle = [connected(few) for _ in range(400)]
        for number in range(50):
            with connected(few) as connection:
                connection.sendall(request(number))
                assert answer(connection) == number
        for connection in idle:
            connection.close()
        with connected(few) as connection:
            connection.sendall(request(1))
            assert answer(connection) == 1
