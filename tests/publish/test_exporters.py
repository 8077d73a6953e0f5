"""The contract of exporters, and what they tell of catalogues with several datasets."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from ekograph.publish.catalog import ckan, dcat_ap
from ekograph.publish.exporters import EXPORTERS, representations
from ekograph.publish.publication import File, Omission, Publication, Version
from ekograph.rdf.dataset import Dataset
from ekograph.rdf.vocab import DCAT, DCTERMS
from ekograph.rendering.representations import plain
from ekograph.rendering.site import Site

NOW = "2026-01-02T03:04:05Z"
DUMP = File("dataset.ttl", "ab" * 32, 100)


def publication(text: str, own: Sequence[str] = (), main: str = "") -> Publication:
    prefixes = (
        "PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dct: <http://purl.org/dc/terms/> PREFIX ex: <http://e.org/>"
    )
    quads = parse(f"{prefixes} {text}", RdfFormat.TRIG)
    dataset = Dataset(quads, base="", prefixes={}, languages=["en"], spaces=own)
    version = Version("v1", "0" * 64, NOW, 1)
    return Publication(Site(dataset, "v1", NOW), (), [DUMP], [version], (), [("v1", NOW)], main)


def failing(_: Publication):
    yield plain("/first.txt", "text/plain", "first")
    raise ValueError("a graph that nobody thought of")


def greedy(_: Publication):
    yield plain("/", "text/plain", "not mine")
    yield plain("/about/http/e.org/a.ttl", "text/plain", "nor this")


def test_what_an_exporter_cannot_make_costs_that_alone():
    made = publication("ex:a ex:p ex:b . ex:b ex:p 1 .")
    whole = [one.address for one in representations(made)]
    assert not made.omissions
    assert {"/index.en.html", "/about/http/e.org/a.ttl", "/about/http/e.org/b.rdf", "/sitemap.xml"} <= set(whole)
    again = [one.address for one in representations(made, [failing, *EXPORTERS])]
    assert sorted(again) == sorted([*whole, "/first.txt"])
    assert made.omissions == [Omission("/first.txt", "/first.txt", "ValueError: a graph that nobody thought of")]


def test_an_address_belongs_to_whoever_takes_it_first():
    made = publication("ex:a ex:p ex:b .")
    printed = {one.address: one.body for one in representations(made, [*EXPORTERS, greedy])}
    assert printed["/about/http/e.org/a.ttl"] != b"nor this"
    assert made.omissions == [Omission("/about/http/e.org/a.ttl", "", "taken")]


CATALOGUE = """
ex:g { ex:cat a dcat:Catalog ; dct:title "C"@en ; dct:issued "2001-01-01" ; dcat:dataset ex:trees , ex:birds .
  ex:trees a dcat:Dataset ; dct:title "Trees"@en ; dct:issued "2002-02-02"  ;
    dct:publisher ex:us ; dcat:distribution ex:trees-csv .
  ex:trees-csv a dcat:Distribution ; dct:title "Trees, CSV"@en  ;
    dcat:downloadURL <http://far.org/trees.csv> ; dcat:byteSize 12 .
  ex:birds a dcat:Dataset ; dct:title "Trees"@en ; dct:publisher [ <http://xmlns.com/foaf/0.1/name> "Birders" ] . }
"""


@pytest.mark.parametrize(
    ("own", "main", "expected"),
    [
        ((), "", None),
        (["http://e.org/birds"], "", "http://e.org/birds"),
        (["http://e.org/"], "", None),
        (["http://e.org/"], "http://e.org/trees", "http://e.org/trees"),
    ],
)
def test_only_the_dataset_that_the_site_is_has_its_dumps(own, main, expected):
    made = publication(CATALOGUE, own, main)
    quads = {quad.triple for quad in dcat_ap.catalogue(made)}
    with_dumps = {
        triple.subject.value
        for triple in quads
        if triple.predicate == DCAT("distribution") and triple.object.value.endswith(DUMP.name)
    }
    assert with_dumps == ({expected} if expected else set())
    packages = {package["extras"][0]["value"]: package for package in ckan.packages(made)}
    for iri, package in packages.items():
        urls = [resource["url"] for resource in package["resources"]]
        assert ("http://far.org/trees.csv" in urls) == (iri == "http://e.org/trees")
        assert any(url.endswith(DUMP.name) for url in urls) == (iri == expected)
    assert sorted(package["name"] for package in packages.values()) == ["trees", "trees-2"]


def test_what_is_written_of_a_dataset_stays_as_it_is():
    made = publication(CATALOGUE, ["http://e.org/trees"])
    written = {quad.triple for quad in made.site.dataset.quads}
    quads = {quad.triple for quad in dcat_ap.catalogue(made)}
    assert written <= quads
    dates = [
        (triple.subject.value, triple.object)
        for triple in quads - written
        if triple.predicate == DCTERMS("issued") and triple.subject.value in {"http://e.org/cat", "http://e.org/trees"}
    ]
    assert dates == []
    assert Quad(NamedNode("http://e.org/trees"), DCTERMS("issued"), Literal("2002-02-02")).triple in quads
