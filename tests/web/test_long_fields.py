"""No field, parameter, path or body holds up the requests of others, however long it is."""

from __future__ import annotations

import http.client
import json
import threading
import time
from urllib.parse import quote, urlsplit

import pytest
from tests.conftest import serving

KB = 1024

#: The longest wait that a page may have, in seconds, and how often it is asked for. Shorter waits are looked for in
#: the load of this machine: what it does without the long fields is taken off.
LONGEST = 0.2
EVERY = 0.02

DIGITS = "9" * 5000
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SPARQL = "/sparql?query=ASK%7B%7D"
DUMP = "/dumps/dataset.nt"

FIELDS = {
    "range of spaces": (DUMP, {"Range": "bytes=0-" + " " * 30 * KB + "x"}),
    "range of commas": (DUMP, {"Range": "bytes=" + "," * 30 * KB}),
    "range of many parts": (DUMP, {"Range": "bytes=" + "0-1," * 7 * KB}),
    "range of digits": (DUMP, {"Range": f"bytes={DIGITS}-{DIGITS}"}),
    "range before spaces": (DUMP, {"Range": "bytes" + " " * 30 * KB + "=0-1"}),
    "if-range": (DUMP, {"Range": "bytes=0-1", "If-Range": "Tue, " * 6 * KB}),
    "accept of commas": ("/", {"Accept": "," * 30 * KB}),
    "accept of parameters": ("/", {"Accept": "text/html" + ";a=b" * 7 * KB}),
    "accept of quotes": ("/", {"Accept": 'text/html;a="' + '\\"' * 15 * KB}),
    "accept of ranges": ("/", {"Accept": "a/b;q=0.1," * 3 * KB}),
    "accept of digits": ("/", {"Accept": f"text/html;q=0.{DIGITS}"}),
    "accept of a large quality": ("/", {"Accept": f"text/html;q={DIGITS}"}),
    "accept of the endpoint": (SPARQL, {"Accept": "a/b;q=0.1," * 3 * KB + "text/html"}),
    "languages": ("/", {"Accept-Language": "fi-FI;q=0.5," * 2 * KB}),
    "codings": ("/", {"Accept-Encoding": "gzip;q=0," * 3 * KB}),
    "entity tags": ("/", {"If-None-Match": 'W/"x",' * 5 * KB}),
    "entity tags of the endpoint": (SPARQL, {"If-None-Match": "," * 30 * KB}),
    "date": ("/", {"If-Modified-Since": "Tue, 24 Nov 2026 08:00:00 " * KB}),
    "date of spaces": ("/", {"If-Modified-Since": "Tue," + " " * 30 * KB}),
    "date of digits": ("/", {"If-Modified-Since": f"Tue, 24 Nov {DIGITS} 08:00:00 GMT"}),
    "datetime": ("/catalog", {"Accept-Datetime": "GMT " * 7 * KB}),
    "datetime of spaces": ("/catalog", {"Accept-Datetime": "GMT" + " " * 30 * KB + "x"}),
    "host": ("/", {"Host": "a." * 15 * KB}),
    "host of brackets": ("/", {"Host": "[" * 30 * KB}),
    "forwarded for": (SPARQL, {"X-Forwarded-For": "1.2.3.4," * 3 * KB}),
    "path": ("/" + "a/" * 30 * KB, {}),
    "path of escapes": ("/" + "%C3%A4" * 10 * KB, {}),
    "path of escapes of nothing": ("/" + "%" * 60 * KB, {}),
    "path below /doc/": ("/doc/" + "a." * 30 * KB, {}),
    "path of a version": ("/version/x/" + "/" * 60 * KB, {}),
    "path of a search": ("/search." + "a." * 30 * KB + "html", {}),
    "language by name": ("/?lang=" + "f" * 60 * KB, {}),
    "parameters": ("/?lang=fi&" + "a&" * 30 * KB, {}),
    "text of a search": ("/search.json?q=" + "a+" * 30 * KB, {}),
    "word of a search": ("/search.json?q=" + "ab" * 30 * KB, {}),
    "limit of digits": (f"/search.json?q=a&limit={DIGITS}", {}),
    "filter of CKAN": ("/api/3/action/package_search?fq=" + "metadata_modified:%5B" * 3 * KB, {}),
    "words of CKAN": ("/api/3/action/package_search?q=" + "a+" * 30 * KB, {}),
    "rows of CKAN": (f"/api/3/action/package_search?rows={DIGITS}&start={DIGITS}", {}),
    "identifier of OAI-PMH": ("/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier=" + "%00" * 20 * KB, {}),
    "dates of OAI-PMH": ("/oai?verb=ListRecords&metadataPrefix=oai_dc&from=" + "2026-" * 12 * KB, {}),
    "graph": ("/rdf-graph-store?graph=" + "http://x/" * 6 * KB, {}),
    "profiles": ("/doc/agreement/lahti", {"Accept-Profile": "<a:b>;q=0.1," * 2 * KB}),
    "profile by name": ("/doc/agreement/lahti?_profile=" + "a" * 60 * KB, {}),
    "media type by name": ("/doc/agreement/lahti?_mediatype=" + "a/b," * 15 * KB, {}),
    "path of Markdown": ("/" + "a.md/" * 10 * KB + ".md", {}),
    "search in a query": ("/sparql?query=" + "<http://jena.apache.org/text%23query>%20" * KB, {}),
    "graphs of the endpoint": (SPARQL + "&default-graph-uri=x" * 900, {}),
    "query of spaces": ("/sparql?query=" + "+" * 60 * KB, {}),
    "query of quotes": ("/sparql?query=" + quote('"') * 20 * KB, {}),
    "query of escapes": ("/sparql?query=" + "%" * 60 * KB, {}),
    "suggestion": ("/reconcile/suggest/entity?prefix=" + "a" * 60 * KB, {}),
    "page to go to": ("/go?to=" + "/" * 60 * KB, {}),
}

