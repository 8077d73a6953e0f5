"""What crawlers and archives read of a dataset: the sitemap, VoID, the links of the landing page, the versions."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from urllib.robotparser import RobotFileParser

import pytest
from pyoxigraph import RdfFormat, Store
from tests.publish.conftest import body

from ekograph.publish.exporters import ROBOTS
from ekograph.urls import PUBLIC_URL

MAPS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def test_the_sitemap_lists_every_page_in_every_language_and_nothing_else(published):
    found = {each[0] for each in listed(published[3])}
    pages = {each.address for each in published[3].printed() if each.address.endswith(".html")}
    assert found == {f"{PUBLIC_URL}{each}" for each in pages if not each.startswith(("/search/form", "/browse/form"))}
    assert {f"{PUBLIC_URL}/{each}.fi.html" for each in ("index", "sparql", "def", "downloads", "doc/tree/oak")} <= found


def listed(snapshot):
    root = ET.fromstring(body(snapshot, "/sitemap.xml"))  # noqa: S314 - our own file
    return [(each.findtext(f"{MAPS}loc"), each.findtext(f"{MAPS}lastmod")) for each in root]


def test_lastmod_is_when_what_a_page_shows_last_changed(published):
    times = [each.manifest.published for each in published]
    every = {address.removeprefix(PUBLIC_URL): time for address, time in listed(published[3])}
    last = {address.removeprefix("/doc/tree/"): time for address, time in every.items()}
    assert last["ash.en.html"] == times[3]
    assert last["hardwood.en.html"] == times[3]
    assert last["oak.en.html"] in {times[2], times[3]}
    assert every["/index.en.html"] == every["/downloads.en.html"] == every["/graph/trees.en.html"] == times[3]
    # The vocabulary was never changed, and of the rules nobody keeps account.
    assert every["/def.en.html"] == every["/graph/vocabulary.en.html"] == times[0]
    assert every["/rules.en.html"] is None


def test_each_entry_of_the_sitemap_names_all_languages(published):
    text = body(published[0], "/sitemap.xml").decode()
    one = text[text.index("<url>") : text.index("</url>")]
    assert [part.split('"')[0] for part in one.split('hreflang="')[1:]] == ["en", "fi", "x-default"]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/", True), ("/doc/tree/oak", True), ("/dumps/dataset.ttl", True), ("/sparql?query=x", False), ("/sparql", True)],
)
def test_robots_may_read_pages_and_dumps_but_not_query(path, allowed):
    robots = RobotFileParser()
    robots.parse(ROBOTS.splitlines())
    assert robots.can_fetch("Anybot/1.0", f"{PUBLIC_URL}{path}") == allowed
    assert robots.site_maps() == [f"{PUBLIC_URL}/sitemap.xml"]


COUNTS = {
    "triples": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    "distinctObjects": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
    "properties": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
    "classes": "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c FILTER(isIRI(?c)) }",
    "entities": 'SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o FILTER(STRSTARTS(STR(?s), "https://example.org/id/")) }',
}


def count(store, query):
    (row,) = store.query(query, use_default_graph_as_union=True)
    return int(row["n"].value)


@pytest.fixture(scope="module")
def described(published):
    """The VoID description of the newest snapshot, as a store, and the dataset, as another."""
    void, dataset = Store(), Store()
    void.load(body(published[3], "/.well-known/void.nt"), RdfFormat.N_TRIPLES)
    dataset.load(path=published[3].dataset, format=RdfFormat.N_QUADS)
    return void, dataset


@pytest.mark.parametrize("name", COUNTS)
def test_every_total_of_void_is_that_of_a_query(described, name):
    void, dataset = described
    (row,) = void.query(f"SELECT ?n {{ ?d void:{name} ?n ; void:uriSpace ?u }}", prefixes=VOID)
    assert int(row["n"].value) == count(dataset, COUNTS[name])


VOID = {"void": "http://rdfs.org/ns/void#"}


def test_every_partition_of_void_is_that_of_a_query(described):
    void, dataset = described
    parts = list(void.query("SELECT ?c ?n { ?p void:class ?c ; void:entities ?n }", prefixes=VOID))
    assert len(parts) >= 3
    for row in parts:
        assert int(row["n"].value) == count(dataset, f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a {row['c']} }}")
    parts = list(void.query("SELECT ?q ?n { ?p void:property ?q ; void:triples ?n }", prefixes=VOID))
    for row in parts:
        assert int(row["n"].value) == count(dataset, f"SELECT (COUNT(*) AS ?n) {{ ?s {row['q']} ?o }}")
    subsets = list(void.query("SELECT ?g ?n { ?d void:subset ?g . ?g void:triples ?n }", prefixes=VOID))
    assert len(subsets) == 3
    for row in subsets:
        assert int(row["n"].value) == count(dataset, f"SELECT (COUNT(*) AS ?n) {{ GRAPH {row['g']} {{ ?s ?p ?o }} }}")


def test_the_landing_page_leads_machines_on(published):
    links = next(each.links for each in published[0].printed() if each.address == "/index.en.html")
    assert '<https://example.org/>; rel="cite-as"' in links
    assert '<https://schema.org/AboutPage>; rel="type"' in links
    assert f'<{PUBLIC_URL}/linkset.json>; rel="linkset"; type="application/linkset+json"' in links
    assert f'<{PUBLIC_URL}/dumps/dataset.ttl>; rel="item"; type="text/turtle"' in links


def test_the_timemap_of_a_page_names_each_snapshot_that_has_it_and_when_it_was_published(published):
    text = body(published[3], "/timemap/doc/tree/oak.link").decode()
    found = [line for line in text.split(",\n") if "memento" in line]
    assert [line.split(">")[0] for line in found] == [
        f"<{PUBLIC_URL}/version/{each.name}/doc/tree/oak" for each in published
    ]
    assert 'rel="first memento"; datetime="' in found[0]
    assert 'rel="last memento"; datetime="' in found[3]
    assert all(line.count(" GMT") == 1 for line in found)


def test_a_thing_that_is_gone_and_a_new_one_have_only_the_versions_they_were_in(published):
    addresses = {each.address: each.body.decode() for each in published[3].printed()}
    assert addresses["/timemap/doc/tree/elm.link"].count("/version/") == 1
    assert f"/version/{published[1].name}/" in addresses["/timemap/doc/tree/elm.link"]
    assert addresses["/timemap/doc/tree/ash.link"].count("/version/") == 1
    assert f"/version/{published[3].name}/" in addresses["/timemap/doc/tree/ash.link"]


def test_every_version_is_found_by_its_address_in_its_snapshot(published):
    variants = list(published[1].printed("/doc/tree/elm"))
    assert variants[0].address == "/doc/tree/elm.en.html"
    assert {each.page for each in variants} == {"/doc/tree/elm"}
    assert [each.address for each in published[1].printed("/doc/tree/elm.ttl")] == ["/doc/tree/elm.ttl"]
    assert list(published[0].printed("/doc/tree/elm")) == []
