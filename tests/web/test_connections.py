"""What clients of the field do on a connection: offers of other protocols, pipelines, answers that nobody reads."""

from __future__ import annotations

import json
import socket
import threading
import time
from urllib.parse import quote, urlsplit

import pytest
from tests.conftest import PATIENCE, serving

FORM = "application/x-www-form-urlencoded"
H2C = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"


def open_connection(server) -> socket.socket:
    place = urlsplit(server.url)
    return socket.create_connection((place.hostname, place.port), timeout=PATIENCE)


def response(file) -> tuple[int, dict[str, str], bytes]:
    """One response that says its length."""
    status = int(file.readline().split()[1])
    fields = {}
    while line := file.readline().strip():
        name, _, value = line.decode().partition(": ")
        fields[name.lower()] = value
    return status, fields, file.read(int(fields.get("content-length", 0)))


def post(query: str, extra: str = "", chunk: int = 0) -> list[bytes]:
    body = f"query={quote(query)}".encode()
    framing = "Transfer-Encoding: chunked" if chunk else f"Content-Length: {len(body)}"
    head = f"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\n{extra}{framing}\r\n\r\n".encode()
    if not chunk:
        return [head, body]
    parts = [body[start : start + chunk] for start in range(0, len(body), chunk)]
    return [head, *(b"%x\r\n%b\r\n" % (len(part), part) for part in parts), b"0\r\n\r\n"]


@pytest.mark.parametrize("chunk", [0, 7])
@pytest.mark.parametrize("together", [True, False])
def test_a_body_after_an_offer_of_another_protocol_is_read(server, together, chunk):
    with open_connection(server) as connection, connection.makefile("rb") as file:
        for number in range(3):
            parts = post(f"SELECT ({number} AS ?n) {{}}", H2C, chunk)
            for part in [b"".join(parts)] if together else parts:
                connection.sendall(part)
                time.sleep(0 if together else 0.01)
            status, _, body = response(file)
            assert status == 200
            assert json.loads(body)["results"]["bindings"][0]["n"]["value"] == str(number)


@pytest.mark.parametrize("upgrade", ["h2c", "websocket", "nonsense"])
def test_a_read_with_an_offer_of_another_protocol_is_answered_and_so_is_the_next(server, upgrade):
    with open_connection(server) as connection, connection.makefile("rb") as file:
        offer = f"GET /doc/agreement/lahti.ttl HTTP/1.1\r\nHost: localhost\r\n{H2C.replace('h2c', upgrade)}\r\n"
        plain = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        connection.sendall(offer.encode() + plain)
        assert response(file)[0] == 200
        assert json.loads(response(file)[2])["status"] == "ok"
        connection.sendall(offer.encode())
        assert response(file)[0] == 200


def test_an_offer_with_a_body_that_is_too_long_is_refused_as_any_other(server):
    with open_connection(server) as connection, connection.makefile("rb") as file:
        connection.sendall(b"".join(post("x" * 1_200_000, H2C)))
        assert response(file)[0] == 413


PRODUCT = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 30000"


def test_clients_that_do_not_read_keep_nobody_else_at_their_address_waiting(server):
    unread = []
    try:
        for number in range(12):
            connection = open_connection(server)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            query = quote(f"{PRODUCT} # {number}")
            connection.sendall(f"GET /sparql?query={query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            unread.append(connection)
        deadline = time.monotonic() + PATIENCE
        while json.loads(server.get("/ready").body)["engine"].get("running", 0) and time.monotonic() < deadline:
            time.sleep(0.05)
        for number in range(20):
            assert server.get(f"/sparql?query={quote(f'ASK {{}} # {number}')}").status == 200
    finally:
        for connection in unread:
            connection.close()


def test_a_client_that_reads_slowly_gets_all_of_a_long_answer(server):
    query = quote(f"{PRODUCT} # slowly")
    whole = server.get(f"/sparql?query={query}", "text/csv").body
    assert len(whole) > 3_000_000
    with open_connection(server) as connection:
        request = f"GET /sparql?query={query} HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\n"
        connection.sendall(f"{request}Connection: close\r\n\r\n".encode())
        received = bytearray()
        while part := connection.recv(65_536):
            received += part
            if len(received) < 1_000_000:
                time.sleep(0.02)
    assert received.endswith(b"0\r\n\r\n")
    assert len(received) > len(whole)


@pytest.mark.long
def test_requests_behind_a_slow_one_are_not_cut_off(shelf):
    """The bound on receiving is ten seconds; what waits its turn for longer has come in time."""
    slow = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }")
    with (
        serving("serve", EKOGRAPH_SNAPSHOTS=str(shelf), EKOGRAPH_QUERY_SECONDS="12") as server,
        open_connection(server) as connection,
        connection.makefile("rb") as file,
    ):
        first = f"GET /sparql?query={slow} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        page = b"GET /doc/agreement/lahti.ttl HTTP/1.1\r\nHost: localhost\r\n\r\n"
        # The last one is cut in two, as packets cut them.
        connection.sendall(first + page * 3 + page[:20])
        threading.Timer(1, connection.sendall, [page[20:]]).start()
        assert [response(file)[0] for _ in range(5)] == [503, 200, 200, 200, 200]


HOSTS = [
    ("localhost", 200),
    ("LOCALHOST:80", 200),
    ("localhost.", 200),
    ("localhost.:8000", 200),
    ("localhost:", 200),
    ("127.0.0.1:1", 200),
    ("[::1]", 200),
    ("[::1]:8000", 200),
    ("data.example.fi", 200),
    ("Data.Example.FI.:443", 200),
    ("[2001:DB8::1]:8000", 200),
    ("", 200),
    ("::1", 421),
    ("[::1", 421),
    ("[::2]", 421),
    ("localhost:x", 421),
    ("localhost:80:80", 421),
    ("localhost@evil.example", 421),
    ("evil.example", 421),
    ("localhost.evil.example", 421),
    ("data.example.fi..", 421),
]


@pytest.fixture(scope="module")
def named(shelf):
    hosts = "data.example.fi,2001:db8::1"
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(shelf), EKOGRAPH_ALLOWED_HOSTS=hosts) as running:
        yield running


@pytest.mark.parametrize(("host", "status"), HOSTS)
def test_a_host_is_taken_in_any_spelling_and_no_other_is(named, host, status):
    with open_connection(named) as connection, connection.makefile("rb") as file:
        connection.sendall(f"GET /doc/agreement/lahti.ttl HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert response(file)[0] == status


@pytest.mark.parametrize(("accept", "suffix"), [("text/csv", "csv"), ("text/tab-separated-values", "tsv")])
def test_a_table_is_saved_under_a_name_of_its_own(server, accept, suffix):
    reply = server.get("/sparql?query=" + quote("SELECT ?s { ?s a ?c } LIMIT 1"), accept)
    assert reply.headers["content-disposition"] == f'attachment; filename="results.{suffix}"'
    assert "content-disposition" not in server.get("/sparql?query=ASK%7B%7D").headers
