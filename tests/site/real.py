"""The site of this repository, read from its sources, for the tests of its pages."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from pyoxigraph import NamedNode, Quad, RdfFormat, parse
from tests.rendering.sites import LANGUAGES

from ekograph.config import load
from ekograph.plugins import Theme, load_theme
from ekograph.publish import example_queries
from ekograph.publish.publication import Publication
from ekograph.rdf.dataset import Dataset
from ekograph.rdf.vocab import SKOS
from ekograph.rendering import layout, view
from ekograph.rendering import pages as pages_module
from ekograph.rendering.site import Site
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import path_for

ROOT = Path(__file__).parents[2]
BASE = "https://w3id.org/ekograph/"
FILES = [
    ("dataset.ttl", 62_114, ""),
    ("dataset.ttl.gz", 12_841, ""),
    ("dataset.nq.gz", 1_234_567, ""),
    ("agreement.csv", 812, f"{BASE}def#Agreement"),
    ("agreement.csv-metadata.json", 4709, ""),
    ("all.zip", 110_271, ""),
    ("SHA256SUMS", 3022, ""),
]
DERIVED = {f"{SKOS}broader": f"{SKOS}narrower", f"{SKOS}topConceptOf": f"{SKOS}hasTopConcept"}


@cache
def theme() -> Theme:
    """The theme of the site in this repository."""
    return load_theme(load(ROOT))


def theme_module(name: str) -> ModuleType:
    """A module of the theme, as the hooks have it."""
    return import_module(f"{theme().front_page.__module__.rpartition('.')[0]}.{name}")


@cache
def real() -> Site:
    """The site in this repository."""
    quads: list[Quad] = []
    prefixes: dict[str, str] = {}
    for path in sorted([*ROOT.glob("ontology/*.ttl"), *ROOT.glob("data/*.ttl")]):
        parser = parse(path=path, format=RdfFormat.TURTLE)
        graph = NamedNode(f"{BASE}graph/{path.stem}")
        quads += [Quad(each.subject, each.predicate, each.object, graph) for each in parser]
        prefixes |= parser.prefixes
    graph = NamedNode(f"{BASE}graph/derived")
    quads += [
        Quad(each.object, NamedNode(DERIVED[each.predicate.value]), each.subject, graph)
        for each in quads
        if each.predicate.value in DERIVED
    ]
    dataset = Dataset(quads, base=BASE, prefixes=prefixes, languages=LANGUAGES)
    return Site(dataset, "abc", "2026-11-02T08:00:00Z", example_queries.read(ROOT), has_rules=True, theme=theme())


def node(path: str) -> NamedNode:
    """The thing of the real site whose IRI ends in `path`."""
    return NamedNode(f"{BASE}id/{path}")


def thing(path: str, language: str = "fi") -> str:
    """The page about the thing of the real site whose IRI ends in `path`."""
    return pages_module.resource_page(real(), node(path), language).decode()


def shapes() -> list[Quad]:
    """The statements of the shapes."""
    return [each for path in sorted(ROOT.glob("shapes/*.ttl")) for each in parse(path=path, format=RdfFormat.TURTLE)]


def printed(language: str) -> dict[str, bytes]:
    """Every page of the real site in one language, by its address."""
    site = real()
    pages = {"/": pages_module.front_page(site, language), "/sparql": pages_module.sparql_page(site, language)}
    pages["/search"] = pages_module.search_page(site, language)
    for each in (*site.dataset.subjects_under(f"{BASE}id/"), *site.dataset.things()):
        pages[path_for(each.value, BASE)] = pages_module.resource_page(site, each, language)
    for name, quads in site.dataset.graphs().items():
        pages[path_for(name, BASE)] = pages_module.document_page(site, NamedNode(name), quads, language)
    for name in ("def", "catalog"):
        iri = NamedNode(f"{BASE}{name}")
        own = [each for each in site.dataset.quads if each.subject.value.partition("#")[0] == iri.value]
        pages[f"/{name}"] = pages_module.vocabulary_page(site, iri, own, shapes(), language)
    pages["/rules"] = pages_module.rules_page(site, shapes(), language)
    pages["/downloads"] = pages_module.downloads_page(site, FILES, language)
    pages |= {about.path: pages_module.site_page(site, about, language) for about in site.theme.pages}
    pages["/shapes"] = pages_module.document_page(site, NamedNode(f"{BASE}shapes"), shapes(), language)
    answered = {each.address: each.body for each in answers() if each.language == language}
    return {view.in_language(path, language): body for path, body in pages.items()} | answered


@cache
def answers() -> list[Representation]:
    """The pages of the example queries, and their answers in CSV and JSON."""
    return list(example_queries.export(Publication(real(), (), (), (), (), ())))


def one_of_each_kind() -> dict[str, bytes]:
    """The address and the bytes of one page of each kind in each language."""
    wanted = (
        "/index",
        "/sparql",
        "/search",
        "/downloads",
        "/queries",
        "/queries/agreement-of-place",
        "/queries/counts",
        "/rules",
        "/privacy",
        "/accessibility",
        "/def",
        "/shapes",
        "/graph/contacts",
        "/doc/agreement/lappeenranta",
        "/doc/priority/lappeenranta/p2x",
        "/doc/authority/uudenmaan-liitto",
        "/doc/contact/etela-karjalan-liitto-1",
        "/doc/place/imatra",
        "/doc/place/helsinki",
        "/doc/period/2021-2027",
        "/doc/collection/ekosysteemisopimukset",
        "/doc/requirement/hankkeet",
        "/doc/agreement/kuopio",
        "/themes",
        "/about/http/www.yso.fi/onto/yso/p28601",
        "/about/https/tem.fi/ekosysteemisopimukset",
    )
    failure = pages_module.Failure(406, "Not acceptable", "There is no such form.", [("text/turtle", "/def.ttl")])
    found = {f"/error.{each}": pages_module.error_page(each, failure) for each in LANGUAGES}
    for language in LANGUAGES:
        pages = printed(language)
        found |= {f"{each}.{language}.html": pages[f"{each}.{language}.html"] for each in wanted}
    return found


def static_addresses() -> set[str]:
    """The addresses of the files that pages use."""
    return {address for address, _, _ in [*layout.static_files(), *layout.static_files(theme().folder)]}
