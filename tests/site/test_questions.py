"""What people ask of the agreements, asked of the published graph by a plain query each."""

from __future__ import annotations

import pytest
from pyoxigraph import Store
from tests.site.source_page import published, rows


@pytest.fixture(scope="module")
def store(shelf) -> Store:
    return published(shelf)


#: Question in words -> (query, answers).
QUESTIONS = {
    "Which agreement covers Imatra?": (
        """SELECT ?label WHERE {
            ?a a eko:Agreement ; dcterms:spatial/skos:prefLabel "Imatra"@fi ; skos:prefLabel ?label .
            FILTER(LANG(?label) = "fi") }""",
        {("Lappeenranta (ml. Imatra)",)},
    ),
    "Who funds Lahti?": (
        """SELECT ?label WHERE {
            ?a skos:prefLabel "Lahti"@fi ; eko:fundingAuthority/skos:prefLabel ?label .
            FILTER(LANG(?label) = "fi") }""",
        {("Uudenmaan liitto",)},
    ),
    "Which agreements does Uudenmaan liitto fund?": (
        """SELECT ?notation WHERE {
            ?a eko:fundingAuthority/skos:prefLabel "Uudenmaan liitto"@fi ; skos:notation ?notation }""",
        {("PKS",), ("LAHTI",), ("TURKU",)},
    ),
    "Whom to call for Turku?": (
        """SELECT ?name ?number WHERE {
            ?a a eko:Agreement ; skos:prefLabel "Turku"@fi ; dcat:contactPoint ?c .
            ?c vcard:fn ?name ; vcard:hasTelephone ?number }""",
        {("Hanna Laaksonen", "tel:+358405748930")},
    ),
    "Who answers for Lappeenranta?": (
        """SELECT ?name WHERE {
            ?a skos:notation "LPR" ; dcat:contactPoint/vcard:fn ?name }""",
        {("Laura Peuhkuri",), ("Susanna Kaskinen",)},
    ),
    "What is asked of projects?": (
        """SELECT DISTINCT ?programme WHERE {
            ?a a eko:Agreement ; eko:projectRequirement/dcterms:references/skos:prefLabel ?programme .
            FILTER(LANG(?programme) = "fi") }""",
        {("alue- ja rakennepolitiikan ohjelma",)},
    ),
    "In which period?": (
        """SELECT DISTINCT ?start ?end WHERE {
            ?a a eko:Agreement ; dcterms:temporal ?p .
            ?p dcat:startDate ?start ; dcat:endDate ?end }""",
        {("2021", "2027")},
    ),
    "Which ministry concluded the agreements?": (
        """SELECT DISTINCT ?label WHERE {
            ?a a eko:Agreement ; eko:party/skos:prefLabel ?label .
            FILTER(LANG(?label) = "fi" && CONTAINS(?label, "ministeriö")) }""",
        {("työ- ja elinkeinoministeriö",)},
    ),
    "With how many urban areas?": ("SELECT ?n WHERE { ?c schema:collectionSize ?n }", {("16",)}),
    "Which page says so?": (
        """SELECT DISTINCT ?title WHERE {
            ?a a eko:Agreement ; dcterms:source/dcterms:title ?title }""",
        {("Kestävä kaupunkikehittäminen – ekosysteemisopimukset",)},
    ),
    "What is below P2X?": (
        """SELECT ?label WHERE {
            ?p skos:broader <https://w3id.org/ekograph/id/priority/lappeenranta/p2x> ; skos:prefLabel ?label .
            FILTER(LANG(?label) = "fi") }""",
        {
            ("Hiilidioksidin talteenotto ja käsittely",),
            ("Vihreän vedyn tuotanto ja vetytalouden edistäminen",),
            ("Syntetisointiteknologia",),
        },
    ),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_plain_query_answers(question, store):
    query, answers = QUESTIONS[question]
    assert set(rows(store, query)) == answers
