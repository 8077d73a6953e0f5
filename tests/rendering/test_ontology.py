"""Pages of ontologies that others have made: classes among classes, properties, expressions in words, deprecation."""

from __future__ import annotations

import re
from html import unescape

import pytest
from pyoxigraph import NamedNode
from tests.rendering.sites import small

from ekograph.rendering import pages
from ekograph.rendering.ontology import TermHierarchy
from ekograph.rendering.site import Site
from ekograph.rendering.values import language_name, switch_name
from ekograph.rendering.view import View

HEAD = """
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix : <https://example.org/id/> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
"""
ANIMALS = """
:onto a owl:Ontology ; rdfs:label "Animals"@en .
:animal a owl:Class ; rdfs:label "animal"@en .
:mammal a owl:Class ; rdfs:label "mammal"@en ; rdfs:subClassOf :animal .
:dog a owl:Class ; rdfs:label "dog"@en ; rdfs:subClassOf :mammal , [ a owl:Restriction ; owl:onProperty :eats ;
    owl:someValuesFrom [ owl:unionOf ( :meat [ owl:complementOf :bone ] ) ] ] ,
    [ a owl:Restriction ; owl:onProperty :legs ; owl:qualifiedCardinality 4 ; owl:onClass :leg ] .
:puppy a owl:Class ; rdfs:label "puppy"@en ; rdfs:subClassOf :dog .
:old a owl:Class ; rdfs:label "hound"@en ; owl:deprecated true ; dcterms:isReplacedBy :dog .
:eats a owl:ObjectProperty ; rdfs:label "eats"@en ; rdfs:domain :animal ; rdfs:range :food .
:chases a owl:ObjectProperty ; rdfs:label "chases"@en ; rdfs:domain [ owl:unionOf ( :dog :cat ) ] ; rdfs:range :animal ;
    owl:inverseOf :flees .
:bites a owl:ObjectProperty ; rdfs:label "bites"@en ; rdfs:subPropertyOf :chases .
:flees a owl:ObjectProperty ; rdfs:label "flees"@en .
:rex a :dog ; rdfs:label "Rex"@en ; foaf:knows [ :best :tom ] .
:tom a :cat ; rdfs:label "Tom"@en .
"""


@pytest.fixture(scope="module")
def animals() -> Site:
    return small(HEAD + ANIMALS, languages=("en",))


def words(site: Site, name: str) -> str:
    page = pages.resource_page(site, NamedNode(f"https://example.org/id/{name}"), "en").decode()
    main = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("dog", "Among the classes animal mammal dog puppy"),
        ("dog", "eats : at least one :meat or (not :bone )"),
        ("dog", ":legs : exactly 4 :leg"),
        ("dog", "Properties of dog chases animal"),
        ("dog", "Properties of animal eats :food"),
        ("dog", "Members 1 Rex"),
        ("animal", "Properties that lead here chases"),
        ("chases", "Domain dog or :cat"),
        ("chases", "Among the properties chases bites"),
        ("chases", "Inverse flees"),
        ("flees", "Inverse chases"),
        ("old", "Deprecated. dog"),
        ("onto", "Classes animal mammal dog puppy"),
        ("onto", "chases animal"),
        ("tom", "What refers to this :best Rex"),
    ],
)
def test_a_page_says_what_readers_of_ontologies_look_for(animals, name, text):
    assert text in words(animals, name)


def test_circles_of_classes_and_of_expressions_end():
    site = small(
        HEAD + ":a a owl:Class ; rdfs:subClassOf :b . :b a owl:Class ; rdfs:subClassOf :a , _:x . "
        "_:x owl:complementOf _:x .",
        languages=("en",),
    )
    assert "Among the classes" in words(site, "a")
    assert "not" in words(site, "b")


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        ("http://www.w3.org/2002/07/owl#disjointWith", "owl:disjointWith"),
        ("http://www.w3.org/2008/05/skos-xl#altLabel", "skosxl:altLabel"),
        ("http://purl.org/dc/elements/1.1/creator", "dc:creator"),
        ("http://www.w3.org/2002/07/owl#", "http://www.w3.org/2002/07/owl#"),
        ("https://unknown.example/x", "https://unknown.example/x"),
    ],
)
def test_well_known_prefixes_are_known_where_the_data_declares_none(iri, short):
    assert View(small("ex:s ex:p 1 ."), "en").short(iri) == short


