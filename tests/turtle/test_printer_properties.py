"""Properties of the formatter, on generated Turtle with comments and line ends in every place where they may stand."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings
from pyoxigraph import RdfFormat, parse
from tests.turtle.strategies import turtle

from ekograph.rdf.canonical import canonical
from ekograph.turtle.printer import formatted
from ekograph.turtle.tokens import tokens

#: No shrinking: a failing example is short enough, and shrinking ran for minutes.
PHASES = (Phase.explicit, Phase.generate)


def graph(text: str) -> bytes:
    return canonical(parse(text.encode(), RdfFormat.TURTLE, rename_blank_nodes=True))


def comments(text: str) -> list[str]:
    return [token.text.rstrip() for token in tokens(text) if token.kind == "comment"]


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(turtle())
def test_formatting_keeps_the_graph_and_the_comments_and_is_done_at_once(text):
    once = formatted(text)
    assert graph(once) == graph(text)
    assert comments(once) == comments(text)
    assert formatted(once) == once


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(turtle())
def test_formatted_text_has_no_white_space_at_the_ends_of_lines_and_one_line_feed_at_its_end(text):
    outside = "".join(each.text if each.kind != "string" else '""' for each in tokens(formatted(text)))
    assert "\r" not in formatted(text)
    assert outside.endswith("\n")
    assert not outside.endswith("\n\n")
    assert not [line for line in outside.split("\n") if line != line.rstrip()]
