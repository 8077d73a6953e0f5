"""What harvesters and crawlers find on the running site, link by link; real clients where they are installed."""

from __future__ import annotations

import hashlib
import json
import xml.etree.ElementTree as ET

import pytest
import rdflib
from rdflib import DCAT, VOID

SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


@pytest.fixture(scope="module")
def catalogue(server):
    return rdflib.Graph().parse(data=server.get("/catalog", accept="*/*").body, format="turtle")


def path(server, url):
    assert str(url).startswith(f"{server.url}/"), url
    return str(url).removeprefix(server.url)


def test_every_address_of_the_catalogue_answers_head_and_get_alike(server, catalogue):
    """HEAD alone decides 80 points of data.europa.eu's quality assessment."""
    urls = {each for name in (DCAT.accessURL, DCAT.downloadURL) for each in catalogue.objects(None, name)}
    assert len(urls) > 12
    for url in urls:
        head, whole = (server.get(path(server, url), method=method) for method in ("HEAD", "GET"))
        assert (head.status, whole.status) == (200, 200)
        assert head.body == b""
        same = ("content-length", "content-type", "etag", "last-modified")
        assert [head.headers[each] for each in same] == [whole.headers[each] for each in same]


def test_what_is_downloaded_is_what_the_catalogue_says(server, catalogue):
    for distribution, url in catalogue.subject_objects(DCAT.downloadURL):
        reply = server.get(path(server, url))
        assert len(reply.body) == int(catalogue.value(distribution, DCAT.byteSize))
        checksum = catalogue.value(catalogue.value(distribution, SPDX.checksum), SPDX.checksumValue)
        assert hashlib.sha256(reply.body).hexdigest() == str(checksum)
        media_type = str(catalogue.value(distribution, DCAT.mediaType)).partition("media-types/")[2]
        packed = catalogue.value(distribution, DCAT.compressFormat) is not None
        assert reply.headers["content-type"].partition(";")[0] == ("application/gzip" if packed else media_type)
        assert "content-encoding" not in reply.headers


def test_a_download_that_broke_off_goes_on_where_it_stopped(server):
    whole = server.get("/dumps/dataset.nq.gz")
    part = server.get("/dumps/dataset.nq.gz", Range="bytes=100-", If_Range=whole.headers["etag"])
    assert (part.status, part.body) == (206, whole.body[100:])
    changed = server.get("/dumps/dataset.nq.gz", Range="bytes=100-", If_Range='"other"')
    assert (changed.status, changed.body) == (200, whole.body)


@pytest.mark.parametrize(
    ("method", "fields", "status", "length"),
    [
        ("GET", {"Range": "bytes=0-9"}, 206, 10),
        ("GET", {"Range": "bytes=-5"}, 206, 5),
        ("GET", {"Range": "BYTES = 0-4"}, 206, 5),
        ("GET", {"Range": "lines=0-9"}, 200, None),
        ("GET", {"Range": "bytes=x-y"}, 200, None),
        ("GET", {"Range": "nonsense"}, 200, None),
        ("GET", {"Range": "bytes=99999999-"}, 416, 0),
        ("GET", {"Range": "bytes=0-9", "If_Range": '"other"'}, 200, None),
        ("GET", {"Range": "bytes=0-9", "If_Range": "Tue, 24 Nov 2020 08:00:00 GMT"}, 200, None),
        ("HEAD", {"Range": "bytes=0-9"}, 200, None),
    ],
)
def test_only_a_range_of_bytes_asked_for_by_get_is_one(server, method, fields, status, length):
    whole = server.get("/dumps/dataset.nt")
    got = server.get("/dumps/dataset.nt", method=method, **fields)
    assert (got.status, int(got.headers["content-length"])) == (status, len(whole.body) if length is None else length)


@pytest.mark.parametrize("tag", ["etag", "last-modified"])
def test_a_range_goes_on_while_the_file_is_the_same(server, tag):
    same = server.get("/dumps/dataset.nt", method="HEAD").headers[tag]
    assert server.get("/dumps/dataset.nt", Range="bytes=5-9", If_Range=same).status == 206


