"""Terms are written into a text as that text writes them, and mean the same there."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from ekograph.turtle.triples import abbreviations

XSD = "http://www.w3.org/2001/XMLSchema#"
SLASH = f"@base <http://example.org/id/> .\n@prefix ex: <http://example.org/def#> .\n@prefix xsd: <{XSD}> .\n"
FILE = "@base <http://example.org/id> .\n@prefix ex: <http://example.org/def#> .\n"


@pytest.mark.parametrize(
    ("head", "term", "written"),
    [
        (SLASH, NamedNode("http://example.org/def#Tree"), "ex:Tree"),
        (SLASH, NamedNode("http://example.org/def#a/b"), "<http://example.org/def#a/b>"),
        (SLASH, NamedNode("http://example.org/def#"), "<http://example.org/def#>"),
        (SLASH, NamedNode("http://example.org/id/tree/oak"), "<tree/oak>"),
        (SLASH, NamedNode("http://example.org/id/"), "<http://example.org/id/>"),
        (SLASH, NamedNode("http://example.org/id/urn:x"), "<http://example.org/id/urn:x>"),
        (SLASH, NamedNode("http://example.com/id/tree"), "<http://example.com/id/tree>"),
        # A base that is no folder: what begins like it does not lie within it.
        (FILE, NamedNode("http://example.org/idea"), "<http://example.org/idea>"),
        (FILE, NamedNode("http://example.org/id/tree"), "<http://example.org/id/tree>"),
        ("", NamedNode("http://example.org/id/tree"), "<http://example.org/id/tree>"),
        (SLASH, Literal("12", datatype=NamedNode(f"{XSD}integer")), "12"),
        (SLASH, Literal("2021", datatype=NamedNode(f"{XSD}gYear")), '"2021"^^xsd:gYear'),
        (FILE, Literal("2021", datatype=NamedNode(f"{XSD}gYear")), f'"2021"^^<{XSD}gYear>'),
        (SLASH, Literal("oak", language="en"), '"oak"@en'),
        (SLASH, Literal('a "tree"^^'), r'"a \"tree\"^^"'),
    ],
)
def test_a_term_is_written_as_the_text_writes_them(head, term, written):
    assert abbreviations(head).write(term) == written
    (quad,) = parse(f"{head}<http://example.org/s> <http://example.org/p> {written} .", RdfFormat.TURTLE)
    assert quad.object == term
