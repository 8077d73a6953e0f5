"""A site over several versions, as clients find it: something new, a change, a rename, a deletion, a rollback."""

from __future__ import annotations

import re

import pytest
import rdflib
from tests.conftest import serving
from tests.publish.conftest import DATA, site

from ekograph.config import load
from ekograph.publish.pipeline import publish
from ekograph.snapshots.repository import SnapshotRepository

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

CATALOGUE = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@base <https://example.org/> .
<catalog> a dcat:Catalog ; dct:title "Trees"@en ; dcat:dataset <catalog#dataset> .
<catalog#dataset> a dcat:Dataset ; dct:title "Trees"@en ; dcat:theme <id/tree/hardwood> .
<id/place/park> a dct:Location ; dct:title "park"@en .
"""

#: One state after another: things come, one changes, one is renamed, one is deleted.
STATES = [
    DATA,
    DATA + ELM + FIR,
    DATA.replace('"oak"@en', '"common oak"@en') + ELM + FIR,
    DATA.replace('"oak"@en', '"common oak"@en') + ELM + RENAMED,
    DATA.replace('"oak"@en', '"common oak"@en') + RENAMED,
    DATA + RENAMED + FIR.replace("fir", "pine"),
]
#: The last of them is gone back to.
KEPT = len(STATES) - 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = site(tmp_path_factory.mktemp("history") / "site")
    folder.write("data/catalogue.ttl", CATALOGUE)
    return folder


@pytest.fixture(scope="module")
def snapshots(folder):
    made = []
    for state in STATES:
        folder.write("data/trees.ttl", state)
        made.append(publish(load(folder.root), language="en").snapshot)
    assert folder.run("rollback").returncode == 0
    return [*made[:KEPT], SnapshotRepository(folder.shelf).current()]


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


def test_sickle_reads_what_was_changed_renamed_deleted_and_taken_back_since_its_last_visit(sickle, snapshots):
    def since(number):
        listed = sickle.ListRecords(metadataPrefix="rdf", **{"from": snapshots[number].manifest.published})
        return {record.header.identifier.rpartition("/")[2]: record.header.deleted for record in listed}

    # Who came while the last version was being published sees it on the next visit.
    assert all(each.manifest.finished >= each.manifest.published for each in snapshots)
    moments = {header.datestamp for header in sickle.ListIdentifiers(metadataPrefix="oai_dc")}
    assert {each.manifest.finished for each in snapshots[3:]} <= moments
    # A rollback changes what was changed since once more.
    back = {"oak": False, "pine": True, "catalog#dataset": False}
    assert since(5) == back
    assert since(4) == {"elm": True, **back}
    assert since(3) == {"elm": True, "fir": True, "spruce": False, **back}


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


LINK = re.compile(r'<([^>]*)>; rel="([^"]*)"')
FOLLOWED = {"original", "timegate", "timemap", "alternate", "describedby", "memento", "first", "last", "prev", "next"}
STARTS = ["/", "/catalog", "/def", "/shapes", "/graph/trees", "/sparql", "/search", "/browse", "/downloads", "/rules"]
STARTS += [
    "/feed.atom",
    "/ldes",
    "/.well-known/void",
    "/dumps/dataset.nq",
    "/doc/tree/elm",
    "/doc/tree/fir",
    "/id/tree/oak",
]


def test_everything_that_is_announced_is_there(server, snapshots):
    """From the pages and the documents, now and of each version, over all links that lead to other states and forms."""
    versions = [
        f"/version/{each.name}{path}"
        for each in snapshots
        for path in ("/", "/catalog", "/doc/tree/oak", "/dumps/all.zip")
    ]
    waiting = [(path, "the start") for path in STARTS + versions]
    seen, missing, dateless = set(), [], []
    while waiting:
        path, source = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for accept in ("text/html", "text/turtle", "*/*"):
            reply = server.get(path, accept=accept, method="HEAD")
            if reply.status not in {200, 301, 302, 303, 406} and path != "/doc/tree/elm":
                missing.append((reply.status, path, accept, source))
            links = LINK.findall(reply.headers.get("link", ""))
            if "memento-datetime" in reply.headers and not any("original" in rel.split() for _, rel in links):
                dateless.append(path)
            body = server.get(path).text if path.startswith("/timemap/") else ""
            for target, relations in [*links, *LINK.findall(body)]:
                if FOLLOWED & set(relations.split()):
                    assert target.startswith(("/", server.url)), (path, target)
                    waiting.append((target.removeprefix(server.url), f"{relations} of {path}"))
            location = reply.headers.get("location", "").removeprefix(server.url)
            if location:
                waiting.append((location, f"location of {path}"))
    assert (missing, sorted(set(dateless))) == ([], [])
    assert len(seen) > 150


def test_the_catalogue_of_a_version_names_the_files_of_that_version(server, snapshots):
    for snapshot in snapshots:
        version = f"/version/{snapshot.name}"
        graph = rdflib.Graph().parse(data=server.get(f"{version}/catalog.ttl").body, format="turtle")
        files = sorted(str(url).removeprefix(server.url) for url in graph.objects(None, rdflib.DCAT.downloadURL))
        assert len(files) > 10
        for file in files:
            assert file.startswith(f"{version}/dumps/")
            assert len(server.get(file).body) == snapshot.manifest.files[file.removeprefix(f"{version}/")][1]


def test_every_address_that_is_kept_has_a_time_map(server, snapshots):
    for page in ("/", "/downloads", "/graph/trees", "/doc/tree/oak.ttl", "/dumps/dataset.nq", "/catalog"):
        states = server.get(f"/timemap{page}.link").text
        assert [f"/version/{each.name}{page}>" in states for each in snapshots] == [True] * len(snapshots)
    assert server.get("/timemap/doc/tree/never.link").status == 404


def test_a_file_that_is_the_same_keeps_its_date(server, snapshots):
    name = "location.csv"
    for snapshot in snapshots:
        graph = rdflib.Graph().parse(data=server.get(f"/version/{snapshot.name}/catalog.ttl").body, format="turtle")
        file = rdflib.URIRef(f"https://example.org/catalog#dataset-{name}")
        assert graph.value(file, DCTERMS.modified).toPython().isoformat()[:19] == snapshots[0].manifest.published[:19]
    assert name in [file.removeprefix("dumps/") for file in snapshots[0].manifest.files]
    first = server.get(f"/version/{snapshots[0].name}/dumps/{name}").headers["last-modified"]
    assert server.get(f"/dumps/{name}").headers["last-modified"] == first
    assert server.get("/dumps/dataset.nq").headers["last-modified"] != first


def test_what_is_left_of_a_renamed_thing_is_not_looked_for(server):
    assert b"tree/spruce" in server.get("/search.json?q=spruce").body
    assert b"tree/fir" not in server.get("/search.json?q=fir").body
    assert "/doc/tree/fir<" not in server.get("/sitemap.xml").text
