"""Connections that begin with a query are answered on by the workers themselves, and no client can tell."""

from __future__ import annotations

import gzip
import http.client
import io
import itertools
import json
import os
import random
import re
import signal
import socket
import threading
import time
from urllib.parse import quote, urlsplit

import pytest
from bench.soak import family
from tests.conftest import PATIENCE, serving
from tests.publish.conftest import DATA, site

LAHTI = "<https://w3id.org/ekograph/id/agreement/lahti>"
FOREVER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
ONE = f"SELECT ?o {{ {LAHTI} skos:prefLabel ?o }} ORDER BY ?o"

#: Random conversations that are compared with the same requests asked alone.
CONVERSATIONS = int(os.environ.get("CONVERSATIONS", "240"))

#: No two queries are the same, so that none is answered from what is kept.
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def server(shelf):
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(shelf), EKOGRAPH_QUERY_SECONDS="1") as running:
        yield running


class Client(http.client.HTTPConnection):
    """A client that keeps its connection."""

    def __init__(self, server, **headers: str) -> None:
        address = urlsplit(server.url)
        super().__init__(address.hostname, address.port, timeout=PATIENCE)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def get(self, path: str, method: str = "GET", body: str | bytes | None = None, **headers: str):
        """Status, header fields and body of the response."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        self.request(method, path, body, {**self.headers, **more})
        response = self.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()

    def ask(self, query: str, *, new: bool = True):
        """The same, of a query; a `new` one was never asked before."""
        return self.get("/sparql?query=" + quote(f"{query}\n# {next(NUMBERS)}" if new else query))


def figure(server, name: str) -> int:
    found = re.search(rf"^ekograph_{re.escape(name)} (\d+)$", server.get("/metrics").text, re.MULTILINE)
    return int(found[1]) if found else 0


def direct(server, client: Client) -> Client:
    """A client whose connection a worker has: it has asked a query that is counted as such."""
    deadline = time.monotonic() + PATIENCE
    while not _is_direct(server, client):
        assert time.monotonic() < deadline
        # On a busy machine a query may take too long; with a new connection the client may have a worker again.
        client.close()
    return client


def _is_direct(server, client: Client) -> bool:
    before = figure(server, "queries_direct_total")
    assert client.ask(ONE)[0] == 200
    return _soon(lambda: figure(server, "queries_direct_total") > before)


def _soon(condition, seconds: float = 0.2) -> bool:
    """Whether something is so within a moment: figures are counted a hundred times a second."""
    return any(condition() or time.sleep(0.01) for _ in range(round(seconds * 100)))


@pytest.fixture
def client(server):
    made = direct(server, Client(server, accept="application/sparql-results+json"))
    yield made
    made.close()


QUERIES = {
    "select": ONE,
    "ask": f"ASK {{ {LAHTI} a ?type }}",
    "construct": f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ {LAHTI} }} ?s ?p ?o }}",
    "describe": f"DESCRIBE {LAHTI}",
    "many": "SELECT ?s ?p { ?s ?p ?o } ORDER BY ?s ?p LIMIT 100",
    "letters": 'ASK { VALUES ?x { "ä+%=&#?\\u0008<>" "☃" } FILTER(?x != "") }',
}


@pytest.mark.parametrize("encoding", ["identity", "gzip, deflate"])
@pytest.mark.parametrize(
    "accept",
    [
        "application/sparql-results+json, application/n-triples",
        "application/sparql-results+xml, application/rdf+xml",
        "text/csv;q=0.9, text/turtle",
        "*/*",
    ],
)
@pytest.mark.parametrize("form", ["url", "form", "query", "rdflib"])
def test_the_response_is_that_of_the_web_process(server, accept, encoding, form):
    lasting = Client(server, accept=accept, accept_encoding=encoding)
    for text in QUERIES.values():
        query, reply = _asked_directly(server, lasting, text, form)
        # With such a condition, a request is no more than a query to the web process only.
        fresh = Client(server, accept=accept, accept_encoding=encoding, if_none_match='"another"')
        expected = _asked(fresh, query, form)
        fresh.close()
        assert reply[0] == expected[0] == 200
        assert _without_date(reply[1]) == _without_date(expected[1])
        assert _statements(reply) == _statements(expected)
    lasting.close()


def _asked(client: Client, query: str, form: str):
    if form == "url":
        return client.ask(query, new=False)
    if form == "form":
        content = f"format=json&query={quote(query)}", "application/x-www-form-urlencoded"
    else:
        content = query.encode(), "application/sparql-query"
    # rdflib ends the URL with the mark before parameters, of which it has none.
    return client.get("/sparql?" if form == "rdflib" else "/sparql", "POST", content[0], content_type=content[1])


def _asked_directly(server, client: Client, text: str, form: str):
    """A query that was answered by a worker on its own, and its reply."""
    deadline = time.monotonic() + PATIENCE
    while True:
        query, before = f"{text} # {next(NUMBERS)}", figure(server, "queries_direct_total")
        reply = _asked(client, query, form)
        if _soon(lambda before=before: figure(server, "queries_direct_total") > before):
            return query, reply
        assert time.monotonic() < deadline
        client.close()


def _without_date(fields: dict[str, str]) -> dict[str, str]:
    """Header fields that are the same each time; what is compressed has not the same length in any order."""
    loose = {"date", "content-length"} if fields.get("content-encoding") else {"date"}
    return {name: value for name, value in fields.items() if name not in loose}


def _statements(reply) -> list[bytes]:
    """What a body says: graphs have no order, and Turtle is written with prefixes in any."""
    _, fields, body = reply
    body = gzip.decompress(body) if fields.get("content-encoding") == "gzip" else body
    return sorted(re.split(rb"[\s;.,]+|(?<=>)(?=<)", body))


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/doc/agreement/lahti.ttl", {}, 200),
        ("GET", "/doc/agreement/lahti", {}, 406),
        ("GET", "/id/agreement/lahti", {}, 303),
        ("HEAD", "/sparql?query=ASK%7B%7D", {}, 200),
        ("OPTIONS", "/sparql", {}, 204),
        ("GET", "/sparql?query=ASK%7B", {}, 400),
        ("GET", "/sparql?query=%FF", {}, 400),
        ("GET", "/sparql?query=CLEAR%20ALL", {}, 403),
        ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", {}, 400),
        ("GET", "/sparql?query=ASK%7B%7D", {"accept": "image/png"}, 406),
        ("GET", "/sparql?query=ASK%7B%7D", {"host": "elsewhere.example"}, 421),
        ("GET", "/nowhere", {}, 404),
    ],
)
def test_everything_else_is_answered_as_always(client, method, path, headers, status):
    if "accept" in headers:
        client.headers = {}
    assert client.get(path, method, **headers)[0] == status
    client.headers = {"accept": "application/sparql-results+json"}
    assert client.ask(ONE)[0] == 200


def test_a_form_is_answered_and_a_large_answer_too(client):
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.get("/sparql", "POST", "query=ASK%7B%7D", **form)[2].endswith(b"true}")
    status, _, body = client.ask("SELECT * { ?s ?p ?o }")
    assert status == 200
    assert len(body) > 200_000


def test_a_query_that_runs_for_ever_ends_at_its_limit_and_takes_no_other_along(server):
    clients = [direct(server, Client(server, accept="text/csv")) for _ in range(4)]
    statuses: list[int] = []
    bomb = threading.Thread(target=lambda: statuses.append(clients[0].ask(FOREVER)[0]))
    bomb.start()
    while bomb.is_alive():
        assert {each.ask(ONE)[0] for each in clients[1:]} == {200}
    assert statuses == [503]
    assert clients[0].ask(ONE)[0] == 200
    for each in clients:
        each.close()


@pytest.mark.long
def test_no_request_is_lost_when_the_workers_are_killed(server):
    clients = [direct(server, Client(server, accept="text/csv")) for _ in range(4)]
    for _ in range(3):
        # All but the server and the process that holds the data, which has forked the rest.
        for pid in family(server.process.pid)[2:]:
            with_worker = family(server.process.pid)
            if pid in with_worker:
                os.kill(pid, signal.SIGKILL)
        # One may have just sent an answer, or was at it: then its connection ends, and the client asks on another.
        assert {_asked_twice(each) for each in clients} <= {200, 503}
    assert {_asked_twice(each) for each in clients} == {200}
    for each in clients:
        each.close()


def _asked_twice(client: Client) -> int:
    """The status of a query, which is asked on a new connection where the old one has ended."""
    try:
        return client.ask(ONE)[0]
    except (http.client.RemoteDisconnected, ConnectionError):
        client.close()
        return client.ask(ONE)[0]


def test_what_workers_answer_is_logged_as_everything_else(shelf):
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(shelf), EKOGRAPH_ACCESS_LOG="true") as logging:
        client = Client(logging, accept="text/csv")
        assert {client.ask(ONE)[0] for _ in range(30)} == {200}
        client.close()
        assert _soon(lambda: figure(logging, "queries_direct_total") > 20)
        logging.process.terminate()
        out = logging.process.stdout.read()
    lines = [json.loads(line) for line in out.splitlines() if '"/sparql"' in line]
    assert len(lines) == 30
    assert {(line["client"], line["method"], line["status"]) for line in lines} == {("127.0.0.0", "GET", 200)}


def _random_request(chance: random.Random) -> bytes:
    """One of many kinds of requests; most are short queries."""
    texts = [ONE, QUERIES["ask"], f"SELECT ({chance.randrange(9)} AS ?n) {{}}"] * 15 + ["ASK {", "DROP ALL"]
    query = quote(f"{chance.choice(texts)} # {chance.randrange(10_000) if chance.random() < 0.9 else 1}")
    method, target, more = chance.choices(
        [
            ("GET", f"/sparql?query={query}", ""),
            ("GET", f"/sparql?query={quote('SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o')}", ""),
            ("GET", f"/sparql?format=csv&query={query}", ""),
            ("GET", "/doc/agreement/lahti.nt", ""),
            ("HEAD", f"/sparql?query={query}", ""),
            ("POST", "/sparql", f"Content-Type: application/sparql-query\r\nContent-Length: {len(ONE)}\r\n"),
        ],
        [80, 1, 1, 1, 1, 1],
    )[0]
    head = f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/csv, text/turtle, */*;q=0.1\r\n{more}\r\n"
    return (head + (ONE if method == "POST" else "")).encode()


class _Raw:
    """A connection on which bytes are sent as they are, and responses read one after the other."""

    def __init__(self, server) -> None:
        address = urlsplit(server.url)
        self.socket = socket.create_connection((address.hostname, address.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self.socket.makefile("rb")

    def response(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the next response, which is to `request`."""
        response = http.client.HTTPResponse(self.socket, method=request.partition(b" ")[0].decode())
        response.fp.close()
        # What is read ahead of one response is of the next.
        response.fp = io.BufferedReader(_Part(self._file))
        response.begin()
        return response.status, response.read()

    def close(self) -> None:
        self._file.close()
        self.socket.close()


