"""Searching over HTTP: the page, the JSON and the Reconciliation API."""

from __future__ import annotations

import json
import re
from urllib.parse import quote, urlencode

import html5rdf
import pytest


def found(server, text: str, **parameters) -> list[dict]:
    reply = server.get(f"/search.json?{urlencode({'q': text, **parameters})}")
    assert reply.status == 200
    return json.loads(reply.body)["results"]


@pytest.mark.parametrize(
    ("language", "heading"), [("fi", "Painopisteet"), ("sv", "Tyngdpunkter"), ("en", "Priorities")]
)
def test_the_page_groups_what_it_finds_and_marks_the_words(server, language, heading):
    page = server.get(f"/search.{language}.html?q={quote('vedystä')}").text
    html5rdf.HTMLParser(strict=True).parse(page)
    assert heading in page
    assert f'href="/doc/priority/lappeenranta/vihrea-vety.{language}.html"' in page
    assert "<mark>" in page
    assert {"fi": "Lappeenrannan", "sv": "Villmanstrand", "en": "Lappeenranta"}[language] in page


def test_the_page_speaks_the_language_of_the_reader_and_keeps_the_words_when_it_is_switched(server):
    reply = server.get("/search?q=imatra", accept="text/html", Accept_Language="sv")
    assert reply.headers["content-language"] == "sv"
    assert 'href="/search.fi.html?q=imatra"' in reply.text


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=y>', "\\g<1>", "{{ 7*7 }}"])
def test_what_was_typed_is_shown_as_text(server, text):
    page = server.get(f"/search.en.html?{urlencode({'q': text})}").text
    assert "<script>alert" not in page
    assert "<img" not in page
    html5rdf.HTMLParser(strict=True).parse(page)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_an_agreement_that_is_not_described_is_found_as_such(server, language):
    reply = server.get(f"/search.{language}.html?q=Kuopio")
    assert reply.status == 200
    assert f'href="/doc/agreement/kuopio.{language}.html"' in reply.text
    assert server.get(f"/search.json?lang={language}&q=Kuopio").status == 200


def test_a_town_that_is_not_there_leads_to_the_list_of_those_that_are(server):
    page = server.get(f"/search.sv.html?q={quote('Hör Jakobstad till avtalen?')}").text
    assert 'class="hits"' not in page
    (address,) = re.findall(r'href="(/browse[^"]*UrbanArea)"', page)
    assert "Kuopio" in server.get(address).text


def test_the_best_match_of_a_name_or_an_identifier_has_the_full_score_and_others_have_less(server):
    base = "https://w3id.org/ekograph/"
    texts = {"q0": "Lahti", "q1": "LPR.1.2", "q2": f"{base}id/place/turku", "q3": "Lahdessa", "q4": "040 574 8930"}
    queries = json.dumps({key: {"query": text} for key, text in texts.items()})
    answer = json.loads(server.get(f"/reconcile?{urlencode({'queries': queries})}").body)
    best = {key: answer[key]["result"][0] for key in texts}
    assert best["q0"]["id"] == "id/place/lahti"
    assert best["q2"]["id"] == "id/place/turku"
    assert [(best[key]["score"], best[key]["match"]) for key in ("q0", "q1", "q2", "q4")] == [(100, True)] * 4
    assert not best["q3"]["match"]
    assert best["q3"]["score"] < 100


def test_a_page_without_words_is_the_form(server):
    assert server.get("/search.fi.html").text.count("<form") == 1


def test_programs_get_json(server):
    reply = server.get("/search?q=turku", accept="application/json")
    assert reply.headers["content-type"] == "application/json"
    assert {each["kind"] for each in found(server, "Turku", kind="contact")} == {"contact"}
    assert len(found(server, "sopimus", limit=2)) == 2


def test_nothing_else_than_a_page_or_json_is_to_be_had(server):
    assert server.get("/search?q=a", accept="text/turtle").status == 406


def test_a_language_the_site_does_not_have_is_not_found(server):
    assert server.get("/search.de.html?q=a").status == 404


def test_the_reconciliation_service_says_what_it_is(server):
    manifest = json.loads(server.get("/reconcile").body)
    assert manifest["versions"] == ["0.2"]
    assert manifest["identifierSpace"] == "https://w3id.org/ekograph/"
    view = manifest["view"]["url"].replace("{{id}}", "id/place/imatra").removeprefix(server.url)
    assert server.get(view).status == 303


def test_lists_of_others_are_matched_to_priorities(server):
    queries = {
        "q0": {"query": "Vihreä sähköistäminen", "type": "https://w3id.org/ekograph/def#Priority", "limit": 3},
        "q1": {"query": "kiertotaloutta", "type": "https://w3id.org/ekograph/def#Priority"},
        "q2": {"query": "ei mitään tällaista olekaan xyzzy", "type": "https://w3id.org/ekograph/def#Agreement"},
    }
    body = urlencode({"queries": json.dumps(queries)}).encode()
    answer = json.loads(server.get("/reconcile?lang=fi", method="POST", data=body).body)
    best = answer["q0"]["result"][0]
    assert best["id"] == "id/priority/lappeenranta/vihrea-sahkoistaminen"
    assert best["match"]
    assert len(answer["q0"]["result"]) <= 3
    assert not any(each["match"] for each in answer["q1"]["result"])
    assert all(0 <= each["score"] <= 100 for key in answer for each in answer[key]["result"])


@pytest.mark.parametrize("queries", ["nonsense", "[]", '{"q0": 1}', '{"q0": {"query": 7}}'])
def test_queries_that_cannot_be_read_are_refused_in_words(server, queries):
    reply = server.get(f"/reconcile?{urlencode({'queries': queries})}")
    assert reply.status == 400
    assert json.loads(reply.body)["title"]


def test_candidates_are_suggested_while_typing(server):
    answer = json.loads(server.get("/reconcile/suggest/entity?prefix=Laakso").body)
    assert answer["result"][0]["name"] == "Hanna Laaksonen"
