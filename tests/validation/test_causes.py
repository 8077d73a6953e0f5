"""One finding of a slip for people who read the report; the others are named under it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from ekograph.cli.options import group

SHAPES = """\
@prefix ex: <https://example.org/> .
@prefix rule: <https://example.org/shapes#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
rule:K1 a sh:NodeShape ; sh:targetClass ex:Tree ; sh:property rule:K2 , rule:S1 , rule:N1 .
rule:K2 a sh:PropertyShape ; sh:path ex:species ; sh:class ex:Species .
rule:S1 a sh:PropertyShape ; sh:path ex:species ; sh:nodeKind sh:IRI ; sh:in ( ex:oak ex:elm ) .
rule:N1 a sh:PropertyShape ; sh:path ex:name ; sh:minCount 1 .
"""
ONTOLOGY = """\
@prefix ex: <https://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:species rdfs:isDefinedBy ex: . ex:name rdfs:isDefinedBy ex: . ex:Tree rdfs:isDefinedBy ex: .
ex:Species rdfs:isDefinedBy ex: .
"""
DATA = """\
@prefix ex: <https://example.org/> .
ex:oak a ex:Species . ex:elm a ex:Species .
ex:one a ex:Tree ; ex:name "One" ;
    ex:species ex:oak .
ex:two a ex:Tree ; ex:name "Two" ;
    ex:species ex:elm .