def test_languages_are_chosen_by_their_own_names():
    assert [language_name(tag) for tag in ("de", "fi", "xx")] == ["Deutsch", "Suomi", "xx"]
    assert [switch_name(tag) for tag in ("de", "fi", "xx")] == ["Deutsch", "Suomeksi", "xx"]


def test_a_thing_of_a_narrower_kind_of_concept_is_shown_as_a_concept():
    site = small(
        HEAD + ":code rdfs:subClassOf :term . :term rdfs:subClassOf skos:Concept , :code . "
        ":a a :code ; skos:narrower :b . :b a :code .",
        languages=("en",),
    )
    assert "Narrower concepts b" in words(site, "a")


def test_an_empty_definition_gives_way_to_the_next():
    site = small(HEAD + ':a a owl:Class ; skos:definition "" ; rdfs:comment "said"@en .', languages=("en",))
    assert "class a said" in words(site, "a")


def test_of_several_ontologies_the_one_with_most_terms_gives_the_whole_its_name():
    site = small(
        HEAD + ':a-few a owl:Ontology ; rdfs:label "A few"@en . :x rdfs:isDefinedBy :a-few . '
        ':most a owl:Ontology ; rdfs:label "Most"@en . :y rdfs:isDefinedBy :most . :z rdfs:isDefinedBy :most .',
        languages=("en",),
    )
    assert View(site, "en").home == "Most"


def test_the_tree_of_an_ontology_begins_with_what_is_below_nothing_of_its_own():
    site = small(
        HEAD
        + """:onto a owl:Ontology . :person a owl:Class ; rdfs:subClassOf foaf:Agent ; rdfs:isDefinedBy :onto .
        :child a owl:Class ; rdfs:subClassOf :person ; rdfs:isDefinedBy :onto . foaf:Agent a owl:Class .
        :egg a owl:Class ; rdfs:subClassOf :hen . :hen a owl:Class ; rdfs:subClassOf :egg .""",
        languages=("en",),
    )
    tree = TermHierarchy(View(site, "en")).tree(NamedNode("https://example.org/id/onto"))
    assert [[node.value.rpartition("/")[2] for node in branch.walk()] for branch in tree] == [["person", "child"]]
    circle = small(HEAD + ":egg a owl:Class ; rdfs:subClassOf :hen . :hen a owl:Class ; rdfs:subClassOf :egg .")
    tree = TermHierarchy(View(circle, "en")).tree(NamedNode("https://example.org/id/onto"))
    assert [[node.value.rpartition("/")[2] for node in branch.walk()] for branch in tree] == [["egg", "hen"]]


def test_the_page_of_an_ontology_tells_what_every_term_means_at_an_anchor_and_draws_domains_and_ranges():
    terms = "".join(
        f'ex:{name} a owl:{kind} ; rdfs:isDefinedBy ex: ; rdfs:label "{name}"@en ; rdfs:comment "Means {name}."@en . '
        for name, kind in (("Tree", "Class"), ("Wood", "Class"), ("growsIn", "ObjectProperty"))
    )
    turtle = f"ex: a owl:Ontology . {terms} ex:growsIn rdfs:domain ex:Tree ; rdfs:range ex:Wood , owl:Thing ."
    page = pages.resource_page(small(HEAD + turtle), NamedNode("https://example.org/"), "en").decode()
    for name in ("Tree", "Wood", "growsIn"):
        section = page.partition(f'<section class="term" id="{name}">')[2].partition("</section>")[0]
        assert f"Means {name}." in section
    picture = page.partition('<svg class="model"')[2].partition("</svg>")[0]
    assert picture.count("<rect ") == 2
    assert picture.count('class="arrow"') == 1
    assert "Thing" not in picture
