"""The usual mistakes in queries are named, at the place where a person would look for them."""

from __future__ import annotations

import json
import random
import re
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from ekograph.engine.diagnostics import mistakes

LOCALES = Path(mistakes.__file__).parents[2] / "locales"


def refused(query: str) -> str:
    """What the engine says of a query that it does not read."""
    with pytest.raises(SyntaxError) as found:
        ox.Store().query(query)
    return str(found.value)


def fault(query: str):
    return mistakes.mistake(query, refused(query))


# The mistake begins at the mark «.
MISTAKES = [
    ('SELECT * { ?s ?p «"abc }', "unclosed_string", {"mark": '"'}),
    ("SELECT * {\n ?s a ?o; ?p «'abc }\n}", "unclosed_string", {"mark": "'"}),
    ('SELECT * { ?s ?p «"""abc\n }', "unclosed_string", {"mark": '"""'}),
    ('SELECT * { ?s ?p "a" . FILTER(?p = «"a\\") }', "unclosed_string", {"mark": '"'}),
    ("SELECT * { ?s ?p «<http://x.y/a }", "unclosed_iri", {}),
    ("SELECT * { ?s «<http://a b> ?o }", "unclosed_iri", {}),
    ("SELECT * «{\n ?s ?p ?o", "unclosed", {"mark": "{", "closing": "}"}),
    ("SELECT * «{ ?s ?p ?o .\n OPTIONAL { ?s ?p ?x }", "unclosed", {"mark": "{"}),
    ("SELECT * { ?s ?p ?o . FILTER«(?o > 3 }", "unclosed", {"mark": "(", "closing": ")"}),
    ('SELECT * { ?s ?p ?o . FILTER«(STRSTARTS(?o, "x") }', "unclosed", {"mark": "("}),
    ("SELECT * { ?s ?p «[ ?a ?b . }", "unclosed", {"mark": "[", "closing": "]"}),
    ("SELECT * { ?s ?p ?o } «}", "unopened", {"mark": "}"}),
    ("«SELCT * { ?s ?p ?o }", "misspelt", {"word": "SELCT", "meant": "SELECT"}),
    ("SELECT * «WERE { ?s ?p ?o }", "misspelt", {"meant": "WHERE"}),
    ("SELECT * { ?s ?p ?o\n  «FLITER(?o > 3) }", "misspelt", {"meant": "FILTER"}),
    ("SELECT * { ?s ?p ?o . «optionl { ?s ?p ?x } }", "misspelt", {"meant": "OPTIONAL"}),
    ("SELECT * { ?s ?p ?o } «ODER BY ?s", "misspelt", {"meant": "ORDER"}),
    ("SELECT * { ?s ?p ?o } ORDER BY ?s «LIMT 10", "misspelt", {"meant": "LIMIT"}),
    ('SELECT * { ?s ?p ?o . FILTER(«STRSTART(?o, "x")) }', "misspelt", {"meant": "STRSTARTS"}),
    ("SELECT * { ?s ?p ?o } LIMIT «ten", "unknown_word", {"word": "ten"}),
    ("SELECT * { ?s ?p «Helsinki }", "unknown_word", {"word": "Helsinki"}),
    ("SELECT * { ?s ?p ?o «?s ?p ?x }", "missing_dot", {}),
    ("SELECT * { ?s ?p ?o\n «?a <http://x> ?b . }", "missing_dot", {}),
    ("SELECT * { ?s a ?o ; ?p ?x\n «?a ?b ?c }", "missing_dot", {}),
    ("SELECT * { ?s ^<a:b>/<c:d>|<a:b> ?o «?x ?y ?z }", "missing_dot", {}),
    ('SELECT * { ?s ?p "a"^^<x:y> FILTER(1) ?a ?b ?c «?d ?e ?f }', "missing_dot", {}),
    ("SELECT * { ?s ?p «}", "incomplete_triple", {}),
    ("SELECT * { ?s ?p «. ?a ?b ?c }", "incomplete_triple", {}),
    ("SELECT «COUNT(?s) { ?s ?p ?o }", "unnamed", {"function": "COUNT"}),
    ("SELECT DISTINCT «SUM(?s) { ?s ?p ?o }", "unnamed", {"function": "SUM"}),
    ("SELECT ?s«, ?p { ?s ?p ?o }", "comma", {}),
    ("SELECT (COUNT(?o) «?n) { ?s ?p ?o }", "missing_as", {"variable": "?n"}),
    ("SELECT ?s «COUNT(*) { ?s ?p ?o } GROUP BY ?s", "unnamed", {"function": "COUNT"}),
    ("SELECT * { ?s ?p ?o . FILTER «?o > 3 }", "bare_filter", {}),
    ("SELECT * { OPTIONAL «?s ?p ?o }", "bare_group", {"word": "OPTIONAL"}),
    ("SELECT * { { ?s ?p ?o } UNION «?a ?b ?c }", "bare_group", {"word": "UNION"}),
    ("«", "nothing", {}),
    ("« # to be written\n", "nothing", {}),
    ("SELECT «?s (COUNT(?o) AS ?n) { ?s ?p ?o }", "ungrouped", {"variable": "?s"}),
    ("SELECT ?s «?p { ?s ?p ?o } GROUP BY ?s", "ungrouped", {"variable": "?p"}),
    ("SELECT ?s (SUM(?o) AS ?t) «$p { ?s $p ?o } GROUP BY ?s ORDER BY ?p", "ungrouped", {"variable": "$p"}),
]


