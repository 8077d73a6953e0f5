"""What the pages of the real site tell, as a person reads it."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from pyoxigraph import NamedNode
from tests.rendering.sites import LANGUAGES, small
from tests.site.real import BASE, node, printed, real, shapes, theme_module, thing

from ekograph.rendering import pages

eko = theme_module("agreements")


def plain(page: str) -> str:
    """The words of a page, with single spaces."""
    content = re.sub(r"<head>.*?</head>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content)).split())


def front(language: str) -> str:
    return pages.front_page(real(), language).decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_front_page_shows_every_agreement_priority_place_authority_and_contact(language):
    page = front(language)
    together = eko.together(real())
    shown = [*together, *eko.places(real()), *real().dataset.instances(eko.CONTACT)]
    shown += [each for agreement in together for top in real().hierarchy.tree(agreement) for each in top.walk()]
    assert len(shown) == 4 + 8 + 3 + 44
    for each in shown:
        assert f'"/doc/{each.value.removeprefix(BASE + "id/")}.{language}.html"' in page


def test_priorities_stand_in_the_order_of_the_source():
    words = plain(thing("agreement/lappeenranta"))
    lines = [
        "Vihreä sähköistäminen LPR.1",
        "LPR.1.1",
        "LPR.1.2 ",
        "Hiilidioksidin talteenotto ja käsittely LPR.1.2.1",
        "Vihreän vedyn tuotanto ja vetytalouden edistäminen LPR.1.2.2",
        "LPR.1.2.3",
        "LPR.1.3 ",
        "LPR.1.4",
        "Toimenpidekokonaisuudet LPR.2",
        "LPR.2.7",
    ]
    positions = [words.index(each) for each in lines]
    assert positions == sorted(positions)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("place/imatra", ["Lappeenrannan (ml. Imatra) ekosysteemisopimus", "Laura Peuhkuri", "Etelä-Karjalan liitto"]),
        ("place/helsinki", ["Pääkaupunkiseudun ekosysteemisopimus", "Hanna Laaksonen", "040 574 8930"]),
        ("priority/lappeenranta/vihrea-vety", ["Etelä-Karjalan liitto", "Susanna Kaskinen", "040 682 5819", "P2X"]),
        ("authority/uudenmaan-liitto", ["Lahden ekosysteemisopimus", "Turun ekosysteemisopimus", "Hanna Laaksonen"]),
        (
            "contact/etela-karjalan-liitto-2",
            ["Susanna Kaskinen", "Hallintoasiantuntija", "susanna.kaskinen@ekarjala.fi"],
        ),
        (
            "agreement/turku",
            ["Rahoitettavien hankkeiden tulee olla", "ohjelmakausi 2021–2027", "9.2.2021", "31.12.2027"],
        ),
    ],
)
def test_a_page_answers_what_people_ask(path, told):
    words = plain(thing(path))
    assert [each for each in told if each not in words] == []


def test_numbers_and_addresses_can_be_called_and_written_to():
    page = thing("contact/uudenmaan-liitto-1", "en")
    assert 'href="tel:+358405748930"' in page
    assert 'href="mailto:hanna.laaksonen@uudenmaanliitto.fi"' in page


def test_a_translation_without_standing_is_marked_in_words():
    page = plain(thing("priority/lappeenranta/p2x", "en"))
    assert "Unofficial translation" in page
    assert "Names and texts with an asterisk are unofficial translations" in page
    assert "asterisk" not in plain(thing("place/imatra", "fi"))


def test_a_text_in_another_language_says_which():
    page = thing("agreement/lahti", "en")
    assert '<span lang="fi">Kestävä kaupunkikehittäminen – ekosysteemisopimukset</span>' in page


@pytest.mark.parametrize(
    ("language", "day"), [("fi", "9.2.2021"), ("sv", "9 februari 2021"), ("en", "9 February 2021")]
)
def test_dates_are_written_as_the_reader_does(language, day):
    assert f'<time datetime="2021-02-09">{day}</time>' in thing("agreement/lahti", language)


def test_the_vocabulary_has_an_anchor_and_an_example_for_every_class():
    iri = NamedNode(f"{BASE}def")
    quads = [each for each in real().dataset.quads if each.subject.value.startswith(iri.value)]
    page = pages.vocabulary_page(real(), iri, quads, shapes(), "en").decode()
    for name in ("Agreement", "Priority", "FundingAuthority", "ContactPoint", "FundingRequirement", "priorityKind"):
        assert f'id="{name}"' in page
    assert "Used 44 times." in plain(page)


def test_a_site_of_another_vocabulary_gets_pages_too():
    book = "<https://example.org/id/1>"
    site = small(f"{book} a ex:Book ; ex:by <https://example.net/w> ; ex:pages 12345 ; ex:has [ ex:x 'deep' ] .")
    words = plain(pages.resource_page(site, NamedNode("https://example.org/id/1"), "fi").decode())
    assert "12 345" in words
    assert "deep" in words
    assert "ex:Book" in plain(pages.front_page(site, "sv").decode())


def test_a_list_is_shown_as_a_list():
    site = small("<https://example.org/id/1> ex:authors ( 'Aino' 'Bo' ( 'Cai' ) ) .")
    page = pages.resource_page(site, NamedNode("https://example.org/id/1"), "en").decode()
    assert '<ol class="members"><li>Aino</li><li>Bo</li><li><ol class="members"><li>Cai</li></ol></li></ol>' in page


@pytest.mark.parametrize(
    "broken",
    [
        "_:a rdf:first 'Aino' ; rdf:rest _:a .",
        "_:a rdf:first _:a ; rdf:rest rdf:nil .",
        "_:a rdf:first 'Aino' .",
        "_:a rdf:first 'Aino' , 'Bo' ; rdf:rest rdf:nil .",
    ],
)
def test_a_damaged_list_is_shown_as_what_it_says(broken):
    prefix = "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> ."
    site = small(f"{prefix} <https://example.org/id/1> ex:authors _:a . {broken}")
    pages.resource_page(site, NamedNode("https://example.org/id/1"), "en")


@pytest.mark.parametrize(
    ("turtle", "name"),
    [
        ("ex:def a <http://www.w3.org/2002/07/owl#Ontology> ; <http://purl.org/dc/terms/title> 'Trees'@en .", "Trees"),
        ("ex:t a ex:Tree .", "example.org"),
    ],
)
def test_a_site_is_named_after_what_describes_it_or_its_host(turtle, name):
    page = pages.front_page(small(turtle), "en").decode()
    assert f"<title>{name}</title>" in page
    assert "Search for a name or a notation" in page


def test_the_vocabulary_leads_to_the_rules_and_they_lead_back():
    iri = NamedNode(f"{BASE}def")
    quads = [each for each in real().dataset.quads if each.subject.value.startswith(iri.value)]
    vocabulary = pages.vocabulary_page(real(), iri, quads, shapes(), "fi").decode()
    rules = pages.rules_page(real(), shapes(), "fi").decode()
    agreement = vocabulary.partition('id="Agreement"')[2].partition("</section>")[0]
    assert 'href="/rules.fi.html#D01"' in agreement
    assert 'href="/def.fi.html#fundingAuthority"' in rules.partition('id="D01"')[2].partition("</section>")[0]
    assert "{?" not in rules
    assert "{% " not in rules


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", "Verrattu lähdesivun tekstikopioon 24.11.2026 – Lähdesivun teksti"),
        ("sv", "Jämfört med en textkopia av källsidan 24 november 2026 – Källsidans text"),
        ("en", "Compared with a text copy of the source page 24 November 2026 – Text of the source page"),
    ],
)
def test_every_contact_says_from_where_it_is_and_with_what_it_was_compared_when(language, words):
    contacts = real().dataset.instances(eko.CONTACT)
    assert len(contacts) == 3
    for each in contacts:
        page = thing(each.value.removeprefix(f"{BASE}id/"), language)
        assert words in plain(page)
        assert "https://rakennerahastot.fi/etela-suomi/kehittamisen-painopisteet/kestava-kaupunkikehittaminen" in page


@pytest.mark.parametrize(
    "row",
    [
        "Turtle dataset.ttl , dataset.ttl.gz 62 kB",
        "N-Quads dataset.nq.gz 1,2 MB",
        "ekosysteemisopimus agreement.csv 1 kB",
        "Kaikki tiedostot samassa paketissa all.zip 110 kB",
        "Tarkistussummat SHA256SUMS 3 kB",
    ],
)
def test_files_are_told_by_content_and_size(row):
    page = re.sub(r"</td>", " ", printed("fi")["/downloads.fi.html"].decode())
    assert row in " ".join(plain(page).split())


@pytest.mark.parametrize(
    ("language", "heading"), [("fi", "Muut lähteet"), ("sv", "Andra källor"), ("en", "Other sources")]
)
def test_an_agreement_names_the_sources_of_what_the_source_page_does_not_say(language, heading):
    page = thing("agreement/lahti", language)
    assert heading in plain(page)
    assert "tem.fi/ekosysteemisopimukset" in page
    assert "www.biotalous.fi" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [("fi", "sitä ei ole kuvattu tässä"), ("sv", "det beskrivs inte här"), ("en", "not described")],
)
def test_a_town_whose_agreement_is_not_described_says_so(language, words):
    page = thing("place/kuopio", language)
    assert words in plain(page)
    assert f'"/doc/agreement/kuopio.{language}.html"' in page


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ("mailto:a@example.fi", "mailto:a@example.fi?subject=Imatra&amp;body="),
        ("https://example.fi/form", "https://example.fi/form?page="),
        ("https://example.fi/form?to=us", "https://example.fi/form?to=us&amp;page="),
    ],
)
def test_a_page_has_a_feedback_link_that_carries_its_address_where_a_contact_is_set(contact, expected):
    site = replace(real(), contact=contact)
    page = pages.resource_page(site, node("place/imatra"), "fi").decode()
    assert f'href="{expected}http://public-url.invalid/doc/place/imatra.fi.html"' in page
    assert "Anna palautetta" not in thing("place/imatra")
