"""What is made of printed pages when it is asked for: Markdown, and RDF by profiles (DX-PROF-CONNEG)."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from pyoxigraph import RdfFormat, parse
from tests.web.test_harvesting import path

PAGE = "/doc/agreement/lahti"
THING = "https://w3id.org/ekograph/id/agreement/lahti"
SKOS, SCHEMA, DCAT_AP = "http://www.w3.org/2004/02/skos/core", "https://schema.org/", "http://data.europa.eu/r5r/"


@pytest.mark.parametrize("page", ["/", PAGE, "/def", "/downloads", "/queries", "/catalog"])
def test_a_page_is_markdown_to_whom_wants_it(server, page):
    reply = server.get(page, accept="text/markdown, text/html;q=0.9", Accept_Language="en")
    assert (reply.status, reply.headers["content-type"]) == (200, "text/markdown; charset=utf-8")
    assert "\n# " in f"\n{reply.text}"
    assert "<" not in re.sub(r"(?s)```.*?```|`[^`]*`", "", reply.text).replace("\\<", "").replace("](<", "")
    location = reply.headers["content-location"]
    assert location.endswith(".en.md")
    assert server.get(location).body == reply.body
    again = server.get(page, accept="text/markdown", Accept_Language="en", If_None_Match=reply.headers["etag"])
    assert again.status == 304
    assert server.get(page, accept="*/*").headers["content-type"] != reply.headers["content-type"]


def test_markdown_has_the_names_and_links_of_the_page(server):
    text = server.get(f"{PAGE}.en.md").text
    assert "# Ecosystem agreement for Lahti" in text
    assert "[Lahti](/doc/place/lahti.en.html)" in text
    assert "- **Signed**: 9 February 2021;" in text
    assert server.get("/doc/none.md").status == 404


def test_a_guide_for_language_models_leads_to_markdown(server):
    text = server.get("/llms.txt").text
    assert text.startswith("# Ecosystem agreements\n\n> ")
    targets = [line.partition("](")[2].partition(")")[0] for line in text.splitlines() if line.startswith("- [")]
    assert len(targets) > 8
    assert {server.get(path(server, target)).status for target in targets} == {200}


def test_editors_find_the_ready_made_queries_and_can_ask_them(server):
    """By the terms of SPARQL examples (SHACL), in the description of the dataset."""
    quads = list(parse(server.get("/.well-known/void.nt").body, RdfFormat.N_TRIPLES))
    queries = {quad.subject.value: quad.object.value for quad in quads if quad.predicate.value.endswith("shacl#select")}
    assert len(queries) > 10
    for address, query in sorted(queries.items())[:5]:
        assert server.get(path(server, address), accept="text/html").status == 200
        assert server.get(f"/sparql?query={quote(query)}").status == 200
    named = {quad.subject.value for quad in quads if quad.predicate.value.endswith("rdf-schema#comment")}
    assert named >= set(queries)


@pytest.mark.parametrize("page", ["/", PAGE])
def test_signposting_is_found_in_the_html_too(server, page):
    signposting = pytest.importorskip("signposting", reason="signposting is not installed")
    links, header = (
        find(f"{server.url}{page}{suffix}")
        for find, suffix in (
            (signposting.find_signposting_html, "index.en.html" if page == "/" else ".en.html"),
            (signposting.find_signposting_http, ""),
        )
    )
    assert str(links.citeAs.target) == str(header.citeAs.target)
    for relation in ("types", "authors", "items", "describedBy"):
        assert {str(each.target) for each in getattr(links, relation)} == {
            str(each.target) for each in getattr(header, relation)
        }
    assert links.license


@pytest.mark.parametrize(
    ("token", "iri", "predicates"),
    [("skos", SKOS, (f"{SKOS}#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type")), ("schema", SCHEMA, SCHEMA)],
)
def test_a_thing_is_described_by_the_profile_that_is_named(server, token, iri, predicates):
    by_name = server.get(f"{PAGE}?_profile={token}&_mediatype=application/n-triples")
    by_header = server.get(PAGE, accept="application/n-triples", Accept_Profile=f"<urn:x>, <{iri}>;q=0.5")
    assert by_name.status == by_header.status == 200
    assert f'<{iri}>; rel="profile"' in by_name.headers["link"]
    quads = [list(parse(reply.body, RdfFormat.N_TRIPLES)) for reply in (by_name, by_header)]
    assert len(quads[0]) == len(quads[1]) > 5
    own = [quad.predicate.value for quad in quads[0] if getattr(quad.subject, "value", "") == THING]
    assert all(name.startswith(predicates) or "rdf-syntax-ns#type" in name for name in own)


def test_a_bounded_description_says_nothing_of_other_things(server):
    quads = parse(server.get(f"{PAGE}?_profile=cbd&_mediatype=application/n-triples").body, RdfFormat.N_TRIPLES)
    assert {str(quad.subject) for quad in quads if str(quad.subject).startswith("<")} == {f"<{THING}>"}


def test_the_front_page_is_the_catalogue_by_dcat_ap(server):
    body = server.get("/", accept="application/n-triples", Accept_Profile=f"<{DCAT_AP}>").body
    assert set(body.splitlines()) == set(server.get("/catalog.nt").body.splitlines())


def test_the_alternates_are_listed_for_people_and_programs(server):
    listed = server.get(f"{PAGE}?_profile=alt", accept="text/turtle")
    assert "hasRepresentation" in listed.text
    page = server.get(f"{PAGE}?_profile=alt", accept="text/html")
    assert f"{PAGE}?_profile=schema" in page.text
    links = server.get(PAGE, accept="text/html").headers["link"]
    assert f'<{PAGE}?_profile=alt>; rel="alternate"; profile="http://www.w3.org/ns/dx/connegp/altr"' in links
    for quad in parse(server.get(f"{PAGE}?_profile=alt&_mediatype=application/n-triples").body, RdfFormat.N_TRIPLES):
        if quad.predicate.value.endswith("/source"):
            assert server.get(path(server, quad.object.value)).status == 200


def test_what_there_is_no_profile_of_says_which_there_are(server):
    reply = server.get(f"{PAGE}?_profile=none")
    assert reply.status == 406
    assert "_profile=skos" in reply.text
    assert server.get(PAGE, accept="text/turtle", Accept_Profile="<urn:x>").status == 200
    assert server.get("/doc/none?_profile=skos").status == 404


def test_a_media_type_can_be_named_in_the_address(server):
    assert server.get(f"{PAGE}?_mediatype=text/turtle", accept="text/html").body == server.get(f"{PAGE}.ttl").body
    for kind in ("text/html", "text/markdown"):
        assert server.get(f"{PAGE}?_mediatype={kind}").headers["content-type"].startswith(kind)
