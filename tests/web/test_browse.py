"""Lists narrowed by facets, over HTTP: pages, tables and JSON, of somebody else's data."""

from __future__ import annotations

import csv
import io
import json
import re
from urllib.parse import quote, urlencode

import html5rdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import serving

PREFIXES = """
@prefix ex: <https://example.org/id/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix geo: <http://www.w3.org/2003/01/geo/wgs84_pos#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix wkt: <http://www.opengis.net/ont/geosparql#> . @prefix schema: <https://schema.org/> .
ex:hub skos:prefLabel "Hub"@en ; a skos:Concept .
"""
PLACES = (
    'geo:lat "{north}" ; geo:long "{east}"',
    'wkt:asWKT "POINT({east} {north})"^^wkt:wktLiteral',
    "schema:geo [ schema:latitude {north} ; schema:longitude {east} ]",
    "dcterms:source ex:hub",
)
DATASET = "http://www.w3.org/ns/dcat#Dataset"
COUNT = 160


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "places.ttl"
    things = (
        f'ex:d{at} a dcat:Dataset ; dcterms:title "{"Lake" if at % 2 else "Älv"} {at:03}"@en ; '
        f'ex:code "a:<{at % 2}>" ; '
        f'dcterms:issued "{2015 + at % 4}-0{1 + at % 9}-01"^^xsd:date ; dcat:keyword "k{at % 5}"@en ; '
        f"skos:related ex:hub ; {PLACES[at % 4].format(north=60 + at / 100, east=21 + at / 50)} ."
        for at in range(COUNT)
    )
    many = f"ex:hub skos:narrower {', '.join(f'ex:d{at}' for at in range(90))} ."
    path.write_text(PREFIXES + "\n".join(things) + many, encoding="utf-8")
    with serving("serve", str(path)) as running:
        yield running


def address(form: str, **filters: str) -> str:
    last = [(key, filters.pop(key)) for key in ("q", "sort", "page") if key in filters]
    pairs = [*sorted((key.replace("__", ":"), value) for key, value in filters.items()), *last]
    return f"/browse.{form}?{urlencode(pairs, quote_via=quote)}"


def items(site, **filters: str) -> dict:
    reply = site.get(address("json", **filters))
    assert reply.status == 200, reply.text
    return json.loads(reply.body)


def test_every_facet_leads_to_just_as_many_things_as_it_counts(site):
    document = items(site, type=DATASET)
    assert document["total"] == COUNT
    facets = {facet["facet"] for facet in document["facets"]}
    assert {"dcat:keyword", "dcterms:issued", "ex:code"} <= facets
    for facet in document["facets"]:
        for value in facet["values"]:
            narrowed = items(site, type=DATASET, **{facet["facet"]: value["value"]})
            assert narrowed["total"] == value["count"] == len(narrowed["items"])


def test_the_page_works_without_a_script_and_shows_what_the_files_hold(site):
    where = {"type": DATASET, "dcat__keyword": "k3@en"}
    page = site.get(address("en.html", **where)).text
    html5rdf.HTMLParser(strict=True).parse(page)
    table = list(csv.reader(io.StringIO(site.get(address("csv", **where)).body.decode("utf-8-sig"))))
    names = [row[1] for row in table[1:]]
    assert len(names) == COUNT / 5
    assert re.findall(r'<li><a href="/about/[^"]+">([^<]+)</a>', page) == names
    assert names == sorted(names, key=lambda name: name.replace("Ä", "A"))
    assert [item["name"] for item in items(site, **where)["items"]] == names


def test_pages_follow_one_another_and_end(site):
    pages = [site.get(address("en.html", type=DATASET, page=str(number))) for number in (1, 2, 3, 4, 5)]
    assert [page.status for page in pages] == [200, 200, 200, 200, 404]
    first = site.get(address("en.html", type=DATASET)).text
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in pages[3].text


