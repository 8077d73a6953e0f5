"""The front, called as uvicorn calls it, on a small snapshot with every kind of printed answer."""

import asyncio
import gzip
import json
from pathlib import Path

import pytest

from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import Draft, Manifest, Representation
from ekograph.urls import PUBLIC_URL
from ekograph.web.api.routes import Routes
from ekograph.web.dispatch import Dispatcher
from ekograph.web.service.live import Service
from ekograph.web.service.metrics import Metrics
from ekograph.web.service.public_address import PublicAddress

ADDRESS = PublicAddress("http://127.0.0.1:8000")
LONG = b"<p>Hyvinvointi ja terveysteknologia</p>" * 100
PAGE = "/doc/agreement/lahti"
PRINTED = [
    Representation(f"{PAGE}.fi.html", PAGE, "text/html; charset=utf-8", "fi", LONG, ('<https://x/>; rel="type"',)),
    Representation(f"{PAGE}.sv.html", PAGE, "text/html; charset=utf-8", "sv", b"<p>sv</p>"),
    Representation(f"{PAGE}.en.html", PAGE, "text/html; charset=utf-8", "en", f"<p>{PUBLIC_URL}/x</p>".encode()),
    Representation(f"{PAGE}.ttl", PAGE, "text/turtle; charset=utf-8", "", b"<a> <b> <c> ."),
    Representation(f"{PAGE}.jsonld", PAGE, "application/ld+json", "", b"{}"),
    Representation("/doc/place/%C3%84%C3%A4nekoski.ttl", "/doc/place/%C3%84%C3%A4nekoski", "text/turtle", "", b"."),
    Representation("/index.fi.html", "/", "text/html; charset=utf-8", "fi", b"etusivu"),
    Representation("/static/page.1234.css", "", "text/css; charset=utf-8", "", b"p{}"),
]


class Idle:
    """An engine that is never asked."""

    async def start(self):
        pass

    def revoke(self):
        pass

    def figures(self):
        return {}

    async def stop(self):
        pass


@pytest.fixture
def front(tmp_path: Path):
    manifest = Manifest("one", "d", "e", "2026-11-24T08:00:00+00:00", "https://x.example/", ("fi",), {}, {}, 0)
    with Draft(tmp_path) as draft:
        draft.write("dataset.nq", b"")
        draft.print(PRINTED)
        draft.finish(manifest)
    shelf = SnapshotRepository(tmp_path)
    shelf.move_current("one")
    live = Service(shelf, lambda _: [Idle()], ADDRESS)

    return Dispatcher(live, Routes([], {}, ""), ADDRESS, ["127.0.0.1", "localhost", "[::1]"], Metrics()), live


class Response:
    """What the front sent."""

    def __init__(self, messages):
        self.status = messages[0]["status"]
        self.fields = [(name.decode().lower(), value.decode()) for name, value in messages[0]["headers"]]
        self.headers = dict(self.fields)
        self.body = b"".join(each.get("body", b"") for each in messages[1:])


def ask(front, target, method="GET", headers=()):
    app, live = front
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
    }
    sent = []

    async def send(message):
        sent.append(message)

    async def run():
        await live.start()
        try:
            await app(scope, None, send)
        finally:
            await live.stop()

    asyncio.run(run())
    return Response(sent)


@pytest.mark.parametrize(
    ("accept", "languages", "address"),
    [
        ("text/html", "fi", f"{PAGE}.fi.html"),
        ("text/html", "sv-FI, en;q=0.5", f"{PAGE}.sv.html"),
        ("*/*", "en", f"{PAGE}.en.html"),
        ("text/turtle", "sv", f"{PAGE}.ttl"),
        ("application/ld+json, text/turtle;q=0.9", "", f"{PAGE}.jsonld"),
    ],
)
def test_a_page_gives_the_variant_wanted_and_says_which(front, accept, languages, address):
    got = ask(front, PAGE, headers=[("accept", accept), ("accept-language", languages)])
    assert (got.status, got.headers["content-location"]) == (200, address)
    assert {"accept", "accept-language"} <= {each.strip().lower() for each in got.headers["vary"].split(",")}
    own = ask(front, address)
    assert (own.status, own.body, own.headers["etag"]) == (200, got.body, got.headers["etag"])
    assert "content-location" not in own.headers


def test_several_accept_lines_count_as_one(front):
    got = ask(front, PAGE, headers=[("accept", "text/html;q=0.1"), ("accept", "text/turtle")])
    assert got.headers["content-type"] == "text/turtle; charset=utf-8"


def test_the_html_address_negotiates_the_language_only(front):
    got = ask(front, f"{PAGE}.html", headers=[("accept", "text/turtle"), ("accept-language", "sv")])
    assert (got.status, got.headers["content-language"], got.body) == (200, "sv", b"<p>sv</p>")
    assert ask(front, "/index.html").body == ask(front, "/").body == b"etusivu"