class _Part(io.RawIOBase):
    """What is read of a file byte by byte, so that it can be left anywhere; closing it leaves the file open."""

    def __init__(self, file) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        data = self._file.read(1)
        buffer[: len(data)] = data
        return len(data)


def _alone(server, request: bytes) -> tuple[int, bytes]:
    """The response to a request on a connection of its own, which no worker has: the condition sees to that."""
    raw = _Raw(server)
    raw.socket.sendall(request.replace(b"\r\n", b'\r\nIf-None-Match: "another"\r\n', 1))
    found = raw.response(request)
    raw.close()
    return found


@pytest.mark.parametrize("seed", range(4))
def test_whatever_comes_in_whichever_pieces_has_the_responses_that_it_has_alone(server, seed):
    chance = random.Random(seed)  # noqa: S311 - for a test
    for _ in range(CONVERSATIONS // 4):
        raw = _Raw(server)
        for _ in range(chance.randrange(1, 8)):
            requests = [_random_request(chance) for _ in range(chance.choice([1] * 20 + [2, 3]))]
            data = b"".join(requests)
            cut = chance.randrange(len(data)) if chance.random() < 0.05 else len(data)
            raw.socket.sendall(data[:cut])
            if cut < len(data):
                time.sleep(0.002)
                raw.socket.sendall(data[cut:])
            for each in requests:
                assert raw.response(each) == _alone(server, each)
        raw.close()


def _query(text: str) -> bytes:
    return f"GET /sparql?query={quote(text)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/csv\r\n\r\n".encode()


def test_requests_that_come_at_once_or_in_parts_are_answered_in_their_order(server):
    raw = _Raw(server)
    numbers = [_query(f"SELECT ({number} AS ?n) {{}}") for number in range(8)]

    def answers(*requests: bytes) -> list[bytes]:
        return [raw.response(each)[1].split()[1] for each in requests]

    raw.socket.sendall(_query(ONE))
    assert raw.response(_query(ONE))[0] == 200
    raw.socket.sendall(b"".join(numbers))
    assert answers(*numbers) == [b"%d" % number for number in range(8)]
    for part in (numbers[7][:20], numbers[7][20:]):
        raw.socket.sendall(part)
        time.sleep(0.05)
    assert answers(numbers[7]) == [b"7"]
    raw.close()


def test_the_figures_count_all_answers(server, client):
    queries, requests = _settled(server)
    assert {client.ask(ONE)[0] for _ in range(50)} == {200}
    assert _soon(lambda: _counted(server) == (queries + 50, requests + 50), 20)


def _settled(server) -> tuple[int, int]:
    """What is counted once all that was asked before is."""
    before = _counted(server)
    while (now := time.sleep(0.2) or _counted(server)) != before:
        before = now
    return now


def _counted(server) -> tuple[int, int]:
    return figure(server, "queries_total"), _sparql(server)


def _sparql(server) -> int:
    return figure(server, 'http_request_duration_seconds_count{route="sparql"}')


def test_the_server_ends_in_time_while_workers_have_connections(shelf):
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(shelf)) as running:
        client = direct(running, Client(running, accept="text/csv"))
        running.process.terminate()
        running.process.wait(timeout=10)
        with pytest.raises((http.client.HTTPException, OSError)):
            client.ask(ONE)
        client.close()


