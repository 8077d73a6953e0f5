"""Runs real clients beside a site through ten versions, and writes docs/clients.md: `make clients`.

Each client visits after each version, as it would by itself; at the end what it holds is compared with the dump.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, Store, parse

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PAGE = ROOT / "docs/clients.md"
#: Where `make clients` installs what is not in the development environment.
EXTRA = ROOT / ".venv/clients"

BASE = "https://example.org/"
OAK = f"{BASE}id/tree/oak"
#: What the event stream says of versions, and not of things.
OF_VERSIONS = {"http://purl.org/dc/terms/isVersionOf", "http://www.w3.org/ns/prov#generatedAtTime"}
ACTIVITIES = "https://www.w3.org/ns/activitystreams#"

HEAD = """
@prefix : <https://example.org/def#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix geo: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
@base <https://example.org/id/> .
"""
CATALOGUE = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dcterms: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@base <https://example.org/> .
<catalog> a dcat:Catalog ; dcterms:title "Trees"@en ; dcterms:description "Trees and their names."@en ;
    dcterms:publisher <catalog#publisher> ; dcat:contactPoint <catalog#contact> ; dcat:dataset <catalog#dataset> .
<catalog#publisher> a foaf:Agent ; foaf:name "Trees" .
<catalog#contact> a vcard:Kind ; vcard:fn "Trees" ; vcard:hasEmail <mailto:trees@example.org> .
<catalog#dataset> a dcat:Dataset ; dcterms:title "Trees"@en ; dcterms:description "Trees and their names."@en ;
    dcterms:publisher <catalog#publisher> ; dcat:contactPoint <catalog#contact> .
"""


def trees(numbers: Iterable[int], word: str = "tree") -> str:
    """So many trees, the first of them with places."""
    return "".join(
        f'<tree/{n}> a :Tree ; skos:prefLabel "{word} {n}"@en ; geo:lat {60 + n / 1000} ; geo:long {25 + n / 1000} .\n'
        for n in numbers
    )


FIRST = '<tree/oak> a :Tree, skos:Concept ; skos:prefLabel "oak"@en, "tammi"@fi ; skos:broader <tree/hardwood> .\n'
HARD = (
    '<tree/hardwood> a :Tree, skos:Concept ; skos:prefLabel "hardwood"@en ; skos:note [ skos:prefLabel "note"@en ] .\n'
)
RENAMED = """
<tree/hardwood> dcterms:isReplacedBy <tree/broadleaf> .
<tree/broadleaf> a :Tree ; skos:prefLabel "broadleaf"@en .
"""
CHANGED = FIRST.replace('"oak"', '"common oak"')
ELM = '<tree/elm> a :Tree ; skos:prefLabel "elm"@en ; skos:note [ skos:prefLabel "of elm"@en ] .\n'
ASH = '<tree/ash> a :Tree ; skos:prefLabel "ash"@en .\n'
MANY = trees(range(120))

#: What is done for each version, and the data after it; None: `ekograph rollback`.
VERSIONS: tuple[tuple[str, str | None], ...] = (
    ("first publication", FIRST + HARD),
    ("a thing more", FIRST + HARD + ELM),
    ("a name changed", CHANGED + HARD + ELM),
    ("a thing deleted", CHANGED + HARD),
    ("121 things more", CHANGED + HARD + ASH + MANY),
    ("a thing renamed", CHANGED.replace("hardwood", "broadleaf") + RENAMED + ASH + MANY),
    (
        "30 things changed",
        CHANGED.replace("hardwood", "broadleaf") + RENAMED + ASH + trees(range(30), "young") + trees(range(30, 120)),
    ),
    ("rolled back", None),
    ("a thing suppressed", CHANGED.replace("hardwood", "broadleaf") + RENAMED + MANY),
    (
        "a thing more, 20 deleted",
        CHANGED.replace("hardwood", "broadleaf") + RENAMED + trees(range(20, 120)) + trees([500]),
    ),
)

#: Gets True for each version and False at the end; returns what it has shown, raises where that is wrong.
Visits = Generator[None, bool, str]


@dataclass(frozen=True)
class Client:
    """A client: its name, its version, what it does, and the visits."""

    name: str
    version: Callable[[], str]
    does: str
    visits: Callable[[str], Visits]


