"""The tests of the SPARQL 1.1 Protocol and of the Service Description, as their manifests describe the requests."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest
from pyoxigraph import NamedNode
from tests.conformance.suite import SUITES, Manifest

_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_HT = "http://www.w3.org/2011/http#"
_CNT = "http://www.w3.org/2011/content#"
_SD = "http://www.w3.org/ns/sparql-service-description#"

MANIFEST = SUITES / "sparql11" / "protocol" / "manifest.ttl"

#: What only an endpoint that takes updates can pass.
UPDATES = "update_"


def entries() -> list[tuple[str, object]]:
    """The names and the nodes of the tests that are about queries, or about updates that must be refused."""
    if not MANIFEST.is_file():
        return []
    names = [(test.value.rpartition("#")[2], test) for test in Manifest(MANIFEST).entries()]
    return [(name, test) for name, test in names if not name.startswith(UPDATES)]


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return Manifest(MANIFEST)


@pytest.mark.parametrize(("name", "test"), entries(), ids=[name for name, _ in entries()])
def test_a_case_of_the_protocol(endpoint, manifest, name, test):
    action = manifest.one(test, f"{_MF}action")
    for request in manifest.members(manifest.one(action, f"{_HT}requests")):
        reply = _send(endpoint, manifest, request)
        expected = manifest.one(request, f"{_HT}resp")
        classes = [each.value[-3] for each in manifest.all(expected, f"{_MF}expectedStatus")]
        assert str(reply.status)[0] in classes
        if truth := manifest.one(expected, f"{_MF}expectedBoolean"):
            assert json.loads(reply.body)["boolean"] is (truth.value == "true")
        if form := manifest.one(expected, f"{_MF}expectedFormat"):
            assert _is_of(reply, form.value)


def _send(endpoint, manifest: Manifest, request: object):
    path = manifest.one(request, f"{_HT}absolutePath").value.replace("/sparql/", "/sparql", 1)
    headers = {
        manifest.one(each, f"{_HT}fieldName").value.replace("-", "_"): manifest.one(each, f"{_HT}fieldValue").value
        for each in manifest.members(manifest.one(request, f"{_HT}headers"))
    }
    body = manifest.one(request, f"{_HT}body")
    data = None
    if body is not None:
        encoding = manifest.one(body, f"{_CNT}characterEncoding").value
        data = manifest.one(body, f"{_CNT}chars").value.encode(encoding)
    # What is not said in a request must not be made up by the client that sends it.
    if data is not None:
        headers = {"content_type": "", **headers}
    return endpoint.get(path, None, manifest.one(request, f"{_HT}methodName").value, data, **headers)


def _is_of(reply, form: str) -> bool:
    """Whether an answer is of the kind "boolean", "tabular" or "RDF", by its label and by its bytes."""
    media_type = reply.headers["content-type"].partition(";")[0]
    if form == "RDF":
        return list(ox.parse(reply.body, ox.RdfFormat.from_media_type(media_type))) is not None
    results = ox.parse_query_results(reply.body, ox.QueryResultsFormat.from_media_type(media_type))
    return isinstance(results, ox.QueryBoolean) is (form == "boolean")


@pytest.fixture(scope="module")
def description(endpoint) -> list[ox.Quad]:
    reply = endpoint.get("/sparql", "application/n-triples")
    assert reply.status == 200
    return list(ox.parse(reply.body, ox.RdfFormat.N_TRIPLES))


def test_the_service_description_names_the_endpoint(endpoint, description):
    named = [quad.object.value for quad in description if quad.predicate.value == f"{_SD}endpoint"]
    assert named == [f"{endpoint.url}/sparql"]


def test_the_service_description_uses_the_terms_of_its_vocabulary_as_they_are_defined(description):
    a = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    types = {(quad.subject, quad.object.value.removeprefix(_SD)) for quad in description if quad.predicate == a}
    ranges = {"defaultDataset": "Dataset", "defaultGraph": "Graph", "namedGraph": "NamedGraph", "graph": "Graph"}
    used = [(quad.predicate.value.removeprefix(_SD), quad.object) for quad in description]
    assert {name for name, _ in used} >= {"endpoint", "defaultDataset", "namedGraph", "name", "resultFormat"}
    assert all((target, ranges[name]) in types for name, target in used if name in ranges)
