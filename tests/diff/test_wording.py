"""Changes in words: the thing, the property, from what to what, in three languages, for any vocabulary."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from ekograph.diff import compare, report, words
from ekograph.rdf.dataset import Dataset

_HEAD = """
@base <https://example.org/id/> .
@prefix : <https://example.org/def#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:Line rdfs:label "linja"@fi , "linje"@sv , "line"@en .
:phone rdfs:label "puhelin"@fi , "telefon"@sv , "phone"@en .
<lahti> a skos:ConceptScheme ; skos:prefLabel "Lahti"@fi , "Lahtis"@sv , "Lahti"@en .
<top> a :Line , skos:Concept ; skos:inScheme <lahti> ; skos:notation "L.1" ; skos:prefLabel "Top"@en .
<other> a :Line , skos:Concept ; skos:inScheme <lahti> ; skos:notation "L.2" ; skos:prefLabel "Other"@en .
"""
_LINE = '<line> a :Line ; skos:inScheme <lahti> ; skos:notation "L.1.1" ; skos:prefLabel "Line"@en .'


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("", _LINE, "Lahti: new line L.1.1 Line"),
        (_LINE, "", "Lahti: line L.1.1 Line removed"),
        (_LINE, '<line> skos:altLabel "x"@en .', "Lahti: line L.1.1 Line removed, but 1 statement about it remains"),
        ("", "<agreement> a skos:ConceptScheme .", "New concept scheme agreement"),
        ("<a> :phone '1' .", "<a> :phone '2' .", "Resource a: phone 1 → 2"),
        ("<a> :phone '1' .", "<a> :phone '1' , '2' .", "Resource a: phone added: 2"),
        ("<a> :phone '1' , '2' .", "<a> :phone '1' .", "Resource a: phone removed: 2"),
        ("<a> :x '1' .", "<a> :x <top> .", "Resource a: :x 1 → L.1 Top"),
        ("<a> :x '1' .", "<a> :x 1 .", 'Resource a: :x "1" → "1"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("<a> :x 'a b' .", "<a> :x 'a\\u00A0b' .", "Resource a: :x a b → a\\u00A0b"),
        ("<a> :x 'a' .", "<a> :x 'a ' .", "Resource a: :x a → “a ”"),
        ("<a> :x '\\u001B[31mred' .", "<a> :x 'x' .", "Resource a: :x \\u001B[31mred → x"),
        (
            _LINE,
            _LINE.replace('"Line"', '"Road"'),
            "Lahti, L.1.1 Line: label changed from “Line” to “Road”",
        ),
        (
            _LINE + '<line> skos:prefLabel "a"@sv-t-fi .',
            _LINE + '<line> skos:prefLabel "b"@sv-t-fi .',
            "Lahti, L.1.1 Line: label (sv-t-fi) changed from “a” to “b”",
        ),
        (
            _LINE + "<line> skos:broader <top> .",
            _LINE + "<line> skos:broader <other> .",
            "Lahti, L.1.1 Line: moved from under L.1 Top to under L.2 Other",
        ),
        (
            _LINE + "<line> skos:broader <top> .",
            _LINE + "<line> skos:topConceptOf <lahti> .",
            "Lahti, L.1.1 Line: moved from under L.1 Top to the top level",
        ),
        (
            _LINE + "<line> skos:topConceptOf <lahti> .",
            _LINE + "<line> skos:broader <top> .",
            "Lahti, L.1.1 Line: moved from the top level to under L.1 Top",
        ),
        ("<a> :x [ :phone '1' ] .", "<a> :x [ :phone '2' ] .", "Resource a: :x › phone 1 → 2"),
        ("<a> :x ( '1' '2' ) .", "<a> :x ( '1' '3' ) .", "Resource a: :x 2 → 3"),
        ("<a> :x () .", "<a> :x ( '3' ) .", None),
        ("<a> :x [] .", "<a> :x 1 .", "Resource a: :x (nameless) → 1"),
        (
            "<a> :x ( '1' '2' ) .",
            "<a> :x ( '2' '1' ) .",
            "Resource a: its nameless parts are arranged in another way, with the same values",
        ),
        ("", "[] a :Line ; :phone '1' .", "New nameless line: type line; phone 1"),
        ("_:a :x _:b . _:b :x _:a .", "", "Nameless resource removed: :x › :x (nameless)"),
    ],
)
def test_a_change_is_told(old, new, sentence):
    found = _words(old, new, "en")

    assert found == [sentence] if sentence else len(found) > 0


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("fi", ["Lahti: uusi linja L.1.1 Line", "Resurssi a: puhelin 1 → 2"]),
        ("sv", ["Lahtis: linje L.1.1 Line har lagts till", "Resurs a: telefon 1 → 2"]),
        ("en", ["Lahti: new line L.1.1 Line", "Resource a: phone 1 → 2"]),
    ],
)
def test_the_reader_is_told_in_one_language_scheme_by_scheme(language, sentences):
    assert _words("<a> :phone '1' .", f"<a> :phone '2' . {_LINE}", language) == sentences


def test_things_of_a_scheme_follow_its_notations():
    lines = "".join(_LINE.replace("<line>", f"<{n}>").replace("L.1.1", f"L.1.{n}") for n in (10, 9, 2))

    assert [each.split()[3] for each in _words("", lines, "en")] == ["L.1.2", "L.1.9", "L.1.10"]


def test_things_without_a_scheme_come_last_and_a_scheme_before_what_is_in_it():
    label = "<lahti> skos:prefLabel 'Lahti city'@en-GB ."
    told = _words("<a> :phone '1' . <z> :phone '1' .", f"<a> :phone '2' . <z> :phone '2' . {label} {_LINE}", "en")
    assert [sentence.split(":")[0] for sentence in told] == ["Lahti", "Lahti", "Resource a", "Resource z"]
    assert "Lahti city" in told[0]


def test_a_long_name_is_shortened_where_a_sentence_begins():
    long = _LINE.replace('"Line"', f'"{"many words " * 10}"')

    (found,) = _words(long + "<line> :phone '1' .", long + "<line> :phone '2' .", "en")

    assert found == f"Lahti, L.1.1 {'many words ' * 4}many…: phone 1 → 2"


def test_what_only_moved_to_another_file_is_counted():
    old, new = (_dataset("<a> :x '1' , '2' ; :y [ :z '3' ] .", graph) for graph in ("before", "after"))

    found = words(compare(old.quads, new.quads), old, new, "en")

    assert found == [f"{len(old.quads)} statements moved to another file: before → after"]


def test_what_publication_derives_is_told_of_only_where_nothing_else_changed():
    old, new = _dataset(_LINE, "data"), _dataset(_LINE, "data")
    derived = Quad(_id("top"), NamedNode("x:narrower"), _id("line"), NamedNode("https://example.org/graph/derived"))
    extended = _with(new, [*new.quads, derived])
    changed = _dataset(_LINE + "<a> :phone '1' .", "data")

    assert words(compare(old.quads, extended.quads), old, extended, "en") == [
        "Only 1 statement differs, one that publication derives"
    ]
    assert words(compare(extended.quads, changed.quads), extended, changed, "en") == ["New resource a"]


def test_each_sentence_names_its_thing():
    old, new = _dataset("<a> :phone '1' .", "data"), _dataset("<a> :phone '2' . [] :phone '3' .", "data")

    found = report(compare(old.quads, new.quads), old, new, "en")

    assert [each.thing for each in found] == [_id("a"), None]


def _id(name: str) -> NamedNode:
    return NamedNode(f"https://example.org/id/{name}")


def _dataset(turtle: str, graph: str) -> Dataset:
    parser = parse(_HEAD + turtle, RdfFormat.TURTLE)
    quads = [Quad(*quad.triple, NamedNode(f"https://example.org/graph/{graph}")) for quad in parser]
    return Dataset(quads, base="https://example.org/", prefixes=parser.prefixes, languages=["en", "fi"])


def _with(dataset: Dataset, quads: list[Quad]) -> Dataset:
    return Dataset(quads, base=dataset.base, prefixes=dataset.prefixes, languages=dataset.languages)


def _words(old: str, new: str, language: str) -> list[str]:
    before, after = _dataset(old, "data"), _dataset(new, "data")
    return words(compare(before.quads, after.quads), before, after, language)
