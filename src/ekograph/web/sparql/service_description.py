"""What the endpoint says of itself (SPARQL 1.1 Service Description, with VoID for the sizes of its graphs)."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ekograph.config import Settings
from ekograph.engine.diagnostics.lexer import TEXT_SEARCH
from ekograph.engine.workers.result_writer import GRAPHS
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.snapshots.snapshot import Manifest

_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_DCTERMS = "http://purl.org/dc/terms/"
_FORMATS = "http://www.w3.org/ns/formats/"
_RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_INTEGER = NamedNode("http://www.w3.org/2001/XMLSchema#integer")

# The names that the W3C gives to the formats (https://www.w3.org/ns/formats/).
_NAMES = {
    "turtle": "Turtle",
    "trig": "TriG",
    "ntriples": "N-Triples",
    "nquads": "N-Quads",
    "jsonld": "JSON-LD",
    "rdfxml": "RDF_XML",
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
}

_GEOSPARQL = "http://www.opengis.net/def/function/geosparql/"

# What the engine knows beyond SPARQL 1.1; a test asks it for each.
_EXTENSION_FUNCTIONS = (
    *("area", "asGeoJSON", "centroid", "convexHull", "coordinateDimension", "difference", "dimension", "distance"),
    *("ehContains", "ehCoveredBy", "ehCovers", "ehDisjoint", "ehEquals", "ehInside", "ehMeet", "ehOverlap"),
    *("envelope", "getSRID", "intersection", "isEmpty", "isSimple", "length", "perimeter", "relate"),
    *("rcc8dc", "rcc8ec", "rcc8eq", "rcc8ntpp", "rcc8ntppi", "rcc8po", "rcc8tpp", "rcc8tppi"),
    *("sfContains", "sfCrosses", "sfDisjoint", "sfEquals", "sfIntersects", "sfOverlaps", "sfTouches", "sfWithin"),
    *("spatialDimension", "symDifference", "union"),
)

#: How answers differ from what is written in the files.
_NOTES = {
    "en": "Numbers, dates and times are answered in their shortest form: 1.10 as 1.1, 007 as 7. Pages and dumps have "
    "them as they are written. Where values of several kinds are sorted together, their order may change.",
    "fi": "Luvut, päivämäärät ja kellonajat annetaan lyhimmässä muodossaan: 1.10 on 1.1 ja 007 on 7. Sivuilla ja "
    "ladattavissa tiedostoissa ne ovat niin kuin ne on kirjoitettu. Kun erilaisia arvoja lajitellaan yhdessä, "
    "niiden järjestys voi vaihdella.",
    "sv": "Tal, datum och klockslag ges i sin kortaste form: 1.10 som 1.1, 007 som 7. På sidorna och i filerna står "
    "de som de är skrivna. När värden av olika slag sorteras tillsammans kan ordningen variera.",
}


def describe(manifest: Manifest, endpoint: str, settings: Settings, form: Format) -> bytes:
    """The description of the service at `endpoint` (an absolute URL) in `form`, one of the RDF formats."""
    prefixes = {"sd": _SD, "void": _VOID, "dcterms": _DCTERMS}
    triples = _triples(manifest, NamedNode(endpoint), settings)
    return ox.serialize(triples, format=GRAPHS[form.name], prefixes=prefixes) or b""


def _triples(manifest: Manifest, endpoint: NamedNode, settings: Settings) -> Iterator[Triple]:
    union = settings.union_default_graph
    service, dataset, default = BlankNode("service"), BlankNode("dataset"), BlankNode("default")
    yield _is(service, "Service")
    yield Triple(service, _sd("endpoint"), endpoint)
    yield Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query"))
    if union:
        yield Triple(service, _sd("feature"), _sd("UnionDefaultGraph"))
    yield Triple(service, _sd("propertyFeature"), NamedNode(f"{TEXT_SEARCH}query"))
    for form in (*formats.RESULTS, *formats.RDF):
        yield Triple(service, _sd("resultFormat"), NamedNode(_FORMATS + _NAMES[form.name]))
    if not settings.remote_endpoint:
        for name in _EXTENSION_FUNCTIONS:
            yield Triple(service, _sd("extensionFunction"), NamedNode(_GEOSPARQL + name))
            yield Triple(NamedNode(_GEOSPARQL + name), _RDF_TYPE, _sd("Function"))
        for language, text in _NOTES.items():
            yield Triple(service, NamedNode(f"{_DCTERMS}description"), Literal(text, language=language))
    yield Triple(service, _sd("defaultDataset"), dataset)
    yield _is(dataset, "Dataset")
    yield Triple(dataset, _sd("defaultGraph"), default)
    yield _is(default, "Graph")
    yield _size(default, manifest.triples if union else manifest.graphs.get("", 0))
    for number, name in enumerate(sorted(filter(None, manifest.graphs))):
        yield from _named_graph(dataset, number, name, manifest.graphs[name])


def _named_graph(dataset: BlankNode, number: int, name: str, triples: int) -> Iterator[Triple]:
    entry, graph = BlankNode(f"n{number}"), BlankNode(f"g{number}")
    yield Triple(dataset, _sd("namedGraph"), entry)
    yield _is(entry, "NamedGraph")
    yield Triple(entry, _sd("name"), NamedNode(name))
    yield Triple(entry, _sd("graph"), graph)
    yield _is(graph, "Graph")
    yield _size(graph, triples)


def _size(graph: BlankNode, triples: int) -> Triple:
    return Triple(graph, NamedNode(f"{_VOID}triples"), Literal(str(triples), datatype=_INTEGER))


def _is(node: BlankNode, name: str) -> Triple:
    return Triple(node, _RDF_TYPE, _sd(name))


def _sd(name: str) -> NamedNode:
    return NamedNode(_SD + name)
