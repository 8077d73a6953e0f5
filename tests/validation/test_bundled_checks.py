"""The rules that come with the program for vocabularies and ontologies: off until a line of the settings names them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse
from tests.conftest import SHARED

from ekograph.i18n import LANGUAGES
from ekograph.validation.sources import BUNDLED

DCAT_AP = SHARED / "shapes/dcat/dcat-ap-3.0.1/shacl/dcat-ap-SHACL.ttl"
HEAD = (
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix owl: <http://www.w3.org/2002/07/owl#> . "
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix t: <https://example.org/id/> . "
    "@prefix skosxl: <http://www.w3.org/2008/05/skos-xl#> . @prefix dcterms: <http://purl.org/dc/terms/> .\n"
)
GOOD_SKOS = """\
t:s a skos:ConceptScheme ; skos:hasTopConcept t:wood .
t:wood a skos:Concept ; skos:inScheme t:s ; skos:prefLabel "wood"@en , "puu"@fi ; skos:altLabel "timber"@en .
t:oak a skos:Concept ; skos:inScheme t:s ; skos:broader t:wood ; skosxl:prefLabel t:l ; skos:related t:acorn .
t:acorn a skos:Concept ; skos:inScheme t:s ; skos:prefLabel "acorn"@en ; skos:exactMatch t:nut ; skos:closeMatch t:x .
t:group a skos:Collection ; skos:member t:oak .
"""
GOOD_OWL = """\
t:o a owl:Ontology ; dcterms:license t:free .
t:A a owl:Class ; rdfs:label "A" ; rdfs:comment "a" .
t:B a owl:Class ; rdfs:label "B" ; rdfs:comment "b" ; rdfs:subClassOf t:A , [ a owl:Restriction ; owl:onProperty t:p ] .
t:p a owl:ObjectProperty ; rdfs:label "p" ; rdfs:comment "p" ; rdfs:domain t:A ; rdfs:range t:B ; owl:inverseOf t:q .
t:q a owl:ObjectProperty ; rdfs:label "q" ; rdfs:comment "q" ; rdfs:domain t:B ; rdfs:range t:A .
t:sub a owl:ObjectProperty ; rdfs:label "s" ; rdfs:comment "s" ; rdfs:subPropertyOf t:p .
"""
#: A line that breaks a rule when it follows the good data, as line 7 or 8.
BROKEN = {
    "gate-skos-s9": "t:s a skos:Concept ; skos:prefLabel 's'@en ; skos:related t:oak .",
    "gate-skos-s13": 't:wood skos:hiddenLabel "puu"@fi .',
    "gate-skos-s14": 't:wood skos:prefLabel "lumber"@en .',
    "gate-skos-s27": "t:oak skos:related t:wood .",
    "gate-skos-s37": 't:group a skos:Concept ; skos:prefLabel "group"@en ; skos:broader t:wood .',
    "gate-skos-s46": "t:acorn skos:broadMatch t:nut .",
    "gate-skos-cycle": "t:wood skos:narrower t:pine . t:pine skos:narrower t:wood .",
    "gate-skos-label": "t:ash a skos:Concept ; skos:broader t:wood .",
    "gate-skos-language": 't:ash a skos:Concept ; skos:prefLabel "ash" ; skos:broader t:wood .',
    "gate-skos-orphan": 't:ash a skos:Concept ; skos:prefLabel "ash"@en ; skos:inScheme t:s .',
    "gate-skos-top": "t:s skos:hasTopConcept t:oak .",
    "gate-skos-overlap": 't:ash a skos:Concept ; skos:prefLabel "wood"@en ; skos:inScheme t:s ; skos:broader t:wood .',
    "gate-owl-p04": 't:C a owl:Class ; rdfs:label "C" ; rdfs:comment "c" ; rdfs:isDefinedBy t:o .',
    "gate-owl-p05": "t:p owl:inverseOf t:r . t:r rdfs:range t:Z .",
    "gate-owl-p06": "t:A rdfs:subClassOf t:B .",
    "gate-owl-p08": 't:C a owl:Class ; rdfs:subClassOf t:A ; rdfs:comment "c" .',
    "gate-owl-p08-comment": 't:C a owl:Class ; rdfs:subClassOf t:A ; rdfs:label "C" .',
    "gate-owl-p11": 't:r a owl:DatatypeProperty ; rdfs:label "r" ; rdfs:comment "r" ; rdfs:domain t:A .',
    "gate-owl-p19": "t:p rdfs:range t:A .",
    "gate-owl-p25": "t:sub owl:inverseOf t:sub .",
    "gate-owl-p34": 't:C rdfs:label "C" . t:A rdfs:subClassOf t:C .',
    "gate-owl-p41": "t:other a owl:Ontology .",
}


@pytest.fixture
def vocabulary(site: Path) -> Path:
    """The small site with a vocabulary and an ontology in place of its data, without shapes, and the checks on."""
    (site / "shapes/rules.ttl").unlink()
    (site / "data/things.ttl").write_text(HEAD + GOOD_SKOS)
    (site / "data/terms.ttl").write_text(HEAD + GOOD_OWL)
    (site / "ekograph.toml").write_text('base = "https://example.org/"\nchecks = ["skos", "owl"]\n')
    (site / "ontology/def.ttl").write_text("")
    return site


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_good_vocabularies_pass(vocabulary, check, engine):
    assert check("--engine", engine, "--lang", "en") == (0, "All is well: the data conforms to the rules.\n")


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
@pytest.mark.parametrize("rule", BROKEN)
def test_a_fault_is_found_at_its_line(rule, engine, vocabulary, results):
    file = vocabulary / ("data/things.ttl" if "skos" in rule else "data/terms.ttl")
    file.write_text(file.read_text() + BROKEN[rule] + "\n")
    findings = [result for result in results("--engine", engine) if result["rule"] == rule]
    assert findings
    assert {finding["path"] for finding in findings} == {f"data/{file.name}"}
    assert all(finding["line"] >= 2 for finding in findings)


def test_nothing_of_it_is_checked_where_no_setting_names_it(vocabulary, results):
    (vocabulary / "ekograph.toml").write_text('base = "https://example.org/"\n')
    (vocabulary / "data/things.ttl").write_text(HEAD + "t:s a skos:Concept , skos:ConceptScheme .")
    assert [result["rule"] for result in results()] == ["gate-no-shapes"]


def test_conditions_of_skos_block_and_the_severity_of_each_rule_can_be_set(vocabulary, check):
    data = vocabulary / "data/things.ttl"
    data.write_text(data.read_text() + BROKEN["gate-skos-orphan"])
    status, output = check("--format", "json")
    assert (status, [result["severity"] for result in json.loads(output)["results"]]) == (0, ["Warning"])
    toml = vocabulary / "ekograph.toml"
    toml.write_text(f'{toml.read_text()}[severity]\ngate-skos-orphan = "violation"\n')
    assert check()[0] == 1
    data.write_text(HEAD + GOOD_SKOS + BROKEN["gate-skos-s14"])
    assert check()[0] == 1


def test_shapes_of_others_are_named_by_file(vocabulary, results, check):
    shapes = (
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n<urn:x#Named> sh:targetClass <urn:x#T> ; sh:nodeKind sh:IRI ."
    )
    (vocabulary / "others.ttl").write_text(shapes)
    (vocabulary / "ekograph.toml").write_text('base = "https://example.org/"\nchecks = ["others.ttl"]\n')
    (vocabulary / "data/things.ttl").write_text("[] a <urn:x#T> .")
    assert [(result["rule"], result["line"]) for result in results()] == [("Named", 1)]
    (vocabulary / "ekograph.toml").write_text('base = "https://example.org/"\nchecks = ["missing.ttl"]\n')
    assert check("--lang", "en")[0] == 2


@pytest.mark.skipif(not DCAT_AP.is_file(), reason="the shapes of DCAT-AP are not here")
def test_the_shapes_of_dcat_ap_are_used_as_they_are(vocabulary, results):
    (vocabulary / "ekograph.toml").write_text(f'base = "https://example.org/"\nchecks = ["{DCAT_AP}"]\n')
    catalogue = (
        "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n<https://example.org/id/c> a dcat:Catalog ; dcat:dataset 1 ."
    )
    (vocabulary / "data/things.ttl").write_text(catalogue)
    assert {(result["path"], result["line"]) for result in results() if result["severity"] == "Violation"} == {
        ("data/things.ttl", 2)
    }


@pytest.mark.parametrize("name", BUNDLED)
def test_every_rule_has_a_name_a_reason_and_messages_in_each_language(name):
    quads = list(parse(path=BUNDLED[name], format=RdfFormat.TURTLE))
    spoken: dict[object, list[str]] = {}
    for quad in quads:
        if quad.predicate.value.rpartition("#")[2] in {"name", "comment", "message"}:
            spoken.setdefault((quad.subject, quad.predicate), []).append(quad.object.language)
    assert spoken
    assert all(sorted(tags) == sorted(LANGUAGES) for tags in spoken.values())
