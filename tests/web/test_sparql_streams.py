"""A long answer that fails is cut visibly, and one that nobody reads frees what it holds."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from urllib.parse import quote, urlsplit

import pytest
from bench.soak import family
from tests.conftest import serving

PRODUCT = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
PATIENCE = 20


@pytest.fixture(scope="module")
def small(shelf):
    """A server whose answers have at most 3 MB."""
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(shelf), EKOGRAPH_RESULT_MB="3") as server:
        yield server


def connected(server, query: str, headers: str = "") -> socket.socket:
    """A connection on which a query has been asked."""
    place = urlsplit(server.url)
    connection = socket.create_connection((place.hostname, place.port), timeout=PATIENCE)
    request = f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: {place.netloc}\r\n{headers}\r\n"
    connection.sendall(request.encode())
    return connection


def everything(connection: socket.socket) -> bytes:
    """What comes until the other end closes, in whatever way."""
    received = bytearray()
    with connection:
        try:
            while part := connection.recv(65_536):
                received += part
        except ConnectionError:
            pass
    return bytes(received)


def figure(server, name: str) -> int:
    return json.loads(server.get("/ready").body)["engine"][name]


def becomes(server, name: str, value: int) -> bool:
    """Whether a figure gets to a value before long."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if figure(server, name) == value:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("headers", ["", "Accept-Encoding: gzip\r\n"], ids=["plain", "gzip"])
def test_an_answer_over_its_cap_ends_without_the_last_chunk(small, headers):
    received = everything(connected(small, PRODUCT, headers))
    assert received.startswith(b"HTTP/1.1 200 OK")
    assert len(received) > 10_000
    assert not received.endswith(b"0\r\n\r\n")


def test_an_answer_within_its_cap_ends_with_the_last_chunk(small):
    received = everything(connected(small, f"{PRODUCT} LIMIT 2000", "Connection: close\r\n"))
    assert received.endswith(b"0\r\n\r\n")


@pytest.fixture
def old_client(small):
    """A function that asks as clients and proxies of HTTP/1.0 do: header section and body."""

    def ask(query: str) -> tuple[bytes, bytes]:
        place = urlsplit(small.url)
        connection = socket.create_connection((place.hostname, place.port), timeout=PATIENCE)
        connection.sendall(f"GET /sparql?query={quote(query)} HTTP/1.0\r\nHost: {place.netloc}\r\n\r\n".encode())
        head, _, body = everything(connection).partition(b"\r\n\r\n")
        return head, body

    return ask


def test_a_client_without_chunks_gets_a_long_answer_with_its_length(old_client):
    head, body = old_client(f"{PRODUCT} LIMIT 2000")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert b"transfer-encoding" not in head
    assert f"content-length: {len(body)}".encode() in head
    assert len(body) > 1_000_000
    assert len(json.loads(body)["results"]["bindings"]) == 2000


def test_a_client_without_chunks_is_never_given_part_of_an_answer(old_client):
    head, body = old_client(PRODUCT)
    assert head.startswith(b"HTTP/1.1 413")
    assert json.loads(body)["status"] == 413


def test_a_worker_killed_in_the_middle_cuts_its_answer_only(small):
    with connected(small, PRODUCT) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 OK")
        for pid in family(small.process.pid)[2:]:
            os.kill(pid, signal.SIGKILL)
        assert not everything(connection).endswith(b"0\r\n\r\n")
    # A query that meets a worker whose end is not complete is asked again of another.
    replies = [small.get("/sparql?query=ASK%7B%7D") for _ in range(5)]
    assert {reply.status for reply in replies} == {200}


def test_a_client_that_goes_away_frees_its_worker_at_once(small):
    connection = connected(small, ENDLESS)
    assert becomes(small, "running", 1)
    connection.close()
    assert becomes(small, "running", 0)


def test_a_client_that_does_not_read_frees_the_place_it_has(small):
    with connected(small, PRODUCT) as connection:
        assert connection.recv(1000)
        assert becomes(small, "streams", 1)
        assert small.get("/sparql?query=ASK%7B%7D").status == 200
    assert becomes(small, "streams", 0)
    assert becomes(small, "running", 0)


def test_a_thousand_idle_connections_keep_nobody_out(small):
    place = urlsplit(small.url)
    idle = [socket.create_connection((place.hostname, place.port), timeout=PATIENCE) for _ in range(1000)]
    try:
        assert small.get("/sparql?query=ASK%7B%7D").status == 200
    finally:
        for connection in idle:
            connection.close()
