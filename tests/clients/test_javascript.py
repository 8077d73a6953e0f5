"""Comunica, ldes-client and rdf-validate-shacl: clients in JavaScript, written by others by the same standards."""

from __future__ import annotations

import json

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, parse
from tests.conftest import SHARED, serving
from tests.publish.conftest import STATES, site
from tests.publish.test_catalogue import KNOWN, SHAPES

pytestmark = pytest.mark.long

EKO = "https://w3id.org/ekograph/"
PRIORITIES = f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a <{EKO}def#Priority> }}"
LABELS = f"SELECT ?o {{ <{EKO}id/agreement/lahti> <http://www.w3.org/2004/02/skos/core#prefLabel> ?o }}"
ADDED = {"http://purl.org/dc/terms/isVersionOf", "http://www.w3.org/ns/prov#generatedAtTime"}


@pytest.fixture
def folder(tmp_path):
    return site(tmp_path / "site")


def test_comunica_detects_the_endpoint(node, server):
    assert json.loads(node("query.mjs", f"{server.url}/sparql", PRIORITIES)) == [{"n": "44"}]


@pytest.mark.parametrize(
    "page", [f"/doc/agreement/lahti{suffix}" for suffix in ("", ".ttl", ".nq", ".trig")] + ["/dumps/dataset.ttl"]
)
def test_comunica_reads_pages_in_every_format_and_dumps_as_sources(node, server, page):
    assert {row["o"] for row in json.loads(node("query.mjs", server.url + page, LABELS))} >= {"Lahti", "Lahtis"}


def test_ldes_client_ends_with_the_current_dataset(node, server):
    """The newest state of each thing, without what the stream adds, is all that the dataset says of things."""
    assert _replicated(node, server) == _current(server)


def test_ldes_client_follows_what_was_added_changed_and_taken_away(node, folder):
    seen = []
    for state in STATES:
        folder.write("data/trees.ttl", state)
        assert folder.run("publish").returncode == 0
        with serving("--site", str(folder.root), "serve") as server:
            seen.append(_replicated(node, server))
            assert seen[-1] == _current(server)
    assert len(STATES) == 4
    assert seen[0] == seen[2] != seen[1]
    assert folder.run("rollback").returncode == 0
    with serving("--site", str(folder.root), "serve") as server:
        assert _replicated(node, server) == _current(server) == seen[2]


def _replicated(node, server) -> Dataset:
    printed = node("replicate.mjs", f"{server.url}/ldes")
    return _canonical([q for q in parse(printed, RdfFormat.N_QUADS) if q.predicate.value not in ADDED and not _kind(q)])


def _current(server) -> Dataset:
    return _canonical(list(parse(server.get("/dumps/dataset.nt").body, RdfFormat.N_TRIPLES)))


def _kind(quad: Quad) -> bool:
    return isinstance(quad.object, NamedNode) and quad.object.value.startswith("https://www.w3.org/ns/activitystreams#")


def _canonical(quads: list[Quad]) -> Dataset:
    dataset = Dataset(Quad(*quad.triple) for quad in quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


@pytest.mark.skipif(not SHARED.is_dir(), reason="the official shapes are not beside this checkout (../shared)")
@pytest.mark.parametrize("name", KNOWN)
def test_a_second_engine_finds_no_more_than_the_known_defects_of_the_official_shapes(node, server, tmp_path, name):
    (tmp_path / "catalog.ttl").write_bytes(server.get("/catalog.ttl").body)
    found = json.loads(node("validate.mjs", tmp_path / "catalog.ttl", SHAPES / name))
    known = {(severity, str(path) if path else None) for severity, path in KNOWN[name]}
    assert {(each["severity"].partition("#")[2], each["path"]) for each in found} <= known
