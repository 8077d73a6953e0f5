"""What leaves without a task and without the application: it must look on the wire as everything else does."""

import socket
from urllib.parse import quote, urlsplit

import pytest

from ekograph.web.cache import ByteBoundedCache
from ekograph.web.contract import Request
from ekograph.web.http.response import PreparedAnswer, RawResponse
from ekograph.web.sparql.answering import Answering, new_cache

PAGE = "/doc/agreement/lahti.ttl"
QUERY = "/sparql?query=" + quote("SELECT * { ?s a ?type } LIMIT 3")


def exchange(server, *requests: bytes) -> bytes:
    """All that comes back on one connection for requests sent in one go, the last of which closes it."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(b"".join(requests))
        got = b""
        while piece := connection.recv(65_536):
            got += piece
    return got


def request(path: str, method: str = "GET", version: str = "1.1", extra: str = "") -> bytes:
    return f"{method} {path} HTTP/{version}\r\nhost: localhost\r\n{extra}\r\n".encode()


LAST = request("/id/agreement/lahti", extra="connection: close\r\n")


def test_pipelined_requests_are_answered_in_their_order(server):
    body = server.get(PAGE).body
    got = exchange(server, request(PAGE), request("/health"), request(PAGE), request(PAGE), LAST)
    assert got.count(b"HTTP/1.1 200 OK\r\n") == 4
    assert got.count(body) == 3
    assert got.index(body) < got.index(b'{"status":"ok"') < got.index(b"HTTP/1.1 303 See Other")
    assert got.count(b"\r\ndate: ") == 5


def test_a_thousand_pipelined_requests_are_answered_one_by_one(server):
    got = exchange(server, *[request("/id/agreement/lahti")] * 1000, LAST)
    assert got.count(b"HTTP/1.1 303 See Other\r\n") == 1001


def test_a_client_that_asks_for_more_than_it_reads_gets_everything_in_the_end(server):
    body = server.get("/doc/agreement/lahti.fi.html").body
    many = [request("/doc/agreement/lahti.fi.html")] * 2000
    assert exchange(server, *many, LAST).count(body) == 2000


def test_head_sends_no_body(server):
    got = exchange(server, request(PAGE, "HEAD"), LAST)
    head, _, rest = got.partition(b"\r\n\r\n")
    assert f"content-length: {len(server.get(PAGE).body)}".encode() in head
    assert rest.startswith(b"HTTP/1.1 303")


@pytest.mark.parametrize("ending", [request(PAGE, version="1.0"), request(PAGE, extra="connection: close\r\n")])
def test_the_connection_is_closed_for_whom_wants_that(server, ending):
    got = exchange(server, ending)
    assert b"\r\nconnection: close\r\n" in got
    assert got.endswith(server.get(PAGE).body)


def test_a_304_has_no_body_and_no_length(server):
    etag = server.get(PAGE).headers["etag"]
    got = exchange(server, request(PAGE, extra=f"if-none-match: {etag}\r\n"), LAST)
    head, _, rest = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 304 Not Modified\r\n")
    assert b"content-length" not in head
    assert b"transfer-encoding" not in head
    assert rest.startswith(b"HTTP/1.1 303")


def test_a_query_asked_again_is_answered_alike(server):
    accept = "application/sparql-results+json"
    first, again = server.get(QUERY, accept), server.get(QUERY, accept)
    assert (again.status, again.body) == (200, first.body)
    alike = {name: value for name, value in first.headers.items() if name != "date"}
    assert {name: value for name, value in again.headers.items() if name != "date"} == alike
    assert server.get(QUERY, accept, If_None_Match=first.headers["etag"]).status == 304
    assert server.get(QUERY, accept, If_None_Match=f'"x", {first.headers["etag"]}').status == 304


def test_a_query_asked_again_in_another_format_is_answered_in_that(server):
    for _ in range(2):
        assert server.get(QUERY, "text/csv").headers["content-type"].startswith("text/csv")
        assert server.get(QUERY, "application/sparql-results+xml").text.startswith("<?xml")


def test_a_query_asked_again_is_compressed_for_whom_can_take_it(server):
    query = "/sparql?query=" + quote("SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 100")
    for _ in range(2):
        plain, zipped = server.get(query), server.get(query, Accept_Encoding="gzip")
        assert "content-encoding" not in plain.headers
        assert zipped.headers["content-encoding"] == "gzip"
        assert len(zipped.body) < len(plain.body)


def test_a_header_with_a_control_character_is_never_sent():
    with pytest.raises(ValueError, match="control character"):
        _ = RawResponse(303, [(b"location", b"/x\r\nset-cookie: a=b")]).head


def test_what_was_answered_least_lately_goes_first():
    cache = ByteBoundedCache(13_000, lambda key, value: len(key) + len(value))
    for name in ("a", "b", "a", "c", "d"):
        cache.find(name)
        cache.put(name, b"x" * 4000)
    assert [name for name in ("a", "b", "c", "d") if cache.find(name)] == ["a", "c", "d"]
    assert cache.size <= 13_000
    assert (cache.hits, cache.misses, cache.evictions) == (1 + 3, 4 + 1, 1)


def test_what_alone_is_larger_than_a_cache_is_not_kept():
    cache = ByteBoundedCache(1000, lambda _key, value: len(value))
    cache.put("small", b"x")
    cache.put("large", b"x" * 1001)
    assert (cache.find("small"), cache.find("large"), len(cache)) == (b"x", None, 1)


@pytest.mark.parametrize(
    ("cache", "key"), [(new_cache(), lambda text: (text.encode(), None)), (Answering().cache, str)]
)
def test_many_short_answers_to_long_queries_take_no_more_than_they_may(cache, key):
    for number in range(2000):
        parts = (b'W/"e"', ((b"content-type", b"text/csv"),), b"true")
        cache.put(key(f"{number} {'x' * 60_000}"), parts)
    assert cache.size <= 32_000_000
    assert 500 < len(cache) < 540
    assert cache.evictions == 2000 - len(cache)


def asked(**fields: str) -> Request:
    headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in fields.items()]
    return Request({"method": "GET", "raw_path": b"/", "query_string": b"", "headers": headers})


def test_an_answer_is_not_compressed_twice():
    headers = [(b"content-type", b"text/csv"), (b"content-encoding", b"gzip")]
    answer = PreparedAnswer(b'"e"', headers, b"x" * 5000)
    assert answer.respond(asked(accept_encoding="gzip")).body == b"x" * 5000
