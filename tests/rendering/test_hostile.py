"""Whatever the data says, a page shows it as text."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad
from tests.rendering.sites import LANGUAGES

from ekograph.rdf.dataset import Dataset
from ekograph.rdf.vocab import RDFS, SKOS
from ekograph.rendering import pages
from ekograph.rendering.site import Site

THING = NamedNode("https://example.org/id/1")
SHOWN = NamedNode(f"{RDFS}seeAlso")


def page(*values, predicate=SHOWN) -> str:
    quads = [Quad(THING, predicate, each) for each in values]
    dataset = Dataset(quads, base="https://example.org/", prefixes={}, languages=LANGUAGES)
    return pages.resource_page(Site(dataset, "1", "2026-01-01"), THING, "en").decode()


def elements(text: str) -> list[str]:
    """The tags of a page, but those that keep the lines of a text."""
    return re.findall(r"<[a-z/!][^>]*>", re.sub(r'<span class="lines">(.*?)</span>', r"\1", text, flags=re.DOTALL))


@pytest.mark.parametrize(
    "iri",
    ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "tel:+358"],
)
def test_an_iri_that_is_not_of_the_web_is_text(iri):
    assert f'href="{iri}"' not in page(NamedNode(iri))
    assert iri in unescape(page(NamedNode(iri)))


def test_a_web_address_is_a_link():
    assert 'href="https://example.net/x?a=1&amp;b=2"' in page(NamedNode("https://example.net/x?a=1&b=2"))


@pytest.mark.parametrize("kind", ["HTML", "XMLLiteral"])
def test_a_literal_of_markup_is_text(kind):
    value = Literal(
        "<b onclick='x()'>bold</b>", datatype=NamedNode(f"http://www.w3.org/1999/02/22-rdf-syntax-ns#{kind}")
    )
    assert "<b onclick" not in page(value)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40).filter(str.strip))
def test_any_text_is_shown_and_adds_no_element(text):
    plain = page(Literal("x", language="en"))
    for predicate in (SHOWN, NamedNode(f"{SKOS}prefLabel"), NamedNode("https://example.org/a")):
        shown = elements(page(Literal(text, language="en"), predicate=predicate))
        # Lines and empty texts are marked by spans of ours.
        ours = ['<span class="lines">', '<span class="quiet">', "</span>"]
        added = [element for element in shown if element not in ours]
        usual = list(elements(page(Literal("x", language="en"), predicate=predicate)))
        assert len(added) <= len([element for element in usual if element not in ours])
    assert len(elements(plain)) > 10


def test_a_cycle_of_concepts_and_of_blank_nodes_ends():
    a, b = NamedNode("https://example.org/id/a"), NamedNode("https://example.org/id/b")
    broader, top = NamedNode(f"{SKOS}broader"), NamedNode(f"{SKOS}topConceptOf")
    kind = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    concept = NamedNode(f"{SKOS}Concept")
    quads = [Quad(a, broader, b), Quad(b, broader, a), Quad(a, broader, a), Quad(a, kind, concept), Quad(a, top, b)]
    site = Site(Dataset(quads, base="https://example.org/", prefixes={}, languages=("en",)), "1", "2026-01-01")
    assert b"<h1>" in pages.resource_page(site, a, "en")
    assert b"<h1>" in pages.front_page(site, "en")
