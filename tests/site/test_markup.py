"""What must hold of the markup of every page, whatever it is about."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import html5rdf
import pytest
from tests.rendering.sites import LANGUAGES
from tests.site.real import one_of_each_kind, printed, real, static_addresses, theme

from ekograph.rendering import layout
from ekograph.rendering import pages as pages_module
from ekograph.rendering.layout import environment

PAGES = one_of_each_kind()

#: Served by other parts of the program.
ELSEWHERE = re.compile(
    r"/dumps/.+|/feed.atom|/list/.+|/sparql$|/(search|browse)|.+\.(ttl|trig|nt|nq|jsonld|rdf|csv|json)$"
)


class Outline(HTMLParser):
    """The tags of a page with their attributes, in order."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page.decode())

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] for _, attributes in self.tags if attributes.get(attribute)]


def metas(page: bytes) -> dict[str, str]:
    """The content of each meta element by its name or property."""
    tags = [attributes for tag, attributes in Outline(page).tags if tag == "meta" and "content" in attributes]
    return {item.get("name") or item["property"]: item["content"] for item in tags}


@pytest.mark.parametrize("address", PAGES)
def test_a_page_has_no_parse_error(address):
    html5rdf.HTMLParser(strict=True).parse(PAGES[address].decode())


@pytest.mark.parametrize("address", PAGES)
def test_a_page_keeps_the_content_security_policy(address):
    for tag, attributes in Outline(PAGES[address]).tags:
        assert tag != "style"
        assert tag != "script" or attributes.get("src", "").startswith("/static/")
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        if tag in {"link", "img", "script"} and attributes.get("rel") in {None, "stylesheet", "icon"}:
            assert (attributes.get("href") or attributes.get("src")) in static_addresses()


@pytest.mark.parametrize("address", [address for address in PAGES if not address.startswith("/error")])
def test_a_page_tells_search_engines_and_networks_what_it_is(address):
    named = metas(PAGES[address])
    assert named["description"] == named["og:description"]
    assert 10 <= len(named["description"]) <= 300
    assert {"og:title", "og:site_name", "og:type", "og:url"} <= named.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_pages_have_the_same_title(language):
    titles = [re.search(rb"<title>(.+)</title>", body)[1].decode() for body in printed(language).values()]
    assert sorted(title for title in set(titles) if titles.count(title) > 1) == []


@pytest.mark.parametrize("address", PAGES)
def test_the_headings_of_a_page_form_an_outline(address):
    levels = [int(tag[1]) for tag, _ in Outline(PAGES[address]).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("address", PAGES)
def test_the_ids_of_a_page_are_unique_and_its_references_lead_to_them(address):
    outline = Outline(PAGES[address])
    ids = outline.values("id")
    assert len(ids) == len(set(ids))
    inside = {each[1:] for each in outline.values("href") if each.startswith("#")}
    assert inside | set(outline.values("aria-labelledby")) | set(outline.values("for")) <= set(ids)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_small(address):
    assert len(PAGES[address]) < 62_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_within_the_site_leads_to_a_page_in_the_same_language(language):
    pages = {address: Outline(body) for address, body in printed(language).items()}
    for address, outline in pages.items():
        for tag, attributes in outline.tags:
            target = attributes.get("href") or ""
            if tag != "a" or not target.startswith("/") or "hreflang" in attributes:
                continue
            page, _, fragment = target.partition("?")[0].partition("#")
            assert page in pages or ELSEWHERE.match(page), f"{address} leads to {target}"
            assert not fragment or page not in pages or fragment in pages[page].values("id"), target


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_names_its_own_address_and_its_translations(language):
    for address, body in printed(language).items():
        said = [each for tag, each in Outline(body).tags if tag == "link"]
        assert [each["href"] for each in said if each["rel"] == "canonical"] == [f"http://public-url.invalid{address}"]
        assert {each["hreflang"] for each in said if "hreflang" in each} == {*LANGUAGES, "x-default"}


def test_the_same_site_gives_the_same_bytes():
    assert printed("sv") == printed("sv")


def test_the_style_sheet_is_small_and_asks_nothing_of_other_hosts():
    sheets = {address: body for address, kind, body in layout.static_files() if kind.startswith("text/css")}
    assert len(sheets[layout.addresses()["style.css"]]) < 30_000
    assert not any(b"url(" in each or b"@import" in each for each in sheets.values())


def test_the_editor_is_part_of_the_page_only_where_it_is_built(monkeypatch):
    for built in (True, False):
        plain = {name: f"/static/{name}" for name in ("style.css", "icon.svg", "sparql.js", "search.js")}
        editor = {name: f"/static/{name}" for name in ("editor.css", "editor.js")} if built else {}
        monkeypatch.setitem(environment(theme().folder).globals, "static", plain | editor)
        page = pages_module.sparql_page(real(), "en").decode()
        assert ("/static/editor.js" in page, "/static/editor.css" in page) == (built, built)
        assert '<textarea id="query" name="query"' in page
