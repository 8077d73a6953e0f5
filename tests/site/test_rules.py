"""The rules: each is complete, each is broken by a file of its own, and nothing else is."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Store
from tests.site.broken import FOLDER, ROOT, Broken, broken_files, checked, mended

SHAPES = "https://w3id.org/ekograph/shapes#"
SH = "http://www.w3.org/ns/shacl#"
COMMENT = "http://www.w3.org/2000/01/rdf-schema#comment"
RULES = {
    f"{group}{number:02}"
    for group, last in {"A": 10, "B": 14, "C": 8, "D": 14, "E": 10, "F": 7, "G": 12}.items()
    for number in range(1, last + 1)
}

FILES = broken_files()
every_file = pytest.mark.parametrize("broken", FILES, ids=lambda each: each.path.stem)


@pytest.fixture(scope="module")
def shapes() -> Store:
    store = Store()
    for path in sorted((ROOT / "shapes").glob("*.ttl")):
        store.load(path=path, format=RdfFormat.TURTLE)
    return store


def texts(shapes: Store, subject: NamedNode, predicate: str) -> dict[str, str]:
    """The texts of one property by language; more than one in a language is none."""
    found = defaultdict(list)
    for quad in shapes.quads_for_pattern(subject, NamedNode(predicate), None):
        assert isinstance(quad.object, Literal)
        found[quad.object.language].append(quad.object.value)
    return {language: values[0] for language, values in found.items() if len(values) == 1}


def rule_shapes(shapes: Store) -> set[NamedNode]:
    """The named nodes of the shapes graph whose names begin with the id of a rule."""
    nodes = {quad.subject for quad in shapes if isinstance(quad.subject, NamedNode)}
    return {each for each in nodes if re.fullmatch(re.escape(SHAPES) + r"[A-G]\d\d(-[a-z]+)?", each.value)}


def test_the_shapes_state_the_rules_and_no_other(shapes):
    assert {each.value.removeprefix(SHAPES)[:3] for each in rule_shapes(shapes)} == RULES
    assert len(RULES) == 75


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_has_a_name_and_a_reason_in_three_languages(rule, shapes):
    shape = NamedNode(SHAPES + rule)
    assert set(texts(shapes, shape, f"{SH}name")) == {"fi", "sv", "en"}
    assert set(texts(shapes, shape, COMMENT)) == {"fi", "sv", "en"}


def test_every_shape_says_in_three_languages_what_to_do(shapes):
    mends = {quad.subject for quad in shapes.quads_for_pattern(None, NamedNode(f"{SH}update"), None)}
    for shape in rule_shapes(shapes) - mends:
        asked = shapes.quads_for_pattern(shape, NamedNode(f"{SH}sparql"), None)
        for speaking in [quad.object for quad in asked] or [shape]:
            messages = texts(shapes, speaking, f"{SH}message")
            assert set(messages) == {"fi", "sv", "en"}, speaking
            assert len({frozenset(re.findall(r"{\?\w+}", each)) for each in messages.values()}) == 1, speaking


def test_every_placeholder_of_a_message_is_a_variable_of_its_query(shapes):
    for quad in shapes.quads_for_pattern(None, NamedNode(f"{SH}select"), None):
        projected = set(re.findall(r"\?\w+", quad.object.value.partition("WHERE")[0]))
        for message in texts(shapes, quad.subject, f"{SH}message").values():
            assert set(re.findall(r"{(\?\w+)}", message)) <= projected, quad.subject


def test_no_result_can_come_from_a_shape_without_a_name(shapes):
    for predicate in ("property", "sparql"):
        for quad in shapes.quads_for_pattern(None, NamedNode(SH + predicate), None):
            inside = isinstance(quad.subject, BlankNode)
            assert inside or isinstance(quad.object, NamedNode), quad


def test_every_rule_is_broken_by_a_file():
    assert {each.rule for each in FILES} == RULES


@every_file
def test_a_broken_file_breaks_its_rule_and_names_the_offender(broken: Broken):
    results = checked(broken.path).findings
    assert any(each.rule == broken.rule and broken.names(each.focus_node) for each in results)
    assert {each.rule for each in results} == {broken.rule} | broken.also


@every_file
def test_a_broken_file_without_its_fault_conforms(broken: Broken):
    text = broken.path.read_text()
    report = checked(broken.path, mended(text))
    assert mended(text) != text
    assert report.conforms, report.findings


@pytest.mark.long
def test_every_result_of_a_broken_file_lies_in_it_and_says_what_to_do():
    for broken in FILES:
        for each in checked(broken.path).findings:
            inside = each.path == f"tests/site/rules/{broken.path.name}" or broken.rule == "G11"
            assert inside, each
            assert each.message, each
            assert "{?" not in each.message, each


def test_the_real_data_conforms():
    assert checked(ROOT / "data").findings == ()


def test_the_files_say_in_words_what_is_wrong():
    for path in sorted(FOLDER.glob("*.ttl")):
        words = path.read_text().splitlines()[1]
        assert re.fullmatch(r"# (?!mend:)\S.*[.]", words), path.name
