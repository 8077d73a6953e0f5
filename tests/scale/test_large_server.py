"""A large site, served: pages, identifiers, queries and what is not there, over HTTP; from disk, and from memory."""

from __future__ import annotations

import gzip
import json
import re
import time

import pytest
from tests.conftest import ROOT, serving

from ekograph import config
from ekograph.publish.pipeline import publish
from ekograph.publish.plain_rdf import activate_for_now, complete
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.urls import NO_BASE

LAHTI = "/doc/agreement/lahti"


@pytest.fixture(scope="module")
def large_shelf(tmp_path_factory):
    shelf = tmp_path_factory.mktemp("shelf")
    publish(config.load(ROOT, snapshots=str(shelf)), language="en", large_from=1)
    return shelf


@pytest.fixture(scope="module")
def large(large_shelf):
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(large_shelf), EKOGRAPH_DATASET_MB="0") as running:
        yield running


@pytest.fixture(scope="module")
def in_memory(large_shelf):
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(large_shelf)) as running:
        while figure(running, "engine_starting"):
            time.sleep(0.05)
        yield running


def figure(server, name: str) -> int:
    """A gauge of the server's metrics."""
    return int(re.search(rf"^ekograph_{name} (\d+)$", server.get("/metrics").text, re.MULTILINE)[1])


def test_a_thing_has_its_page_in_the_form_asked_for(large):
    html = large.get(LAHTI, accept="text/html", accept_language="fi")
    turtle = large.get(LAHTI, accept="text/turtle")
    assert (html.status, turtle.status) == (200, 200)
    assert "Hiilineutraali kiertotalous" in html.text
    assert turtle.headers["content-type"].startswith("text/turtle")
    assert turtle.headers["content-location"] == f"{LAHTI}.ttl"
    assert large.get(f"{LAHTI}.ttl").body == turtle.body


def test_a_thing_is_markdown_and_by_a_profile_too(large):
    for path, accept in (
        (LAHTI, "text/markdown"),
        (f"{LAHTI}.fi.md", "*/*"),
        (f"{LAHTI}?_mediatype=text/markdown", "*/*"),
    ):
        reply = large.get(path, accept=accept, accept_language="fi")
        assert (reply.status, reply.headers["content-type"]) == (200, "text/markdown; charset=utf-8")
        assert "Hiilineutraali kiertotalous" in reply.text
    skos = large.get(f"{LAHTI}?_profile=skos&_mediatype=application/n-triples")
    assert '<http://www.w3.org/2004/02/skos/core>; rel="profile"' in skos.headers["link"]
    assert large.get("/doc/agreement/none.md").status == 404
    assert large.get("/doc/agreement/none?_profile=skos").status == 404


def test_the_second_time_it_is_not_modified(large):
    first = large.get(LAHTI, accept="application/ld+json")
    again = large.get(LAHTI, accept="application/ld+json", if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_head_has_the_headers_of_get(large):
    get, head = large.get(f"{LAHTI}.nt"), large.get(f"{LAHTI}.nt", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(get.body))
    assert head.headers["etag"] == get.headers["etag"]


def test_an_identifier_leads_to_its_document(large):
    reply = large.get("/id/agreement/lahti")
    assert (reply.status, reply.headers["location"]) == (303, LAHTI)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ((LAHTI, "image/png", "GET"), 406),
        ((LAHTI, "text/html", "POST"), 405),
        ((LAHTI, "text/html", "OPTIONS"), 204),
        (("/doc/agreement/nowhere", "text/html", "GET"), 404),
        (("/id/agreement/nowhere", "text/html", "GET"), 404),
        ((f"{LAHTI}.png", "text/html", "GET"), 404),
    ],
)
def test_what_cannot_be_answered_is_refused_as_on_a_printed_site(large, server, asked, status):
    assert [each.get(*asked).status for each in (large, server)] == [status, status]