def test_one_list_has_one_address_whatever_the_order_of_its_filters(site):
    query = f"type={quote(DATASET)}&dcat:keyword=k1@en&dcat:keyword=k1@en"
    reply, again = (
        site.get(f"/browse.en.html?{query}"),
        site.get(address("en.html", type=DATASET, dcat__keyword="k1@en")),
    )
    canonical = '/browse.en.html?dcat:keyword=k1@en&type=http://www.w3.org/ns/dcat%23Dataset>; rel="canonical"'
    assert reply.headers["link"] == again.headers["link"]
    assert reply.headers["link"].endswith(canonical)
    assert reply.body == again.body


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("nothing=1", 404),
        ("type=nothing", 404),
        ("%ff=%fe", 400),
        ("page=0", 422),
        ("page=99999999999999999", 422),
        ("sort=size", 422),
        ("&".join(f"f{at}=1" for at in range(9)), 422),
        ("type=%00", 404),
    ],
)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_what_cannot_be_is_said_on_a_plain_page(site, language, query, status):
    reply = site.get(f"/browse?{query}", accept="text/html", accept_language=language)
    assert reply.status == status
    assert "<h1>" in reply.text


@settings(max_examples=60, deadline=None)
@given(query=st.binary(max_size=60))
def test_no_query_string_is_answered_by_a_fault(site, query):
    encoded = "".join(f"%{byte:02X}" if byte not in b"&=+%abcqtype:" else chr(byte) for byte in query)
    assert site.get(f"/browse.json?{encoded}").status in {200, 400, 404, 422}


def test_the_index_is_searched_with_the_same_facets(site):
    found = items(site, q="lake", dcat__keyword="k2@en")
    assert found["total"] == COUNT / 10
    assert all(item["name"].startswith("Lake") for item in found["items"])
    assert '<a href="/browse.en.html?q=lake"' in site.get("/search.en.html?q=lake").text


def test_combinations_are_kept_from_search_engines(site):
    reply = site.get(address("en.html", type=DATASET))
    assert reply.headers["x-robots-tag"] == "noindex, follow"
    assert "Disallow: /browse?" in site.get("/robots.txt").text


def test_things_with_coordinates_are_on_a_map_beside_their_list(site):
    page = site.get(address("en.html", type=DATASET)).text
    points = re.findall(r'<circle class="here" cx="([\d.]+)" cy="([\d.]+)"|<circle cx="([\d.]+)" cy="([\d.]+)"', page)
    assert len(points) == COUNT * 3 / 4
    assert "120 places. Latitude from 60.000° to 61.580°" in page
    assert "<circle" not in site.get(address("en.html", type="http://www.w3.org/2004/02/skos/core#Concept")).text


def test_what_a_page_shows_in_part_has_a_list_of_all_in_both_directions(site):
    page = site.get("/about/https/example.org/id/hub.en.html").text
    lists = set(re.findall(r'<a href="(/browse[^"]+)" rel="nofollow">and \d+ more', page))
    totals = {}
    for where in lists:
        reply = site.get(where.replace("&amp;", "&").replace(".en.html", ".json"))
        totals[where.partition("?")[2].partition("=")[0]] = json.loads(reply.body)["total"]
    assert totals == {"%5Eskos:narrower": 90, "skos:related": COUNT}


def test_newest_first(site):
    document = items(site, type=DATASET, sort="newest")
    years = [item["values"]["dcterms:issued"][0] for item in document["items"]]
    assert years == sorted(years, reverse=True)


def test_a_list_is_not_sent_twice(site):
    first = site.get(address("en.html", type=DATASET))
    again = site.get(address("en.html", type=DATASET), if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_nothing_else_than_a_page_a_table_or_json_is_to_be_had(site):
    assert site.get("/browse", accept="text/turtle").status == 406
    assert site.get("/browse", accept="text/csv").headers["content-type"] == "text/csv; charset=utf-8"
    assert site.get("/browse.de.html").status == 404