def fetched(url: str, accept: str = "*/*") -> bytes:
    """What lies at a URL."""
    import requests

    reply = requests.get(url, headers={"Accept": accept}, timeout=60)
    reply.raise_for_status()
    return reply.content


def dump(url: str) -> list[Quad]:
    """The triples of the dump."""
    return list(parse(fetched(f"{url}/dumps/dataset.nt"), RdfFormat.N_TRIPLES))


def of_things(quads: Iterable[Quad]) -> list[Quad]:
    """What is said of the things of the site, and of the blank nodes there."""
    known, quads = set(), list(quads)
    for _ in range(5):
        known |= {
            quad.object
            for quad in quads
            if isinstance(quad.object, BlankNode) and (quad.subject in known or _is_thing(quad.subject))
        }
    return [quad for quad in quads if quad.subject in known or _is_thing(quad.subject)]


def _is_thing(term: object) -> bool:
    return isinstance(term, NamedNode) and term.value.startswith(f"{BASE}id/")


def same(held: Iterable[Quad], expected: Iterable[Quad]) -> int:
    """The number of triples, where both graphs are isomorphic; raises AssertionError with the difference."""
    both = []
    for quads in (held, expected):
        dataset = Dataset(Quad(*quad.triple) for quad in quads)
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        both.append({str(quad) for quad in dataset})
    lost, more = sorted(both[1] - both[0]), sorted(both[0] - both[1])
    if lost or more:
        raise AssertionError(f"{len(lost)} triples lost ({lost[:1]}), {len(more)} too many ({more[:1]})")
    return len(both[0])


def as_stored(quads: Iterable[Quad]) -> list[Quad]:
    """The triples as answers to queries have them: numbers and dates in their shortest form."""
    store = Store()
    store.extend(Quad(*quad.triple) for quad in quads)
    return list(store)


def node(script: str, *arguments: str) -> str:
    """What a script beside this file prints."""
    done = subprocess.run(
        ["node", HERE / script, *arguments], cwd=HERE, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-300:]
    return done.stdout


def installed(package: str) -> str:
    """The version of a package of npm."""
    return json.loads((HERE / "node_modules" / package / "package.json").read_text())["version"]


def tool(*command: str) -> Callable[[], str]:
    """The version of a program."""
    return lambda: re.search(
        r"\d+\.\d+[.\d]*", subprocess.run(command, capture_output=True, text=True, check=True).stdout
    )[0]


def described(iri: str, rdf_xml: str | bytes) -> list[Quad]:
    """What a record says of its thing."""
    quads = list(parse(rdf_xml, RdfFormat.RDF_XML))
    pending, known = [NamedNode(iri)], {NamedNode(iri)}
    result = []
    while pending:
        subject = pending.pop()
        for quad in quads:
            if quad.subject == subject:
                result.append(quad)
                if isinstance(quad.object, BlankNode) and quad.object not in known:
                    known.add(quad.object)
                    pending.append(quad.object)
    # Labels of blank nodes count within one document.
    name = {term: BlankNode() for term in known if isinstance(term, BlankNode)}
    return [Quad(name.get(q.subject, q.subject), q.predicate, name.get(q.object, q.object)) for q in result]


def _oai(earliest: Callable[[], str], records: Callable[[str], Iterator[tuple[str, bool, str]]], url: str) -> Visits:
    """A copy by OAI-PMH: only what is new since the last visit is asked for.

    Where nothing older than that is told of any more, everything is: something was suppressed.
    """
    held: dict[str, list[Quad]] = {}
    since, read, anew = "", 0, -1
    while (yield):
        if not since or earliest() > since:
            since, anew = "", anew + 1
            held.clear()
        # The time of the server, which is this machine's; a second back, since `from` includes its second.
        started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 1))
        for identifier, deleted, xml in records(since):
            read += 1
            held.pop(identifier, None)
            if not deleted:
                held[identifier] = described(identifier, xml)
        since = started
    expected = [quad for quad in of_things(dump(url)) if not quad.predicate.value.endswith("/isReplacedBy")]
    count = same(of_things(quad for quads in held.values() for quad in quads), expected)
    more = f"begun anew {anew} time after a suppression; " if anew else ""
    return f"{read} records read, {more}the copy of {len(held)} things has the {count} triples of the dump"


