"""Every thing and every document of the real site, asked for as its users ask."""

import json

import pyoxigraph as ox
import pytest
import rdflib

from ekograph.rdf import formats

BASE = "https://w3id.org/ekograph/"
THINGS = [
    "agreement/lappeenranta",
    "priority/lappeenranta/p2x",
    "authority/uudenmaan-liitto",
    "contact/etela-karjalan-liitto-2",
    "place/imatra",
    "period/2021-2027",
    "organisation/tem",
    "collection/ekosysteemisopimukset",
]
DOCUMENTS = ["/def", "/shapes", "/graph/agreement-lahti", "/graph/derived", "/graph/contacts"]
PAGES = [*(f"/doc/{thing}" for thing in THINGS), *DOCUMENTS]

OX = {
    formats.TURTLE: ox.RdfFormat.TURTLE,
    formats.TRIG: ox.RdfFormat.TRIG,
    formats.N_TRIPLES: ox.RdfFormat.N_TRIPLES,
    formats.N_QUADS: ox.RdfFormat.N_QUADS,
    formats.JSON_LD: ox.RdfFormat.JSON_LD,
    formats.RDF_XML: ox.RdfFormat.RDF_XML,
}


def triples(body: bytes, form: formats.Format) -> ox.Dataset:
    """The triples of a representation, canonical, graph names left out."""
    dataset = ox.Dataset(ox.Quad(*quad.triple) for quad in ox.parse(body, OX[form]))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


@pytest.mark.parametrize("thing", THINGS)
def test_a_thing_leads_to_the_document_about_it(server, thing):
    for accept in ("text/html", "text/turtle", "*/*"):
        got = server.get(f"/id/{thing}", accept)
        assert (got.status, got.headers["location"]) == (303, f"/doc/{thing}")
        assert {"accept", "accept-language"} <= {each.strip().lower() for each in got.headers["vary"].split(",")}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("form", formats.RDF, ids=lambda form: form.name)
