"""`ekograph check --fix`: what has one right answer is mended, proven by a check, and nothing else is touched."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from ekograph.cli.options import group

SHAPES = """\
@prefix dash: <http://datashapes.org/dash#> .
@prefix ex: <https://example.org/> .
@prefix rule: <https://example.org/shapes#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
rule:C1 a sh:NodeShape ; sh:targetClass ex:Tree ; sh:closed true ;
    sh:ignoredProperties ( <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ) ;
    sh:property rule:L1 , rule:W1 , rule:H1 , rule:D1 , rule:V1 .
rule:L1 a sh:PropertyShape ; sh:path ex:label ; sh:languageIn ( "en" "fi" ) .
rule:W1 a sh:PropertyShape ; sh:path ex:label ; sh:pattern "^[^ ](.*[^ ])?$" .
rule:H1 a sh:PropertyShape ; sh:path ex:height ; sh:maxCount 1 .
rule:V1 a sh:PropertyShape ; sh:path ex:elevation ; sh:maxCount 1 .
rule:D1 a sh:PropertyShape ; sh:path ex:double ; sh:minCount 0 .
rule:E1 a sh:NodeShape ; sh:targetClass ex:Tree ; sh:sparql rule:E1-query ; dash:suggestionGenerator rule:E1-mend .
rule:E1-query a sh:SPARQLConstraint ; sh:message "Not twice the height."@en ;
    sh:select '''SELECT $this ?value WHERE { $this <https://example.org/double> ?value ; <https://example.org/height> ?h
        FILTER(?value != 2 * ?h) }''' .
