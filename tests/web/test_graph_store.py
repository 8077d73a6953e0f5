"""The graphs of the dataset can be read one at a time, as the Graph Store Protocol says."""

from __future__ import annotations

from urllib.parse import quote

import pyoxigraph as ox
import pytest

GRAPH = "https://w3id.org/ekograph/graph/agreement-lahti"
NAMED = f"/rdf-graph-store?graph={quote(GRAPH, safe='')}"
DEFAULT = "/rdf-graph-store?default"


def triples(reply) -> set[ox.Triple]:
    syntax = ox.RdfFormat.from_media_type(reply.headers["content-type"].partition(";")[0])
    return {quad.triple for quad in ox.parse(reply.body, syntax)}


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]
)
def test_a_named_graph_is_the_same_in_every_format(server, accept):
    reply = server.get(NAMED, accept)
    assert reply.status == 200
    assert reply.headers["content-type"].startswith(accept)
    assert len(triples(reply)) == len(triples(server.get(NAMED, "application/n-triples"))) > 50


@pytest.mark.parametrize("accept", ["text/turtle", "application/ld+json"])
def test_the_default_graph_is_the_union_of_all(server, accept):
    assert triples(server.get(DEFAULT, accept)) > triples(server.get(NAMED, "text/turtle"))


def test_a_graph_keeps_the_spelling_of_its_literals(server):
    assert b'"2021"^^' in server.get(DEFAULT, "application/n-triples").body


def test_head_is_get_without_the_body(server):
    get, head = server.get(NAMED), server.get(NAMED, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(get.body))
    assert server.get(NAMED, If_None_Match=get.headers["etag"]).status == 304


REFUSED = [
    ("/rdf-graph-store", "GET", 400),
    (f"{NAMED}&default", "GET", 400),
    (f"{NAMED}&graph=http://x/", "GET", 400),
    ("/rdf-graph-store?graph=http://nowhere/", "GET", 404),
    ("/rdf-graph-store?graph=", "GET", 404),
    (NAMED, "PUT", 405),
    (NAMED, "POST", 405),
    (NAMED, "DELETE", 405),
    (NAMED, "PATCH", 405),
]


@pytest.mark.parametrize(("path", "method", "status"), REFUSED)
def test_what_is_not_a_read_of_one_graph_is_refused(server, path, method, status):
    reply = server.get(path, method=method)
    assert reply.status == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert status != 405 or reply.headers["allow"] == "GET, HEAD, OPTIONS"


def test_what_nobody_can_read_is_not_acceptable(server):
    assert server.get(NAMED, "image/png").status == 406
