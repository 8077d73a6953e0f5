"""The example queries: each is answered as expected, and shown so that people can use it."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from pyoxigraph import NamedNode
from tests.rendering.sites import LANGUAGES
from tests.site.real import BASE, answers, node, printed, real, shapes

from ekograph.rendering.example_queries import Example, Parameter, example

#: The number of rows of each query as it stands in its file, and cells that its CSV must hold.
EXPECTED = {
    "agreement-of-place": (2, ["id/agreement/lappeenranta", "id/authority/etela-karjalan-liitto"]),
    "agreement-of-town": (1, ["id/agreement/kajaani", "Kajaanin (ml. Sotkamo) ekosysteemisopimus"]),
    "agreements": (4, ["Lahden ekosysteemisopimus", "id/authority/uudenmaan-liitto"]),
    "agreements-of-contact": (3, ["Turun ekosysteemisopimus", "Pääkaupunkiseudun ekosysteemisopimus"]),
    "attested-names": (
        None,
        ["Green electrification", "https://greenreality.fi/en/greenreality-lappeenranta/green-electrification"],
    ),
    "circular-economy": (3, ["LAHTI.1", "LAHTI.1.2", "TURKU.3.1"]),
    "city-parties": (7, ["id/organisation/lahden-kaupunki", "0201256-6"]),
    "classes": (None, ["def#Priority", "44"]),
    "comparisons": (3, ["2026-11-24", "id/source/lahdesivun-teksti"]),
    "contacts": (5, ["040 574 8930", "mailto:laura.peuhkuri@ekarjala.fi", "Hallintoasiantuntija"]),
    "counts": (4, ["4", "8", "14", "18", "6", "11"]),
    "cross-cutting": (4, ["TURKU.3", "TURKU.3.1", "TURKU.3.2", "TURKU.3.3"]),
    "documents": (16, ["id/agreement/lahti", "id/agreement/kuopio", "https://tem.fi/ekosysteemisopimukset"]),
    "english-names": (44, ["Green electrification", "Cross-cutting themes"]),
    "eurovoc": (12, ["http://eurovoc.europa.eu/1275", "hydrogen"]),
    "facts-from-elsewhere": (
        100,
        ["2021-02-09", "2026-11-29", "id/organisation/imatran-kaupunki", "https://tem.fi/ekosysteemisopimukset"],
    ),
    "graph-sources": (40, ["graph/dates", "graph/contacts", "Lähdesivun teksti"]),
    "graphs": (None, ["graph/contacts", "graph/derived"]),
    "hydrogen": (1, ["id/priority/lappeenranta/vihrea-vety"]),
    "in-force": (4, ["2021-02-09", "2027-12-31"]),
    "in-force-on": (16, ["id/agreement/pks", "id/agreement/kuopio", "2027-12-31"]),
    "introduction": (3, ["1", "2", "3"]),
    "leaves": (35, ["PKS.1", "LPR.1.2.3"]),
    "measures": (7, ["LPR.2.1", "Innovatiiviset hankinnat"]),
    "own-graphs": (7, ["graph/translations-unofficial", "Epäviralliset käännökset"]),
    "parties": (8, ["id/organisation/tem", "4", "id/organisation/imatran-kaupunki", "1"]),
    "parties-of-agreement": (
        3,
        ["Lappeenrannan kaupunki", "Imatran kaupunki", "graph/parties", "graph/agreement-lappeenranta"],
    ),
    "party-sources": (4, ["https://lawinsider.com/fi/contracts/ibCFpiLUzxk", "2026-11-29"]),
    "path-of-priority": (3, ["LPR.1", "LPR.1.2", "LPR.1.2.2"]),
    "periods": (1, ["id/period/2021-2027", "2021", "2027"]),
    "places": (20, ["091", "398", "http://www.wikidata.org/entity/Q28911"]),
    "priorities-of-agreement": (8, ["LAHTI.1.1", "Hiilineutraali kiertotalous"]),
    "priorities-of-authority": (26, ["PKS.4", "TURKU.3.3"]),
    "programme": (1, ["2021", "2027"]),
    "properties": (None, ["http://www.w3.org/2004/02/skos/core#prefLabel", "44"]),
    "requirements": (1, ["id/requirement/hankkeet", "4"]),
    "sources": (16, ["https://tem.fi/en/ecosystem-agreements", "2026-11-29"]),
    "sources-of-agreement": (None, ["http://purl.org/dc/terms/issued", "id/source/lahdesivun-teksti"]),
    "subject-across-agreements": (6, ["circular economy", "carbon neutrality"]),
    "subjects": (57, ["urheilu", "5", "hiilineutraalius"]),
    "top-priorities": (11, ["def#MeasureGroup", "def#CrossCutting", "LAHTI.2"]),
    "towns": (20, ["091", "765", "id/agreement/kajaani"]),
    "undated-sources": (7, ["https://github.com/NatLibFi/Annif-corpora"]),
    "unofficial-translations": (145, ["en", "sv", "Carbon neutral circular economy"]),
    "untranslated": (43, ["LPR.1.1"]),
    "urban-areas": (16, ["Kuopio", "true", "false", "id/agreement/kuopio"]),
}
BODIES = {each.address: each.body.decode() for each in answers()}


def rows(address: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(BODIES[address].removeprefix("\ufeff"))))[1:]


def test_there_are_at_least_forty_queries_titled_in_three_languages():
    assert len(real().queries) >= 40
    assert [each.name for each in real().queries if set(each.titles) != set(LANGUAGES)] == []
    assert sorted(EXPECTED) == [each.name for each in real().queries]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_query_is_answered_as_expected(name):
    count, cells = EXPECTED[name]
    found = rows(f"/queries/{name}.csv")
    assert count in {None, len(found)}
    flat = {cell.removeprefix(BASE) for row in found for cell in row}
    assert [each for each in cells if each not in flat] == []


@pytest.mark.parametrize("name", EXPECTED)
def test_the_table_the_csv_and_the_json_say_the_same(name):
    solutions = json.loads(BODIES[f"/queries/{name}.json"])["results"]["bindings"]
    assert len(solutions) == len(rows(f"/queries/{name}.csv"))
    for language in LANGUAGES:
        body = BODIES[f"/queries/{name}.{language}.html"].partition("<tbody>")[2]
        assert body.count("<tr>") == len(solutions)


def test_a_query_with_a_parameter_has_a_page_for_each_value_and_a_list_to_pick_from():
    page = BODIES["/queries/agreement-of-place/place/espoo.fi.html"]
    assert rows("/queries/agreement-of-place/place/espoo.csv")[0][0] == f"{BASE}id/agreement/pks"
    options = re.findall(r'<option value="([^"]+)"( selected)?>([^<]+)', page)
    assert len(options) == 23
    assert [name for _, selected, name in options if selected] == ["Espoo"]
    assert all(address in BODIES for address, _, _ in options)


def test_every_value_of_every_parameter_is_answered():
    assert (
        sum(address.startswith("/queries/path-of-priority/") and address.endswith(".csv") for address in BODIES) == 44
    )
    assert len(rows("/queries/priorities-of-agreement/agreement/lappeenranta.csv")) == 18


def test_the_query_that_was_asked_is_shown_and_can_be_changed():
    page = BODIES["/queries/agreement-of-place/place/espoo.en.html"]
    assert "VALUES ?place { &lt;https://w3id.org/ekograph/id/place/espoo&gt; }" in page
    assert 'href="/sparql.en.html?query=' in page


def test_a_value_takes_the_place_of_the_one_in_the_file():
    asked = example("x", "# en: X\n# parameter: place urn:Place\nSELECT * { VALUES ?place { <urn:a> } ?s ?p ?place }")
    assert asked.value == "urn:a"
    assert "VALUES ?place { <urn:b> }" in asked.asked_of(NamedNode("urn:b"))
    assert asked.parameter == Parameter("place", "urn:Place")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SELECT * { ?s ?p ?o }", "no title"),
        ("# en: X\n# parameter: place\nSELECT * {}", "the IRI of a class"),
        ("# en: X\n# parameter: place urn:Place\nSELECT * { ?s ?p ?o }", "no place in the query"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_of_in_words(text, words):
    with pytest.raises(ValueError, match=words):
        example("x", text)


def test_a_title_falls_back_to_the_first_language_there_is():
    assert Example("x", {"en": "Title"}, "").title("fi") == ("Title", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rules_are_told_in_words_with_anchors(language):
    page = printed(language)[f"/rules.{language}.html"].decode()
    named = {each.subject for each in shapes() if each.predicate.value == "http://www.w3.org/ns/shacl#name"}
    assert len(re.findall(r'<section class="term stated" id="[A-G]\d\d"', page)) == len(named) >= 70


def test_the_pages_about_the_site_name_whom_to_write_to():
    for name in ("privacy", "accessibility"):
        assert 'id="keeper"' in printed("fi")[f"/{name}.fi.html"].decode()
    assert node("place/imatra").value in {each.value for each in real().things}
