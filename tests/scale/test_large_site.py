"""A large site answers as one that is printed: the same bytes at every address, made when they are asked for."""

from __future__ import annotations

import asyncio
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from ekograph import config
from ekograph.plugins import load_theme
from ekograph.publish.pipeline import publish
from ekograph.snapshots.snapshot import Snapshot
from ekograph.web.contract import Request
from ekograph.web.documents.on_demand import ThingPages
from ekograph.web.documents.prerendered import Page, ResponseTable, remembering_recent
from ekograph.web.http.problems import Deferred, ProblemError
from ekograph.web.http.response import PreparedAnswer, SeeOther
from ekograph.web.service.public_address import PublicAddress

ROOT = Path(__file__).parents[2]
COPY = PublicAddress("https://data.example.fi")

#: What the two may differ in: when each was published, and that a large site keeps no older states of its things, so
#: that its pages have no history, and another length.
OF_ITS_OWN = {b"last-modified", b"link", b"etag", b"content-length"}
# What a site has that keeps the history of each thing: its section, and the ways to the feed and to all changes.
HISTORY = re.compile(
    rb'<section aria-labelledby="history">.*?</section>|<link [^>]*href="/feed.atom">'
    rb'|<li><a href="/changes[^<]*</a></li>',
    re.DOTALL,
)


@dataclass(frozen=True)
class Both:
    """The same site, printed and not."""

    printed: Snapshot
    large: Snapshot

    def same(self, body: bytes) -> bytes:
        """A body of the large one with the time at which the other was published."""
        return body.replace(self.large.manifest.published.encode(), self.printed.manifest.published.encode())


def published(folder: Path, root: Path, large_from: int) -> Snapshot:
    shutil.copytree(root, folder)
    outcome = publish(config.load(folder), language="en", large_from=large_from)
    assert outcome.snapshot is not None, outcome.report.findings
    return outcome.snapshot


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> Both:
    folder = tmp_path_factory.mktemp("site")
    for name in ("ontology", "data", "shapes", "theme"):
        shutil.copytree(ROOT / name, folder / "site" / name)
    shutil.copy(ROOT / "ekograph.toml", folder / "site")
    return Both(published(folder / "printed", folder / "site", 10**9), published(folder / "large", folder / "site", 1))


@pytest.fixture(scope="module")
def table(both) -> ResponseTable:
    return ResponseTable(both.printed, COPY)


@pytest.fixture(scope="module")
def rendering(both) -> ThingPages:
    return ThingPages(both.large, COPY, load_theme(config.load(ROOT)))


def lines(body: bytes) -> list[bytes]:
    return [line for line in body.splitlines() if line]


def of_things(addresses) -> list[str]:
    return [each for each in addresses if each.startswith("/doc/")]


def test_every_representation_of_every_thing_has_the_same_bytes_and_headers(both, table, rendering):
    addresses = of_things(table.answers)
    assert len(addresses) > 500
    for address in addresses:
        expected, made = table.answers[address], rendering.at(address)
        assert isinstance(made, PreparedAnswer), address
        assert lines(both.same(made.body)) == lines(HISTORY.sub(b"", expected.body)), address
        assert _headers(made) == _headers(expected), address


def test_every_page_offers_the_same_and_negotiates_alike(table, rendering):
    for path in of_things(table.pages)[::7]:
        expected, made = table.pages[path], rendering.at(path)
        assert isinstance(made, Page)
        assert made.offered() == expected.offered()
        for accept in (b"text/html", b"text/turtle", b"application/ld+json;q=0.9, text/html;q=0.1", b"image/png"):
            first, second = (answered(page, accept, b"sv, en;q=0.5") for page in (expected, made))
            assert (first and _headers(first)) == (second and _headers(second))


def test_the_html_address_leads_to_any_language_and_the_identifier_to_the_document(rendering):
    page = rendering.at("/doc/agreement/lahti.html")
    assert isinstance(page, Page)
    assert answered(page, b"text/turtle", b"fi")
    assert isinstance(rendering.at("/id/agreement/lahti"), SeeOther)


@pytest.mark.parametrize(
    "path",
    [
        "/doc/agreement/nowhere",
        "/id/agreement/nowhere",
        "/doc/",
        "/doc/agreement",
        "/doc/agreement/lahti.xyz",
        "/doc/ <",
    ],
)
def test_what_is_no_thing_is_not_found(rendering, path):
    assert rendering.at(path) is None


def test_things_are_not_printed_but_documents_are(both, table):
    large = ResponseTable(both.large, COPY)
    assert not of_things(large.answers)
    assert {"/", "/def", "/shapes", "/catalog", "/graph/places"} <= large.pages.keys()
    assert large.pages.keys() <= table.pages.keys()


def test_what_is_printed_of_a_large_site_is_read_when_it_is_asked_for(both, monkeypatch):
    limit = 200_000
    monkeypatch.setattr("ekograph.web.documents.prerendered.RECENT_BYTES", limit)
    table = ResponseTable(both.large, COPY)
    printed = {each.address: COPY.fill(each.body, each.content_type) for each in both.large.printed()}
    # More than may be kept at once, asked for twice, at its own address and through the table.
    assert sum(map(len, printed.values())) > 10 * limit
    for _ in range(2):
        assert {each: table.answers[each].body for each in table.answers} == printed
        for path, page in table.pages.items():
            answer = answered(page, b"text/html, */*;q=0.1", b"fi")
            assert answer is None or answer.body in printed.values(), path
    found = table.find("/sitemap.xml")
    assert found
    reply = found.respond(asked("/sitemap.xml"))
    assert (reply.status, reply.body) == (200, printed["/sitemap.xml"])


def test_of_what_is_read_as_much_is_kept_as_there_is_room_for():
    made = []

    def making(number: int, size: int):
        def make():
            made.append(number)
            answer = PreparedAnswer(b'"1"', [], bytes(size))
            return answer, answer

        return remembering(make)

    remembering = remembering_recent(1000)
    first, second, large = making(1, 200), making(2, 200), making(3, 5000)
    assert first()[0] is first()[0]
    assert second()[0] is second()[0]
    first()
    assert made == [1, 2]
    assert len(large()[0].body) == 5000
    large()
    first()
    assert made == [1, 2, 3, 3]


def test_an_answer_is_kept_for_the_same_request(rendering):
    def respond(accept: bytes):
        return rendering.respond(asked("/doc/agreement/turku", accept))

    assert isinstance(respond(b"text/turtle"), Deferred)
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(respond(b"text/turtle")({"method": "GET"}, None, send))
    assert sent[0]["status"] == 200
    assert respond(b"text/turtle").body == sent[1]["body"]
    assert isinstance(respond(b"text/html"), Deferred)


def asked(path: str, accept: bytes = b"*/*", languages: bytes = b"en") -> Request:
    headers = [(b"accept", accept), (b"accept-language", languages)]
    return Request({"method": "GET", "raw_path": path.encode(), "query_string": b"", "headers": headers})


def answered(page: Page, accept: bytes, languages: bytes) -> PreparedAnswer | None:
    try:
        return page.answer(asked("/", accept, languages))
    except ProblemError:
        return None


def _headers(answer: PreparedAnswer) -> list[bytes]:
    lines = answer.whole.head.splitlines()
    return [line for line in lines if line.partition(b":")[0].lower() not in OF_ITS_OWN]
