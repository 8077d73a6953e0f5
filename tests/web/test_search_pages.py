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