rule:E1-mend a dash:SPARQLUpdateSuggestionGenerator ; sh:update '''UPDATE''' .
"""
UPDATE = """
    DELETE { $focusNode <https://example.org/double> ?old } INSERT { $focusNode <https://example.org/double> ?new }
    WHERE { $focusNode <https://example.org/double> ?old ; <https://example.org/height> ?h BIND(2 * ?h AS ?new) }"""
ONTOLOGY = """\
@prefix ex: <https://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:label rdfs:isDefinedBy ex: . ex:height rdfs:isDefinedBy ex: . ex:double rdfs:isDefinedBy ex: .
ex:elevation rdfs:isDefinedBy ex: .
ex:Tree rdfs:isDefinedBy ex: .
"""
RIGHT = """\
@prefix ex: <https://example.org/> .

# The oak.
ex:oak a ex:Tree ; ex:label "oak"@en ; ex:height 3 ; ex:double 6 . # here
ex:elm a ex:Tree ; ex:label "elm"@en ; ex:height 2 ; ex:elevation 9 .
"""


@pytest.fixture
def site(tmp_path):
    for name, text in (("data", RIGHT), ("shapes", SHAPES.replace("UPDATE", UPDATE)), ("ontology", ONTOLOGY)):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.ttl").write_text(text)
    return tmp_path


def run(site, *arguments, **more):
    return CliRunner().invoke(group, ["--site", str(site), "check", "--lang", "en", *arguments], **more)


def test_what_is_right_stays_as_it_is(site):
    assert run(site, "--fix").exit_code == 0
    assert (site / "data/data.ttl").read_text() == RIGHT


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('ex:label "oak"', 'ex:lable "oak"'),
        ('ex:label "oak"', 'ex:Label "oak"'),
        ('ex:label "oak"', '<http://example.org/label> "oak"'),
        ('"oak"@en', '"oak"'),
        ('"oak"@en', '" oak  "@en'),
        ('"oak"@en', '"oak "'),
        ('"oak"@en', "'''oak '''@en"),
        ("ex:double 6", "ex:double 7"),
        ("@prefix ex:", "@prefix gone: <urn:gone:> .\n@prefix ex:"),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_slip_with_one_right_answer_is_mended_at_its_place(site, old, new, ends):
    wrong = RIGHT.replace(old, new)
    (site / "data/data.ttl").write_bytes(wrong.replace("\n", ends).encode("utf-8-sig"))
    result = run(site, "--fix")
    assert result.exit_code == 0, result.output
    expected = RIGHT.replace('"oak"', "'''oak'''") if "'''" in new else RIGHT
    after = (site / "data/data.ttl").read_bytes().decode("utf-8-sig")
    expected = expected.replace("ex:label", "<https://example.org/label>", 1) if "<http:" in new else expected
    assert after.replace("<https://example.org/label>", "ex:label") == expected.replace(
        "<https://example.org/label>", "ex:label"
    ).replace("\n", ends)
    assert (site / "data/data.ttl").read_bytes().startswith(b"\xef\xbb\xbf")


def test_many_slips_are_mended_together_and_what_is_left_is_told(site):
    wrong = (
        RIGHT.replace("ex:double 6", "ex:double 7").replace('"elm"@en', '"elm "@en').replace("height 2", "height 2, 3")
    )
    (site / "data/data.ttl").write_text(wrong)
    result = run(site, "--fix")
    assert result.exit_code == 1
    assert (site / "data/data.ttl").read_text() == RIGHT.replace("height 2", "height 2, 3")
    assert "[H1]" in result.output
    assert "1 fault" in result.output


def test_the_difference_is_shown_and_nothing_written(site):
    wrong = RIGHT.replace("ex:double 6", "ex:double 7")
    (site / "data/data.ttl").write_text(wrong)
    result = run(site, "--diff")
    assert result.exit_code == 1
    assert "+ex:oak a ex:Tree" in result.output
    assert (site / "data/data.ttl").read_text() == wrong


@pytest.mark.parametrize(("answer", "mended"), [("y", True), ("n", False)])
def test_what_could_be_meant_otherwise_is_asked_about(site, answer, mended):
    wrong = RIGHT.replace("ex:elevation", "ex:elefatien")
    (site / "data/data.ttl").write_text(wrong)
    assert run(site, "--fix").exit_code == 1
    assert (site / "data/data.ttl").read_text() == wrong
    result = run(site, "--fix", "--unsafe", input=answer)
    assert "Mend it so?" in result.output
    assert (site / "data/data.ttl").read_text() == (RIGHT if mended else wrong)


@pytest.mark.parametrize(
    "update", ["LOAD <http://127.0.0.1:9/x>", "INSERT { ?s ?p ?o } WHERE { SERVICE <urn:x> { ?s ?p ?o } }"]
)
def test_a_rule_whose_mend_would_read_what_lies_elsewhere_has_none(site, update):
    (site / "shapes/shapes.ttl").write_text(SHAPES.replace("UPDATE", update))
    wrong = RIGHT.replace("ex:double 6", "ex:double 7")
    (site / "data/data.ttl").write_text(wrong)
    assert run(site, "--fix").exit_code == 1
    assert (site / "data/data.ttl").read_text() == wrong


def test_sarif_has_the_mends_beside_their_findings(site):
    (site / "data/data.ttl").write_text(RIGHT.replace("ex:double 6", "ex:double 7"))
    (result,) = json.loads(run(site, "--format", "sarif").output)["runs"][0]["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    (replacement,) = change["replacements"]
    region = {"startLine": 4, "startColumn": 64, "endLine": 4, "endColumn": 65}
    assert replacement == {"deletedRegion": region, "insertedContent": {"text": "6"}}
    assert change["artifactLocation"]["uri"].endswith("data/data.ttl")


def test_a_file_that_cannot_be_read_is_left_alone(site):
    (site / "data/data.ttl").write_text(RIGHT.replace('"oak"@en', '"oak@en'))
    result = run(site, "--fix")
    assert result.exit_code == 1
    assert '"oak@en' in (site / "data/data.ttl").read_text()


def test_a_file_with_a_prefix_that_is_not_declared_is_left_alone(site):
    path = site / "data" / "trees.ttl"
    path.write_text(RIGHT.replace("ex:elm", "exx:elm"), encoding="utf-8")
    assert "exx:" in run(site, "--fix").output
    assert path.read_text(encoding="utf-8") == RIGHT.replace("ex:elm", "exx:elm")
