"""The scanner tells what matters of a query, and is linear whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekograph.engine.diagnostics.lexer import QueryPosition, depth_exceeds, isolate_dataset, scan, undeclared

SEEN = [
    ("SELECT * {?s ?p ?o}", {"form": "SELECT"}),
    ("  # a comment\nask {}", {"form": "ASK"}),
    ("PREFIX select: <http://x/> BASE <http://y/> DESCRIBE select:a", {"form": "DESCRIBE"}),
    ('VERSION "1.2" CONSTRUCT WHERE {}', {"form": "CONSTRUCT"}),
    ("nonsense", {"form": "", "update": ""}),
    ("", {"form": "", "update": ""}),
    ("PREFIX x: <y> INSERT DATA {}", {"update": "INSERT"}),
    ("base <http://load/> load <x>", {"update": "LOAD"}),
    ("WITH <g> DELETE { ?s ?p ?o } WHERE {}", {"update": "WITH"}),
    ("SELECT * { ?s ?p 'INSERT DATA {}' }", {"update": ""}),
    ("SELECT * {\n  service silent <x> {} }", {"service": QueryPosition(2, 3)}),
    ("ASK {?s ?p true.SERVICE<x>{}}", {"service": QueryPosition(1, 17)}),
    ("ASK { FILTER(?a<?b && ?c>?d) SERVICE ?x {} }", {"service": QueryPosition(1, 30)}),
    ("ASK { ?a ?b '''it's SERVICE <x>''' }", {"service": None}),
    ('ASK { ?a ?b "\\"SERVICE <x>" }', {"service": None}),
    ("ASK { ?service service:service <http://x/SERVICE> }", {"service": None}),
    ("ASK {} # SERVICE <x>", {"service": None}),
    ("ASK { ?s ex:a.SERVICE ?o }", {"service": None}),
    ('ASK { ?s ?p "x"@service }', {"service": None}),
    ("SELECT * FROM <x> {}", {"dataset": True}),
    ("SELECT ?from { ?from from:x 'FROM' }", {"dataset": False}),
    ("SELECT (RAND() AS ?x) {}", {"volatile": True}),
    ("SELECT (now() AS ?x) {}", {"volatile": True}),
    ("SELECT ?now { ?now ex:rand ?uuid }", {"volatile": False}),
]


@pytest.mark.parametrize(("text", "expected"), SEEN, ids=[text for text, _ in SEEN])
def test_what_matters_is_seen(text, expected):
    seen = scan(text)
    assert {name: getattr(seen, name) for name in expected} == expected


UNDECLARED = [
    ("ASK { ?s ex:p ?o }", ("ex", QueryPosition(1, 10))),
    ("PREFIX ex: <x>\nASK { ?s ex:p ?o ;\n  foo:q 1 }", ("foo", QueryPosition(3, 3))),
    ("ASK { ?s :p ?o }", ("", QueryPosition(1, 10))),
    ("PREFIX : <x> ASK { ?s :p _:b }", None),
    ("prefix ex: <x> ASK { ?s ex:p 'no:no' ; ex:q <no:no> # no:no\n }", None),
    ("ASK { ?s site:p ?o }", None),
]


@pytest.mark.parametrize(("text", "expected"), UNDECLARED, ids=[text for text, _ in UNDECLARED])
def test_the_first_undeclared_prefix_is_found(text, expected):
    assert undeclared(text, {"site"}) == expected


# Whoever wants a quadratic scan repeats what a token begins with. Were it one, these would take minutes.
REPEATED = [
    '"""a',
    "'''\\",
    '"\\\n',
    '"',
    "'",
    "<",
    "<a",
    "a",
    "a.",
    "a-",
    "a.-",
    "a·",
    "é.",
    ":",
    "a:%",
    "%",
    "1",
    "1.",
    "1e",
]


@pytest.mark.parametrize("part", [*REPEATED, "_", "+", "?", "@a-", "\\", ".a", "a b ", "#", "\r"])
def test_the_scan_is_linear(part):
    text = part * (64 * 1024 // len(part))
    scan(text)
    undeclared(text, ())


@given(st.text(alphabet=st.sampled_from("aé:.-·_<>\"'\\#?@{}()%1 \n\r\0SERVIC")))
def test_any_text_can_be_scanned(text):
    scan(text)
    undeclared(text, ())


LITERAL = st.text(st.characters(exclude_categories=("Cs",), exclude_characters='"\\\r\n'))


@given(LITERAL, st.text(st.sampled_from("SERVICE FROM rand<>.#'"), max_size=12))
def test_nothing_in_strings_and_comments_counts(inside, word):
    words = word.replace("\n", " ")
    seen = scan(f'SELECT * {{ ?s ?p "{inside}{words.replace(chr(34), "")}" }} # {words} SERVICE')
    assert (seen.service, seen.dataset, seen.volatile) == (None, False, False)


APART = [
    ("ASK FROM <a> { GRAPH ?g {} }", "ASK FROM NAMED <urn:x> FROM <a> { GRAPH ?g {} }"),
    ("ASK FROM NAMED <a> {}", "ASK FROM <urn:x> FROM NAMED <a> {}"),
    ("ASK FROM <a> from named <b> {}", "ASK FROM <a> from named <b> {}"),
    ("ASK { ?s ?p 'FROM' } # FROM", "ASK { ?s ?p 'FROM' } # FROM"),
]


@pytest.mark.parametrize(("text", "apart"), APART)
def test_what_from_does_not_name_can_be_put_out_of_sight(text, apart):
    assert isolate_dataset(text, "urn:x") == apart


WORDS = "PREFIX x: <http://x/> BASE <http://x/now> select ASK Describe construct WITH load FROM from:x service RAND()"
PARTS = (*WORDS.split(), "{", "}", "#c\n", "'", '"', "<", "*", "x:ask", "?now", "ſelect", "@en")


@given(st.lists(st.sampled_from(PARTS), max_size=9), st.sampled_from([" ", "\n", ""]))
def test_a_short_look_sees_what_a_look_at_every_token_sees(parts, between):
    query = between.join(parts)
    # A word that matters, in a comment, has the tokens read one by one, and changes nothing else.
    seen, slowly = scan(query), scan(f"# SERVICE\n{query}")
    assert (seen.form, seen.update, seen.dataset, seen.volatile) == (
        *(slowly.form, slowly.update, slowly.dataset, slowly.volatile),
    )
    assert (seen.service is None) == (slowly.service is None)


@pytest.mark.parametrize(
    ("text", "deeper"),
    [
        ("ASK { { { { } } } }", True),
        ("ASK { { } { } { } }", False),
        ("ASK { FILTER(!!!?a) }", True),
        ("ASK { FILTER(!?a && !?b && !?c) }", False),
        ("ASK { ?s ?p '((((' } # ((((", False),
        ("ASK { { << ?a ?b << ?c ?d ?e >> >> ?p ?o } }", True),
        ("ASK { FILTER(?a < ?b || ?c < ?d || ?e < ?f) }", False),
        ("))))) ASK {}", False),
    ],
)
def test_the_depth_of_a_query_is_that_of_its_brackets_and_signs(text, deeper):
    assert depth_exceeds(text, 3) is deeper
