"""The server on Python's own event loop: uvloop is an extra, and not everywhere to be had."""

import urllib.parse

import pytest
from tests.conftest import serving

QUERY = "/sparql?" + urllib.parse.urlencode({"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"})


@pytest.fixture(scope="module")
def plain(shelf, tmp_path_factory):
    """A server in a Python that cannot import uvloop."""
    folder = tmp_path_factory.mktemp("absent")
    (folder / "uvloop.py").write_text("raise ImportError('not installed')\n")
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(shelf), PYTHONPATH=str(folder)) as running:
        yield running


@pytest.mark.parametrize("path", ["/", "/index.en.html", "/catalog", "/dumps/dataset.nt", "/sparql", "/health", QUERY])
def test_everything_is_answered_as_with_uvloop(plain, server, path):
    ours, theirs = plain.get(path), server.get(path)
    assert (ours.status, ours.headers.get("content-type")) == (theirs.status, theirs.headers["content-type"])
    assert len(ours.body) > 10


def test_a_long_answer_is_streamed(plain):
    query = urllib.parse.urlencode({"query": "SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT 20000"})
    reply = plain.get(f"/sparql?{query}", "text/csv")
    assert reply.status == 200
    assert reply.body.count(b"\n") == 20001
