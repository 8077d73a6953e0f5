"""Shapes of others are used as they are: what is strange in them is a warning, and both engines find the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.conftest import SHARED
from tests.validation.conftest import SHAPES

from ekograph import config
from ekograph.i18n import Messages
from ekograph.validation.parsing import parsed
from ekograph.validation.shacl.engine import validate
from ekograph.validation.shacl.shapes import ShapesGraph
from ekograph.validation.sources import collect

ENGINES = ("shacl", "pyshacl")
FOREIGN = """\
@prefix ex: <https://others.example/def#> .
@prefix o: <https://others.example/shapes#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
ex:Thing a owl:Class , sh:NodeShape ; sh:property o:Label ;
    sh:rule [ a sh:TripleRule ; sh:subject sh:this ; sh:predicate ex:above ; sh:object ex:Thing ] .
o:Label sh:path rdfs:label ; sh:minCount 1 .
o:Unused a sh:NodeShape ; sh:targetClass o:Nothing , o:Nobody .
o:Helper a sh:NodeShape ; sh:nodeKind sh:IRI .
o:NoPrefix a sh:NodeShape ; sh:targetClass ex:Thing ;
    sh:sparql [ sh:message "commented" ; sh:select "SELECT $this WHERE { $this rdfs:comment ?text }" ] .
o:Grouped a sh:NodeShape ; sh:targetClass ex:Thing ;
    sh:sparql [ sh:message "above" ;
        sh:select "SELECT $this ?value WHERE { $this ex:above/ex:name ?value } GROUP BY ?value" ] .
