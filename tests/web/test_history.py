"""A site over several versions, as clients find it: something new, a change, a rename, a deletion, a rollback."""

from __future__ import annotations

import pytest
import rdflib
from tests.conftest import serving
from tests.publish.conftest import DATA, site

from ekograph.config import load
from ekograph.publish.pipeline import publish

AS = rdflib.Namespace("https://www.w3.org/ns/activitystreams#")
ID = rdflib.Namespace("https://example.org/id/tree/")
DEF = rdflib.Namespace("https://example.org/def#")
PROV = rdflib.Namespace("http://www.w3.org/ns/prov#")
DCTERMS = rdflib.DCTERMS

REPLACED = "<http://purl.org/dc/terms/isReplacedBy>"
ELM = f"<tree/elm> a :Tree ; skos:prefLabel 'elm'@en, 'jalava'@fi ; {REPLACED} <tree/oak> .\n"
FIR = "<tree/fir> a :Tree ; skos:prefLabel 'fir'@en .\n"
RENAMED = f"<tree/fir> {REPLACED} <tree/spruce> .\n" + FIR.replace("fir", "spruce")
RDF = ("ttl", "trig", "nt", "nq", "jsonld", "rdf")

#: One state after another: things come, one changes, one is renamed, one is deleted.
STATES = [
    DATA,
    DATA + ELM + FIR,
    DATA.replace('"oak"@en', '"common oak"@en') + ELM + FIR,
    DATA.replace('"oak"@en', '"common oak"@en') + ELM + RENAMED,
    DATA.replace('"oak"@en', '"common oak"@en') + RENAMED,
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return site(tmp_path_factory.mktemp("history") / "site")


@pytest.fixture(scope="module")
def snapshots(folder):
    made = []
    for state in STATES:
        folder.write("data/trees.ttl", state)
        made.append(publish(load(folder.root), language="en").snapshot)
    return made


@pytest.fixture(scope="module")
def server(folder, snapshots):
    with serving("--site", str(folder.root), "serve") as running:
        yield running


@pytest.mark.parametrize("path", ["/doc/tree/elm", "/id/tree/elm", "/doc/tree/elm.html", "/doc/tree/elm.fi.html"])
@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_what_was_deleted_is_gone_and_says_so_to_people(server, snapshots, path, language):
    reply = server.get(path, accept="text/html", Accept_Language=language)
    shown = "fi" if path.endswith(".fi.html") else language
    assert (reply.status, reply.headers["content-language"]) == (410, shown)
    assert ("jalava" if shown == "fi" else "elm") in reply.text
    assert f'href="/version/{snapshots[3].name}/doc/tree/elm"' in reply.text
    assert 'href="/doc/tree/oak"' in reply.text
    assert server.get(f"/version/{snapshots[3].name}/doc/tree/elm", accept="text/html").status == 200


@pytest.mark.parametrize("path", ["/doc/tree/elm", "/id/tree/elm", *(f"/doc/tree/elm.{suffix}" for suffix in RDF)])
def test_what_was_deleted_has_a_tombstone_for_programs(server, snapshots, path):
    reply = server.get(path, accept="text/turtle")
    assert reply.status == 410
    form = reply.headers["content-type"].partition(";")[0].replace("application/ld+json", "json-ld")
    graph = rdflib.Dataset() if form.endswith(("quads", "trig")) else rdflib.Graph()
    graph.parse(data=reply.body, format=form)
    triples = {statement[:3] for statement in graph}
    assert {(ID.elm, rdflib.RDF.type, AS.Tombstone), (ID.elm, AS.formerType, DEF.Tree)} <= triples
    since = rdflib.Literal(snapshots[4].manifest.published, datatype=rdflib.XSD.dateTime)
    last = rdflib.URIRef(f"{server.url}/version/{snapshots[3].name}/doc/tree/elm")
    assert {(ID.elm, PROV.invalidatedAtTime, since), (ID.elm, DCTERMS.isReplacedBy, ID.oak)} <= triples
    assert (ID.elm, DCTERMS.hasVersion, last) in triples


def test_what_was_deleted_is_gone_in_any_form_asked_for(server):
    assert server.get("/doc/tree/elm", accept="application/problem+json").headers["content-type"].endswith("json")
    assert server.get("/doc/tree/elm", accept="image/png").status == 410
    assert server.get("/doc/tree/elm", method="HEAD").status == 410
    assert server.get("/doc/tree/elm", method="POST", data=b"x").status == 405
    assert server.get("/doc/tree/never").status == 404


def test_the_states_of_what_was_deleted_are_listed_and_found(server, snapshots):
    links = server.get("/doc/tree/elm", accept="text/turtle").headers["link"]
    assert f'<{server.url}/timemap/doc/tree/elm.link>; rel="timemap"' in links
    states = server.get("/timemap/doc/tree/elm.link").text
    assert states.count('memento"') == 3
    assert f'<{server.url}/version/{snapshots[3].name}/doc/tree/elm>; rel="last memento"' in states
    assert server.get("/timegate/doc/tree/elm").status == 302


@pytest.mark.parametrize("suffix", ["", ".html", ".en.html", *(f".{form}" for form in RDF)])
def test_a_renamed_thing_leads_to_its_new_name_form_by_form(server, suffix):
    reply = server.get(f"/doc/tree/fir{suffix}")
    assert (reply.status, reply.headers["location"]) == (301, f"/doc/tree/spruce{suffix}")
    assert server.get(f"/doc/tree/spruce{suffix}").status == 200
    assert server.get("/id/tree/fir").headers["location"] == "/id/tree/spruce"
    assert server.get("/timemap/doc/tree/fir.link").text.count('memento"') == 2


@pytest.mark.parametrize("suffix", RDF)
@pytest.mark.parametrize("page", ["/doc/tree/oak", "/def", "/shapes"])
def test_the_description_of_a_page_is_in_the_default_graph_of_every_format(server, page, suffix):
    reply = server.get(f"{page}.{suffix}")
    form = reply.headers["content-type"].partition(";")[0].replace("application/ld+json", "json-ld")
    dataset = rdflib.Dataset()
    dataset.parse(data=reply.body, format=form)
    named = {graph for _, _, _, graph in dataset.quads() if graph} - {dataset.default_graph.identifier}
    assert (named, len(dataset.default_graph) > 2) == (set(), True)


def test_a_named_graph_is_named_in_its_own_document_and_in_the_dumps(server):
    for path in ("/graph/trees.nq", "/dumps/dataset.nq"):
        assert b"<https://example.org/graph/trees> ." in server.get(path).body


@pytest.fixture(scope="module")
def sickle(server):
    return pytest.importorskip("sickle", reason="Sickle is not installed").Sickle(f"{server.url}/oai")


def test_sickle_reads_what_was_changed_renamed_and_deleted_since_its_last_visit(sickle, snapshots):
    def since(number):
        listed = sickle.ListRecords(metadataPrefix="rdf", **{"from": snapshots[number].manifest.published})
        return {record.header.identifier.rpartition("/")[2]: record.header.deleted for record in listed}

    assert since(4) == {"elm": True}
    assert since(3) == {"elm": True, "fir": True, "spruce": False}
    assert since(2).keys() - since(3).keys() == {"oak"}


def test_sickle_gets_every_thing_as_rdf_and_as_dublin_core(sickle, server):
    for prefix, tag in (("rdf", "RDF"), ("oai_dc", "dc")):
        records = {each.header.identifier: each for each in sickle.ListRecords(metadataPrefix=prefix)}
        assert {str(ID.oak), str(ID.hardwood), str(ID.spruce)} <= records.keys()
        assert records[str(ID.oak)].xml.find(".//{*}metadata")[0].tag.endswith(f"}}{tag}")
    listed = sickle.ListIdentifiers(metadataPrefix="oai_dc", set="class:def.Tree")
    assert str(ID.elm) in {header.identifier for header in listed}


def test_feedparser_reads_what_was_renamed_and_removed(server):
    feedparser = pytest.importorskip("feedparser", reason="feedparser is not installed")
    feed = feedparser.parse(f"{server.url}/feed.atom")
    links = {entry.title: entry.link.removeprefix(server.url) for entry in feed.entries}
    assert (feed.bozo, links["fir: now spruce"], links["elm: removed"]) == (False, "/doc/tree/fir", "/doc/tree/elm")
    assert b"<at:deleted-entry ref=" in server.get("/feed.atom").body
