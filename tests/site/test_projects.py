"""Projects checked against the programme and the agreements: what fits, what does not, and in which words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from tests.conftest import ROOT, ekograph

from ekograph.config import load
from ekograph.i18n import LANGUAGES
from ekograph.rdf import formats
from ekograph.validation import descriptions
from ekograph.validation.descriptions import CSV, DescriptionCheck
from ekograph.validation.rules import rules
from ekograph.validation.shacl.engine import validate
from ekograph.validation.shacl.shapes import ShapesGraph

FOLDER = ROOT / "descriptions/projects"
COLUMNS = ("name", "town", "priority", "programme", "start", "end", "amount", "applicant", "business_id")
GOOD = {
    "name": "Keksitty hanke",
    "town": "Lahti",
    "priority": "LAHTI.1.2",
    "programme": "alue- ja rakennepolitiikan ohjelma",
    "start": "2025-01-01",
    "end": "2026-12-31",
    "amount": "240000",
    "applicant": "Keksitty ry",
}


@pytest.fixture(scope="module")
def check() -> DescriptionCheck:
    published = [
        quad
        for path in sorted([*ROOT.glob("ontology/*.ttl"), *ROOT.glob("data/*.ttl")])
        for quad in parse(path=path, format=RdfFormat.TURTLE)
    ]
    return descriptions.read(load(ROOT), "projects", published, {"eko": "https://w3id.org/ekograph/def#"})


def table(**cells: str) -> bytes:
    """A table of one good project, but for these cells."""
    row = {**GOOD, **cells}
    return "\n".join([";".join(COLUMNS), ";".join(row.get(name, "") for name in COLUMNS)]).encode()


def outcome(check: DescriptionCheck, **cells: str) -> tuple[str, list[str]]:
    """The verdict on such a project, and the rules that it does not keep."""
    (one,) = check.assess(table(**cells), CSV, "en").descriptions
    return one.verdict, sorted({finding.rule for finding in one.findings if finding.severity != "Info"})


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"town": "Lahtis"},
        {"town": "lahti"},
        {"town": "398"},
        {"town": "https://w3id.org/ekograph/id/place/lahti"},
        {"priority": "Lahden materiaalikiertojen keskus sekä tutkimus- ja koulutusalusta"},
        {"priority": "https://w3id.org/ekograph/id/priority/lahti/materiaalikiertojen-keskus"},
        {"programme": "EU regional and structural policy programme"},
        {"programme": "Uudistuva ja osaava Suomi 2021–2027"},
        {"start": "1.3.2025", "end": "31.12.2027"},
        {"start": "2025", "end": "2027"},
        {"start": "2025-03", "end": "2027-12"},
        {"amount": "180 000,50"},
        {"amount": "1"},
        {"business_id": "0201256-6"},
        {"town": "Imatra", "priority": "LPR.1.2.2"},
        {"town": "Vantaa", "priority": "PKS.1"},
    ],
    ids=str,
)
def test_a_project_that_fits_is_told_the_priority_and_who_funds_it(check, cells):
    (one,) = check.assess(table(**cells), CSV, "en").descriptions
    assert (one.verdict, [finding.rule for finding in one.findings]) == ("fits", ["P15"])
    assert "Regional Council" in one.findings[0].message


@pytest.mark.parametrize(
    ("cells", "broken"),
    [
        ({"name": ""}, ["P01"]),
        ({"town": ""}, ["P02"]),
        ({"town": "Heinola"}, ["P03"]),
        ({"town": "https://w3id.org/ekograph/id/place/lahtiii"}, ["P03"]),
        ({"priority": ""}, ["P05"]),
        ({"priority": "LAHTI.9"}, ["P06"]),
        ({"priority": "TURKU.1.1"}, ["P07"]),
        ({"priority": "LAHTI.1"}, ["P08"]),
        ({"priority": "LPR.2"}, ["P07", "P08"]),
        ({"programme": ""}, ["P09"]),
        ({"programme": "Jokin muu ohjelma"}, ["P09"]),
        ({"start": ""}, ["P10"]),
        ({"end": "2026-02-30"}, ["P10"]),
        ({"start": "keväällä"}, ["P10"]),
        ({"start": "2020-12-31"}, ["P11"]),
        ({"end": "2028"}, ["P11"]),
        ({"start": "2026", "end": "2025"}, ["P11"]),
        ({"amount": ""}, ["P12"]),
        ({"amount": "0"}, ["P12"]),
        ({"amount": "paljon"}, ["P12"]),
        ({"applicant": ""}, ["P13"]),
        ({"business_id": "123"}, ["P14"]),
    ],
    ids=str,
)
def test_a_project_that_does_not_fit_is_told_why(check, cells, broken):
    assert outcome(check, **cells) == ("fails", broken)


@pytest.mark.parametrize("town", ["Kuopio", "Tampere", "Sotkamo"])
def test_a_town_whose_agreement_is_not_described_here_leaves_the_question_open(check, town):
    assert outcome(check, town=town, priority="") == ("open", ["P04"])


def test_the_three_formats_give_the_same(check):
    names = ("example.csv", "example.ttl", "example.jsonld")
    outcomes = []
    for name in names:
        text = (FOLDER / name).read_bytes()
        result = check.assess(text, descriptions.form_of(text, file_name=name), "en")
        assert not result.faults
        outcomes.append(
            [(one.name, one.verdict, [(f.rule, f.message) for f in one.findings]) for one in result.descriptions]
        )
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][:1] == outcomes[2]
    assert [verdict for _, verdict, _ in outcomes[0]] == ["fits", "fails"]


def test_the_projects_of_the_examples_are_marked_as_invented():
    for path in FOLDER.glob("example.*"):
        text = path.read_text(encoding="utf-8")
        titles = re.findall(r"Keksitty esimerkki \d", text)
        assert titles, path
        assert len(titles) == len(re.findall(r"eko:Project|(?m:^Keksitty)", text)), path


def test_messages_are_in_the_language_that_is_asked_for_and_one_sentence_each(check):
    for language in LANGUAGES:
        text = table(priority="TURKU.1.1", end="2028", amount="")
        (one,) = check.assess(text, CSV, language).descriptions
        assert {finding.language for finding in one.findings} == {language}
        for finding in one.findings:
            assert finding.message.endswith(".")
            assert "{?" not in finding.message


def test_what_is_published_cannot_be_talked_away(check):
    text = (FOLDER / "example.ttl").read_text(encoding="utf-8")
    text += "<priority/lappeenranta/vihrea-vety> skos:inScheme <agreement/turku> .\n"
    result = check.assess(text.encode(), formats.TURTLE, "en")
    assert "P07" in {finding.rule for one in result.descriptions for finding in one.findings}


@pytest.mark.parametrize(
    ("text", "form", "line"),
    [
        (b"name;town;budget\na;b;c\n", CSV, 1),
        (b"name;name\na;b\n", CSV, 1),
        (b"name;town\na;b;c\n", CSV, 2),
        (b"name\n\xe4\n", CSV, 1),
        (b'name;town\n"a;b\n', CSV, 1),
        (b"", CSV, 1),
        (b"<a", formats.TURTLE, 1),
        (b"<https://example.org/a> a <https://example.org/b> .", formats.TURTLE, 1),
        (b"{", formats.JSON_LD, 1),
    ],
)
def test_what_cannot_be_read_is_told_at_its_place(check, text, form, line):
    result = check.assess(text, form, "en")
    assert result.descriptions == ()
    assert [finding.line for finding in result.faults] == [line]
    assert result.faults[0].message


def test_the_command_tells_it_in_words_and_in_json():
    done = ekograph("check", "--projects", str(FOLDER / "example.csv"), "--lang", "fi")
    assert done.returncode == 1
    assert "example.csv:2: Keksitty esimerkki 1: kierrätysmateriaalien testaus: sopii" in done.stdout
    assert "example.csv:3: Keksitty esimerkki 2: vedyn tuotannon kokeilu: ei sovi" in done.stdout
    done = ekograph("check", "--projects", str(FOLDER / "example.jsonld"), "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["conforms"]


def test_every_rule_on_projects_is_named_and_speaks_in_three_languages():
    graph = ShapesGraph(parse(path=FOLDER / "shapes.ttl", format=RdfFormat.TURTLE))
    stated = [rule for rule in rules(graph) if rule.messages]
    assert [rule.id for rule in stated] == [f"P{number:02}" for number in range(1, 16)]
    for rule in stated:
        assert set(rule.name) == set(rule.reason) == set(LANGUAGES)
        assert all(set(message) == set(LANGUAGES) for message in rule.messages)
    title, lead, told = descriptions.about(load(ROOT), "projects")
    assert set(title) == set(lead) == set(LANGUAGES)
    assert len(told) == len(stated)
    assert not graph.unreadable_queries


@pytest.mark.parametrize(
    "cells",
    [{}, {"priority": "TURKU.1.1", "end": "2028"}, {"town": "Kuopio"}, {"amount": "", "priority": "LAHTI.1"}],
    ids=str,
)
def test_both_engines_find_the_same(check, cells):
    file = check._table(descriptions.Source(Path("a.csv"), "a.csv", "data", "urn:x", CSV, table(**cells)), None)
    graph = ShapesGraph(parse(check.shapes, RdfFormat.N_TRIPLES))
    data = [check.known.encode(), file.ntriples]
    found = [
        sorted((result.rule, str(result.focus)) for result in validate(data, graph, engine))
        for engine in ("shacl", "pyshacl")
    ]
    assert found[0] == found[1]


def test_the_classes_and_properties_of_a_project_are_in_the_ontology():
    defined = {quad.subject for quad in parse(path=ROOT / "ontology/ekograph.ttl", format=RdfFormat.TURTLE)}
    for name in ("Project", "priority", "programme", "fundingAmount", "applicant"):
        assert NamedNode(f"https://w3id.org/ekograph/def#{name}") in defined
