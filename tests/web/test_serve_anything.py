"""`ekograph serve PATH`: any RDF as it is, an endpoint and pages without a site."""

import csv
import errno
import io
import json
import os
import re
import signal
from contextlib import suppress
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse, serialize
from tests.conftest import ekograph, serving
from tests.web.test_processes import eventually

EX = "http://example.org/"
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
OAK, ELM, GRAPH = (NamedNode(f"{EX}{name}") for name in ("tree/oak", "tree#elm", "graph"))
QUADS = [
    Quad(OAK, LABEL, Literal("oak", language="en")),
    Quad(OAK, NamedNode(f"{EX}next"), ELM),
    Quad(OAK, NamedNode(f"{EX}part"), BlankNode("leaf")),
    Quad(BlankNode("leaf"), LABEL, Literal("leaf")),
    Quad(ELM, LABEL, Literal("elm")),
]
FORMATS = {
    "nq": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdf": RdfFormat.RDF_XML,
}


def ask(server, query: str) -> list[list[str]]:
    got = server.get(f"/sparql?query={quote(query)}", "text/csv")
    assert got.status == 200, got.text
    return list(csv.reader(io.StringIO(got.text)))[1:]


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_of_every_format_has_an_endpoint_and_pages(tmp_path, suffix):
    path = tmp_path / f"trees.{suffix}"
    path.write_bytes(serialize([quad.triple for quad in QUADS], format=FORMATS[suffix]))
    with serving("serve", str(path)) as server:
        assert sorted(ask(server, "SELECT ?l { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?l }")) == [
            ["elm"],
            ["leaf"],
            ["oak"],
        ]
        assert b'"oak"@en' in server.get("/about/http/example.org/tree/oak", "text/turtle").body
        page = server.get("/about/http/example.org/tree/oak", "text/html").text
        assert 'href="/about/http/example.org/tree%23elm' in page
        assert server.get("/about/http/example.org/tree%23elm", "text/html").status == 200
        assert server.get("/", "text/html").status == 200


def test_a_folder_is_served_whole_with_the_names_of_its_graphs_and_the_prefixes_of_its_files(tmp_path):
    (tmp_path / "a.ttl").write_text(f"@prefix tree: <{EX}tree/> . tree:oak tree:p 1 . _:x tree:p 2 .")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "b.nq").write_text(f'<{EX}tree/elm> <{EX}tree/p> "3" <{EX}graph> .\n_:x <{EX}p> _:x .')
    (tmp_path / "README.md").write_text("not RDF")
    with serving("serve", str(tmp_path)) as server:
        assert ask(server, "SELECT ?g { GRAPH ?g { tree:elm ?p ?o } }") == [[f"{EX}graph"]]
        assert ask(server, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [["4"]]
        assert ask(server, "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o FILTER(isBlank(?s)) }") == [["2"]]
    with serving("serve", str(tmp_path), "--no-union") as server:
        assert ask(server, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [["3"]]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("none.ttl", None, "there is no such file"),
        ("notes.txt", "x", "not RDF by its name"),
        ("empty.ttl", "# nothing\n", "no statement"),
        ("broken.ttl", "<http://a> <http://b> \n", "broken.ttl:"),
    ],
)
def test_what_cannot_be_served_is_one_line(tmp_path, name, text, told):
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    done = ekograph("serve", str(path), "--port", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert told in done.stderr


def test_a_file_is_not_watched(tmp_path):
    done = ekograph("serve", str(tmp_path), "--watch", "--port", "0")
    assert done.returncode == 2
    assert "--watch" in done.stderr


def test_the_snapshot_of_a_served_file_is_gone_when_the_server_is_terminated(tmp_path):
    path = tmp_path / "trees.ttl"
    path.write_text("<http://example.org/a> <http://example.org/b> 1 .")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with serving("serve", str(path), TMPDIR=str(temporary)) as server:
        assert list(temporary.glob("ekograph-*"))
        server.process.terminate()
        server.process.wait(60)
        assert list(temporary.iterdir()) == []


def test_why_the_search_of_a_large_file_could_not_be_made_is_told_on_its_pages(tmp_path):
    path = tmp_path / "large.nt"
    path.write_text("".join(f'<https://example.org/{n}> <https://example.org/p> "n" .\n' for n in range(60_000)))
    with serving("serve", str(path)) as server:
        job = eventually(lambda: process_beside(server, "ekograph.publish.plain_rdf"))
        os.kill(job, signal.SIGKILL)
        eventually(lambda: json.loads(server.get("/health").body)["trouble"])
        reply = server.get("/search.en.html?q=n", accept="text/html")
        assert reply.status == 503
        assert os.strerror(errno.ENOMEM) in reply.text
        assert "retry-after" not in reply.headers
        assert server.get("/about/https/example.org/3", accept="text/html").status == 200


def process_beside(server, module: str) -> int | None:
    """The child of a server that runs a module."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == server.process.pid and module.encode() in (process / "cmdline").read_bytes():
                return int(process.name)
    return None


DATASETS = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix ex: <https://example.org/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
ex:all a dcat:Catalog ; dct:title "All" ; dcat:dataset ex:trees, ex:parks .
ex:trees a dcat:Dataset ; dct:title "Trees" ; dct:publisher [ foaf:name "The City" ] ;
    dcat:contactPoint [ vcard:fn "Help desk" ; vcard:hasEmail <mailto:help@example.org> ] .
ex:parks a dcat:Dataset ; dct:title "Trees" ; dct:publisher "Somebody" .
"""


def test_the_catalogue_of_somebody_else_is_handed_out_as_it_is_written(tmp_path):
    path = tmp_path / "catalogue.ttl"
    path.write_text(DATASETS)
    with serving("serve", str(path)) as server:
        written = set(parse(DATASETS, RdfFormat.TURTLE, rename_blank_nodes=True))
        handed_out = list(parse(server.get("/catalog.nt").body, RdfFormat.N_TRIPLES))
        assert {quad.predicate for quad in handed_out} == {quad.predicate for quad in written}
        page = server.get("/catalog.en.html", accept="text/html").text
        addresses = re.findall(r'href="(?:http://[\d.:]+)?(/[^"#]*)"', page)
        assert [address for address in addresses if server.get(unescape(address)).status >= 400] == []
        packages = [
            json.loads(server.get(f"/api/3/action/package_show?id={name}").body)["result"]
            for name in ("trees", "trees-2")
        ]
        assert sorted((package["author"], package["maintainer"]) for package in packages) == [
            ("Somebody", "Somebody"),
            ("The City", "Help desk"),
        ]
