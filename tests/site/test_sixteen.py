"""Sixteen agreements with 400 priorities, 9 authorities and 40 people: nothing is bound to the four described today."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.conftest import ROOT, Server, ekograph, serving
from tests.site.sixteen import AREAS, turtle

KEPT = ("framework.ttl", "catalogue.ttl")
TEM = """
<https://w3id.org/ekograph/id/organisation/tem> a <http://www.w3.org/ns/org#Organization> ;
    <http://www.w3.org/2004/02/skos/core#prefLabel> "työ- ja elinkeinoministeriö"@fi .
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site of this repository with sixteen invented agreements in place of its own."""
    root = tmp_path_factory.mktemp("sixteen")
    for folder in ("ontology", "shapes", "queries", "theme"):
        shutil.copytree(ROOT / folder, root / folder)
    shutil.copy(ROOT / "ekograph.toml", root)
    (root / "data").mkdir()
    for name in KEPT:
        shutil.copy(ROOT / "data" / name, root / "data")
    (root / "data/sixteen.ttl").write_text(turtle() + TEM, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def server(site) -> Iterator[Server]:
    """That site, published and served."""
    done = ekograph("--site", str(site), "publish")
    assert done.returncode == 0, done.stdout + done.stderr
    with serving("--site", str(site), "serve") as running:
        yield running


def count(server: Server, pattern: str) -> int:
    query = f"""
        PREFIX eko: <https://w3id.org/ekograph/def#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        SELECT (COUNT(DISTINCT ?thing) AS ?count) {{ {pattern} }}"""
    answer = server.get(f"/sparql?query={quote(query)}", "application/sparql-results+json")
    return int(json.loads(answer.text)["results"]["bindings"][0]["count"]["value"])


@pytest.mark.parametrize("engine", ["shacl", pytest.param("pyshacl", marks=pytest.mark.long)])
def test_the_rules_accept_them(site, engine):
    done = ekograph("--site", str(site), "check", "--engine", engine)
    assert done.returncode == 0, done.stdout


def test_queries_count_them(server):
    assert count(server, "?thing a eko:Agreement") == 16
    assert count(server, "?thing a eko:Priority ; skos:inScheme/a eko:Agreement") == 400
    assert count(server, "?thing a eko:FundingAuthority") == 9
    assert count(server, "?thing a eko:ContactPoint . ?agreement <http://www.w3.org/ns/dcat#contactPoint> ?thing") == 40


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_front_page_shows_each_and_the_map_has_a_dot_for_each(server, language):
    page = server.get("/", "text/html", accept_language=language).text
    for slug, _ in AREAS:
        assert f'"/doc/agreement/{slug}.{language}.html"' in page
        assert f'"/doc/place/{slug}.{language}.html"' in page
    assert len(set(re.findall(r'"/doc/priority/[^"]+"', page))) == 400
    assert len(re.findall(r'<circle cx="[^"]+" cy="[^"]+" r="5"/>', page)) == 16


def test_the_search_finds_an_agreement_a_priority_and_a_person(server):
    for text, end in (
        ("Kajaani", "agreement/kajaani"),
        ("Painopiste 5-4 Kokkola", "priority/kokkola/rivi-5-4"),
        ("Onni Otos", "contact/liitto-4-40"),
    ):
        answer = json.loads(server.get(f"/search.json?q={quote(text)}&lang=fi").text)
        assert any(hit["iri"].endswith(end) for hit in answer["results"]), text


def test_every_example_query_answers(server):
    for path in sorted((ROOT / "queries").glob("*.rq")):
        answer = server.get(f"/sparql?query={quote(path.read_text())}", "text/csv")
        assert answer.status == 200, path.name
    assert server.get("/queries/agreements.csv").text.count("\n") == 17
