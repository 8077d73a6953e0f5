"""Concepts in their hierarchy, also where the data goes round in circles."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from ekograph.rdf.dataset import Dataset
from ekograph.rendering.hierarchy import MOST_ABOVE, MOST_IN_TREE, MOST_LEVELS, Hierarchy

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


def tree_of(turtle: str, scheme: str = "scheme") -> list[str]:
    """The concepts of a tree with a full stop for each level above."""

    def lines(branch, level: int) -> list[str]:
        name = "." * level + branch.node.value.rpartition("/")[2]
        return [name, *(line for below in branch.below for line in lines(below, level + 1))]

    return [line for top in hierarchy(turtle).tree(node(scheme)) for line in lines(top, 0)]


def test_a_scheme_that_names_no_top_begins_with_what_has_nothing_broader_in_it():
    turtle = ":a skos:inScheme :scheme . :b skos:inScheme :scheme ; skos:broader :a . :c skos:inScheme :scheme ."
    assert tree_of(turtle) == ["a", ".b", "c"]
    circle = " :d skos:inScheme :scheme ; skos:broader :e . :e skos:inScheme :scheme ; skos:broader :d ."
    assert tree_of(turtle + circle) == ["a", ".b", "c", "d", ".e"]


def test_a_concept_with_two_broader_ones_stands_under_both_and_has_both_paths():
    turtle = (
        ":a skos:topConceptOf :scheme ; skos:narrower :c . :b skos:topConceptOf :scheme ; skos:narrower :c . "
        ":c skos:narrower :d ."
    )
    assert tree_of(turtle) == ["a", ".c", "..d", "b", ".c", "..d"]
    assert [names(path) for path in hierarchy(turtle).paths(node("d"))] == [["a", "c"], ["b", "c"]]


def test_the_tree_of_a_scheme_has_only_its_own_concepts():
    turtle = (
        ":a skos:inScheme :scheme ; skos:narrower :b , :c . :b skos:inScheme :scheme , :other . "
        ":c skos:inScheme :other . :b skos:broader :c ."
    )
    assert tree_of(turtle) == ["a", ".b"]
    assert tree_of(turtle, "other") == ["c", ".b"]


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("fi", "aura banaani éclair zeniitti åbo äiti öljy"),
        ("sv", "apa banan zenit ål ägg ök"),
        ("en", "Åland apple banana épée zebra"),
        ("de", "Apfel Äpfel Bär Zebra"),
    ],
)
def test_siblings_stand_in_the_order_of_the_alphabet_of_the_language(language, labels):
    turtle = "".join(
        f':{99 - number} skos:topConceptOf :scheme ; skos:prefLabel "{label}"@{language} . '
        for number, label in enumerate(labels.split())
    )
    data = parse(HEAD + turtle, RdfFormat.TRIG)
    dataset = Dataset(data, base="https://example.org/", prefixes={}, languages=(language,))
    tops = Hierarchy(dataset, language=language).tops(node("scheme"))
    assert [dataset.label(top, language).value for top in tops] == labels.split()


def test_notations_stand_in_natural_order_and_an_order_property_goes_before_them():
    notations = ["1", "2", "10", "1.2", "1.10", "A9", "A10"]
    turtle = "".join(
        f':c{number} skos:topConceptOf :scheme ; skos:notation "{text}" . ' for number, text in enumerate(notations)
    )
    assert tree_of(turtle) == ["c0", "c3", "c4", "c1", "c2", "c5", "c6"]
    assert tree_of(f"{turtle} :c6 <http://www.w3.org/ns/shacl#order> 1 .")[0] == "c6"


def test_a_tree_is_cut_where_a_page_would_be_too_long_and_says_how_much_is_left_out():
    flat = hierarchy("".join(f":c{number} skos:topConceptOf :scheme . " for number in range(1000)))
    assert len(flat.tree(node("scheme"))) == MOST_IN_TREE
    deep = hierarchy(
        ":c0 skos:topConceptOf :scheme . "
        + "".join(f":c{number + 1} skos:broader :c{number} . " for number in range(1000))
    )
    (top,) = deep.tree(node("scheme"))
    shown = list(top.walk())
    assert len(shown) == MOST_LEVELS
    assert len(deep.broader(node("c900"))) == MOST_ABOVE
    wide = hierarchy(
        ":top skos:topConceptOf :scheme ; skos:narrower " + " , ".join(f":c{number}" for number in range(1000)) + " ."
    )
    (top,) = wide.tree(node("scheme"))
    assert (len(top.below), top.more) == (MOST_IN_TREE - 1, 1000 - MOST_IN_TREE + 1)


@pytest.mark.parametrize("stated", ["skos:broader", "skos:narrower"])
def test_the_roots_of_a_large_scheme_are_those_of_a_small_one(stated, monkeypatch):
    links = [(10 * number + digit, number) for number in range(1, 30) for digit in range(10)]
    pairs = links if stated == "skos:broader" else [(above, below) for below, above in links]
    concepts = "".join(f":c{number} skos:inScheme :s . " for number in range(1, 300))
    foreign = ":other skos:inScheme :else . :c5 skos:broader :other ."
    turtle = concepts + foreign + "".join(f":c{one} {stated} :c{other} . " for one, other in pairs)
    roots = [hierarchy(turtle).tops(node("s"))]
    monkeypatch.setattr("ekograph.rendering.hierarchy.MOST_ASKED", 1)
    assert [hierarchy(turtle).tops(node("s"))] == roots
    assert names(roots[0]) == [f"c{number}" for number in range(1, 10)]