@pytest.mark.parametrize(("marked", "kind", "values"), MISTAKES, ids=[each[0] for each in MISTAKES])
def test_a_usual_mistake_is_named_at_its_place(marked, kind, values):
    before, _, _ = marked.partition("«")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    found, told = fault(marked.replace("«", ""))
    assert found == kind
    assert (told["line"], told["column"]) == (line, column)
    assert {name: told[name] for name in values} == values


OTHERS = [
    "SELECT (CONCAT(STR(?o), ?n) AS ?x) { ?s ?p ?o } LIMIT",
    "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o } LIMIT",
    "SELECT * { ?s ?p ?o FILTER EXISTS { ?s ?p ?o } FILTER(!BOUND(?x)) FILTER regex(?o, 'x') } LIMIT",
    "SELECT * { VALUES (?a ?b) { (1 2) (3 4) (5 6) (7 8) } FILTER(?a > ) }",
    "SELECT * { VALUES ?a { 1 2 3 4 5 6 ?x } }",
    "SELECT * { ?s ?p (1 2 3 4 5) ; ?q [ ?a ?b ; ?c ?d ] } ORDER BY ?s LIMIT",
    "SELECT ?x (COUNT(*) AS ?n) { SELECT ?x ?y { ?x ?y ?z } GROUP BY ?x } GROUP BY ?x",
    "SELECT * { { SELECT (MAX(?x) AS ?m) ?a ?b ?c ?d { ?a ?b ?c } GROUP BY ?a ?b ?c ?d } } LIMIT -",
]


@pytest.mark.parametrize("query", OTHERS)
def test_what_is_not_seen_for_sure_is_left_to_the_parser(query):
    assert fault(query) is None


def test_every_kind_of_mistake_has_a_message_in_each_language():
    kinds = set(re.findall(r'Mistake\("(\w+)"', Path(mistakes.__file__).read_text(encoding="utf-8")))
    assert kinds == {kind for _, kind, _ in MISTAKES}
    for language in ("en", "fi", "sv"):
        messages = json.loads((LOCALES / f"web.{language}.json").read_text(encoding="utf-8"))
        assert [kind for kind in kinds if f"bad_query.{kind}" not in messages] == []


def test_no_text_is_too_odd_to_look_at():
    chance = random.Random(3)  # noqa: S311 - the same texts each time
    parts = [
        *"{}[]().;,<>\"'?$:^/|*\\\n #",
        "SELECT",
        "?x",
        "a",
        "ex:y.",
        "FILTER",
        "COUNT",
        "VALUES",
        "<http://x",
        "1.",
        '"""',
    ]
    for _ in range(3000):
        text = " ".join(chance.choices(parts, k=chance.randrange(30)))
        column = chance.randrange(1, 80)
        mistakes.mistake(text, f"error at {chance.randrange(1, 4)}:{column}: expected one of unbound")


@pytest.mark.parametrize(
    "piece", ["{ ", "( ", "SELECT COUNT ", "(SELECT COUNT(", '" ', "?a ", "[ ] ", "}", "x.", "<http://"]
)
def test_a_long_text_is_looked_at_in_linear_time(piece):
    text = piece * (64_000 // len(piece))
    began = time.process_time()
    mistakes.mistake(text, f"error at 1:{len(text)}: expected one of unbound")
    assert time.process_time() - began < 5