BODIES = {
    "content type of quotes": ("/sparql", b"query=ASK{}", {"Content-Type": 'a/b;a="' + ";" * 30 * KB}),
    "content type of parameters": ("/sparql", b"query=ASK{}", {"Content-Type": "a/b" + ";a=b" * 7 * KB}),
    "charset": ("/sparql", b"query=ASK{}", {"Content-Type": "a/b;charset=" + "x-" * 15 * KB}),
    "content coding": ("/sparql", b"query=ASK{}", {**FORM, "Content-Encoding": "gzip, " * 4 * KB}),
    "form of nothing": ("/sparql", b"&" * 200 * KB, FORM),
    "form of escapes": ("/sparql", b"query=" + b"%" * 200 * KB, FORM),
    "large form": ("/oai", b"verb=" + b"a" * 900 * KB, FORM),
    "form of many names": ("/oai", b"a=b&" * 200 * KB, FORM),
    "deep JSON": ("/api/3/action/package_search", b'{"a":' + b"[" * 900 * KB, {"Content-Type": "application/json"}),
    "number in JSON": ("/api/3/action/package_search", b'{"rows": %b}' % DIGITS.encode(), {}),
    "deep queries": ("/reconcile", b"queries=" + b"[" * 900 * KB, FORM),
    "number in queries": ("/reconcile", b'queries={"a":{"query":"x","limit":%b}}' % DIGITS.encode(), FORM),
}


@pytest.fixture(scope="module")
def serving_alone(shelf):
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(shelf)) as running:
        yield running


class Page(threading.Thread):
    """Asks for a page again and again on one connection, and notes how long each answer took."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.waits: list[float] = []
        self._address = urlsplit(url).netloc
        self._ended = threading.Event()

    def run(self) -> None:
        connection = http.client.HTTPConnection(self._address)
        while not self._ended.wait(EVERY):
            began = time.perf_counter()
            connection.request("GET", "/doc/agreement/lahti.ttl")
            connection.getresponse().read()
            self.waits.append(time.perf_counter() - began)
        connection.close()

    def end(self) -> float:
        """The longest wait."""
        self._ended.set()
        self.join()
        return max(self.waits, default=0.0)


def ask(url: str, path: str, fields: dict, body: bytes | None = None) -> tuple[int, dict, bytes]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        connection.request("GET" if body is None else "POST", path, body, fields)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


@pytest.mark.parametrize("name", [*FIELDS, *BODIES])
def test_a_long_field_is_answered_plainly_and_holds_up_nobody(serving_alone, name):
    path, body, fields = BODIES[name] if name in BODIES else (FIELDS[name][0], None, FIELDS[name][1])
    # A busy machine may make a page wait once; a parser that holds up the others does it each time.
    for _ in range(3):
        page = Page(serving_alone.url)
        page.start()
        status, _, answer = ask(serving_alone.url, path, fields, body)
        longest = page.end()
        if longest <= LONGEST:
            break
    assert status < 500, answer[:300]
    assert longest <= LONGEST


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/search.json?q=a&limit={DIGITS}", 422),
        (f"/search.json?q=a&limit=-{DIGITS}", 422),
        ("/search.json?q=a&limit=0x10", 422),
        (f"/api/3/action/package_search?rows={DIGITS}", 200),
    ],
)
def test_a_number_of_many_digits_is_a_plain_fault(serving_alone, path, status):
    answered, headers, body = ask(serving_alone.url, path, {})
    assert answered == status
    assert "json" in headers["content-type"]
    assert json.loads(body)


def test_a_length_of_many_digits_is_refused(serving_alone):
    assert ask(serving_alone.url, "/sparql", {**FORM, "Content-Length": DIGITS}, b"query=ASK{}")[0] in {400, 413}