"""


@pytest.fixture
def site(tmp_path):
    for name, text in (("data", DATA), ("shapes", SHAPES), ("ontology", ONTOLOGY)):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.ttl").write_text(text)
    return tmp_path


def findings(site, old, new, form="text"):
    path = site / "data/data.ttl"
    assert old in DATA
    path.write_text(DATA.replace(old, new))
    output = CliRunner().invoke(group, ["--site", str(site), "check", "--lang", "en", "--format", form]).stdout
    if form == "json":
        return [finding["rule"] for finding in json.loads(output)["results"]]
    return [line.split(": ", 1) for line in output.splitlines() if ": [" in line]


def test_two_rules_that_one_link_breaks_are_one_finding_for_people_and_two_for_programs(site):
    slip = ("ex:species ex:oak", "ex:species ex:ok")
    ((place, words),) = findings(site, *slip)
    assert place.endswith("data.ttl:4:16")
    assert "1 more finding follows from it" in words
    assert {"K2", "S1"} == {rule for rule in ("K2", "S1", "N1") if rule in words}
    assert sorted(findings(site, *slip, form="json")) == ["K2", "S1"]


def test_what_goes_with_the_mend_of_a_misspelt_name_follows_from_it_wherever_it_stands(site):
    (site / "shapes/closed.ttl").write_text(
        SHAPES.split("rule:K1", maxsplit=1)[0]
        + "rule:C1 a sh:NodeShape ; sh:targetClass ex:Tree ; sh:closed true ; sh:ignoredProperties "
        "( <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ex:species ex:name ) ."
    )
    ((place, words),) = findings(site, 'ex:name "One"', 'ex:nmae "One"')
    assert place.endswith("data.ttl:3:20")
    assert words.endswith("Did you mean ex:name? 1 more finding follows from it (N1).")


def test_two_slips_are_two_findings(site):
    data = 'ex:name "One" ;\n    ex:species ex:oak .\nex:two a ex:Tree ; ex:name "Two"'
    slips = 'ex:label "One" ;\n    ex:species ex:oak .\nex:two a ex:Tree ; ex:label "Two"'
    assert [place.split(":", 1)[1] for place, _ in findings(site, data, slips)] == ["3:1", "5:1"]


@pytest.mark.parametrize("wrong", ["http://example.org/", "https://exmple.org/", "https://example.org"])
def test_a_namespace_that_differs_by_a_slip_from_that_of_other_files_is_the_cause_of_all_that_follows(site, wrong):
    ((place, words),) = findings(site, "<https://example.org/>", f"<{wrong}>")
    assert place.endswith("data.ttl:1:13")
    assert f"<{wrong}> here and for <https://example.org/> elsewhere" in words
    run = CliRunner().invoke(group, ["--site", str(site), "check", "--fix"])
    assert (run.exit_code, (site / "data/data.ttl").read_text()) == (0, DATA)


def test_a_well_known_namespace_with_a_slip_is_told_where_no_other_file_has_it(site):
    slip = (
        "@prefix dct: <http://purl.org/dc/elements/1.1/> .\n@prefix skos: <http://www.w3.org/2004/02/skos/cores#> .\n"
    )
    added = f"{slip}ex:one skos:prefLabel 'One' . ex:two dct:title 'Two' . ex:oak"
    ((place, words),) = findings(site, "\nex:oak", f"\n{added}")
    assert place.endswith("data.ttl:3:15")
    assert "<http://www.w3.org/2004/02/skos/core#>" in words


@pytest.mark.parametrize(
    ("prefix", "one", "other"),
    [
        ("", "https://example.org/vocabulary/trees-a#", "https://example.org/vocabulary/trees-b#"),
        ("ns1", "https://example.org/vocabulary/trees#", "https://example.org/vocabulary/treks#"),
        ("year", "https://example.org/vocabulary/2019/", "https://example.org/vocabulary/2020/"),
    ],
)
def test_namespaces_that_look_alike_and_are_meant_are_no_slips(site, prefix, one, other):
    for name, namespace in (("a", one), ("b", other), ("c", other)):
        text = f"@prefix {prefix}: <{namespace}> .\n{prefix}:{name} a <https://example.org/Species> .\n"
        (site / f"data/{name}.ttl").write_text(text)
    assert not findings(site, "", "")


def test_both_namespaces_of_schema_org_are_right(site):
    added = "@prefix schema: <http://schema.org/> . ex:one schema:name 'One' . ex:oak"
    assert not findings(site, "\nex:oak", f"\n{added}")


def test_a_slip_in_the_name_of_what_is_described_is_told_there_and_not_at_every_link(site):
    (site / "shapes/species.ttl").write_text(SHAPES.split("rule:S1 a", maxsplit=1)[0].replace(", rule:S1 ,", ","))
    (site / "shapes/shapes.ttl").unlink()
    links = "ex:three a ex:Tree ; ex:species ex:maple .\nex:four a ex:Tree ; ex:species ex:maple .\n"
    ((place, words),) = findings(site, "\nex:oak", f"\n{links}ex:mapel a ex:Species .\nex:oak")
    assert place.endswith("data.ttl:4:1")
    assert "follow from it (K2)" in words


def test_what_goes_if_a_link_leads_where_its_neighbours_lead_follows_from_it(site):
    rules = SHAPES.replace("rule:N1 .", "rule:N1 , rule:G1 .", 1)
    (site / "shapes/shapes.ttl").write_text(
        f"{rules}rule:G1 a sh:PropertyShape ; sh:path ( ex:species ex:name ) ; sh:minCount 1 .\n"
    )
    data = DATA.replace("ex:oak a ex:Species . ex:elm a ex:Species .", "ex:oak a ex:Species ; ex:name 'Oak' .")
    (site / "data/more.ttl").write_text("@prefix ex: <https://example.org/> .\nex:elm a ex:Species ; ex:name 'Elm' .\n")
    ((place, words),) = findings(site, DATA, data.replace("ex:species ex:oak", "ex:species ex:weeping-beech"))
    assert place.endswith("data.ttl:4:16")
    assert "(G1, " in words


def test_two_names_of_one_thing_that_differ_by_a_letter_are_one_finding(site):
    (site / "shapes/typed.ttl").write_text(
        SHAPES.split("rule:K1", maxsplit=1)[0]
        + "rule:T1 a sh:NodeShape ; sh:targetSubjectsOf ex:name ; sh:property [ sh:path"
        " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ; sh:minCount 1 ] ."
    )
    (site / "data/names.ttl").write_text("@prefix ex: <https://example.org/> .\nex:three ex:name 'Three' .\n")
    text = "ex:thre a ex:Tree ; ex:species ex:oak ."
    ((place, words),) = findings(site, "\nex:oak", f"\n{text}\nex:oak")
    assert place.endswith(":2:1")
    assert ("[T1]" in words, "(N1)" in words) == (True, True) or ("[N1]" in words, "(T1)" in words) == (True, True)


@pytest.mark.parametrize("new", ["a.ttl", "z.ttl"])
def test_a_second_label_is_told_where_it_is_new_with_the_place_of_the_other(site, new):
    shapes = "rule:U1 a sh:PropertyShape ; sh:targetClass ex:Tree ; sh:path ex:name ; sh:uniqueLang true ."
    (site / "shapes/unique.ttl").write_text(SHAPES.split("rule:K1", maxsplit=1)[0] + shapes)
    (site / "ekograph.toml").write_text('base = "https://example.org/"\nlanguages = ["en"]\n')
    text = DATA.replace('"One"', '"One"@en')
    (site / "data/data.ttl").write_text(text)
    published = CliRunner().invoke(group, ["--site", str(site), "publish"])
    assert published.exit_code == 0, published.output
    (site / "data" / new).write_text('@prefix ex: <https://example.org/> .\nex:one ex:name "First"@en , "Eins"@de .\n')
    output = CliRunner().invoke(group, ["--site", str(site), "check", "--lang", "en"]).stdout
    (line,) = (line for line in output.splitlines() if "[U1]" in line)
    assert line.startswith(f"{site}/data/{new}:2:16: ")
    assert line.endswith(f"The same again: {site}/data/data.ttl:3:28.")
