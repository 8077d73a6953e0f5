"""Concepts in their hierarchy, also where the data goes round in circles."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from ekograph.rdf.dataset import Dataset
from ekograph.rendering.hierarchy import Hierarchy

HEAD = "@prefix : <https://example.org/id/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> ."


def hierarchy(turtle: str) -> Hierarchy:
    quads = parse(HEAD + turtle, RdfFormat.TRIG)
    return Hierarchy(Dataset(quads, base="https://example.org/", prefixes={}, languages=("en",)))


def node(name: str) -> NamedNode:
    return NamedNode(f"https://example.org/id/{name}")


def names(nodes) -> list[str]:
    return [each.value.rpartition("/")[2] for each in nodes]


def test_what_is_above_a_concept_comes_from_the_top_down_whichever_way_it_is_said():
    concepts = hierarchy(":a skos:narrower :b . :c skos:broader :b . :d skos:broader :c .")
    assert names(concepts.broader(node("d"))) == ["a", "b", "c"]
    assert names(concepts.broader(node("a"))) == []


@pytest.mark.parametrize(
    ("turtle", "concept", "above"),
    [
        (":a skos:broader :a .", "a", []),
        (":a skos:broader :b . :b skos:broader :a .", "a", ["b"]),
        (":a skos:broader :b . :b skos:broader :c . :c skos:broader :a .", "a", ["c", "b"]),
        # The circle lies above the concept, which is not in it.
        (":a skos:broader :b . :b skos:broader :c . :c skos:broader :b .", "a", ["c", "b"]),
        (":a skos:broader :b . :b skos:broader :b .", "a", ["b"]),
    ],
)
def test_a_circle_of_broader_concepts_is_gone_round_once(turtle, concept, above):
    assert names(hierarchy(turtle).broader(node(concept))) == above


@pytest.mark.parametrize(
    ("turtle", "concepts"),
    [
        (":top skos:topConceptOf :scheme ; skos:narrower :top .", "top"),
        (":top skos:topConceptOf :scheme ; skos:narrower :b . :b skos:narrower :c . :c skos:narrower :b .", "top b c"),
        (":top skos:topConceptOf :scheme . :b skos:broader :top , :c . :c skos:broader :b .", "top b c"),
    ],
)
def test_in_the_tree_of_a_scheme_each_concept_of_a_circle_stands_once(turtle, concepts):
    tree = hierarchy(turtle).tree(node("scheme"))
    walked = [name for branch in tree for name in names(branch.walk())]
    assert walked == concepts.split()
