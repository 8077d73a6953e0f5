"""The dataset: labels in the reader's language, descriptions, indexes."""

import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat, parse

from ekograph.rdf.dataset import Dataset
from ekograph.rdf.texts import Text, local_name

HEAD = """
@prefix : <https://example.org/id/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def dataset(trig, languages=("fi", "sv", "en")):
    quads = parse(HEAD + trig, RdfFormat.TRIG)
    return Dataset(quads, base="https://example.org/", prefixes={}, languages=languages)


def node(name):
    return NamedNode(f"https://example.org/id/{name}")


@pytest.mark.parametrize(
    ("labels", "language", "expected"),
    [
        ('skos:prefLabel "a"@fi, "b"@sv', "sv", Text("b", "sv")),
        ('skos:prefLabel "a"@fi, "b"@sv', "en", Text("a", "fi")),
        ('skos:prefLabel "b"@sv, "c"@de', "en", Text("b", "sv")),
        ('skos:prefLabel "a"@fi, "b"@en-t-fi', "en", Text("b", "en-t-fi", official=False)),
        ('skos:prefLabel "b"@en-t-fi, "c"@en', "en", Text("c", "en")),
        ('skos:prefLabel "plain"', "en", Text("plain", "")),
        ('rdfs:label "later"@en ; skos:prefLabel "first"@fi', "en", Text("later", "en")),
        ('dcterms:title "title"@en ; rdfs:label "later"@en', "en", Text("title", "en")),
        ("skos:note 1", "en", Text("x", "")),
    ],
)
def test_a_label_is_in_the_language_asked_for_or_the_nearest_there_is(labels, language, expected):
    assert dataset(f":x {labels} .").label(node("x"), language) == expected


def test_a_description_holds_the_thing_its_blank_nodes_what_points_to_it_and_the_labels_of_both_ends():
    data = dataset(
        """:x skos:note [ skos:note [ skos:note "deep" ], "shallow" ] ; skos:broader :y . :z skos:broader :x .
        :y skos:prefLabel "Y"@fi ; skos:note "not said" . :z skos:prefLabel "Z"@fi ; skos:note "not said" .
        :w skos:note :v ."""
    )
    said = {str(quad.object) for quad in data.describe(node("x"))}
    assert {'"deep"', '"shallow"', '"Y"@fi', '"Z"@fi', str(node("x"))} <= said
    assert not said & {'"not said"', str(node("v"))}


def test_the_description_of_a_cycle_of_blank_nodes_ends():
    data = dataset(":x skos:note _:a . _:a skos:note _:b . _:b skos:note _:a .")
    assert len(data.describe(node("x"))) == 3


def test_what_a_description_says_of_the_thing_itself_comes_first():
    subjects = [quad.subject for quad in dataset(":x skos:note :a . :a skos:note :x .").describe(node("x"))]
    assert subjects == [node("x"), node("a")]


def test_what_two_graphs_say_is_one_object():
    data = dataset(":g { :x skos:note 1 } :h { :x skos:note 1 } { :x skos:note 2 }")
    assert len(data.objects(node("x"), "http://www.w3.org/2004/02/skos/core#note")) == 2
    assert {name: len(quads) for name, quads in data.graphs().items()} == {
        "": 1,
        node("g").value: 1,
        node("h").value: 1,
    }


def test_things_under_an_iri_are_sorted_and_blank_nodes_left_out():
    data = dataset(":b skos:note 1 . :a skos:note [ skos:note 2 ] . <https://other.example/c> skos:note 3 .")
    assert data.subjects_under("https://example.org/id/") == [node("a"), node("b")]


def test_the_order_of_the_quads_does_not_matter():
    quads = list(parse(f"{HEAD} :x skos:note 1, 2, 3 . :y skos:note :x .", RdfFormat.TRIG))
    one, two = (Dataset(some, base="", prefixes={}, languages=()) for some in (quads, quads[::-1]))
    assert one.quads == two.quads


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("https://e.org/id/lahti", "lahti"),
        ("https://e.org/def#A", "A"),
        ("https://e.org/id/", "id"),
        ("urn:x:y", "urn:x:y"),
    ],
)
def test_the_local_name_is_the_end_of_the_iri(iri, name):
    assert local_name(NamedNode(iri)) == name


def test_the_local_name_of_a_blank_node_is_its_label():
    assert local_name(BlankNode("c14n0")) == "c14n0"
