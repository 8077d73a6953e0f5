"""A site of others: another vocabulary, English only, plain SHACL, blank nodes throughout. All must work on it too."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, RdfFormat, parse
from tests.conftest import Server, ekograph, serving

LIBRARY = Path(__file__).parent / "library"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Path:
    """The library, published."""
    path = tmp_path_factory.mktemp("shelf")
    done = ekograph("--site", str(LIBRARY), "publish", EKOGRAPH_SNAPSHOTS=str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    return path


@pytest.fixture(scope="module")
def server(shelf) -> Iterator[Server]:
    """The library, served."""
    with serving("--site", str(LIBRARY), "serve", EKOGRAPH_SNAPSHOTS=str(shelf)) as running:
        yield running


@pytest.fixture
def copy(tmp_path) -> Path:
    """A library to break."""
    return shutil.copytree(LIBRARY, tmp_path / "library")


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_it_conforms(engine):
    done = ekograph("--site", str(LIBRARY), "check", "--engine", engine)
    assert (done.returncode, done.stdout) == (0, "All is well: the data conforms to the rules.\n")


BROKEN = """
<book/x> a lend:Book ; lend:copies "two" ; lend:autor "Kivi" .
<book/y> a lend:Book ; lend:author "Aleksis Kivi" ; lend:copies 1 ; lend:borrowedBy <reader/1> , [] .
"""
#: Column and message of each fault in the lines above, by line.
FAULTS = {
    (1, 1, "A book has an author."),
    (1, 36, 'The value "two" must have the datatype xsd:integer.'),
    (1, 36, 'The value "two" must be at least 1.'),
    (1, 44, "The property lend:autor is not allowed here: remove it. Did you mean lend:author?"),
    (2, 1, "book/y is lent to reader/1, who has another book of that author."),
    (2, 98, "is not of the class lend:Reader: give it that type or choose another."),
}


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_its_own_rules_find_its_faults_at_their_places(engine, copy):
    path = copy / "data/books.ttl"
    before = path.read_text().count("\n")
    path.write_text(path.read_text() + BROKEN)
    done = ekograph("--site", str(copy), "check", "--engine", engine, "--format", "json", "--lang", "en")
    found = {
        (each["line"] - before - 1, each["column"], each["message"])
        for each in json.loads(done.stdout)["results"]
        if each["line"] > before
    }
    assert {(line, column) for line, column, _ in found} == {(line, column) for line, column, _ in FAULTS}
    assert all(any(said.endswith(message) for _, _, said in found) for _, _, message in FAULTS)


def test_its_rules_are_explained():
    done = ekograph("--site", str(LIBRARY), "explain", "BookShape")
    assert (done.returncode, done.stdout) == (0, "BookShape  A book has an author.\n")


def test_its_front_page_lists_its_things_by_their_classes(server):
    page = server.get("/", "text/html").text
    assert '<html lang="en">' in page
    assert all(each in page for each in ("Book", "Branch", "Reader", "The Kalevala", "Åland – a guide"))


@pytest.mark.parametrize("path", ["/", "/doc/branch/main", "/doc/book/kalevala", "/sparql.en.html", "/shapes"])
def test_nothing_of_the_shipped_site_shows_through(path, server):
    text = server.get(path, "text/html").text
    assert "w3id.org/ekograph" not in text
    assert "kosysteemi" not in text


@pytest.mark.parametrize(
    ("media", "suffix"),
    [
        ("text/turtle", "ttl"),
        ("application/trig", "trig"),
        ("application/n-triples", "nt"),
        ("application/n-quads", "nq"),
        ("application/ld+json", "jsonld"),
        ("application/rdf+xml", "rdf"),
    ],
)
def test_a_branch_with_nested_blank_nodes_is_the_same_in_every_format(media, suffix, server):
    reply = server.get("/doc/branch/main", media)
    assert reply.status == 200
    assert reply.headers["content-type"].startswith(media)
    assert reply.body == server.get(f"/doc/branch/main.{suffix}").body
    assert triples(reply.body, media) == triples(server.get("/doc/branch/main.nt").body, "application/n-triples")
    assert len(triples(reply.body, media)) >= 25


def triples(data: bytes, media: str) -> set[str]:
    """The graph as canonical N-Triples."""
    quads = parse(data, RdfFormat.from_media_type(media), base_iri="https://library.example.org/")
    graph = Dataset(type(quad)(*quad.triple) for quad in quads)
    graph.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in graph}


def test_things_with_other_letters_in_their_iris_are_found(server):
    reply = server.get("/id/book/%C3%A5land", "text/turtle")
    assert (reply.status, reply.headers["location"]) == (303, "/doc/book/%C3%A5land")
    assert "Åland – a guide" in server.get("/doc/book/%C3%A5land", "text/html").text


def test_sparql_answers(server):
    query = "SELECT%20%3Fb%20%7B%3Fb%20%3Chttps%3A%2F%2Fvocabulary.example.net%2Flending%23copies%3E%203%7D"
    reply = server.get(f"/sparql?query={query}", "text/csv")
    assert reply.text.split() == ["b", "https://library.example.org/id/book/kalevala"]


def test_its_dump_is_what_its_sources_say(server):
    dump = Dataset(parse(server.get("/dumps/dataset.nq").body, RdfFormat.N_QUADS))
    stated = sum(
        1 for folder in ("ontology", "data") for path in (LIBRARY / folder).glob("*.ttl") for _ in parse(path=path)
    )
    assert len(dump) == stated
    assert any(isinstance(quad.subject, BlankNode) for quad in dump)


def test_the_same_sources_give_the_same_snapshot(shelf, tmp_path):
    done = ekograph("--site", str(LIBRARY), "publish", EKOGRAPH_SNAPSHOTS=str(tmp_path))
    assert done.returncode == 0
    name = (shelf / "current").resolve().name
    assert (tmp_path / "current").resolve().name == name
    for dump in (shelf / name / "dumps").glob("dataset.*"):
        assert (tmp_path / name / "dumps" / dump.name).read_bytes() == dump.read_bytes()
