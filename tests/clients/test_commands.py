"""rapper and curl: programs that people and harvesters have at hand."""

from __future__ import annotations

import gzip

import pytest
from tests.clients.conftest import installed, run

# rapper knows neither JSON-LD nor, without GRDDL, pages.
SYNTAXES = {"ttl": "turtle", "nt": "ntriples", "rdf": "rdfxml", "nq": "nquads", "trig": "trig"}
DOCUMENTS = ["/dumps/dataset", "/doc/agreement/lahti", "/catalog", "/.well-known/void", "/def", "/ldes"]


@pytest.mark.parametrize("suffix", SYNTAXES)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_rapper_reads_each_format_and_counts_the_same_triples(server, tmp_path, document, suffix):
    rapper = installed("rapper")
    triples = {}
    for each in ("nt", suffix):
        reply = server.get(f"{document}.{each}")
        assert reply.status == 200
        (tmp_path / each).write_bytes(reply.body)
        lines = run(rapper, "--quiet", "-i", SYNTAXES[each], "-o", "ntriples", tmp_path / each, server.url)
        triples[each] = len(set(lines.splitlines()))
    assert triples[suffix] == triples["nt"] > 0


def test_curl_goes_on_where_a_download_broke_off_and_the_checksums_hold(server, tmp_path):
    curl, sha256sum = installed("curl"), installed("sha256sum")
    whole = server.get("/dumps/dataset.nq.gz").body
    (tmp_path / "dataset.nq.gz").write_bytes(whole[: len(whole) // 2])
    for name in ("dataset.nq.gz", "SHA256SUMS"):
        run(curl, "-fsS", "--noproxy", "*", "-C", "-", "-o", tmp_path / name, f"{server.url}/dumps/{name}")
    assert (tmp_path / "dataset.nq.gz").read_bytes() == whole
    run("sh", "-c", f"cd {tmp_path} && {sha256sum} --check --strict --ignore-missing SHA256SUMS")
    assert gzip.decompress(whole) == server.get("/dumps/dataset.nq").body


def test_curl_gets_a_dump_as_the_file_it_is_whatever_it_accepts(server, tmp_path):
    curl = installed("curl")
    url = f"{server.url}/dumps/dataset.nt.gz"
    run(curl, "-fsS", "--noproxy", "*", "--compressed", "-o", tmp_path / "dataset.nt.gz", url)
    assert gzip.decompress((tmp_path / "dataset.nt.gz").read_bytes()) == server.get("/dumps/dataset.nt").body
