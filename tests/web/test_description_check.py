"""Descriptions checked by the server: as bodies and from a form, within bounds, and nothing of them stays."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import html5rdf
import pytest
from tests.conftest import ROOT, ekograph, serving

LIBRARY = ROOT / "tests/foreign/library"
SHAPES = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix lend: <https://vocabulary.example.net/lending#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
<https://library.example.org/wishes> a owl:Ontology ;
    dcterms:title "Wishes"@en ; dcterms:description "Check whether we have a book."@en .
lend:Wish a sh:NodeShape ; sh:name "not here yet"@en ; rdfs:comment "We buy each book once."@en ;
    sh:targetClass lend:Wished ;
    sh:sparql [ sh:message "We have {?title}: borrow it."@en ; sh:select \"\"\"
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        PREFIX lend: <https://vocabulary.example.net/lending#>
        SELECT $this ?title WHERE { $this rdfs:label ?title . ?book a lend:Book ; rdfs:label ?name .
            FILTER(LCASE(STR(?name)) = LCASE(STR(?title))) }\"\"\" ] .
"""
ROWS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX lend: <https://vocabulary.example.net/lending#>
CONSTRUCT { ?row a lend:Wished ; rdfs:label ?title } WHERE { }
"""
WISHES = b"title\nSeven Brothers\nMoby-Dick\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Path:
    """The library, which has a form for wishes."""
    folder = shutil.copytree(LIBRARY, tmp_path_factory.mktemp("wishes") / "library")
    wishes = folder / "descriptions/wishes"
    wishes.mkdir(parents=True)
    (wishes / "shapes.ttl").write_text(SHAPES)
    (wishes / "csv.rq").write_text(ROWS)
    (wishes / "example.csv").write_bytes(WISHES)
    done = ekograph("--site", str(folder), "publish")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def server(library):
    with serving("--site", str(library), "serve") as running:
        yield running


def post(server, body: bytes, media_type: str, accept: str = "application/json", path: str = "/check/wishes"):
    return server.get(path, accept, method="POST", data=body, Content_Type=media_type)


def multipart(**fields: bytes) -> bytes:
    head = 'Content-Disposition: form-data; name="{0}"; filename="{0}.csv"'
    parts = (
        b"--x\r\n" + head.format(name).encode() + b"\r\n\r\n" + content + b"\r\n" for name, content in fields.items()
    )
    return b"".join(parts) + b"--x--\r\n"


def test_any_site_has_a_check_for_each_folder_of_descriptions(server):
    answer = json.loads(post(server, WISHES, "text/csv").body)
    assert [(one["name"], one["verdict"]) for one in answer["descriptions"]] == [
        ("Seven Brothers", "fails"),
        ("Moby-Dick", "fits"),
    ]
    assert answer["descriptions"][0]["results"][0]["message"] == "We have Seven Brothers: borrow it."
    assert not answer["conforms"]


def test_rdf_is_taken_in_every_format(server):
    turtle = b"""@prefix lend: <https://vocabulary.example.net/lending#> .
        <urn:a> a lend:Wished ; <http://www.w3.org/2000/01/rdf-schema#label> "The Kalevala" ."""
    assert json.loads(post(server, turtle, "text/turtle").body)["descriptions"][0]["verdict"] == "fails"
    json_ld = b'{"@id": "urn:a", "@type": "https://vocabulary.example.net/lending#Wished"}'
    assert json.loads(post(server, json_ld, "application/ld+json").body)["conforms"]


def test_scripts_of_any_origin_may_ask(server):
    preflight = server.get("/check/wishes", method="OPTIONS")
    assert preflight.status == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    reply = post(server, WISHES, "text/csv")
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (multipart(text=WISHES, file=b""), "multipart/form-data; boundary=x"),
        (multipart(text=b"", file=WISHES), "multipart/form-data; boundary=x"),
        (b"text=title%0ASeven+Brothers%0AMoby-Dick", "application/x-www-form-urlencoded"),
    ],
)
def test_the_form_is_answered_with_a_page_without_any_script(server, body, media_type):
    reply = post(server, body, media_type, "text/html")
    assert reply.status == 200
    html5rdf.HTMLParser(strict=True).parse(reply.text)
    assert "We have Seven Brothers: borrow it." in reply.text
    assert "Moby-Dick: fits" in reply.text
    assert "Moby-Dick</textarea>" in reply.text.replace("\n</", "</")


def test_what_is_sent_is_shown_as_text(server):
    body = multipart(text=b"title\n</textarea><script>alert(1)</script>\\g<1>\n")
    page = post(server, body, "multipart/form-data; boundary=x", "text/html").text
    assert "<script>alert" not in page
    html5rdf.HTMLParser(strict=True).parse(page)


def test_the_page_is_there_to_be_read_and_leads_to_the_example(server):
    page = server.get("/check/wishes", accept="text/html").text
    assert "Check whether we have a book." in page
    assert "We buy each book once." in page
    assert server.get("/downloads/wishes.csv").body == WISHES
    assert 'href="/check/wishes.en.html"' in server.get("/", accept="text/html").text


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"x" * 300_000, "text/csv", 413),
        (b"nothing", "multipart/form-data; boundary=y", 400),
        (b"nothing", "multipart/form-data", 400),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(server, body, media_type, status):
    reply = post(server, body, media_type)
    assert reply.status == status
    assert json.loads(reply.body)["detail"]


def test_what_cannot_be_read_is_told_at_its_place(server):
    answer = json.loads(post(server, b"<urn:a> a <urn:b>\n<urn:c", "text/turtle").body)
    assert not answer["conforms"]
    assert answer["faults"][0]["line"] >= 1


def test_there_is_nothing_at_another_name(server):
    assert post(server, WISHES, "text/csv", path="/check/nothing").status == 404


def test_nothing_of_a_description_stays(server, library):
    post(server, b"title\nA secret wish\n", "text/csv")
    found = json.loads(server.get("/search.json?q=secret").body)["results"]
    assert found == []
    assert not [path for path in library.rglob("*") if path.is_file() and b"secret wish" in path.read_bytes()]


def test_many_at_once_are_answered_or_told_to_wait(server):
    with ThreadPoolExecutor(12) as threads:
        replies = list(threads.map(lambda _: post(server, WISHES, "text/csv"), range(24)))
    assert {reply.status for reply in replies} <= {200, 503}
    assert any(reply.status == 200 for reply in replies)
    assert all("retry-after" in reply.headers for reply in replies if reply.status == 503)


def test_a_description_that_takes_too_long_is_ended_and_the_next_is_answered(library):
    long = b"title\n" + b"".join(b"book %d\n" % number for number in range(9000))
    with serving("--site", str(library), "serve", EKOGRAPH_QUERY_SECONDS="0.3") as server:
        reply = post(server, long, "text/csv")
        assert reply.status == 503
        assert "0.3 seconds" in json.loads(reply.body)["detail"]
        assert post(server, WISHES, "text/csv").status == 200


def test_a_folder_that_cannot_be_used_stops_publishing_in_words(library, tmp_path):
    folder = shutil.copytree(library, tmp_path / "library", ignore=shutil.ignore_patterns("snapshots"))
    (folder / "descriptions/wishes/shapes.ttl").write_text("a b")
    done = ekograph("--site", str(folder), "publish")
    assert done.returncode == 2
    assert "descriptions/wishes/shapes.ttl" in done.stderr