def test_queries_have_the_answers_of_the_printed_site(large, in_memory, server):
    query = "/sparql?query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%20%3Fs%20a%20eko%3APriority%20%7D"
    servers = large, in_memory, server
    answers = [json.loads(each.get(query, accept="application/sparql-results+json").body) for each in servers]
    assert [figure(each, "in_memory") for each in servers] == [0, 1, 1]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["results"]["bindings"][0]["n"]["value"] != "0"


def test_the_sitemap_leads_to_every_thing(large):
    index = large.get("/sitemap.xml").text
    assert f"{large.url}/sitemap/1.xml" in index
    assert f"<loc>{large.url}{LAHTI}</loc>" in large.get("/sitemap/1.xml").text


def test_dumps_are_offered_compressed(large):
    reply = large.get("/dumps/dataset.nq.gz")
    assert (reply.status, reply.headers["content-type"]) == (200, "application/gzip")


@pytest.fixture(scope="module")
def unfinished(tmp_path_factory):
    """A file of somebody else's, in service before its search, lists and dumps are made."""
    settings = config.load(tmp_path_factory.mktemp("unfinished"), base=NO_BASE, theme="")
    lines = sorted(
        b'<https://example.org/%d> <http://www.w3.org/2000/01/rdf-schema#label> "n" .\n' % n for n in range(9)
    )
    activate_for_now(settings, lines, {}, SnapshotRepository(settings.snapshots_dir))
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(settings.snapshots_dir)) as running:
        yield running


@pytest.mark.parametrize(
    "path",
    [
        *("/search.en.html?q=n", "/search.json?q=n", "/browse.sv.html", "/sitemap.xml", "/robots.txt", "/downloads"),
        *("/dumps/dataset.nt.gz", "/list/resource", "/catalog", "/.well-known/void", "/reconcile"),
        *("/oai?verb=ListRecords&metadataPrefix=dcat_ap", "/api/3/action/package_list"),
    ],
)
def test_what_is_still_being_made_is_said_to_come(unfinished, path):
    reply = unfinished.get(path, accept="text/html, */*;q=0.1")
    assert reply.status == 503
    assert reply.headers["retry-after"] == "10"
    assert reply.headers["cache-control"] == "no-store"
    assert "<h1>" in reply.text


def test_things_and_queries_are_there_at_once_and_what_is_no_thing_is_not(unfinished):
    assert unfinished.get("/about/https/example.org/3", accept="text/html").status == 200
    assert unfinished.get("/sparql?query=ASK%7B%7D", accept="text/csv").status == 200
    assert unfinished.get("/about/https/example.org/10", accept="text/html").status == 404


@pytest.mark.parametrize("graph", ["", " <https://example.org/g>"])
def test_what_was_in_service_at_once_is_completed_from_its_own_files(tmp_path, graph):
    settings = config.load(tmp_path, base=NO_BASE, theme="")
    rows = [f'<https://example.org/{n}> <https://example.org/p> "n{n % 3}"' for n in range(90)]
    lines = sorted(f"{row}{place} .\n".encode() for row in rows for place in {"", graph})
    repository = SnapshotRepository(settings.snapshots_dir)
    activate_for_now(settings, lines, {}, repository)
    assert repository.current().manifest.unfinished
    complete(settings)
    snapshot = repository.current()
    assert not snapshot.manifest.unfinished
    assert (snapshot.manifest.triples, snapshot.manifest.repeats) == (90, bool(graph))
    assert snapshot.dataset.read_bytes() == b"".join(lines)
    dumped = gzip.decompress((snapshot.path / "dumps/dataset.nt.gz").read_bytes())
    assert sorted(dumped.decode().splitlines()) == sorted(f"{row} ." for row in rows)
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(settings.snapshots_dir)) as server:
        listed = json.loads(server.get("/browse.json").body)
        assert listed["total"] == 90
        (facet,) = [facet for facet in listed["facets"] if facet["facet"] != "type"]
        assert [value["count"] for value in facet["values"]] == [30, 30, 30]
        assert server.get("/sitemap.xml").status == 200
