"""Pages of somebody else's file: no finding of axe-core on any kind, nothing too wide, pictures where allowed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_accessibility import ALL, LOOK, axe, findings, look_at
from tests.conftest import Server, serving

from ekograph.urls import path_for

pytestmark = pytest.mark.long

FILE = """
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix : <urn:x:> .
:onto a owl:Ontology ; rdfs:label "Boats"@en , "Boote"@de ; rdfs:comment "**All** boats:\\n\\n* small\\n* large"@en .
:boat a owl:Class ; rdfs:label "boat"@en , "Boot"@de ; rdfs:comment "It <em>floats</em>."@en ;
    rdfs:subClassOf :vessel , [ a owl:Restriction ; owl:onProperty :length ; owl:minCardinality 1 ] .
:vessel a owl:Class ; rdfs:label "vessel"@en ; owl:deprecated true ; dct:isReplacedBy :boat .
:length a owl:DatatypeProperty ; rdfs:label "length"@en ; rdfs:domain :vessel ; rdfs:range xsd:decimal .
:keel a owl:DatatypeProperty ; rdfs:label "length of the keel"@en ; rdfs:subPropertyOf :length .
[] a sh:NodeShape ; sh:targetClass :vessel ; sh:property [ sh:path :length ; sh:maxCount 1 ; sh:in ( 1.0 2.5 ) ] .
:words a skos:ConceptScheme ; skos:prefLabel "Words"@en .
:wood a skos:Concept ; skos:topConceptOf :words ; skos:prefLabel "wood"@en , "خشب"@ar ; skos:notation "1" .
:oak a skos:Concept ; skos:broader :wood ; skos:prefLabel "oak"@en ; skos:exactMatch <https://words.example/oak> ;
    foaf:depiction <https://pictures.example/oak.png> ; skos:definition "| a | b |\\n|---|---|\\n| `1` | 2 |"@en .
:data a dcat:Dataset ; dct:title "Data"@en ; dcat:distribution [ dct:title "A file"@en ; dcat:byteSize 1234567 ] .
"""
KINDS = ["/", "urn:x:onto", "urn:x:vessel", "urn:x:boat", "urn:x:keel", "urn:x:words", "urn:x:oak", "urn:x:data"]


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    path: Path = tmp_path_factory.mktemp("foreign") / "mixed.ttl"
    path.write_text(FILE)
    with serving("serve", str(path), EKOGRAPH_IMAGES="https://pictures.example") as running:
        yield running


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_has_no_finding(visiting, kind):
    page = "/index.{}.html" if kind == "/" else f"{path_for(kind, '')}.{{}}.html"
    with visiting() as visit:
        visit.page.route("https://pictures.example/**", lambda route: route.abort())
        for language, look in (("en", (PHONE, "light")), ("de", (DESKTOP, "dark"))):
            look_at(visit.page, look)
            visit.open(page.format(language))
            visit.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
            visit.page.evaluate(axe.AXE_SCRIPT)
            assert findings(visit.page, ALL) == []
            assert findings(visit.page, LOOK) == []
            assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_picture_is_fetched_from_a_host_that_is_allowed(visiting):
    with visiting() as visit:
        visit.page.route("https://pictures.example/**", lambda route: route.fulfill(body=b"", content_type="image/png"))
        visit.open(f"{path_for('urn:x:oak', '')}.en.html")
        visit.page.locator("img").scroll_into_view_if_needed()
        assert visit.page.get_by_alt_text("picture: oak.png").count() == 1
        assert "https://pictures.example/oak.png" in visit.foreign
        assert not [error for error in visit.errors if "Content" in error and "Policy" in error]