def _payload(record: object) -> str:
    from lxml import etree

    return etree.tostring(record.xml.find(".//{*}metadata")[0], encoding="unicode")  # type: ignore[attr-defined]


def sickle(url: str) -> Visits:
    from sickle import Sickle
    from sickle.oaiexceptions import NoRecordsMatch

    def earliest() -> str:
        return Sickle(f"{url}/oai").Identify().earliestDatestamp

    def records(since: str) -> Iterator[tuple[str, bool, str]]:
        try:
            found = Sickle(f"{url}/oai").ListRecords(
                metadataPrefix="rdf", ignore_deleted=False, **({"from": since} if since else {})
            )
            for record in found:
                yield record.header.identifier, record.deleted, "" if record.deleted else _payload(record)
        except NoRecordsMatch:
            return

    return (yield from _oai(earliest, records, url))


def scythe(url: str) -> Visits:
    from oaipmh_scythe import Scythe
    from oaipmh_scythe.exceptions import NoRecordsMatch

    def earliest() -> str:
        with Scythe(f"{url}/oai") as client:
            return client.identify().earliestDatestamp

    def records(since: str) -> Iterator[tuple[str, bool, str]]:
        with Scythe(f"{url}/oai") as client:
            try:
                for record in client.list_records(metadata_prefix="rdf", from_=since or None, ignore_deleted=False):
                    yield record.header.identifier, record.deleted, "" if record.deleted else _payload(record)
            except NoRecordsMatch:
                return

    return (yield from _oai(earliest, records, url))


def ldes_client(url: str) -> Visits:
    while (yield):
        quads = parse(node("replicate.mjs", f"{url}/ldes"), RdfFormat.N_QUADS)
        held = [q for q in quads if q.predicate.value not in OF_VERSIONS and ACTIVITIES not in str(q.object)]
        count = same(of_things(held), of_things(dump(url)))
    return f"the newest members are the {count} triples of the dump, at each of the versions"


def feedparser_(url: str) -> Visits:
    import feedparser

    etag, entries, unchanged = "", {}, 0
    while (yield):
        feed = feedparser.parse(f"{url}/feed.atom", etag=etag)
        assert feed.status == 200, feed.status
        etag = feed.etag
        unchanged += feedparser.parse(f"{url}/feed.atom", etag=etag).status == 304
        entries |= {entry.id: entry for entry in feed.entries}
    assert f"{len(feed.entries)}" != "0"
    assert len({entry.id for entry in feed.entries}) == len(feed.entries), "an entry is there twice"
    return f"{len(entries)} different entries, none twice in one feed; {unchanged} times 304 when nothing was new"


def memento(url: str) -> Visits:
    import memento_client
    import requests

    states: list[tuple[datetime, bytes]] = []
    seen = 0
    while (yield):
        reply = requests.get(f"{url}/doc/tree/oak.nt", timeout=60)
        moment = parsedate_to_datetime(reply.headers["Last-Modified"]).replace(tzinfo=None)
        states.append((moment, reply.content))
        if len(fetched(f"{url}/timemap/doc/tree/oak.link").splitlines()) < len(states) + 2:
            states = states[-1:]  # what is suppressed takes older versions along
        for moment, state in states:
            client = memento_client.MementoClient(timegate_uri=f"{url}/timegate/", check_native_timegate=False)
            found = client.get_memento_info(f"{url}/doc/tree/oak", moment)["mementos"]["closest"]["uri"][0]
            assert fetched(f"{found}.nt") == state, f"another state at {moment}"
            seen += 1
    return f"{seen} times the page as it was at the time of a version, byte by byte"


def sparqlwrapper(url: str) -> Visits:
    from SPARQLWrapper import N3, POST, SPARQLWrapper

    while (yield):
        client = SPARQLWrapper(f"{url}/sparql", returnFormat=N3)
        client.setMethod(POST)
        client.setQuery("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }")
        count = same(parse(client.query().convert(), RdfFormat.TURTLE), as_stored(dump(url)))
    return f"CONSTRUCT gives the {count} triples of the dump, at each version"


