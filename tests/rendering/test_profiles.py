"""What a site mostly is, by its data or its settings, and pictures and texts with markup on its pages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pyoxigraph import NamedNode
from tests.rendering.sites import small

from ekograph.rendering import pages
from ekograph.rendering.site import Site

PREFIXES = (
    "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "
    "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> . "
    "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix schema: <http://schema.org/> . @prefix : <urn:x:> . "
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> ."
)


def site(turtle: str, **fields: object) -> Site:
    return replace(small(PREFIXES + turtle, languages=("en",)), **fields)


def shown(of: Site, name: str = "a") -> str:
    return pages.resource_page(of, NamedNode(f"https://example.org/id/{name}"), "en").decode()


@pytest.mark.parametrize(
    ("profile", "turtle"),
    [
        ("skos", "<https://example.org/id/s> a skos:ConceptScheme . <https://example.org/id/c> a skos:Concept ."),
        ("owl", "<https://example.org/id/a> a owl:Class . <https://example.org/id/p> a owl:DatatypeProperty ."),
        ("owl", "<https://example.org/id/a> a rdfs:Class . <https://example.org/id/i> a :Member ."),
        ("dcat", "<https://example.org/id/d> a dcat:Dataset . <https://example.org/id/o> a foaf:Agent ."),
        ("rdf", "<https://example.org/id/d> a foaf:Person ."),
        ("rdf", "<https://example.org/id/a> a :A , :B , :C , owl:Class ."),
    ],
)
def test_a_site_is_what_a_third_of_its_things_are(profile, turtle):
    assert site(turtle).profile == profile
    front = pages.front_page(site(turtle), "en").decode()
    words = {"skos": "(SKOS)", "owl": "An ontology", "dcat": "(DCAT)", "rdf": "(RDF)"}
    assert words[profile] in front.partition('<p class="lead">')[2].partition("</p>")[0]


def test_the_classes_of_the_profile_come_first_and_a_setting_decides():
    turtle = (
        "<https://example.org/id/s> a skos:ConceptScheme . <https://example.org/id/c> a skos:Concept . "
        + " ".join(f"<https://example.org/id/p{n}> a foaf:Person ." for n in range(4))
    )
    plain, chosen = site(turtle), site(turtle, set_profile="skos")
    assert (plain.profile, chosen.profile) == ("skos", "skos")
    assert site(turtle, set_profile="rdf").profile == "rdf"
    front = pages.front_page(chosen, "en").decode()
    assert front.index("concept scheme") < front.index("person")


def test_pictures_show_where_the_site_allows_their_host():
    turtle = '<https://example.org/id/a> foaf:depiction <https://pictures.example/a/oak.jpg> ; schema:name "Oak"@en .'
    assert ">oak.jpg</a>" in shown(site(turtle))
    assert "<img" not in shown(site(turtle))
    allowed = shown(site(turtle, images=("https://pictures.example",)))
    assert '<img src="https://pictures.example/a/oak.jpg" alt="picture: oak.jpg" loading="lazy">' in allowed
    assert "<img" not in shown(site(turtle, images=("https://pictures.exam",)))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("A **strong** word.", "<strong>strong</strong>"),
        ("Two kinds:\\n\\n* hard\\n* soft", "<ul>\n<li>hard</li>"),
        ("1. one\\n2. two", "<ol>"),
        ("See [the page](https://example.org/x).", '<a href="https://example.org/x" rel="external">the page</a>'),
        ("Use `rdfs:label` here.\\nNot there.", "<code>rdfs:label</code> here.<br>"),
        ("A <em>strong</em> word.", "<em>strong</em>"),
        ("**bold** <script>alert(1)</script>", "<strong>bold</strong> &lt;script"),
        ("[bad](https://x.example) [worse](javascript:alert)", "javascript:alert"),
    ],
)
def test_texts_with_markup_are_shown_so(text, part):
    page = shown(site(f'<https://example.org/id/a> skos:definition "{text}"@en .'))
    assert part in page
    assert 'href="javascript' not in page


@pytest.mark.parametrize("text", ["a * b * c", "1,5 - 2", "x_y_z and 3*4*5", "- not a list of one", "a < b > c", "#no"])
def test_plain_texts_stay_plain(text):
    page = shown(site(f'<https://example.org/id/a> rdfs:comment "{text}"@en .'))
    assert 'class="html"' not in page


def test_what_shapes_ask_stands_beside_their_class():
    turtle = (
        "<https://example.org/id/a> a owl:Class . [] sh:targetClass <https://example.org/id/a> ; "
        "sh:property [ sh:path :length ; sh:maxCount 1 ; sh:datatype xsd:decimal ] , "
        '[ sh:path foaf:name ; sh:in ( "x" "y" ) ] .'
    )
    turtle += " <https://example.org/id/b> a owl:Class ; rdfs:subClassOf <https://example.org/id/a> ."
    assert "Rules of" in shown(site(turtle), "b")
    page = shown(site(turtle)).partition("<h2>Rules of")[2].partition("</section>")[0]
    assert "at most: 1" in page
    assert "xsd:decimal" in page
    assert "one of: x, y" in page


def test_texts_of_a_language_that_the_program_does_not_speak_say_so():
    turtle = '<https://example.org/id/a> rdfs:label "Baum"@de , "tree"@en ; rdfs:comment "Ein Baum."@de .'
    german = replace(small(PREFIXES + turtle, languages=("de", "en")))
    page = pages.resource_page(german, NamedNode("https://example.org/id/a"), "de").decode()
    assert '<html lang="en">' in page
    assert '<h1><span lang="de">Baum</span></h1>' in page
    assert '<p><span lang="de">Ein Baum.</span></p>' in page
    assert ">Deutsch</span>" in page


def test_matches_are_grouped_by_the_scheme_or_else_the_host_of_the_other_concept():
    turtle = (
        "<https://example.org/id/a> a skos:Concept ; skos:exactMatch <https://example.org/id/b> ; "
        "skos:closeMatch <https://words.example/c> . "
        "<https://example.org/id/b> skos:inScheme <https://example.org/id/s> . "
        '<https://example.org/id/s> a skos:ConceptScheme ; skos:prefLabel "Other words"@en .'
    )
    page = shown(site(turtle)).partition('id="mappings"')[2].partition("</section>")[0]
    assert "<dt>Other words</dt>" in page
    assert "<dt>words.example</dt>" in page


def test_terms_that_people_write_with_a_prefix_are_shown_so():
    turtle = "<https://example.org/id/a> <http://data.europa.eu/eli/ontology#number> <http://purl.org/spar/cito/x> ."
    page = shown(site(turtle))
    assert "eli:number" in page
    assert ">cito:x</a>" in page
