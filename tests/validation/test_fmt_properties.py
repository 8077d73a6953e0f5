"""Properties of the formatter, on generated Turtle with comments and line ends in every place where they may stand."""

from __future__ import annotations

from itertools import chain

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse

from ekograph.authoring.formatting import formatted
from ekograph.authoring.tokens import tokens
from ekograph.rdf.canonical import canonical

#: No shrinking: a failing example is short enough, and shrinking ran for minutes.
PHASES = (Phase.explicit, Phase.generate)

HEAD = ["@base", "<https://example.org/>", ".", "PREFIX", "skos:", "<https://e.org/s#>", "@prefix", ":", "<x#>", "."]

names = st.sampled_from(["skos:prefLabel", ":x", "<a/b>", ":notation", "skos:a", "<#displayOrder>", "skos:comment"])
texts = st.sampled_from(
    [["'x'"], ['"# no comment"'], ['"""two\nlines\r\n"""', "@fi"], ['"1"', "^^", ":date"], ["'''\\''''", "@en-GB"]]
)
numbers = st.sampled_from([["1"], ["-1.5"], ["1e9"], ["true"], ["false"]])
simple = st.one_of(names.map(lambda name: [name]), texts, numbers, st.just(["_:b1"]), st.just(["[", "]"]))


def joined(parts: list[list[str]], separator: str) -> list[str]:
    return [token for index, part in enumerate(parts) for token in ([separator] if index else []) + part]


def predicates(objects: st.SearchStrategy[list[str]], least: int = 1) -> st.SearchStrategy[list[str]]:
    listed = st.lists(objects, min_size=1, max_size=3).map(lambda items: joined(items, ","))
    part = st.tuples(st.one_of(st.just("a"), names), listed).map(lambda pair: [pair[0], *pair[1]])
    several = st.lists(part, min_size=least, max_size=3).map(lambda parts: joined(parts, ";"))
    return st.tuples(several, st.sampled_from([[], [";"], [";", ";"]])).map(
        lambda pair: pair[0] + pair[1] * bool(pair[0])
    )


def deeper(objects: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    collection = st.lists(objects, max_size=3).map(lambda items: ["(", *chain(*items), ")"])
    block = predicates(objects).map(lambda inner: ["[", *inner, "]"])
    return st.one_of(collection, block)


triple = st.tuples(names, names, names)
terms = st.one_of(simple, triple.map(lambda each: ["<<(", *each, ")>>"]), triple.map(lambda each: ["<<", *each, ">>"]))
nested = st.recursive(terms, deeper, max_leaves=4)
annotated = st.tuples(nested, st.sampled_from([[], ["~", ":r"], ["~"], ["{|", ":p", "1", ";", "|}"]])).map(
    lambda pair: pair[0] + pair[1]
)
alone = predicates(nested).map(lambda inner: ["[", *inner, "]", "."])
stated = st.tuples(names, predicates(annotated)).map(lambda pair: [pair[0], *pair[1], "."])
documents = st.lists(st.one_of(stated, alone), max_size=3).map(lambda found: [*HEAD, *chain(*found)])

gaps = st.sampled_from([" ", " ", " ", "\n", "\t", "\r\n", "\n\n\n", " # c\n", "\n# d \n", " #e\r\n\r\n# f\n# g\n"])


@st.composite
def turtle(draw: st.DrawFn) -> str:
    """Turtle in which each comment has a number of its own."""
    text = ""
    for index, token in enumerate(draw(documents)):
        gap = "" if token.startswith("@") and token not in HEAD else draw(gaps)
        text += gap.replace("#", f"#{index}") + token
    return text + draw(gaps)


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
