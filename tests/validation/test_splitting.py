"""The rules are validated in two parts only where both together find what all of them find."""

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from ekograph.validation.shacl.engine import halves
from ekograph.validation.shacl.shapes import ShapesGraph

HEAD = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <http://x.example/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
: sh:declare [ sh:prefix "x" ; sh:namespace "http://x.example/"^^xsd:anyURI ] .
:query sh:prefixes : ; sh:select "SELECT $this WHERE { $this x:p ?o }" ; sh:message "No."@en .
"""


def parts(turtle: str) -> list[set[str]]:
    """The subjects named in each part."""
    found = halves(ShapesGraph(parse(HEAD + turtle, RdfFormat.TURTLE)).graph)
    named = [{quad.subject for quad in part if isinstance(quad.subject, NamedNode)} for part in found]
    return [{each.value.removeprefix("http://x.example/") for each in part} for part in named]


def test_a_shape_that_only_asks_in_sparql_moves_with_all_that_it_leads_to():
    rest, moved = parts(':A a sh:NodeShape ; sh:targetNode :a ; sh:sparql :query ; rdfs:comment "Why." .')
    assert "A" not in rest
    assert moved >= {"A", "query", ""}


def test_every_other_one_moves():
    one = "a sh:NodeShape ; sh:targetNode :a ; sh:sparql :query ."
    rest, moved = parts(f":A {one} :B {one} :C {one} :D {one}")
    assert rest & set("ABCD") == {"B", "D"}
    assert moved & set("ABCD") == {"A", "C"}


@pytest.mark.parametrize(
    "turtle",
    [
        ":A sh:targetNode :a ; sh:sparql :query ; sh:property [ sh:path :p ; sh:minCount 1 ] .",
        ":A sh:targetNode :a ; sh:sparql :query . :B sh:targetNode :b ; sh:node :A .",
        ":A sh:targetNode :a ; sh:sparql :query ; sh:deactivated true .",
        ":A sh:targetNode :a ; sh:path :p ; sh:minCount 1 .",
    ],
)
def test_other_shapes_stay_together(turtle):
    assert len(parts(turtle)) == 1
