"""Pages of a bounded size for things of which there are many, and the lists that lead to all of them."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from pyoxigraph import NamedNode
from tests.rendering.sites import small

from ekograph.rdf.vocab import OWL, RDFS
from ekograph.rendering import pages
from ekograph.rendering.site import Site

COUNT = 2000
SCHEME = NamedNode("https://example.org/id/scheme")


@pytest.fixture(scope="module")
def flat() -> Site:
    """A scheme of very many top concepts."""
    concepts = "".join(
        f'<https://example.org/id/{number}> a skos:Concept ; skos:prefLabel "Name {number:04}"@en ; '
        f"skos:inScheme <{SCHEME.value}> ; skos:topConceptOf <{SCHEME.value}> . "
        for number in range(COUNT)
    )
    return small(f'{concepts} <{SCHEME.value}> a skos:ConceptScheme ; skos:prefLabel "All"@en .', languages=("en",))


def linked(page: bytes) -> set[str]:
    return set(re.findall(r'href="(/doc/\d+)\.en\.html"', page.decode()))


def test_the_list_of_a_scheme_leads_to_every_concept_in_pages_of_a_bounded_size(flat):
    listing = flat.listings[SCHEME]
    made = [pages.list_page(flat, listing, number, "en") for number in range(1, listing.pages + 1)]
    assert max(map(len, made)) < 200_000
    assert len(set.union(*map(linked, made))) == COUNT
    assert all(len(linked(page)) <= 250 for page in made)


def test_the_pages_of_a_list_lead_to_one_another_by_letter_and_by_number(flat):
    listing = flat.listings[SCHEME]
    page = pages.list_page(flat, listing, 2, "en").decode()
    assert f'href="{listing.path}.en.html"' in page
    assert f'href="{listing.path}/3.en.html"' in page
    assert '<span aria-current="page">2</span>' in page


def test_pages_of_a_scheme_with_very_many_concepts_are_small_and_lead_to_the_list(flat):
    listing = flat.listings[SCHEME]
    for page in (pages.resource_page(flat, SCHEME, "en"), pages.front_page(flat, "en")):
        assert len(page) < 200_000
        assert f'href="/list/{listing.path.rpartition("/")[2]}.en.html"'.encode() in page or b"/list/concept.en" in page
    concept = pages.resource_page(flat, NamedNode("https://example.org/id/1000"), "en")
    assert len(concept) < 30_000
    assert len(linked(concept)) <= 41


def test_the_page_of_a_concept_takes_no_longer_for_the_number_of_its_siblings(flat):
    few = small(
        "".join(f"<https://example.org/id/{n}> a skos:Concept ; skos:topConceptOf ex:s . " for n in range(40)),
        languages=("en",),
    )

    def seconds(site: Site) -> float:
        nodes = [NamedNode(f"https://example.org/id/{number}") for number in range(40)]
        for node in nodes[:2]:
            pages.resource_page(site, node, "en")
        start = time.process_time()
        for node in nodes:
            pages.resource_page(site, node, "en")
        return time.process_time() - start

    assert min(seconds(flat) for _ in range(3)) < 4 * max(seconds(few) for _ in range(3))


def test_two_classes_of_one_local_name_have_lists_at_different_addresses():
    things = "".join(f"<https://example.org/id/{n}> a <https://{'a' if n % 2 else 'b'}.org/Tree> . " for n in range(60))
    site = small(things)
    paths = {listing.path for listing in site.listings.values()}
    assert paths == {"/list/tree", "/list/tree-2"}


def test_a_site_of_very_many_classes_has_a_front_page_of_a_bounded_size_that_names_them():
    things = "".join(
        f'ex:{kind}-{number} a <https://example.org/def#Kind{kind:03}> ; skos:prefLabel "Thing"@en . '
        for kind in range(250)
        for number in range(12)
    )
    page = pages.front_page(small(things, languages=("en",)), "en")
    assert len(page) < 200_000
    assert all(f"Kind{kind:03}".encode() in page for kind in range(250))


def test_of_many_ontologies_in_a_folder_none_names_the_whole_and_of_few_the_one_with_most_terms_does():
    def heading(count: int) -> str:
        ontologies = "".join(
            f'<https://example.org/o{number}> a <{OWL}Ontology> ; skos:prefLabel "Ontology {number}"@en . '
            f"<https://example.org/o{number}#C> a <{OWL}Class> ; <{RDFS}isDefinedBy> <https://example.org/o1> . "
            for number in range(count)
        )
        site = replace(small(ontologies, languages=("en",)), title="folder")
        return re.findall("<h1>(.*?)</h1>", pages.front_page(site, "en").decode())[0]

    assert heading(3) == "Ontology 1"
    assert heading(40) == "folder"
