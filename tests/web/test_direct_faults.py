"""Connections that workers have, with clients and workers that end at any point: nobody gets what is not theirs."""

from __future__ import annotations

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


def test_whoever_asks_while_workers_are_killed_has_the_right_answer_or_none(server):
    ended = threading.Event()
    wrong: list[tuple[int, int]] = []
    counts = {"right": 0, "none": 0}

    def converse(start: int) -> None:
        connection, number = connected(server), start
        while not ended.is_set():
            number += 1
            try:
                connection.sendall(request(number, "GET" if number % 3 else "POST"))
                found = answer(connection)
            except OSError:
                found = None
            if found is None:
                counts["none"] += 1
                connection.close()
                connection = connected(server)
            elif found == number:
                counts["right"] += 1
            else:
                wrong.append((number, found))
        connection.close()

    clients = [threading.Thread(target=converse, args=(k * 1_000_000,)) for k in range(4)]
    for client in clients:
        client.start()
    kills = 0
    chance = random.Random(1)  # noqa: S311 - for a test
    until = time.monotonic() + 4
    while time.monotonic() < until:
        time.sleep(chance.random() * 0.1)
        for pid in family(server.process.pid)[2:]:
            if chance.random() < 0.5:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                kills += 1
    ended.set()
    for client in clients:
        client.join(PATIENCE)
    assert not wrong
    assert kills > 20
    assert counts["right"] > counts["none"]
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