def test_a_language_asked_for_by_name_goes_first(front):
    got = ask(front, f"{PAGE}.html?lang=en", headers=[("accept-language", "sv")])
    assert got.headers["content-language"] == "en"


def test_every_representation_names_the_others(front):
    links = ask(front, f"{PAGE}.ttl").headers["link"]
    assert f'<{PAGE}.jsonld>; rel="alternate"; type="application/ld+json"' in links
    assert f'<{PAGE}.sv.html>; rel="alternate"; type="text/html"; hreflang="sv"' in links
    assert f"<{PAGE}.ttl>" not in links
    assert '<https://x/>; rel="type"' in ask(front, f"{PAGE}.fi.html").headers["link"]


def test_the_place_of_the_public_address_is_filled_in(front):
    assert ask(front, f"{PAGE}.en.html").body == b"<p>http://127.0.0.1:8000/x</p>"


def test_nothing_acceptable_is_a_406_that_lists_what_there_is(front):
    got = ask(front, PAGE, headers=[("accept", "image/png")])
    assert got.status == 406
    available = json.loads(got.body)["available"]
    assert {"type": "text/turtle", "href": f"{PAGE}.ttl"} in available
    assert len(available) == 5


def test_a_thing_is_led_to_the_document_about_it(front):
    got = ask(front, "/id/agreement/lahti", headers=[("accept", "text/turtle")])
    assert (got.status, got.headers["location"]) == (303, PAGE)
    assert got.headers["vary"] == "Accept, Accept-Language"
    assert ask(front, "/id/agreement/salo").status == 404


@pytest.mark.parametrize("path", ["/doc/place/%C3%84%C3%A4nekoski", "/doc/place/%c3%84%c3%a4nekoski"])
def test_every_spelling_of_a_path_finds_its_page(front, path):
    assert ask(front, path).status == 200
    assert ask(front, f"{path}.ttl").body == b"."


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("if-none-match", "{etag}", 304),
        ("if-none-match", "W/{etag}", 304),
        ("if-none-match", '"other", {etag}', 304),
        ("if-none-match", "*", 304),
        ("if-none-match", '"other"', 200),
        ("if-modified-since", "Tue, 24 Nov 2026 08:00:00 GMT", 304),
        ("if-modified-since", "Wed, 25 Nov 2026 08:00:00 GMT", 304),
        ("if-modified-since", "Mon, 23 Nov 2026 08:00:00 GMT", 200),
        ("if-modified-since", "yesterday", 200),
    ],
)
def test_who_has_it_gets_a_304(front, name, value, status):
    etag = ask(front, f"{PAGE}.ttl").headers["etag"]
    got = ask(front, f"{PAGE}.ttl", headers=[(name, value.format(etag=etag))])
    assert got.status == status
    assert got.headers["etag"] == etag
    assert (got.body == b"") == (status == 304)


def test_the_entity_tag_goes_before_the_date(front):
    headers = [("if-none-match", '"other"'), ("if-modified-since", "Wed, 25 Nov 2026 08:00:00 GMT")]
    assert ask(front, f"{PAGE}.ttl", headers=headers).status == 200


def test_long_text_is_compressed_under_a_tag_of_its_own(front):
    plain, zipped = (
        ask(front, f"{PAGE}.fi.html", headers=[("accept-encoding", coding)]) for coding in ("gzip;q=0", "gzip, br")
    )
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body == LONG
    assert zipped.headers["etag"] != plain.headers["etag"]
    assert int(zipped.headers["content-length"]) == len(zipped.body)
    again = [("accept-encoding", "gzip"), ("if-none-match", zipped.headers["etag"])]
    assert ask(front, f"{PAGE}.fi.html", headers=again).status == 304


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}.ttl", "/id/agreement/lahti", "/"])
def test_head_has_the_headers_of_get(front, path):
    get, head = ask(front, path), ask(front, path, "HEAD")
    assert (head.status, head.fields) == (get.status, get.fields)


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}.ttl", "/id/agreement/lahti"])
def test_what_is_no_read_is_refused_with_what_is_allowed(front, path):
    got = ask(front, path, "PUT")
    assert (got.status, got.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert ask(front, path, "OPTIONS").status == 204


def test_a_host_that_is_not_ours_is_refused(front):
    assert ask(front, PAGE, headers=[("host", "evil.example")]).status == 421
    for host in ("127.0.0.1:8000", "LOCALHOST", "[::1]:8000"):
        assert ask(front, PAGE, headers=[("host", host)]).status == 200


def test_every_answer_is_open_to_scripts_and_closed_to_foreign_ones(front):
    for path in (PAGE, f"{PAGE}.ttl", "/id/agreement/lahti", "/nothing", "/static/page.1234.css"):
        headers = ask(front, path).headers
        assert headers["access-control-allow-origin"] == "*"
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]


def test_what_has_its_checksum_in_its_name_is_kept_for_good(front):
    assert "immutable" in ask(front, "/static/page.1234.css").headers["cache-control"]
    assert "must-revalidate" in ask(front, PAGE).headers["cache-control"]