@pytest.mark.long
def test_no_answer_is_from_another_snapshot_than_it_says_and_none_from_an_earlier_one(tmp_path):
    folder = site(tmp_path / "site")
    names = []
    for number in range(2):
        folder.write("data/trees.ttl", DATA + f"<tree/elm> a :Tree ; skos:prefLabel 'elm {number}'@en .\n")
        folder.run("publish")
        names.append(folder.current.resolve().name)
    query = "SELECT ?o { <https://example.org/id/tree/elm> skos:prefLabel ?o }"
    with serving("--site", str(folder.root), "serve") as running:
        clients = [Client(running, accept="text/csv") for _ in range(3)]
        replies = [each.ask(query) for _ in range(20) for each in clients]
        assert {status for status, _, _ in replies} == {200}
        for turn in range(6):
            link = folder.shelf / ".link"
            link.symlink_to(names[turn % 2])
            link.replace(folder.current)
            deadline = time.monotonic() + PATIENCE
            while running.get("/").headers["x-snapshot"] != names[turn % 2]:
                assert time.monotonic() < deadline
                for each in clients:
                    status, fields, body = each.ask(query)
                    assert (status, body.split()[-1]) == (200, b"%d" % names.index(fields["x-snapshot"]))
            # Once the new one is there for one reader, it is for all.
            for status, fields, body in [each.ask(query) for _ in range(10) for each in clients]:
                assert (status, fields["x-snapshot"]) == (200, names[turn % 2])
                assert body.split()[-1] == b"%d" % (turn % 2)
        assert figure(running, "queries_direct_total") > 0
        for each in clients:
            each.close()
