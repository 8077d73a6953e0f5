"""The triples of a text are those of pyoxigraph, in its order and with the labels of its order, and have places."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Triple, parse, serialize
from tests.conftest import ROOT
from tests.turtle.strategies import turtle

from ekograph.turtle.lines import Lines, decoded
from ekograph.turtle.reader import TurtleError, statements
from ekograph.turtle.reader import parse as read
from ekograph.turtle.tokens import tokens
from ekograph.turtle.tree import Faulty
from ekograph.turtle.triples import triples

SITE = sorted(path for folder in ("ontology", "data", "shapes") for path in (ROOT / folder).glob("*.ttl"))

HARD = r"""@base <http://e/a/b> . @prefix a: <x#> . PREFIX b: <y/> VERSION "1.2"
<s> <p> [ <q> [ <r> 1.0 ] , 2e3 ] , ( 1 (2 []) ) ; ; <q> true, .5, -1 ;.
[ <q> 1 ] <p> 2 .
[ <q> "x" ] .
( 1 ( "y" "z" ) ) <p> () .
_:b1 <p> "x"@EN-t-fi , 'y'^^a:d , "x"@en--ltr , a:b\,c.d , b: .
<s> <p> ""\"a"b""c\u00e4\n""\" , '''x'y'''@fi , "" , '' .
<../s?x#> <p> <#a>, <?b>, <>, <//x/y>, <./c/../d>, <\u00e4> . b:a.b a b: .
<s> <p> <o> {| <x> 1 ; <y> 2 |} , <o2> ~ <r> , <o3> ~ {| <z> 3 |} {| <z> 4 |} ; <p3> <<( <a> a _:c )>> .
<< <a> <b> <c> ~ <re> >> <z> 1 . << <a> <b> << _:x <y> [] >> >> <z> "1" .
@base <http://f/g/> . <h> <p> <i> .
""".replace(r"\"", '"')


def by_pyoxigraph(text: str) -> str:
    """The triples that pyoxigraph reads, blank nodes numbered as they come."""
    lines = serialize(parse(text.encode(), RdfFormat.TURTLE), format=RdfFormat.N_TRIPLES).decode()
    labels: dict[str, str] = {}
    return re.sub(
        r'"(?:[^"\\]|\\.)*"|_:\S+',
        lambda match: match[0] if match[0][0] == '"' else labels.setdefault(match[0], f"_:b{len(labels)}"),
        lines,
    )


def by_tree(text: str) -> str:
    found = [Triple(stated.subject, stated.predicate, stated.object) for stated in triples(read(text).entries)]
    return serialize(found, format=RdfFormat.N_TRIPLES).decode()


@pytest.mark.parametrize("path", SITE, ids=lambda path: path.name)
def test_a_file_of_the_site_has_the_triples_of_pyoxigraph(path):
    text = decoded(path.read_bytes())
    assert by_tree(text) == by_pyoxigraph(text)


def test_every_construct_of_turtle_has_the_triples_of_pyoxigraph():
    assert by_tree(HARD) == by_pyoxigraph(HARD)


#: No shrinking: a failing example is short enough, and shrinking ran for minutes.
PHASES = (Phase.explicit, Phase.generate)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(turtle())
def test_generated_turtle_has_the_triples_of_pyoxigraph(text):
    assert by_tree(text) == by_pyoxigraph(text)


IRIS = st.sampled_from(["<http://e/a>", "<b>", "<#c>", "e:d", "e:", "e:x.y", "e:%20", ":z"])
LITERALS = st.one_of(
    st.sampled_from(["1", "-2.5", "3e-1", "true", '"a"@fi', "'b'^^e:t", '"""c\n"d\n"""', "'''\\u00e4'''"]),
    st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters='"\\'), max_size=8).map(
        lambda text: f'"{text}"'
    ),
)
TRIPLES = st.tuples(IRIS | st.just("_:n"), IRIS | st.just("a"), IRIS | LITERALS).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(st.lists(TRIPLES, max_size=5))
def test_generated_terms_are_those_of_pyoxigraph(lines):
    text = "@base <http://e/> . @prefix e: <x/> . PREFIX : <y#>\n" + "".join(f"{line} .\n" for line in lines)
    assert by_tree(text) == by_pyoxigraph(text)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60) | turtle())
def test_the_tokens_of_any_text_are_the_whole_text(text):
    assert "".join(token.text for token in tokens(text)) == text


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="<>[](){}|.;,@\"'a:_ \n#^~1", max_size=40) | turtle())
def test_the_statements_of_any_text_follow_one_another_and_leave_only_space_and_comments(text):
    end = 0
    for entry in statements(text):
        assert {token.kind for token in tokens(text[end : entry.start])} <= {"space", "comment"}
        end = entry.end
    assert {token.kind for token in tokens(text[end:])} <= {"space", "comment"}


def test_each_triple_has_the_places_of_its_three_terms():
    text = '@prefix e: <http://e/> .\r\ne:s e:p "ä" ,\r\n\t"b"@fi ;\r\n  e:q [ e:r """x\ny""" ] .\n'
    lines = Lines(text)
    places = [tuple(tuple(lines.place(span[0])) for span in stated[3:]) for stated in triples(read(text).entries)]
    assert places == [
        ((2, 1), (2, 5), (2, 9)),
        ((2, 1), (2, 5), (3, 2)),
        ((2, 1), (4, 3), (4, 7)),
        ((4, 7), (4, 9), (4, 13)),
    ]
    spans = [text[slice(*stated.object_span)] for stated in triples(read(text).entries)]
    assert spans == ['"ä"', '"b"@fi', '[ e:r """x\ny""" ]', '"""x\ny"""']


def test_nesting_of_any_depth_is_read():
    depth = 20_000
    text = "<x:s> <x:p> " + "[ <x:p> " * depth + "1" + " ]" * depth + " ."
    assert sum(1 for _ in triples(statements(text))) == depth + 1


def test_after_a_fault_reading_goes_on_at_the_next_statement():
    text = "<x:a> <x:b> <x:c\n<x:d> <x:e> 1 ;\n  2 .\n<x:f> <x:g> 3 .\n"
    first, second, third = statements(text)
    assert isinstance(first, Faulty)
    assert isinstance(second, Faulty)
    assert text[third.start : third.end] == "<x:f> <x:g> 3 ."
    with pytest.raises(TurtleError):
        read(text)
