"""What a maintainer may rightly add to the real data raises no false alarm."""

from __future__ import annotations

import pytest
from tests.site.broken import ROOT

from ekograph import config
from ekograph.validation.check import check
from ekograph.validation.sources import collect

PREFIXES = """\
@base <https://w3id.org/ekograph/id/> .
@prefix cv: <http://data.europa.eu/m8g/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix eko: <https://w3id.org/ekograph/def#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

#: What a maintainer may rightly add to the data.
ADDITIONS = {
    "a fifth agreement with an authority, a contact point and two levels": """
        <agreement/oulu> a eko:Agreement , skos:ConceptScheme ; skos:prefLabel "Oulu"@fi , "Uleåborg"@sv ;
            skos:notation "OULU" ; eko:displayOrder 5 ; eko:party <organisation/tem> ;
            eko:fundingAuthority <authority/pohjois-pohjanmaan-liitto> ; dcat:contactPoint <contact/ppl-1> ;
            dcterms:spatial <place/oulu> ; dcterms:temporal <period/2021-2027> ;
            dcterms:issued "2021-02-09"^^xsd:date ; schema:expires "2027-12-31"^^xsd:date ;
            eko:projectRequirement <requirement/hankkeet> ; dcterms:isPartOf <collection/ekosysteemisopimukset> ;
            dcterms:source <https://example.org/oulu> .
        <priority/oulu/6g> a eko:Priority , skos:Concept ; skos:inScheme <agreement/oulu> ;
            skos:topConceptOf <agreement/oulu> ; eko:priorityKind eko:Thematic ; skos:prefLabel "6G"@fi ;
            skos:notation "OULU.1" ; eko:displayOrder 1 .
        <priority/oulu/verkot> a eko:Priority , skos:Concept ; skos:inScheme <agreement/oulu> ;
            skos:broader <priority/oulu/6g> ; skos:prefLabel "Verkot"@fi ; skos:notation "OULU.1.1" ;
            eko:displayOrder 1 ; skos:related <priority/turku/digitalisaatio> .
        <authority/pohjois-pohjanmaan-liitto> a eko:FundingAuthority , org:Organization , cv:PublicOrganisation ;
            skos:prefLabel "Pohjois-Pohjanmaan liitto"@fi ; eko:emailDomain "pohjois-pohjanmaa.fi" .
        <contact/ppl-1> a eko:ContactPoint , vcard:Individual ; vcard:fn "Åsa-Marié Öhman von Wright" ;
            vcard:given-name "Åsa-Marié" ; vcard:family-name "Öhman von Wright" ; vcard:title "Johtaja"@fi ;
            org:memberOf <authority/pohjois-pohjanmaan-liitto> ; cv:telephone "+358 (0)50 123 4567" ;
            vcard:hasTelephone <tel:+358501234567> ;
            vcard:hasEmail <mailto:asa-marie.ohmanvonwright@pohjois-pohjanmaa.fi> .
        <place/oulu> a dcterms:Location ; skos:prefLabel "Oulu"@fi ; dcterms:identifier "564" .""",
    "a place without an agreement": '<place/kotka> a dcterms:Location ; skos:prefLabel "Kotka"@fi , "Kotka"@sv .',
    "a Swedish label of a place": '<place/imatra> skos:altLabel "Imatra stad"@sv .',
    "a note on a priority": '<priority/lahti/kiertotalous> skos:scopeNote "Vain Lahden seutu."@fi .',
    "a narrower that the other end confirms": """
        <priority/lahti/kiertotalous> skos:narrower <priority/lahti/materiaalikiertojen-keskus> .""",
    "a further programme and its period, told in days": """
        <programme/seuraava> a schema:FundingScheme ; skos:prefLabel "seuraava ohjelma"@fi ;
            dcterms:temporal <period/2028-2034> .
        <period/2028-2034> a dcterms:PeriodOfTime ; skos:prefLabel "ohjelmakausi 2028–2034"@fi ;
            dcat:startDate "2028-01-01"^^xsd:date ; dcat:endDate "2034-12-31"^^xsd:date .""",
    "a period that is open at its end": """
        <period/2028-alkaen> a dcterms:PeriodOfTime ; skos:prefLabel "vuodesta 2028"@fi ;
            dcat:startDate "2028"^^xsd:gYear .""",
    "a period in months": """
        <period/kevat-2028> a dcterms:PeriodOfTime ; skos:prefLabel "kevät 2028"@fi ;
            dcat:startDate "2028-01"^^xsd:gYearMonth ; dcat:endDate "2028-05"^^xsd:gYearMonth .""",
    "a period of a day and the year in which it is": """
        <period/loppuvuosi-2028> a dcterms:PeriodOfTime ; skos:prefLabel "loppuvuosi 2028"@fi ;
            dcat:startDate "2028-09-01"^^xsd:date ; dcat:endDate "2028"^^xsd:gYear .""",
    "a period with a time zone": """
        <period/utc> a dcterms:PeriodOfTime ; skos:prefLabel "vuosi 2028"@fi ;
            dcat:startDate "2028Z"^^xsd:gYear ; dcat:endDate "2028-05-01"^^xsd:date .""",
    "a subject with its labels": """
        <priority/lahti/kiertotalous> dcterms:subject <http://www.yso.fi/onto/yso/p8470> .
        <http://www.yso.fi/onto/yso/p8470> a skos:Concept .""",
    "a city as a second party": """
        <agreement/lahti> eko:party <organisation/lahden-kaupunki> .
        <organisation/lahden-kaupunki> a org:Organization ; skos:prefLabel "Lahden kaupunki"@fi .""",
    "a page about a place": """
        <place/lahti> <http://www.w3.org/2000/01/rdf-schema#seeAlso> <https://www.wikidata.org/wiki/Q28911> .""",
    "the switchboard of an authority": "<authority/uudenmaan-liitto> vcard:hasTelephone <tel:+35894767411> .",
}


@pytest.mark.parametrize("addition", ADDITIONS)
def test_what_grows_rightly_conforms(addition):
    settings = config.load(ROOT)
    sources = collect(settings)
    places = next(each for each in sources if each.name == "data/places.ttl")
    more = places._replace(
        path=places.path.with_name("more.ttl"),
        name="data/more.ttl",
        graph=places.graph.replace("places", "more"),
        data=(PREFIXES + ADDITIONS[addition]).encode(),
    )
    assert check([*sources, more], settings, "en").report.findings == ()
