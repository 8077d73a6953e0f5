"""A vocabulary of somebody else as a site under its own IRIs: without a base, with hash IRIs, in a named graph."""

import re

import pytest
from tests.conftest import ekograph, serving

VOCABULARY = """\
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix birds: <https://vocabulary.example.net/birds#> .

<https://vocabulary.example.net/birds> {
  <https://vocabulary.example.net/birds> a owl:Ontology ; rdfs:label "Birds"@en .
  birds:Bird a owl:Class ; rdfs:label "bird"@en ; rdfs:isDefinedBy <https://vocabulary.example.net/birds> .
  birds:Owl a owl:Class ; rdfs:subClassOf birds:Bird ; rdfs:label "owl"@en ;
    rdfs:seeAlso <https://elsewhere.example.net/owl> .
}
<https://elsewhere.example.net/owl> rdfs:label "an owl elsewhere"@en .
"""

SETTINGS = {
    "without any base": "",
    "with patterns": 'own = ["https://vocabulary.example.net/birds"]\n',
    "with a hash as base": 'base = "https://vocabulary.example.net/birds#"\n',
}


@pytest.fixture(scope="module", params=SETTINGS)
def site(request, tmp_path_factory):
    """The server of a site with nothing but its data and settings."""
    folder = tmp_path_factory.mktemp("birds")
    (folder / "data").mkdir()
    (folder / "data/birds.trig").write_text(VOCABULARY)
    (folder / "ekograph.toml").write_text(SETTINGS[request.param])
    done = ekograph("--site", str(folder), "publish", "--lang", "en")
    assert done.returncode == 0, done.stdout + done.stderr
    with serving("--site", str(folder), "serve") as server:
        yield server


def addresses(server):
    return re.findall(r"<loc>([^<]+)</loc>", server.get("/sitemap.xml").body.decode())


def test_every_subject_has_a_page_with_its_name(site):
    bodies = [site.get(re.sub(r"^https?://[^/]+", "", url)) for url in addresses(site)]
    assert {reply.status for reply in bodies} == {200}
    text = b"".join(reply.body for reply in bodies).decode()
    for name in ("Birds", "bird", "owl", "an owl elsewhere"):
        assert re.search(rf"<h1[^>]*>\s*(<[^>]+>)*{name}", text), name


def test_the_named_graph_is_kept(site):
    query = "SELECT+(COUNT(*)+AS+?n)+{+GRAPH+<https://vocabulary.example.net/birds>+{+?s+?p+?o+}+}"
    assert site.get(f"/sparql?query={query}", "text/csv").body.split() == [b"n", b"9"]