def sparqlstore(url: str) -> Visits:
    import rdflib
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    while (yield):
        graph = rdflib.Graph(SPARQLStore(f"{url}/sparql", method="POST"))
        rows = {(s, p, o) for s, p, o in graph if not isinstance(s, rdflib.BNode) and not isinstance(o, rdflib.BNode)}
        text = "".join(f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in rows)
        expected = [q for q in as_stored(dump(url)) if BlankNode not in (type(q.subject), type(q.object))]
        count = same(parse(text, RdfFormat.TURTLE), expected)
    return f"iterating gives the {count} triples without blank nodes, at each version"


def rdflib_(url: str) -> Visits:
    import rdflib

    while (yield):
        quads = []
        for page in ("/dumps/dataset.rdf", "/dumps/dataset.jsonld", "/dumps/dataset.ttl"):
            graph = rdflib.Graph().parse(f"{url}{page}")
            quads.append(list(parse(graph.serialize(format="nt"), RdfFormat.N_TRIPLES)))
        counts = {same(each, dump(url)) for each in quads}
    return f"RDF/XML, JSON-LD and Turtle by their URLs: the {counts.pop()} triples of the dump each time"


def reconciler_(url: str) -> Visits:
    import pandas as pd
    from reconciler import reconcile

    while (yield):
        pass
    names = pd.Series(["common oak", "broadleaf", "tree 42"])
    matched = reconcile(names, reconciliation_endpoint=f"{url}/reconcile")
    assert list(matched["name"])[:3] == list(names), list(matched["name"])
    return "three names of a column matched to their things"


def ckan(url: str) -> Visits:
    from ckanapi import RemoteCKAN

    dates = []
    while (yield):
        with RemoteCKAN(url) as portal:
            (package,) = portal.action.package_search(q="trees")["results"]
            assert portal.action.package_show(id=package["id"])["id"] == package["id"]
        sizes = {item["url"]: item["size"] for item in package["resources"]}
        for address, size in sizes.items():
            assert len(fetched(address)) == size, address
        dates.append(package["metadata_modified"])
    assert dates == sorted(dates)
    return f"one package with {len(sizes)} resources of the sizes that it states, newer with each version"


def comunica(url: str) -> Visits:
    query = "SELECT ?s ?o { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?o }"
    while (yield):
        rows = json.loads(node("query.mjs", f"{url}/sparql", query))
        expected = [q for q in dump(url) if q.predicate.value.endswith("#prefLabel")]
        assert len(rows) == len(expected), (len(rows), len(expected))
    page = json.loads(node("query.mjs", f"{url}/doc/tree/oak", f"SELECT ?o {{ <{OAK}> ?p ?o }}"))
    assert page
    return f"{len(rows)} names from the endpoint, each version; a page as a source of its own"


def gdal(url: str) -> Visits:
    while (yield):
        expected = {q.subject for q in dump(url) if q.predicate.value.endswith("#lat")}
        path = f"/vsicurl/{url}/places.geojson"
        if not expected:
            continue
        done = subprocess.run(["ogrinfo", "-so", "-al", path], capture_output=True, text=True, check=False)
        assert f"Feature Count: {len(expected)}" in done.stdout, done.stdout + done.stderr
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["ogr2ogr", "-f", "CSV", f"{folder}/out.csv", path], check=True, capture_output=True)
        assert len(Path(f"{folder}/out.csv").read_text().splitlines()) == len(expected) + 1
    return f"ogrinfo counts and ogr2ogr converts all {len(expected)} points"


def duckdb_(url: str) -> Visits:
    import duckdb

    while (yield):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("dataset.parquet", "tree.csv"):
                (Path(folder) / name).write_bytes(fetched(f"{url}/dumps/{name}"))
            rows = duckdb.read_parquet(f"{folder}/dataset.parquet").fetchall()
            things = len(duckdb.read_csv(f"{folder}/tree.csv").fetchall())
        assert len(rows) == len(fetched(f"{url}/dumps/dataset.nq").splitlines())
    return f"{len(rows)} statements from Parquet, {things} rows from CSV"


def polars_(url: str) -> Visits:
    import polars as pl

    while (yield):
        frame = pl.read_parquet(fetched(f"{url}/dumps/dataset.parquet"))
        assert frame.height == len(fetched(f"{url}/dumps/dataset.nq").splitlines())
    return f"{frame.height} statements from Parquet, at each version"