def test_every_format_is_negotiated_has_an_address_of_its_own_and_tells_the_same(server, page, form):
    negotiated = server.get(page, form.media_type)
    own = server.get(f"{page}.{form.suffix}")
    assert (negotiated.status, own.status) == (200, 200)
    assert negotiated.headers["content-type"] == own.headers["content-type"] == form.content_type
    assert negotiated.body == own.body
    assert negotiated.headers["content-location"] == f"{page}.{form.suffix}"
    assert triples(own.body, form) == triples(server.get(f"{page}.nt").body, formats.N_TRIPLES)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_html_in_three_languages(server, page):
    for language in ("fi", "sv", "en"):
        got = server.get(page, "text/html", Accept_Language=language)
        assert (got.status, got.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert got.headers["content-language"] == language
        assert f'<html lang="{language}"' in got.text
        assert got.body == server.get(f"{page}.html?lang={language}").body == server.get(f"{page}.{language}.html").body


@pytest.mark.parametrize("page", PAGES)
def test_head_equals_get_and_a_known_entity_tag_gives_304(server, page):
    for accept in ("text/html", "text/turtle"):
        get, head = server.get(page, accept), server.get(page, accept, "HEAD")
        ignored = {"date"}
        assert {k: v for k, v in get.headers.items() if k not in ignored} == {
            k: v for k, v in head.headers.items() if k not in ignored
        }
        assert head.body == b""
        again = server.get(page, accept, If_None_Match=get.headers["etag"])
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", get.headers["etag"])
        assert server.get(page, accept, If_Modified_Since=get.headers["last-modified"]).status == 304


def test_the_description_is_the_bounded_one_with_the_labels_of_both_ends_and_what_points_here(server):
    graph = rdflib.Graph().parse(data=server.get("/doc/agreement/lahti.ttl").body, format="turtle")
    lahti = rdflib.URIRef(f"{BASE}id/agreement/lahti")
    assert graph.value(lahti, rdflib.SKOS.notation) == rdflib.Literal("LAHTI")
    authority = rdflib.URIRef(f"{BASE}id/authority/uudenmaan-liitto")
    assert rdflib.Literal("Uudenmaan liitto", lang="fi") in set(graph.objects(authority, rdflib.SKOS.prefLabel))
    priorities = set(graph.subjects(rdflib.SKOS.inScheme, lahti))
    assert len(priorities) == 8
    assert all((each, rdflib.SKOS.prefLabel, None) in graph for each in priorities)


def test_rdflib_reads_the_graphs_of_the_dumps(server):
    for suffix, name in (("trig", "trig"), ("nq", "nquads")):
        dataset = rdflib.Dataset()
        dataset.parse(data=server.get(f"/dumps/dataset.{suffix}").body, format=name)
        names = {str(graph.identifier) for graph in dataset.graphs()}
        assert f"{BASE}graph/agreement-lahti" in names


def test_json_ld_is_compact_with_its_context_inside(server):
    document = json.loads(server.get("/doc/place/imatra.jsonld").body)
    assert document["@context"]["skos"] == str(rdflib.SKOS)
    assert {"@id", "@type"} <= set(document["@graph"][0])


def test_identifiers_stay_canonical_and_links_stay_on_the_server(server):
    html = server.get("/doc/priority/lappeenranta/p2x.fi.html").text
    assert f"{BASE}id/priority/lappeenranta/p2x" in html
    assert f'href="{BASE}' not in html.partition("<body>")[2]
    assert 'href="/doc/agreement/lappeenranta' in html


def test_links_name_the_other_forms_and_the_thing(server):
    links = server.get("/doc/agreement/lahti", "text/html", Accept_Language="fi").headers["link"]
    for wanted in (
        '</doc/agreement/lahti.ttl>; rel="alternate"; type="text/turtle"',
        '</doc/agreement/lahti.sv.html>; rel="alternate"; type="text/html"; hreflang="sv"',
        'rel="canonical"',
        'rel="describedby"',
        '<https://w3id.org/ekograph/def#Agreement>; rel="type"',
    ):
        assert wanted in links


def test_nothing_acceptable_lists_what_there_is(server):
    got = server.get("/doc/agreement/lahti", "image/png")
    assert (got.status, got.headers["content-type"]) == (406, "application/problem+json")
    assert {each["href"] for each in json.loads(got.body)["available"]} >= {"/doc/agreement/lahti.ttl"}


@pytest.mark.parametrize(
    "path", ["/doc/agreement/salo", "/id/agreement/salo", "/graph/nothing", "/x", "/doc/", "/def.xyz"]
)
def test_what_is_not_there_is_said_in_the_form_asked_for(server, path):
    for accept in ("text/turtle", "application/json", "*/*"):
        got = server.get(path, accept)
        assert (got.status, got.headers["content-type"]) == (404, "application/problem+json")
    got = server.get(path, "text/html,*/*;q=0.8", Accept_Language="fi")
    assert (got.status, got.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert '<html lang="fi"' in got.text


def test_what_is_not_there_is_said_in_the_language_of_the_address(server):
    got = server.get("/doc/agreement/salo.sv.html", "text/html", Accept_Language="fi")
    assert (got.status, got.headers["content-language"]) == (404, "sv")
    assert '<html lang="sv"' in got.text


@pytest.mark.parametrize("path", ["/", "/doc/agreement/lahti", "/def.ttl", "/id/agreement/lahti"])
def test_what_is_no_read_is_refused(server, path):
    for method in ("PUT", "DELETE", "PATCH", "POST"):
        got = server.get(path, method=method, data=b"x")
        assert (got.status, got.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("path", ["/dumps", "/dumps/"])
def test_the_folder_of_the_dumps_leads_to_the_page_that_lists_them(server, path):
    got = server.get(path)
    assert (got.status, got.headers["location"]) == (303, "/downloads")
    assert "/dumps/dataset.nq.gz" in server.get("/downloads", "text/html").text


def test_a_language_header_of_no_known_language_gets_finnish(server):
    assert server.get("/", "text/html", Accept_Language="de").headers["content-language"] == "fi"


def test_the_page_of_a_foreign_host_is_not_built(server):
    assert server.get("/", Host="evil.example").status == 421


@pytest.mark.parametrize("accept", ["text/turtle", "application/n-triples", "application/ld+json", "text/rdf+n3"])
def test_the_front_page_is_the_description_of_the_dataset_to_programs(server, accept):
    reply = server.get("/", accept)
    assert reply.status == 200
    assert reply.headers["content-location"].startswith("/.well-known/void.")
    assert "http://rdfs.org/ns/void#" in reply.text


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/xhtml+xml", "text/html, text/turtle;q=0.9"])
def test_the_front_page_is_a_page_to_people(server, accept):
    assert server.get("/", accept).headers["content-type"] == "text/html; charset=utf-8"