"""
DATA = """\
@base <https://example.org/id/> .
@prefix ex: <https://others.example/def#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<a> a ex:Thing ; ex:name "A" ; rdfs:comment "No label" ; ex:above <b> .
<b> a ex:Thing ; ex:name "B" ; rdfs:label "B" .
"""


@pytest.fixture
def foreign(site: Path) -> Path:
    """The small site with shapes of others in place of its own."""
    (site / "shapes/rules.ttl").write_text(FOREIGN)
    (site / "data/things.ttl").write_text(DATA)
    return site


@pytest.mark.parametrize("engine", ENGINES)
def test_both_engines_find_what_classes_and_queries_of_others_say(engine, foreign, results):
    blocking = [
        (result["rule"], result["line"]) for result in results("--engine", engine) if result["severity"] == "Violation"
    ]
    assert blocking == [("Grouped", 4), ("Label", 4), ("NoPrefix", 4)]


def test_what_is_strange_in_them_is_one_warning_for_each_kind(foreign, results):
    warnings = [result for result in results("--lang", "en") if result["severity"] == "Warning"]
    assert [(warning["rule"], warning["line"]) for warning in warnings] == [
        ("gate-unknown-term", 7),
        ("gate-unknown-target", 9),
        ("gate-no-target", 10),
    ]
    assert "1 more like it" in warnings[1]["message"]


def test_warnings_of_the_gate_do_not_fail_a_check(foreign, check):
    (foreign / "data/things.ttl").write_text(DATA.replace("rdfs:comment", "rdfs:label").replace("ex:above <b> .", "."))
    status, output = check("--lang", "en")
    assert status == 0
    assert output.endswith("All is well: the data conforms to the rules. 3 warnings.\n")


def test_the_severity_of_a_rule_of_the_gate_can_be_set(foreign, check):
    (foreign / "data/things.ttl").write_text(DATA.replace("rdfs:comment", "rdfs:label").replace("ex:above <b> .", "."))
    toml = foreign / "ekograph.toml"
    text = toml.read_text()
    toml.write_text(f'{text}[severity]\ngate-no-target = "violation"\ngate-unknown-term = "off"\n')
    status, output = check("--format", "json")
    rules = {result["rule"]: result["severity"] for result in json.loads(output)["results"]}
    assert (status, rules) == (1, {"gate-no-target": "Violation", "gate-unknown-target": "Warning"})
    toml.write_text(f'{text}[severity]\ngate-no-target = "loud"\n')
    with pytest.raises(config.ConfigError, match="give off, info, warning, violation"):
        config.load(foreign)


def test_the_site_s_own_shapes_are_read_as_strictly_beside_them(foreign, results):
    (foreign / "shapes/own.ttl").write_text(SHAPES.replace("sh:minCount", "sh:minCuont"))
    strict = {(result["path"], result["rule"], result["severity"]) for result in results()}
    assert ("shapes/own.ttl", "gate-unknown-term", "Violation") in strict
    assert ("shapes/rules.ttl", "gate-unknown-term", "Warning") in strict


def test_an_unusual_scheme_is_a_warning_and_one_that_runs_code_is_a_violation(site, results):
    text = (site / "data/things.ttl").read_text()
    (site / "data/things.ttl").write_text(f"{text}<a> ex:above <dtmi:x> , <dtmi:y> , <javascript:x> .\n")
    schemes = [(result["severity"], result["line"]) for result in results() if result["rule"] == "gate-scheme"]
    assert sorted(schemes) == [("Violation", 4), ("Warning", 4)]


def test_a_site_without_shapes_passes_with_a_warning(site, check):
    (site / "shapes/rules.ttl").unlink()
    status, output = check("--format", "json")
    assert status == 0
    assert [(r["rule"], r["severity"]) for r in json.loads(output)["results"]] == [("gate-no-shapes", "Warning")]


def test_very_many_findings_of_one_rule_are_one_line(site, check):
    rows = "".join(f"<n{number}> a ex:Thing .\n" for number in range(200))
    (site / "data/things.ttl").write_text(
        f"@base <https://example.org/id/> .\n@prefix ex: <https://example.org/def#> .\n{rows}"
    )
    output = check("--lang", "en")[1]
    assert "and 199 more of A01: ekograph check --format full shows them" in output
    assert output.count("[A01]") == 1
    assert check("--format", "full")[1].count("[A01]") == 200


#: Constraints of SHACL 1.2 on ex:name, values that break them, and words of the message.
OF_1_2 = {
    "sh:singleLine true": ('"a\\nb"', "line break"),
    "sh:subsetOf ex:other": ('"a"', "must be a value of ex:other too"),
    "sh:minListLength 2": ('("a")', "at least 2"),
    "sh:maxListLength 1": ('("a" "b")', "at most 1"),
    "sh:uniqueMembers true": ('("a" "a")', "twice"),
    "sh:memberShape [ sh:nodeKind sh:IRI ]": ('("a")', "member of the list"),
    "sh:someValue [ sh:nodeKind sh:IRI ]": ('"a"', "None of the values"),
    "sh:datatype ( <urn:x:a> <urn:x:b> )": ('"a"', "must have the datatype <urn:x:a>, <urn:x:b>"),
}


@pytest.mark.parametrize("constraint", OF_1_2)
def test_terms_of_shacl_1_2_are_checked(constraint, site, results):
    value, words = OF_1_2[constraint]
    shapes = (
        SHAPES.partition("rule:A01 ")[0]
        + f"rule:A01 sh:targetNode <urn:x:t> ; sh:property [ sh:path ex:name ; {constraint} ] ."
    )
    (site / "shapes/rules.ttl").write_text(shapes)
    (site / "data/things.ttl").write_text(f"@prefix ex: <https://example.org/def#> .\n<urn:x:t> ex:name {value} .")
    (result,) = results("--lang", "en")
    assert (result["rule"], result["line"]) == ("A01", 2)
    assert words in result["message"].replace("urn:x:a,", "<urn:x:a>,").replace(" urn:x:b", " <urn:x:b>")


def test_a_class_that_is_a_shape_and_a_target_by_condition_are_targets(site, results):
    shapes = SHAPES.partition("rule:A01 ")[0]
    shapes += "ex:Thing a sh:ShapeClass ; sh:property [ sh:path ex:above ; sh:minCount 1 ] .\n"
    shapes += "rule:A02 sh:targetWhere [ sh:property [ sh:path ex:name ; sh:minCount 1 ] ] ; sh:nodeKind sh:BlankNode ."
    (site / "shapes/rules.ttl").write_text(shapes)
    assert sorted(result["rule"] for result in results()) == ["A02", "Thing"]


def test_terms_of_shacl_1_2_without_an_effect_are_noted(site, check):
    shapes = SHAPES + 'rule:A01 sh:intent "names" ; sh:codeIdentifier "thing" .'
    (site / "shapes/rules.ttl").write_text(shapes)
    status, output = check("--format", "json")
    assert status == 0
    assert {(r["rule"], r["severity"]) for r in json.loads(output)["results"]} == {("gate-unknown-term", "Info")}


DCAT_AP = SHARED / "shapes/dcat/dcat-ap-3.0.1/shacl/dcat-ap-SHACL.ttl"
CATALOGUE = """\
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix : <https://example.org/id/> .
:cat a dcat:Catalog ; dct:title "C"@en ; dcat:dataset :d1 , :d2 .
:d1 a dcat:Dataset ; dct:title "D" ; dcat:distribution :x ; dct:issued "soon" ; dcat:contactPoint "me" .
:d2 a dcat:Dataset ; dct:publisher [ a foaf:Agent ] .
:x a dcat:Distribution ; dcat:byteSize "big" ; dct:license "CC" .
"""


@pytest.mark.skipif(not DCAT_AP.exists(), reason="the shapes of DCAT-AP lie beside the repository")
def test_the_shapes_of_dcat_ap_give_the_same_results_with_both_engines(site):
    (site / "shapes/rules.ttl").write_bytes(DCAT_AP.read_bytes())
    (site / "data/things.ttl").write_text(CATALOGUE)
    messages = Messages("check", "en")
    files = [parsed(source, messages) for source in collect(config.load(site))]
    shapes = ShapesGraph(quad for file in files if file.source.kind == "shapes" for quad in file.quads)
    texts = [file.ntriples for file in files if file.source.kind != "shapes"]
    first, second = (
        {(result.focus, result.path, result.value, result.component) for result in validate(texts, shapes, engine)}
        for engine in ENGINES
    )
    assert first == second
    assert len(first) > 8