def wget(url: str) -> Visits:
    while (yield):
        pass
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "wget",
            "--mirror",
            "--no-verbose",
            "--execute",
            "robots=on",
            "--reject-regex",
            r"[?]|/version/|/timemap/",
            url,
        ]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        failed = re.findall(r"ERROR 4\d\d|ERROR 5\d\d", done.stderr)
        pages = {path.name for path in Path(folder).rglob("*.en.html")}
    things = {
        q.subject.value.rpartition("/")[2] for q in dump(url) if _is_thing(q.subject) and "#type" in q.predicate.value
    }
    lost = {name for name in things if f"{name}.en.html" not in pages}
    assert not failed, re.findall(r"https?://[^\n ]+:?\n?[^\n]*ERROR[^\n]*", done.stderr)[:3]
    assert not lost, sorted(lost)[:3]
    return f"{len(pages)} pages in English, among them that of each of the {len(things)} things; no error"


def signposting_(url: str) -> Visits:
    import signposting

    while (yield):
        for page in ("/", "/doc/tree/oak"):
            found = signposting.find_signposting_http(url + page)
            assert found.citeAs
            for item in [*found.items, *found.describedBy]:
                fetched(str(item.target))
    return f"cite-as, types and {len(found.describedBy)} description; every item answers"


def sitemaps(url: str) -> Visits:
    from usp.tree import sitemap_tree_for_homepage

    while (yield):
        pages = {page.url for page in sitemap_tree_for_homepage(url, use_known_paths=False).all_pages()}
        things = {q.subject.value for q in dump(url) if _is_thing(q.subject) and "#type" in q.predicate.value}
        lost = [iri for iri in things if f"{url}/doc/{iri.removeprefix(f'{BASE}id/')}.en.html" not in pages]
        assert not lost, lost[:2]
    return f"{len(pages)} pages, those of all things among them, at each version"


def mlcroissant_(url: str) -> Visits:
    import mlcroissant

    while (yield):
        pass
    dataset = mlcroissant.Dataset(f"{url}/croissant.jsonld")
    files = dataset.metadata.distribution
    for file in files:
        assert hashlib.sha256(fetched(file.content_url)).hexdigest() == file.sha256, file.content_url
    assert not dataset.metadata.issues.errors
    return f"{len(files)} files, each with the checksum that is stated; no error"


