"""RDF files as they lie about: misnamed, compressed, relative, beside what is no RDF; and graphs of an odd kind."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse, serialize

from ekograph.config import load
from ekograph.publish.plain_rdf import publish_as_it_is
from ekograph.publish.rdf_files import NO_FILE_BASE, ReadingError, read
from ekograph.rdf.canonical import graph_of
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.urls import NO_BASE

TURTLE = b'@prefix ex: <http://example.org/> .\nex:a ex:name "A" .\n'
TRIPLE = b'<http://example.org/a> <http://example.org/name> "A" .\n'
XML = b"""<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [<!ENTITY ex "http://example.org/">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="&ex;">
<rdf:Description rdf:about="&ex;a"><ex:name>A</ex:name></rdf:Description></rdf:RDF>
"""
JSON = json.dumps({"@context": {"ex": "http://example.org/"}, "@id": "ex:a", "ex:name": "A"}).encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ttl", TURTLE),
        ("A.TTL", TURTLE),
        ("a.ttl.gz", gzip.compress(TURTLE, mtime=0)),
        ("a.owl", TURTLE),
        ("a.owl", XML),
        ("a.rdf", JSON),
        ("ontology", XML),
        ("ontology", TURTLE),
        ("a.xml", b"\xef\xbb\xbf" + XML),
        ("a.nt", TRIPLE),
        ("a.jsonld", JSON),
    ],
    ids=str,
)
def test_a_file_is_read_as_what_it_is(tmp_path: Path, name: str, content: bytes):
    (tmp_path / name).write_bytes(content)
    nquads, prefixes = read(tmp_path / name)
    assert nquads == TRIPLE
    assert prefixes.get("ex", "http://example.org/") == "http://example.org/"
    assert ("ex" in prefixes) == (content != TRIPLE)


def test_a_link_that_leads_out_of_a_folder_is_not_followed(tmp_path: Path):
    folder, elsewhere = tmp_path / "folder", tmp_path / "elsewhere.ttl"
    folder.mkdir()
    elsewhere.write_bytes(TURTLE.replace(b'"A"', b'"B"'))
    (folder / "a.ttl").write_bytes(TURTLE)
    (folder / "again.ttl").symlink_to("a.ttl")
    (folder / "out.ttl").symlink_to(elsewhere)
    notes = []
    text, _ = read(folder, note=lambda key, **values: notes.append((key, values)))
    assert set(text.splitlines(keepends=True)) == {TRIPLE}
    assert notes == [("leads_out", {"path": folder / "out.ttl"})]
    assert b'"B"' in read(folder / "out.ttl")[0], "a file that is named is meant"


def test_xml_that_is_no_rdf_is_skipped_in_a_folder_and_refused_alone(tmp_path: Path):
    (tmp_path / "a.ttl").write_bytes(TURTLE)
    (tmp_path / "pom.xml").write_bytes(b"<project><name>x</name></project>")
    notes = []
    assert read(tmp_path, note=lambda key, **values: notes.append((key, values)))[0] == TRIPLE
    assert notes == [("skipped", {"path": tmp_path / "pom.xml"})]
    with pytest.raises(ReadingError, match="no_rdf"):
        read(tmp_path / "pom.xml")


def test_relative_iris_tell_no_folder_of_this_machine(tmp_path: Path):
    (tmp_path / "a.ttl").write_text("<x> <y> <#z> .")
    notes = []
    nquads, _ = read(tmp_path / "a.ttl", note=lambda key, **_: notes.append(key))
    assert str(tmp_path).encode() not in nquads
    assert nquads.count(NO_FILE_BASE.encode()) == 3
    assert notes == ["relative"]
    assert read(tmp_path / "a.ttl", "http://b.example/")[0].startswith(b"<http://b.example/x> ")


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        (
            "a.jsonld",
            b'{"@context": "https://schema.org/", "@id": "http://example.org/a", "name": "A"}',
            "remote_context",
        ),
        ("a.ttl", b"<http://example.org/a> <http://example.org/b> .", "unreadable"),
        ("a.ttl.gz", TURTLE, "unreadable"),
        ("a.docx", b"PK\x03\x04", "unknown_format"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, content: bytes, key: str):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ReadingError) as caught:
        read(tmp_path / name)
    assert caught.value.key == key
    with pytest.raises(ReadingError, match="no_such_path"):
        read(tmp_path / "missing.ttl")


def test_a_graph_that_a_blank_node_names_gets_an_iri(tmp_path: Path):
    text = '_:g { <urn:x:a> <urn:x:b> _:g } <urn:x:h> { <urn:x:a> <urn:x:b> "_:g" } <urn:x:c> <urn:x:d> "e"@en .'
    (tmp_path / "a.trig").write_text(text)
    lines = sorted(read(tmp_path / "a.trig")[0].splitlines(keepends=True))
    assert [graph_of(line) for line in lines] == [b"<urn:x:h>", b"<urn:graph:a-1>", b""]
    assert b"<urn:x:b> <urn:graph:a-1> <urn:graph:a-1> .\n" in lines[1]


#: Valid graphs of which some format has no way to write a part, or which publishers have failed on.
ODD = {
    "triple terms": "ex:a ex:p <<( ex:b ex:q ex:c )>> . ex:d ex:p ex:e {| ex:since 2020 |} .",
    "a scheme like a prefix": "@prefix geo: <http://www.w3.org/2003/01/geo/wgs84_pos#> ."
    "ex:a geo:lat 1 ; ex:p <geo:60,24> .",
    "names that XML does not have": 'ex:a <http://example.org/m²> 1 ; <http://example.org/1x> 2 ; ex:p "\\u0001" .',
    "properties of RDF/XML's own grammar": "ex:a <http://www.w3.org/1999/02/22-rdf-syntax-ns#li> ex:b .",
    "addresses alike": "<http://e.org/a/b> ex:p 1 . <http://e.org/a%2Fb> ex:p 2 . <http://e.org/a> ex:p 3 ."
    " <http://e.org/a.ttl> ex:p 4 . <http://e.org/a/> ex:p 5 . <http://e.org/a/index> ex:p 6 .",
    "a deep hierarchy": "@prefix skos: <http://www.w3.org/2004/02/skos/core#> ."
    + "".join(f"ex:c{n} a skos:Concept ; skos:broader ex:c{n + 1} ." for n in range(400)),
    "only foreign names": "<urn:isbn:1> ex:p <mailto:a@example.org> . <tag:x,2020:y> ex:p 1 .",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_every_subject_of_a_valid_graph_has_a_page_that_links_what_there_is(tmp_path: Path, text: str):
    (tmp_path / "a.ttl").write_text(f"@prefix ex: <http://example.org/> . {text}")
    settings = load(tmp_path, base=NO_BASE, theme="")
    publish_as_it_is(tmp_path / "a.ttl", settings)
    snapshot = SnapshotRepository(settings.snapshots_dir).current()
    printed = {representation.address: representation for representation in snapshot.printed()}
    pages = [one for address, one in printed.items() if address.endswith(".en.html") and address.startswith("/about/")]
    subjects = {quad.subject for quad in parse(path=snapshot.dataset, format=RdfFormat.N_QUADS)}
    assert len(pages) == len([subject for subject in subjects if hasattr(subject, "value") and ":" in subject.value])
    for page in pages:
        linked = {f"{page.page}.{suffix}" for suffix in ("ttl", "trig", "nt", "nq", "jsonld", "rdf")}
        for address in linked:
            assert (f'href="{address}"'.replace("&", "&amp;") in page.body.decode()) == (address in printed), address
    triples = {quad.triple for quad in parse(path=snapshot.dataset, format=RdfFormat.N_QUADS)}
    for address, representation in printed.items():
        if address.startswith("/about/") and address.endswith(".rdf"):
            assert serialize(parse(representation.body, RdfFormat.RDF_XML), format=RdfFormat.N_TRIPLES)
    assert triples
