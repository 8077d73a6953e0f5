"""The reader of Turtle agrees with the parser of record, and knows where each triple stands."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse

from ekograph.authoring.text import Lines, decoded
from ekograph.authoring.tokens import tokens
from ekograph.authoring.turtle import ReadError, statements

ROOT = Path(__file__).parents[2]
SITE = sorted(path for folder in ("ontology", "data", "shapes") for path in (ROOT / folder).glob("*.ttl"))

HARD = r"""@base <http://e/a/b> . @prefix a: <x#> . PREFIX b: <y/>
<s> <p> [ <q> [ <r> 1.0 ] , 2e3 ] , ( 1 (2 []) ) ; ; <q> true, .5, -1 ;.
[ <q> 1 ] <p> 2 .
[ <q> 1 ] .
( 1 ) <p> () .
_:b1 <p> "x"@EN-t-fi , 'y'^^a:d , "x"@en--ltr , a:b\,c.d , b: .
<s> <p> ""\"a"b""c\u00e4\n""\" , '''x'y'''@fi , "" , '' .
<../s?x#> <p> <#a>, <?b>, <>, <//x/y>, <./c/../d>, <\u00e4> . b:a.b a b: .
<s> <p> <o> {| <x> 1 ; <y> 2 |} , <o2> ~ <r> , <o3> ~ {| <z> 3 |} ; <p3> <<( <a> <b> <c> )>> .
<< <a> <b> <c> ~ <re> >> <z> 1 . << <a> <b> <c> >> <z> 1 .
@base <http://f/g/> . <h> <p> <i> .
""".replace(r"\"", '"')


def canonical(quads) -> Dataset:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def same(text: str) -> bool:
    ours = canonical(Quad(each.subject, each.predicate, each.object) for each in statements(text))
    return ours == canonical(parse(text, RdfFormat.TURTLE))


@pytest.mark.parametrize("path", SITE, ids=lambda path: path.name)
def test_a_file_of_the_site_reads_as_the_parser_of_record_reads_it(path):
    assert same(decoded(path.read_bytes()))


def test_every_construct_of_turtle_reads_as_the_parser_of_record_reads_it():
    assert same(HARD)


IRIS = st.sampled_from(["<http://e/a>", "<b>", "<#c>", "e:d", "e:", "e:x.y", "e:%20", ":z"])
LITERALS = st.one_of(
    st.sampled_from(["1", "-2.5", "3e-1", "true", '"a"@fi', "'b'^^e:t", '"""c\n"d\n"""', "'''\\u00e4'''"]),
    st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters='"\\'), max_size=8).map(
        lambda text: f'"{text}"'
    ),
)
OBJECTS = st.recursive(
    IRIS | LITERALS | st.just("_:n") | st.just("[]"),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"( {' '.join(items)} )")
        | st.tuples(IRIS, inner).map(lambda pair: f"[ {pair[0]} {pair[1]} ]")
    ),
    max_leaves=6,
)
SPACES = st.sampled_from([" ", "\n", "\t", "\r\n", ' # a comment; . [ "\n'])
LISTS = st.lists(OBJECTS, min_size=1, max_size=3).map(" , ".join)
STATEMENTS = st.tuples(
    IRIS | st.just("_:n"), st.lists(st.tuples(IRIS | st.just("a"), LISTS), min_size=1, max_size=3), SPACES
).map(lambda parts: f"{parts[0]}{parts[2]}{f' ;{parts[2]}'.join(' '.join(pair) for pair in parts[1])}{parts[2]}.\n")
DOCUMENTS = st.lists(STATEMENTS, max_size=5).map(
    lambda statements_: f"@base <http://e/> . @prefix e: <x/> . PREFIX : <y#>\n{''.join(statements_)}"
)


@given(DOCUMENTS)
@settings(max_examples=150, deadline=None)
def test_generated_turtle_reads_as_the_parser_of_record_reads_it(text):
    assert same(text)


@given(st.text(max_size=60) | DOCUMENTS)
@settings(max_examples=150, deadline=None)
def test_the_tokens_of_any_text_are_the_whole_text(text):
    assert "".join(token.text for token in tokens(text)) == text


@given(st.text(alphabet="<>[](){}|.;,@\"'a:_ \n#^~1", max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused(text):
    with suppress(ReadError):
        statements(text)


def test_each_triple_has_the_places_of_its_three_terms():
    text = '@prefix e: <http://e/> .\r\ne:s e:p "ä" ,\r\n\t"b" ;\r\n  e:q [ e:r """x\ny""" ] .\n'
    lines = Lines(text)
    found = [tuple(tuple(lines.place(at)) for at in each[3:]) for each in statements(text)]
    assert found == [
        ((2, 1), (2, 5), (2, 9)),
        ((2, 1), (2, 5), (3, 2)),
        ((4, 7), (4, 9), (4, 13)),
        ((2, 1), (4, 3), (4, 7)),
    ]


def test_nesting_of_any_depth_is_read():
    depth = 20_000
    found = statements("<x:s> <x:p> " + "[ <x:p> " * depth + "1" + " ]" * depth + " .")
    assert len(found) == depth + 1
