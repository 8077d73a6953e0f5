"""The rules on the real data: one wrong change of a line is found where it was made."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from tests.site.broken import ROOT

from ekograph import config
from ekograph.validation.check import check
from ekograph.validation.report import Finding
from ekograph.validation.sources import Source, collect

ID = "https://w3id.org/ekograph/id/"
LAHTI, LPR, PKS, TURKU = (f"agreement-{each}.ttl" for each in ("lahti", "lappeenranta", "pks", "turku"))
KIERTO = "priority/lahti/kiertotalous"
HANNA = "contact/uudenmaan-liitto-1"

#: Rule, thing at fault, file, text in it whatever its white space, text in its place. "…" is the rest of a statement
#: between two texts, and stays.
CHANGES = [
    ("A01", KIERTO, LAHTI, '"Hiilineutraali kiertotalous"@fi', '"Circular economy"@en'),
    ("A01", "place/imatra", "places.ttl", 'skos:prefLabel "Imatra"@fi', 'skos:altLabel "Imatra"@fi'),
    ("A02", KIERTO, LAHTI, '"Hiilineutraali kiertotalous"@fi', '"Hiilineutraali kiertotalous"@fi , "Kierto"@fi'),
    ("A03", "agreement/lahti", LAHTI, '"Lahden ekosysteemisopimus"@fi', '"Lahden ekosysteemisopimus"'),
    (
        "A04",
        "priority/lappeenranta/vihrea-sahkoistaminen",
        "labels-priorities.ttl",
        'elektrifiering"@sv',
        'elektrifiering"@se',
    ),
    ("A05", "priority/turku/digitalisaatio", TURKU, '"Digitalisaatio"', '"Digitalisaatio "'),
    ("A05", "requirement/hankkeet", "framework.ttl", "Rahoitettavien hankkeiden", "Rahoitettavien\\u00A0hankkeiden"),
    ("A06", "priority/lappeenranta/vihrea-sahkoistaminen", LPR, "Vihreä sähköistäminen", "VihreÃ¤ sÃ¤hkÃ¶istÃ¤minen"),
    ("A06", "priority/turku/laakekehitys-ja-diagnostiikka", TURKU, "Lääkekehitys ja", "Lääkekehitys &amp;"),
    ("A07", "priority/turku/digitalisaatio", TURKU, '"Digitalisaatio"', '"Kaupunkikehitysalusta"'),
    ("A08", "place/paakaupunkiseutu", "places.ttl", '"PKS"@fi', '"Pääkaupunkiseutu"@fi'),
    ("A09", "agreement/turku", "labels-official.ttl", '"Åbo"@sv', '"Åbo"@sv ; dcterms:title "Avtalet för Åbo"@sv'),
    ("A09", KIERTO, "translations-unofficial.ttl", 'skos:prefLabel "Carbon neutral', 'skos:prefLabel "Neutral'),
    (
        "A10",
        HANNA,
        "translations-unofficial.ttl",
        '"Senior Specialist, EU funding for regional and structural policy"',
        '""',
    ),
    (
        "B01",
        "priority/lahti/sportbusinesshub",
        LAHTI,
        "<priority/lahti/sportbusinesshub> a eko:Priority , skos:Concept ;",
        "<priority/lahti/sportbusinesshub> a eko:Priority , skos:Concept ; skos:inScheme <agreement/turku> ;",
    ),
    (
        "B02",
        "priority/turku/prohealth",
        TURKU,
        "<priority/turku/prohealth> … skos:broader <priority/turku/lifescience>",
        "<priority/turku/prohealth> …",
    ),
    (
        "B03",
        "priority/turku/lifescience",
        TURKU,
        'skos:prefLabel "Lifescience-ala"',
        'skos:broader <priority/turku/uudistuva-teollisuus> ; skos:prefLabel "Lifescience-ala"',
    ),
    (
        "B04",
        "priority/turku/prohealth",
        TURKU,
        'skos:prefLabel "ProHealth',
        'skos:broader <priority/turku/lapileikkaavat-teemat> ; skos:prefLabel "ProHealth',
    ),
    (
        "B05",
        "priority/turku/digitalisaatio",
        TURKU,
        "<priority/turku/digitalisaatio> … skos:broader <priority/turku/lapileikkaavat-teemat>",
        "<priority/turku/digitalisaatio> … skos:broader <priority/lahti/kiertotalous>",
    ),
    (
        "B06",
        "priority/lappeenranta/p2x",
        LPR,
        "<priority/lappeenranta/p2x> … skos:broader <priority/lappeenranta/vihrea-sahkoistaminen>",
        "<priority/lappeenranta/p2x> … skos:broader <priority/lappeenranta/vihrea-vety>",
    ),
    (
        "B09",
        "priority/lappeenranta/hiilidioksidi",
        LPR,
        "<priority/lappeenranta/p2x> … skos:broader <priority/lappeenranta/vihrea-sahkoistaminen>",
        "<priority/lappeenranta/p2x> …",
    ),
    (
        "B07",
        "priority/lappeenranta/smr",
        LPR,
        "<priority/lappeenranta/smr> … skos:broader <priority/lappeenranta/vihrea-sahkoistaminen>",
        "<priority/lappeenranta/smr> … skos:broader <agreement/lappeenranta>",
    ),
    (
        "B08",
        "priority/lappeenranta/toimenpidekokonaisuudet",
        LPR,
        "skos:topConceptOf <agreement/lappeenranta> ; eko:priorityKind eko:MeasureGroup",
        "skos:topConceptOf <agreement/lahti> ; eko:priorityKind eko:MeasureGroup",
    ),
    (
        "B11",
        "priority/turku/lifescience",
        TURKU,
        'skos:prefLabel "Lifescience-ala"',
        'skos:narrower <priority/turku/digitalisaatio> ; skos:prefLabel "Lifescience-ala"',
    ),
    (
        "B12",
        "priority/turku/digitalisaatio",
        TURKU,
        'skos:prefLabel "Digitalisaatio"',
        'skos:related <priority/turku/lapileikkaavat-teemat> ; skos:prefLabel "Digitalisaatio"',
    ),
    (
        "B13",
        KIERTO,
        LAHTI,
        "<priority/lahti/kiertotalous> a eko:Priority , skos:Concept",
        "<priority/lahti/kiertotalous> a eko:Priority",
    ),
    (
        "B14",
        KIERTO,
        LAHTI,
        "<priority/lahti/kiertotalous> a eko:Priority",
        "<priority/lahti/kiertotalous> a eko:Priority , skos:ConceptScheme",
    ),
    ("C01", KIERTO, LAHTI, 'skos:notation "LAHTI.1" ;', ""),
    ("C02", "agreement/lahti", LAHTI, 'skos:notation "LAHTI" ;', 'skos:notation "TURKU" ;'),
    ("C03", "priority/lappeenranta/sahkokaytot", LPR, '"LPR.1.1"', '"LPR.2.1"'),
    ("C04", KIERTO, LAHTI, '"LAHTI.1" ; eko:displayOrder 1', '"LAHTI.1" ; eko:displayOrder 0'),
    ("C04", KIERTO, LAHTI, '"LAHTI.1" ; eko:displayOrder 1', '"LAHTI.1" ; eko:displayOrder "1"'),
    ("C05", "priority/pks/oppimisymparistot", PKS, "eko:displayOrder 3", "eko:displayOrder 2"),
    (
        "C06",
        "priority/pks/uudet-avaukset",
        PKS,
        '"PKS.4" ; eko:displayOrder 4',
        '"PKS.5" ; eko:displayOrder 5',
    ),
    ("C07", "priority/lappeenranta/toimenpidekokonaisuudet", LPR, "eko:priorityKind eko:MeasureGroup", ""),
    (
        "C08",
        "priority/turku/digitalisaatio",
        TURKU,
        'skos:prefLabel "Digitalisaatio"',
        'eko:priorityKind eko:CrossCutting ; skos:prefLabel "Digitalisaatio"',
    ),
    ("D01", "agreement/pks", PKS, "eko:fundingAuthority <authority/uudenmaan-liitto> ;", ""),
    ("D02", "agreement/pks", PKS, "<authority/uudenmaan-liitto>", "<organisation/tem>"),
    ("D03", "agreement/turku", TURKU, "dcat:contactPoint <contact/uudenmaan-liitto-1> ;", ""),
    ("D04", "agreement/turku", TURKU, "<contact/uudenmaan-liitto-1>", "<authority/uudenmaan-liitto>"),
    ("D05", "agreement/lahti", LAHTI, "<contact/uudenmaan-liitto-1>", "<contact/etela-karjalan-liitto-1>"),
    ("D06", "contact/etela-karjalan-liitto-2", LPR, ", <contact/etela-karjalan-liitto-2>", ""),
    (
        "D07",
        "authority/etela-karjalan-liitto",
        LPR,
        "<authority/etela-karjalan-liitto>",
        "<authority/uudenmaan-liitto>",
    ),
    ("D08", "agreement/lahti", LAHTI, "<organisation/tem>", "<place/lahti>"),
    ("D09", "agreement/lahti", LAHTI, "dcterms:spatial <place/lahti> ;", ""),
    ("D10", "agreement/lahti", LAHTI, "<place/lahti>", "<place/lahti> , <place/imatra>"),
    ("D11", "agreement/lahti", LAHTI, "eko:projectRequirement <requirement/hankkeet> ;", ""),
    ("D12", "http://www.yso.fi/onto/yso/p28601", "subjects.ttl", '"circular economy"@en', '"circular economy"@fi'),
    ("D13", "agreement/kuopio", "urban-areas.ttl", "eko:urbanArea <place/kuopio> ;", ""),
    ("D14", "organisation/helsingin-kaupunki", "business-ids.ttl", "0201256-6", "0201265-6"),
    ("E01", HANNA, "contacts.ttl", "<tel:+358405748930>", "<tel:0405748930>"),
    ("E02", HANNA, "contacts.ttl", '"040 574 8930"', '"040 574 8390"'),
    ("E03", HANNA, "contacts.ttl", "hanna.laaksonen@", "hanna.laaksonen(at)"),
    ("E04", HANNA, "contacts.ttl", "hanna.laaksonen@uudenmaanliitto.fi", "hanna.laaksonen@ekarjala.fi"),
    ("E05", HANNA, "contacts.ttl", "hanna.laaksonen@", "hanna.laakso@"),
    ("E06", HANNA, "contacts.ttl", 'vcard:fn "Hanna Laaksonen"', 'vcard:fn "Hanna Laakso"'),
    ("E07", HANNA, "contacts.ttl", "<tel:+358406315970>", "<tel:+358405748930>"),
    (
        "E08",
        HANNA,
        "contacts.ttl",
        "<authority/uudenmaan-liitto>",
        "<authority/uudenmaan-liitto> , <authority/etela-karjalan-liitto>",
    ),
    ("E09", HANNA, "contacts.ttl", '"2026-11-24"^^xsd:date', '"24.11.2026"'),
    ("E10", "contact/etela-karjalan-liitto-1", "contacts.ttl", 'vcard:title "Aluekehityspäällikkö"@fi ;', ""),
    ("F01", "period/2021-2027", "framework.ttl", ' ; dcat:endDate "2027"^^xsd:gYear', ""),
    ("F02", "period/2021-2027", "framework.ttl", '"2027"^^xsd:gYear', '"2017"^^xsd:gYear'),
    ("F03", "period/2021-2027", "framework.ttl", '"2021"^^xsd:gYear', "2021"),
    (
        "F04",
        "agreement/lahti",
        "dates.ttl",
        '<agreement/lahti> dcterms:issued "2021-02-09"^^xsd:date',
        '<agreement/lahti> dcterms:issued "9.2.2021"',
    ),
    (
        "F04",
        "agreement/lahti",
        "dates.ttl",
        '<agreement/lahti> dcterms:issued "2021-02-09"',
        '<agreement/lahti> dcterms:issued "2021-02-30"',
    ),
    (
        "F05",
        "agreement/pks",
        "dates.ttl",
        '"2021-02-09"^^xsd:date ; schema:expires "2027-12-31"',
        '"2021-02-09"^^xsd:date ; schema:expires "2021-01-31"',
    ),
    ("F06", "collection/ekosysteemisopimukset", "framework.ttl", "collectionSize 16", "collectionSize 3"),
    ("F07", "agreement/pks", "dates.ttl", '"2027-12-31"', '"2072-12-31"'),
    ("G01", "agreement/turku", TURKU, "<period/2021-2027>", "<period/2021-2072>"),
    ("G02", "agreement/turku", TURKU, "eko:party", "eko:fundingAutority <authority/uudenmaan-liitto> ; eko:party"),
    (
        "G02",
        KIERTO,
        LAHTI,
        "<priority/lahti/kiertotalous> a eko:Priority",
        "<priority/lahti/kiertotalous> a eko:Prioritty",
    ),
    ("G03", "place/imatra", "places.ttl", 'skos:prefLabel "Imatra"', 'skos:preflabel "Imatra"'),
    ("G03", "agreement/pks", "dates.ttl", "https://schema.org/", "http://schema.org/"),
    ("G04", "agreement/pks", PKS, "eko:party", 'cv:telephone "040 574 8930" ; eko:party'),
    ("G05", "agreement/pks", PKS, "<place/paakaupunkiseutu>", "<http://w3id.org/ekograph/id/place/paakaupunkiseutu>"),
    (
        "G06",
        "priority/lappeenranta/urheiluliiketoiminta",
        LAHTI,
        "<priority/lahti/urheiluliiketoiminta> a",
        "<priority/lappeenranta/urheiluliiketoiminta> a",
    ),
    ("G07", "_:", LAHTI, "<priority/lahti/sportbusinesshub> a", "[] a"),
    (
        "G08",
        "organisation/tem",
        "organisations.ttl",
        "<organisation/tem> a org:Organization , cv:PublicOrganisation ;",
        "<organisation/tem>",
    ),
    (
        "G09",
        "place/turku",
        "place-links.ttl",
        "<http://www.wikidata.org/entity/Q38511>",
        "<https://www.wikidata.org/wiki/Q38511>",
    ),
    ("G12", "https://tem.fi/ekosysteemisopimukset", "sources.ttl", 'dcterms:title "Ekosysteemisopimukset"@fi ;', ""),
    ("G10", "place/espoo", "municipalities.ttl", '"049"', '"49"'),
]


def results(sources: list[Source]) -> tuple[Finding, ...]:
    return check(sources, config.load(ROOT), "en").report.findings


@pytest.fixture(scope="module")
def site() -> list[Source]:
    return collect(config.load(ROOT))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change[0]}-{change[1]}")
def test_one_wrong_change_is_found_where_it_was_made(change, site):
    rule, offender, file, old, new = change
    text = next(each.data.decode() for each in site if each.name == f"data/{file}")
    wrong = [
        each._replace(data=changed(text, old, new).encode()) if each.name == f"data/{file}" else each for each in site
    ]
    named = [each.focus_node for each in results(wrong) if each.rule == rule]
    assert any(each.startswith("_:") if offender == "_:" else each == urljoin(ID, offender) for each in named)


def changed(text: str, old: str, new: str) -> str:
    """The text with the first `old` replaced, and with the one prefix that some changes need."""
    prefix = "" if "@prefix cv:" in text else "@prefix cv: <http://data.europa.eu/m8g/> .\n"
    pattern = r"\s+".join("(.*?)" if each == "…" else re.escape(each) for each in old.split())
    match = re.search(pattern, text, re.DOTALL)
    assert match, old
    between = match.group(1) if match.groups() else ""
    return f"{prefix}{text[: match.start()]}{new.replace('…', between)}{text[match.end() :]}"
