"""Generated Turtle, with comments and line ends in every place where they may stand."""

from __future__ import annotations

from itertools import chain

from hypothesis import strategies as st

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
reified = st.tuples(triple, st.sampled_from([[], ["~"], ["~", ":r"]])).map(
    lambda pair: ["<<", *pair[0], *pair[1], ">>"]
)
terms = st.one_of(simple, triple.map(lambda three: ["<<(", *three, ")>>"]), reified)
nested = st.recursive(terms, deeper, max_leaves=4)
marks = st.sampled_from([["~", ":r"], ["~"], ["{|", ":p", "1", ";", "|}"], ["{|", ":p", "[", ":q", "'x'", "]", "|}"]])
annotated = st.tuples(nested, st.lists(marks, max_size=3)).map(lambda pair: pair[0] + [*chain(*pair[1])])
alone = predicates(nested).map(lambda inner: ["[", *inner, "]", "."])
listing = st.tuples(st.lists(nested, max_size=2), predicates(nested)).map(
    lambda pair: ["(", *chain(*pair[0]), ")", *pair[1], "."]
)
stated = st.tuples(names, predicates(annotated)).map(lambda pair: [pair[0], *pair[1], "."])
documents = st.lists(st.one_of(stated, alone, listing), max_size=3).map(lambda parts: [*HEAD, *chain(*parts)])

gaps = st.sampled_from([" ", " ", " ", "\n", "\t", "\r\n", "\n\n\n", " # c\n", "\n# d \n", " #e\r\n\r\n# f\n# g\n"])


@st.composite
def turtle(draw: st.DrawFn) -> str:
    """Turtle in which each comment has a number of its own."""
    text = ""
    for index, token in enumerate(draw(documents)):
        gap = "" if token.startswith("@") and token not in HEAD else draw(gaps)
        text += gap.replace("#", f"#{index}") + token
    return text + draw(gaps)