def mcp_(url: str) -> Visits:
    import asyncio

    import mcp

    async def asked() -> str:
        command = mcp.StdioServerParameters(command=sys.executable, args=["-m", "ekograph", "mcp", "--url", url])
        async with mcp.Client(command) as client:
            reply = await client.call_tool("query", {"sparql": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"})
            return reply.content[0].text.split()[1]

    while (yield):
        assert asyncio.run(asked()) == str(len(dump(url)))
    return "its tool `query` counts the triples of the dump, at each version"


def of(name: str) -> Callable[[], str]:
    return lambda: version(name)


CLIENTS = (
    Client("Sickle", of("Sickle"), "OAI-PMH, `rdf`, `from` its last visit", sickle),
    Client("oaipmh-scythe", of("oaipmh-scythe"), "OAI-PMH, `rdf`, `from` its last visit", scythe),
    Client(
        "ldes-client (rdf-connect)",
        lambda: installed("ldes-client"),
        "LDES, the newest state of each thing",
        ldes_client,
    ),
    Client("feedparser", of("feedparser"), "Atom, conditional requests", feedparser_),
    Client("memento_client", of("memento_client"), "Memento: every version of a page by its time", memento),
    Client("SPARQLWrapper", of("SPARQLWrapper"), "CONSTRUCT by POST", sparqlwrapper),
    Client("rdflib SPARQLStore", of("rdflib"), "iterates over the endpoint as a graph", sparqlstore),
    Client("rdflib", of("rdflib"), "loads dumps by their URLs", rdflib_),
    Client("Comunica", lambda: installed("@comunica/query-sparql"), "queries the endpoint and a page", comunica),
    Client("ckanapi", of("ckanapi"), "CKAN's API: search, show, download", ckan),
    Client("reconciler", of("reconciler"), "Reconciliation API 0.2", reconciler_),
    Client("mlcroissant", of("mlcroissant"), "Croissant 1.0, every file", mlcroissant_),
    Client("signposting", of("signposting"), "FAIR Signposting, follows every item", signposting_),
    Client("ultimate-sitemap-parser", of("ultimate-sitemap-parser"), "robots.txt and sitemap", sitemaps),
    Client("GDAL", tool("ogrinfo", "--version"), "GeoJSON over HTTP", gdal),
    Client("DuckDB", of("duckdb"), "Parquet and CSV", duckdb_),
    Client("polars", of("polars"), "Parquet", polars_),
    Client("wget --mirror", tool("wget", "--version"), "copies the site as pages", wget),
    Client("MCP SDK", of("mcp"), "`ekograph mcp` over standard input and output", mcp_),
)

INTRODUCTION = """\
# Clients

Real clients beside a small site through ten versions:
{versions}.

Each visits after every version, as it would by itself; what it holds is compared with the dump by graph isomorphism
(RDFC-1.0). Written by `make clients`, which runs all of them; what fails stands here too.

| client | version | what it does | result |
|---|---|---|---|
"""


def main() -> int:
    """Run all clients, or those named on the command line, and write the page; the number that failed."""
    sys.path.append(str(EXTRA))
    from tests.conftest import serving
    from tests.publish.conftest import ONTOLOGY, SETTINGS, SHAPES, Folder

    chosen = [client for client in CLIENTS if len(sys.argv) < 2 or client.name in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as root:
        folder = Folder(Path(root) / "site")
        settings = SETTINGS + 'more_dumps = ["parquet", "zst"]\n'
        files = {
            "ekograph.toml": settings,
            "ontology/v.ttl": ONTOLOGY,
            "shapes/s.ttl": SHAPES,
            "data/catalogue.ttl": CATALOGUE,
        }
        for name, text in files.items():
            folder.write(name, text)
        _publish(folder, VERSIONS[0])
        with serving("--site", str(folder.root), "serve") as server:
            running = {client.name: client.visits(server.url) for client in chosen}
            failed: dict[str, str] = {}
            for name, visits in running.items():
                _send(visits, None, name, failed)
            for number, step in enumerate(VERSIONS):
                if number:
                    _publish(folder, step)
                _wait(server.url, folder)
                for name, visits in running.items():
                    _send(visits, True, f"{name} at version {number + 1} ({step[0]})", failed, name)
                sys.stderr.write(f"version {number + 1}: {step[0]}\n")
            results = {name: _send(visits, False, name, failed) for name, visits in running.items()}
    rows = [
        f"| {client.name} | {client.version()} | {client.does} | {_told(client.name, results, failed)} |\n"
        for client in chosen
    ]
    page = INTRODUCTION.format(versions=", ".join(name for name, _ in VERSIONS)) + "".join(rows)
    if len(chosen) == len(CLIENTS):
        PAGE.write_text(page, encoding="utf-8")
    sys.stdout.write(page)
    return len(failed)


def _told(name: str, results: dict[str, str], failed: dict[str, str]) -> str:
    return f"**fails**: {failed[name]}" if name in failed else results[name]


def _send(visits: Visits, value: bool | None, where: str, failed: dict[str, str], name: str = "") -> str:
    """Let a client go on; notes where it fails. What it has shown at its end."""
    if (name or where) in failed:
        return ""
    try:
        visits.send(value)  # type: ignore[arg-type]
    except StopIteration as end:
        return str(end.value)
    except Exception as error:  # noqa: BLE001 - a client may fail in any way, and the page says so
        traceback.print_exc()
        failed[name or where] = f"{where}: {type(error).__name__}: {error}".replace("\n", " ").replace("|", "/")[:300]
    return ""


def _publish(folder: object, step: tuple[str, str | None]) -> None:
    name, data = step
    if name == "a thing suppressed":
        folder.write("suppressed.txt", f"{BASE}id/tree/ash\n")  # type: ignore[attr-defined]
    if data is not None:
        folder.write("data/trees.ttl", HEAD + data)  # type: ignore[attr-defined]
    done = folder.run("rollback" if data is None else "publish")  # type: ignore[attr-defined]
    assert done.returncode == 0, done.stdout + done.stderr


def _wait(url: str, folder: object) -> None:
    """Wait until the newest version is in service."""
    newest = folder.current.resolve().name  # type: ignore[attr-defined]
    for _ in range(600):
        if json.loads(fetched(f"{url}/health")).get("snapshot") == newest:
            return
        time.sleep(0.1)
    raise AssertionError(f"{newest} does not come into service")


if __name__ == "__main__":
    sys.exit(main())