@pytest.mark.parametrize("path", ["/dumps/all.zip", "/search", "/oai", "/api/3/action/package_list", "/timegate/def"])
def test_a_script_of_another_origin_may_ask_anywhere(server, path):
    reply = server.get(path, method="OPTIONS", Origin="https://x.example", Access_Control_Request_Headers="if-range")
    assert (reply.status, reply.headers["access-control-allow-origin"]) == (204, "*")
    assert reply.headers["access-control-allow-headers"] == "*"
    assert {"GET", "HEAD", "OPTIONS"} <= set(reply.headers["allow"].split(", "))


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "text/turtle"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json, application/json;q=0.9, */*;q=0.1", "application/ld+json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("application/rdf+xml, text/n3, text/turtle, application/n-triples, application/ld+json", "text/turtle"),
    ],
)
def test_the_catalogue_is_rdf_to_all_but_browsers(server, accept, media_type):
    assert server.get("/catalog", accept=accept).headers["content-type"].partition(";")[0] == media_type


def test_void_agrees_with_the_catalogue_and_with_the_endpoint(server, catalogue):
    void = rdflib.Graph().parse(data=server.get("/.well-known/void", accept="text/turtle").body, format="turtle")
    (dataset,) = void.subjects(VOID.uriSpace)
    assert (dataset, rdflib.RDF.type, DCAT.Dataset) in catalogue
    downloads = set(catalogue.objects(None, DCAT.downloadURL))
    assert set(void.objects(dataset, VOID.dataDump)) <= downloads
    assert str(void.value(dataset, VOID.sparqlEndpoint)) == f"{server.url}/sparql"
    query = "/sparql?query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D"
    counted = json.loads(server.get(query, accept="application/sparql-results+json").body)
    assert counted["results"]["bindings"][0]["n"]["value"] == str(void.value(dataset, VOID.triples))
    for example in void.objects(dataset, VOID.exampleResource):
        assert server.get(f"/id/{str(example).partition('/id/')[2]}").status == 303


def test_every_address_in_the_sitemap_is_a_page(server):
    root = ET.fromstring(server.get("/sitemap.xml").body)  # noqa: S314 - from our own server
    addresses = [each.text for each in root.iter(LOC)]
    assert len(addresses) > 200
    for url in addresses:
        reply = server.get(path(server, url), method="HEAD")
        assert reply.status == 200
        assert reply.headers["content-type"].startswith("text/html")


def test_every_link_for_machines_leads_somewhere(server):
    links = json.loads(server.get("/linkset.json").body)["linkset"][0]
    for relation in ("item", "describedby"):
        for each in links[relation]:
            reply = server.get(path(server, each["href"]), method="HEAD")
            assert (reply.status, reply.headers["content-type"].partition(";")[0]) == (200, each["type"])


def test_a_dump_leads_back_to_the_page_of_its_dataset(server):
    link = server.get("/dumps/dataset.ttl", method="HEAD").headers["link"]
    assert link == '</>; rel="collection"; type="text/html"'


def test_the_folder_of_the_versions_leads_to_the_document_that_names_them(server):
    reply = server.get("/version/")
    assert (reply.status, reply.headers["location"]) == (303, "/catalog")
    assert "/version/" in server.get("/catalog").text


def test_a_harvester_of_ckan_pages_until_there_is_no_more(server):
    found, start = [], 0
    while True:
        reply = server.get(f"/api/3/action/package_search?rows=100&start={start}")
        answer = json.loads(reply.body)
        assert answer["success"]
        if not answer["result"]["results"]:
            break
        found += answer["result"]["results"]
        start += 100
    (package,) = found
    shown = json.loads(server.get(f"/api/3/action/package_show?id={package['name']}").body)["result"]
    assert shown == package
    for resource in package["resources"]:
        assert server.get(path(server, resource["url"]), method="HEAD").status == 200
    assert server.get("/api/3/action/package_show?id=none").status == 404
    assert server.get("/api/3/action/drop_database").status == 404


def test_sickle_harvests_every_thing_in_every_format(server):
    sickle = pytest.importorskip("sickle", reason="Sickle is not installed")
    client = sickle.Sickle(f"{server.url}/oai")
    assert client.Identify().repositoryName
    (record,) = client.ListRecords(metadataPrefix="dcat_ap")
    assert record.header.identifier.endswith("catalog#dataset")
    read = {prefix: list(client.ListRecords(metadataPrefix=prefix)) for prefix in ("oai_dc", "rdf")}
    identifiers = {prefix: {each.header.identifier for each in records} for prefix, records in read.items()}
    assert identifiers["oai_dc"] == identifiers["rdf"]
    assert len(identifiers["rdf"]) == len(read["rdf"]) > 200
    assert {each.setSpec for each in client.ListSets()} >= {"class:eko.Agreement", "scheme:agreement.lahti"}
    assert "agreement/lahti" in next(client.ListIdentifiers(metadataPrefix="rdf", set="class:eko.Agreement")).identifier


def test_feedparser_reads_the_feed(server):
    feedparser = pytest.importorskip("feedparser", reason="feedparser is not installed")
    feed = feedparser.parse(f"{server.url}/feed.atom")
    assert (feed.bozo, feed.version) == (False, "atom10")
    assert feedparser.parse(f"{server.url}/feed.atom", etag=feed.etag).status == 304


def test_extruct_finds_the_dataset(server):
    extruct = pytest.importorskip("extruct", reason="extruct is not installed")
    page = server.get("/index.en.html").text
    (dataset,) = extruct.extract(page, base_url=server.url, syntaxes=["json-ld"])["json-ld"]
    assert dataset["@type"] == "Dataset"
    assert 50 <= len(dataset["description"]) <= 5000
    assert all(path(server, each["contentUrl"]) for each in dataset["distribution"])


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("agreement/lahti", "DefinedTermSet"),
        ("priority/lappeenranta/p2x", "DefinedTerm"),
        ("authority/uudenmaan-liitto", "Organization"),
        ("contact/uudenmaan-liitto-1", "ContactPoint"),
        ("place/imatra", "Place"),
    ],
)
def test_extruct_finds_the_thing_of_a_page(server, page, kind):
    extruct = pytest.importorskip("extruct", reason="extruct is not installed")
    text = server.get(f"/doc/{page}.fi.html").text
    (thing,) = extruct.extract(text, base_url=server.url, syntaxes=["json-ld"])["json-ld"]
    assert (thing["@type"], thing["@id"]) == (kind, f"https://w3id.org/ekograph/id/{page}")
    assert server.get(path(server, thing["url"])).status == 200


def test_signposting_is_found(server):
    signposting = pytest.importorskip("signposting", reason="signposting is not installed")
    found = signposting.find_signposting_http(f"{server.url}/")
    assert str(found.citeAs.target) == "https://w3id.org/ekograph/"
    assert {str(each.target) for each in found.types} >= {"https://schema.org/AboutPage", "https://schema.org/Dataset"}
    assert found.license
    assert found.items
    assert found.linksets


@pytest.mark.parametrize("page", ["/doc/agreement/lahti", "/graph/agreement-lahti", "/def", "/catalog", "/shapes"])
def test_every_kind_of_page_says_what_it_is_of_and_on_which_terms(server, page):
    signposting = pytest.importorskip("signposting", reason="signposting is not installed")
    found = signposting.find_signposting_http(f"{server.url}{page}")
    assert str(found.citeAs.target).startswith("https://w3id.org/ekograph/")
    assert "https://schema.org/AboutPage" in {str(each.target) for each in found.types}
    assert str(found.license.target).endswith("/CC_BY_4_0")
    assert [str(each.target) for each in found.authors] == ["https://w3id.org/ekograph/catalog#publisher"]
    (described,) = found.describedBy
    assert server.get(path(server, str(described.target)), method="HEAD").status == 200
    whole = str(found.collection.target) if found.collection else ""
    assert whole == (f"{server.url}/" if page.startswith(("/doc/", "/graph/")) else "")


def test_robots_are_kept_off_queries_alone(server):
    protego = pytest.importorskip("protego", reason="protego is not installed")
    robots = protego.Protego.parse(server.get("/robots.txt").text)
    for query in (
        "/sparql?query=ASK%7B%7D",
        "/sparql?format=csv&query=ASK",
        "/search?q=a",
        "/search.fi.html?lang=fi&q=a",
    ):
        assert not robots.can_fetch(f"{server.url}{query}", "Bot")
    for page in ("/sparql", "/sparql.fi.html", "/search", "/queries"):
        assert robots.can_fetch(f"{server.url}{page}", "Bot")
    assert robots.can_fetch(f"{server.url}/doc/agreement/lahti", "Bot")
    assert robots.can_fetch(f"{server.url}/dumps/dataset.ttl", "Bot")


def test_full_pages_of_the_event_stream_are_kept_for_good_and_the_newest_is_asked_for_again(server):
    root = rdflib.Graph().parse(data=server.get("/ldes", accept="text/turtle").body, format="turtle")
    nodes = sorted(path(server, each) for each in root.objects(None, rdflib.URIRef("https://w3id.org/tree#node")))
    assert len(nodes) > 1
    kept = [server.get(each, accept="text/turtle").headers["cache-control"] for each in nodes]
    assert all("immutable" in each for each in kept[:-1])
    assert "must-revalidate" in kept[-1]
    assert "immutable" in server.get(f"{nodes[0]}.nt", method="HEAD").headers["cache-control"]


def test_ultimate_sitemap_parser_finds_every_page_from_the_robots_file(server):
    tree = pytest.importorskip("usp.tree", reason="ultimate-sitemap-parser is not installed")
    found = tree.sitemap_tree_for_homepage(f"{server.url}/", use_known_paths=False)
    pages = list(found.all_pages())
    listed = {each.text for each in ET.fromstring(server.get("/sitemap.xml").body).iter(LOC)}  # noqa: S314 - our own
    assert {each.url for each in pages} == listed
    assert all(each.last_modified for each in pages if "/doc/" in each.url)
    alternates = {language: url for each in pages for language, url in each.alternates or ()}
    assert set(alternates) == {"fi", "sv", "en", "x-default"}
