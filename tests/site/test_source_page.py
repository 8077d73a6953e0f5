"""What is published says what the source page says, character by character."""

from __future__ import annotations

from hashlib import sha256

import pytest
from pyoxigraph import Store
from tests.conftest import SHARED
from tests.site.source_page import NO_BREAK_SPACE, outline, published, rows

BASE = "https://w3id.org/ekograph/"
#: The text copy of the page, as it was handed over.
TEXT = next(SHARED.glob("*/ekosysteemisopimukset.txt"), None)
#: Of the rebuilt lists, so that a copy without the text proves them too.
OUTLINE_SHA256 = "ec8d57c558a2e28ae2cfbad977ff18f8149a548e85572567f84c0f9f39d55886"

#: Agreement -> priorities, at depth 1, 2 and 3, without lower ones.
COUNTS = {
    "PKS": (4, 4, 0, 0, 4),
    "LAHTI": (8, 2, 6, 0, 6),
    "TURKU": (14, 3, 11, 0, 11),
    "LPR": (18, 2, 11, 5, 14),
}

#: What the source page prints that is no statement: headings, and what joins the lines of a contact.
FURNITURE = {
    "Ekosysteemien painopisteet",
    "Lisätietoja:",
    "tai",
}


@pytest.fixture(scope="module")
def store(shelf) -> Store:
    return published(shelf)


@pytest.fixture(scope="module")
def page() -> str:
    if TEXT is None:
        pytest.skip("the text of the source page is not beside this copy")
    return TEXT.read_text()


def test_the_lists_are_those_of_the_page_character_by_character(store, page):
    section = page.partition("Ekosysteemien painopisteet\n\n\n")[2].partition(f"\n\n{NO_BREAK_SPACE}")[0]
    assert outline(store) == section


def test_the_lists_are_those_that_were_compared_with_the_page(store):
    assert sha256(outline(store).encode()).hexdigest() == OUTLINE_SHA256


def test_the_counts_hold(store):
    found = {}
    for agreement, notation in rows(store, "SELECT ?a ?n WHERE { ?a a eko:Agreement ; skos:notation ?n }"):
        depths = [own.count(".") for own in _notations(store, agreement)]
        leaves = rows(
            store,
            f"SELECT ?p WHERE {{ ?p skos:inScheme <{agreement}> FILTER NOT EXISTS {{ ?low skos:broader ?p }} }}",
        )
        found[notation] = (len(depths), *(depths.count(depth) for depth in (1, 2, 3)), len(leaves))
    assert found == COUNTS


def _notations(store: Store, agreement: str) -> list[str]:
    return [own for (own,) in rows(store, f"SELECT ?n WHERE {{ ?p skos:inScheme <{agreement}> ; skos:notation ?n }}")]


def test_each_contact_is_printed_as_on_the_page(store, page):
    found = rows(
        store,
        """SELECT ?name ?title ?office ?printed ?pattern (COUNT(?agreement) AS ?many) WHERE {
            ?contact a eko:ContactPoint ; vcard:fn ?name ; vcard:title ?title ; cv:telephone ?printed ;
                eko:emailPattern ?pattern ; org:memberOf/skos:prefLabel ?office .
            FILTER(LANG(?title) = "fi" && LANG(?office) = "fi")
            ?agreement dcat:contactPoint ?contact ; a eko:Agreement .
        } GROUP BY ?name ?title ?office ?printed ?pattern""",
    )
    assert len(found) == 3
    for name, title, office, printed, pattern, many in found:
        served = page.partition(f"\n{name} (")[2].partition(")")[0]
        assert len(served.split(", ")) == int(many)
        assert f"\n{name} ({served})\n{title}\n{office}\nPuh. {printed}\n{pattern}" in page


def test_every_sentence_of_the_page_is_in_the_graph(store, page):
    texts = {text for (text,) in rows(store, "SELECT DISTINCT ?o WHERE { ?s ?p ?o FILTER(isLiteral(?o)) }")}
    for line in page.replace(outline(store), "").splitlines():
        left = line.replace(NO_BREAK_SPACE, "").removeprefix("Puh. ").partition(" (pääkaupunkiseutu")[0]
        left = left.removesuffix(" (Lappeenranta)")
        for text in sorted(texts, key=len, reverse=True):
            left = left.replace(text, "") if len(text) > 10 else left
        assert not left.strip() or left in FURNITURE, line


def test_the_copy_of_the_source_is_the_one_that_was_read(store, page):
    ((said,),) = rows(store, "SELECT ?id WHERE { ?copy a prov:Entity ; dcterms:identifier ?id }")
    assert said == f"sha256:{sha256(TEXT.read_bytes()).hexdigest()}"
    assert page


def test_every_named_graph_says_what_it_was_made_from_or_that_it_is_our_own(store):
    described = rows(store, "SELECT ?graph WHERE { ?graph prov:wasDerivedFrom|prov:wasAttributedTo ?origin }")
    graphs = {str(graph.value) for graph in store.named_graphs()} - {f"{BASE}graph/derived"}
    assert graphs <= {graph for (graph,) in described}
    assert len(graphs) > 20


def test_a_plain_query_finds_the_english_and_the_swedish_name_of_every_priority(store):
    for language in ("en", "sv"):
        query = f'SELECT ?p WHERE {{ ?p a eko:Priority ; skos:prefLabel ?l FILTER(lang(?l) = "{language}") }}'
        assert len(rows(store, query)) == 44


def test_what_is_unofficial_is_in_its_own_graph_and_marked_on_the_thing(store):
    graph = f"<{BASE}graph/translations-unofficial>"
    text = (
        "?thing ?property ?text . FILTER(isLiteral(?text) && ?property NOT IN (eko:unofficialText, skos:hiddenLabel))"
    )
    stated = rows(store, f"SELECT ?thing ?text WHERE {{ GRAPH {graph} {{ {text} }} }}")
    marked = rows(store, "SELECT ?thing ?text WHERE { ?thing eko:unofficialText ?text }")
    assert set(stated) == set(marked)
    assert not rows(store, "SELECT ?o WHERE { ?s ?p ?o FILTER(CONTAINS(lang(?o), '-')) }")


def test_the_introduction_keeps_its_order(store, page):
    query = (
        "SELECT ?text (COUNT(?before) AS ?position) WHERE { ?c eko:introduction/rdf:rest* ?before . "
        "?before rdf:rest* ?cell . ?cell rdf:first ?text } GROUP BY ?text ORDER BY ?position"
    )
    places = [page.index(text) for text, _ in rows(store, query)]
    assert len(places) == 3
    assert places == sorted(places)
