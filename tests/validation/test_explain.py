"""ekograph explain: rules in words, their examples, and the page made of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.conftest import ROOT
from tests.validation.conftest import SHAPES

import ekograph
from ekograph import config
from ekograph.cli.options import group
from ekograph.i18n import LANGUAGES
from ekograph.validation import rules
from ekograph.validation.parsing import finding_in
from ekograph.validation.report import Finding
from ekograph.validation.reporters import explain as explain_module
from ekograph.validation.term_faults import TermFault

RULES = {each.id: each for each in rules.of_site(config.load(ROOT))}
OF_SHAPES = sorted(set(RULES) - set(rules.GATE_RULES))


def explain(*arguments: str, site: Path = ROOT) -> tuple[int, str]:
    result = CliRunner().invoke(group, ["--site", str(site), "explain", *arguments])
    return result.exit_code, result.output


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_name_and_a_reason_in_three_languages(rule):
    assert set(LANGUAGES) <= set(RULES[rule].name)
    assert set(LANGUAGES) <= set(RULES[rule].reason)
    assert all(set(texts) == set(LANGUAGES) for texts in RULES[rule].messages)


def plain(text: str) -> str:
    return " ".join(text.split())


def proof(rule: str) -> list[tuple[set[str], set[str], str]]:
    """Fault lines, mend lines and text of each file that a test shows to break this rule alone."""
    found = []
    for path in sorted((ROOT / "tests/site/rules").glob(f"{rule}-*.ttl")):
        text = path.read_text()
        faults = {plain(line) for line in re.findall(r"^(.*) # fault$", text, re.MULTILINE)}
        mends = {plain(line) for line in re.findall(r"^# mend: (.*)$", text, re.MULTILINE)}
        found.append((faults, mends, plain(text)))
    return found


@pytest.mark.parametrize("rule", OF_SHAPES)
def test_every_example_is_a_fault_that_a_test_has_shown_to_break_the_rule(rule):
    lines = RULES[rule].example.splitlines()
    broken = {plain(line[1:]) for line in lines if line.startswith("-")}
    mended = {plain(line[1:]) for line in lines if line.startswith("+")}
    context = [plain(line) for line in lines if line.startswith(" ")]
    assert broken or mended
    assert any(
        broken <= faults and (broken or mended <= mends) and all(line in text for line in context)
        for faults, mends, text in proof(rule)
    )


def test_a_rule_is_told_in_three_languages_that_of_the_reader_first():
    status, output = explain("B06")
    assert status == 0
    assert [output.index(f"B06  {name}") for name in ("cycle", "kehä", "cirkel")] == sorted(
        output.index(f"B06  {name}") for name in ("cycle", "kehä", "cirkel")
    )


@pytest.mark.parametrize(
    ("language", "there", "not_there"), [("fi", "kehä", "cycle"), ("sv", "cirkel", "kehä"), ("en", "cycle", "cirkel")]
)
def test_a_rule_is_told_in_the_language_asked_for_alone(language, there, not_there):
    _, output = explain("b06", "--lang", language)
    assert f"B06  {there}" in output
    assert f"B06  {not_there}" not in output


def test_the_example_shows_the_fault_and_the_mend():
    _, output = explain("B06", "--lang", "en")
    assert output.endswith(
        "    <priority/lahti/rakentaminen>\n"
        "  -     skos:broader <priority/lahti/rakentaminen> ;\n"
        "  +     skos:broader <priority/lahti/kiertotalous> ;\n"
    )


def test_without_a_rule_all_are_listed():
    _, output = explain()
    listed = [line.split()[0] for line in output.splitlines() if line][:-1]
    assert listed == list(RULES)
    assert len(OF_SHAPES) >= 70


@pytest.mark.parametrize("rule", ["B66", "nothing like it"])
def test_an_unknown_rule_is_told_with_status_2(rule):
    status, output = explain(rule)
    assert status == 2
    assert rule in output
    assert output.count("\n") == 1


def test_the_page_of_rules_is_up_to_date():
    assert (ROOT / "docs/rules.md").read_text() == explain_module.page(list(RULES.values())), (
        "run: ekograph explain --markdown > docs/rules.md"
    )


def test_every_rule_that_the_check_has_of_its_own_is_explained():
    calls = "|".join(made.__name__ for made in (TermFault, Finding, finding_in))
    code = "".join(path.read_text(encoding="utf-8") for path in Path(ekograph.__file__).parent.rglob("*.py"))
    used = set(re.findall(rf"\b(?:{calls})\(\s*(?:source, )?\"([a-z-]+)\"", code))
    assert used == set(rules.GATE_RULES)


def test_shapes_of_another_site_are_explained_as_far_as_they_speak(site):
    (site / "shapes/rules.ttl").write_text(SHAPES)
    status, output = explain("A01", "--lang", "sv", site=site)
    assert (status, output) == (0, "A01  Ge ett namn.\n")
