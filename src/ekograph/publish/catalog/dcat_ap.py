"""The catalogue for data portals (DCAT-AP 3.0.1): what people wrote of the dataset, and what can be counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from ekograph.i18n import LANGUAGES, Messages
from ekograph.publish.publication import File, FileType, Publication
from ekograph.rdf import formats
from ekograph.rdf.dataset import Dataset, Node, Term, in_default_graph
from ekograph.rdf.vocab import DCAT, DCTERMS, FOAF, PREFIXES, RDFS, SKOS, SPDX, TYPE, XSD, facts, integer, moment, part
from ekograph.rendering import pages
from ekograph.rendering.representations import (
    LazyRepresentation,
    RdfDocument,
    formats_for,
    links_about,
    planned_formats,
    planned_pages,
)
from ekograph.urls import PUBLIC_URL, THINGS, memento_path

#: Where the catalogue is.
PAGE = "/catalog"

#: The class of what stands under a property (the ranges of DCAT-AP).
_CLASSES = {
    DCTERMS("format"): DCTERMS("MediaTypeOrExtent"),
    DCAT("mediaType"): DCTERMS("MediaType"),
    DCAT("compressFormat"): DCTERMS("MediaType"),
    DCTERMS("conformsTo"): DCTERMS("Standard"),
    DCAT("landingPage"): FOAF("Document"),
    FOAF("homepage"): FOAF("Document"),
    FOAF("page"): FOAF("Document"),
    DCAT("endpointURL"): RDFS("Resource"),
    SPDX("algorithm"): SPDX("ChecksumAlgorithm"),
}
#: Properties whose values are codes that name themselves.
_CODED = frozenset((DCTERMS("format"), NamedNode("http://data.europa.eu/r5r/availability")))

#: Where something is to be had: under these properties an IRI below the base means this copy of the site.
_PLACES = frozenset(
    (
        DCAT("endpointURL"),
        DCAT("endpointDescription"),
        DCAT("landingPage"),
        DCAT("accessURL"),
        DCAT("downloadURL"),
        FOAF("homepage"),
        FOAF("page"),
    )
)
#: What every distribution says as its dataset does, by the property of the dataset.
_INHERITED = {
    DCTERMS("license"): DCTERMS("license"),
    DCTERMS("accessRights"): DCTERMS("rights"),
    DCTERMS("language"): DCTERMS("language"),
    DCTERMS("conformsTo"): DCTERMS("conformsTo"),
}

_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_FILE_TYPES = f"{_AUTHORITY}file-type/"
_AVAILABLE = NamedNode(f"{_AUTHORITY}planned-availability/AVAILABLE")
_AVAILABILITY = NamedNode("http://data.europa.eu/r5r/availability")
_EMAIL = "http://www.w3.org/2006/vcard/ns#hasEmail"
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"


def export(publication: Publication) -> Iterator[LazyRepresentation]:
    """The catalogue; harvesters accept anything and need RDF, so that comes first."""
    site, quads = publication.site, catalogue(publication)
    if not quads:
        return
    node = NamedNode(f"{site.dataset.base or f'{PUBLIC_URL}/'}catalog")
    rdf = formats_for(quads)
    links = links_about(node, site, PAGE, rdf)
    yield from planned_formats(RdfDocument(PAGE, quads, {**PREFIXES, **publication.prefixes}, node, links))

    def page(language: str) -> bytes:
        return pages.document_page(site, node, quads, language, rdf)

    yield from planned_pages(PAGE, PAGE, site.dataset.languages, page, links)


def catalogue(publication: Publication) -> list[Quad]:
    """The catalogue as a document, every triple in the default graph; empty for a site that has none."""
    dataset = publication.site.dataset
    authored = _authored(dataset)
    if not authored:
        return []
    quads = [_here(quad, dataset.base) for quad in authored]
    # A harvester gets the catalogue alone, so it says what the things are that it points to in the data.
    home = f"{dataset.base}{THINGS}" if dataset.has_names else ""
    starts = tuple(filter(None, (home, *dataset.spaces)))
    objects = {quad.object for quad in authored if isinstance(quad.object, NamedNode)}
    things = sorted((node for node in objects if node.value.startswith(starts)), key=str)
    quads += [quad for target in things for quad in dataset.bounded(target)]
    for node in dataset.instances(DCAT("Catalog").value) if dataset.has_names or dataset.spaces else ():
        quads += facts(node, *_unwritten(node, _dates(publication), dataset))
    if main := main_dataset(publication):
        quads += _of_dataset(main, publication)
    quads += [quad for term in quads for quad in _explained(term)]
    return sorted(in_default_graph(quads), key=str)


def described(dataset: Dataset) -> list[NamedNode]:
    """The datasets that the catalogue lists."""
    catalogues = dataset.instances(DCAT("Catalog").value)
    terms = [target for term in catalogues for target in dataset.objects(term, DCAT("dataset").value)]
    return [term for term in terms if isinstance(term, NamedNode)]


def main_dataset(publication: Publication) -> NamedNode | None:
    """The dataset of the catalogue that this site is: the one that is set, or the only one of its own."""
    dataset = publication.site.dataset
    datasets = described(dataset)
    if publication.main:
        return next((node for node in datasets if node.value == publication.main), None)
    if not (dataset.has_names or dataset.spaces):
        return None
    named = [node for node in datasets if dataset.is_own(node.value)]
    return named[0] if len(named) == 1 else None


def _unwritten(
    node: Node, known: Iterable[tuple[NamedNode, Term]], dataset: Dataset
) -> Iterator[tuple[NamedNode, Term]]:
    """What of the `known` facts the site does not tell itself."""
    return ((predicate, value) for predicate, value in known if not dataset.objects(node, predicate.value))


def email(dataset: Dataset, *nodes: Node) -> str:
    """The address of the contact of the first of `nodes`, or else catalogues, that has one; "" where none has."""
    for term in (*nodes, *dataset.instances(DCAT("Catalog").value)):
        for contact in dataset.objects(term, DCAT("contactPoint").value):
            terms = () if isinstance(contact, Literal) else dataset.objects(contact, _EMAIL)
            for address in (term.value for term in terms if isinstance(term, NamedNode | Literal)):
                return address.removeprefix("mailto:")
    return ""


#: The class of a version: in ADMS a kind of dcat:Dataset. Portals would list all that are typed as dcat:Dataset itself.
_VERSION = NamedNode("http://www.w3.org/ns/adms#Asset")

#: What a version of the dataset has in common with the dataset; what a dataset needs in DCAT-AP is among it.
_OF_A_VERSION = (
    *map(DCTERMS, ("title", "description", "publisher", "license", "accessRights", "spatial", "temporal")),
    *map(DCAT, ("contactPoint", "keyword", "theme")),
)

_OF_A_PAGE = frozenset(map(DCTERMS, ("title", "description", "license")))


def _authored(dataset: Dataset) -> list[Quad]:
    """The named graphs that hold a catalogue, whole; of the default graph, which holds all else too, its own things.

    These are the resources of the catalogue, and what they point to.
    """
    graphs = {
        quad.graph_name
        for term in dataset.instances(DCAT("Catalog").value)
        for quad in dataset.quads_of(term)
        if quad.predicate == TYPE
    }
    if DefaultGraph() not in graphs:
        names = (name.value for name in graphs if not isinstance(name, DefaultGraph))
        return sorted((quad for name in names for quad in dataset.graphs()[name]), key=str)
    listed = dict.fromkeys(node for name in _RESOURCES for node in dataset.instances(DCAT(name).value))
    quads = dict.fromkeys(quad for node in listed for quad in dataset.bounded(node))
    ends = dict.fromkeys(quad.object for quad in quads if isinstance(quad.object, NamedNode))
    return list(quads | dict.fromkeys(quad for node in ends for quad in dataset.bounded(node)))


_RESOURCES = ("Catalog", "CatalogRecord", "Dataset", "DatasetSeries", "Distribution", "DataService")


def _here(quad: Quad, base: str) -> Quad:
    """The quad, with this copy's address for a place below the base."""
    place = quad.object
    if quad.predicate in _PLACES and base and isinstance(place, NamedNode) and place.value.startswith(base):
        return Quad(quad.subject, quad.predicate, NamedNode(f"{PUBLIC_URL}/{place.value.removeprefix(base)}"))
    return quad


def _of_dataset(node: NamedNode, publication: Publication) -> Iterator[Quad]:
    dataset = publication.site.dataset
    known = [*_dates(publication), (DCAT("version"), Literal(publication.version.name))]
    yield from facts(node, *_unwritten(node, known, dataset))
    yield from _versions(node, publication)
    standards = dataset.objects(node, DCTERMS("conformsTo").value)
    for standard in (term for term in standards if isinstance(term, NamedNode)):
        yield from facts(standard, *((DCTERMS("title"), item) for item in dataset.objects(standard, f"{DCTERMS}title")))
    services = [term for term in dataset.subjects(DCAT("servesDataset").value, node) if isinstance(term, NamedNode)]
    for service in services:
        endpoint, protocol = NamedNode(f"{PUBLIC_URL}/sparql"), NamedNode("https://www.w3.org/TR/sparql11-protocol/")
        yield from facts(service, (DCAT("endpointURL"), endpoint), (DCAT("endpointDescription"), endpoint))
        yield from facts(service, (DCTERMS("conformsTo"), protocol))
        yield from facts(protocol, (DCTERMS("title"), Literal("SPARQL 1.1 Protocol", language="en")))
    inherited = [(here, value) for there, here in _INHERITED.items() for value in dataset.objects(node, there.value)]
    for file, kind in publication.distributions:
        distribution = NamedNode(f"{node.value}-{file.name}")
        yield from facts(node, (DCAT("distribution"), distribution))
        yield from facts(distribution, *inherited)
        yield from _distribution(distribution, file, kind, publication)
        if kind.name == formats.TURTLE.name and not kind.packed:
            # Portals that do not list services find the endpoint here.
            yield from facts(distribution, *((DCAT("accessService"), service) for service in services))


def _versions(node: NamedNode, publication: Publication) -> Iterator[Quad]:
    """The versions that are kept, each by the address of its catalogue, and which of them came before this one."""
    kept = _newest_prints(publication)
    addresses = {version: NamedNode(memento_path(name, "/catalog")) for version, (name, _) in kept.items()}
    metadata = [(kind, value) for kind in _OF_A_VERSION for value in publication.site.dataset.objects(node, kind.value)]
    for version, address in addresses.items():
        yield from facts(node, (DCAT("hasVersion"), address))
        yield from facts(address, (TYPE, _VERSION), *metadata)
        yield from _page_of(address, metadata)
        yield from facts(address, (DCAT("version"), Literal(version)), (DCTERMS("issued"), moment(kept[version][1])))
    yield from facts(_VERSION, (RDFS("subClassOf"), DCAT("Dataset")))
    if before := [address for version, address in addresses.items() if version != publication.version.name]:
        yield from facts(node, (DCAT("prev"), before[-1]))


def _page_of(version: NamedNode, metadata: Sequence[tuple[NamedNode, Term]]) -> Iterator[Quad]:
    """The page of a version, which leads to all that is kept of it, as its distribution."""
    page = NamedNode(f"{version.value}#page")
    yield from facts(version, (DCAT("distribution"), page))
    yield from facts(
        page,
        (TYPE, DCAT("Distribution")),
        *((kind, value) for kind, value in metadata if kind in _OF_A_PAGE),
        (DCAT("accessURL"), version),
        (DCTERMS("format"), NamedNode(f"{_FILE_TYPES}HTML")),
        (DCAT("mediaType"), NamedNode(f"{_MEDIA_TYPES}text/html")),
        (_AVAILABILITY, _AVAILABLE),
    )


def _newest_prints(publication: Publication) -> Mapping[str, tuple[str, str]]:
    """Of each version that is kept, the newest snapshot and when the version was published.

    A newer program prints a version again, which makes another snapshot and no other version.
    """
    terms = {}
    for name, published in publication.kept:
        until = [term for term in publication.versions if term.published <= published]
        terms[until[-1].name if until else name] = (name, until[-1].published if until else published)
    return terms


def _distribution(node: NamedNode, file: File, kind: FileType, publication: Publication) -> Iterator[Quad]:
    """A dump; its format and media type are from the tables that portals know (Publications Office, IANA)."""
    address, checksum, dataset = (
        NamedNode(f"{PUBLIC_URL}/dumps/{file.name}"),
        part(node, "checksum"),
        publication.site.dataset,
    )
    about = {item: dataset.label(NamedNode(file.about), item).value if file.about else "" for item in LANGUAGES}
    spoken = [(Messages("publish", language), what) for language, what in about.items()]
    yield from facts(
        node,
        (TYPE, DCAT("Distribution")),
        *((DCTERMS("title"), Literal(kind.title(*words), language=words[0].language)) for words in spoken),
        *((DCTERMS("description"), Literal(kind.description(*words), language=words[0].language)) for words in spoken),
        (DCAT("accessURL"), address),
        (DCAT("downloadURL"), address),
        (DCAT("byteSize"), integer(file.size)),
        (_AVAILABILITY, _AVAILABLE),
        (DCTERMS("issued"), moment(publication.versions[0].published)),
        (DCTERMS("modified"), moment(file.modified or publication.version.published)),
        (DCTERMS("format"), NamedNode(_FILE_TYPES + kind.authority)),
        (DCAT("mediaType"), NamedNode(_MEDIA_TYPES + kind.media_type)),
        *([(DCAT("compressFormat"), NamedNode(f"{_MEDIA_TYPES}{kind.packed}"))] if kind.packed else []),
        (SPDX("checksum"), checksum),
    )
    yield from facts(
        checksum,
        (TYPE, SPDX("Checksum")),
        (SPDX("algorithm"), SPDX("checksumAlgorithm_sha256")),
        (SPDX("checksumValue"), Literal(file.sha256, datatype=XSD("hexBinary"))),
    )


def _dates(publication: Publication) -> list[tuple[NamedNode, Term]]:
    first, last = publication.versions[0], publication.version
    return [(DCTERMS("issued"), moment(first.published)), (DCTERMS("modified"), moment(last.published))]


def _explained(quad: Quad) -> Iterator[Quad]:
    """What kind of thing the object is, where harvesters ask for it and its own table does not come along."""
    target = quad.object
    if not isinstance(target, NamedNode):
        return
    if quad.predicate in _CLASSES:
        yield from facts(target, (TYPE, _CLASSES[quad.predicate]))
    if target.value.startswith(_AUTHORITY) and "/" in (below := target.value.removeprefix(_AUTHORITY)):
        table, _, code = below.partition("/")
        scheme = NamedNode(_AUTHORITY + table)
        yield from facts(target, (TYPE, SKOS("Concept")), (SKOS("inScheme"), scheme))
        yield from facts(scheme, (TYPE, SKOS("ConceptScheme")), (DCTERMS("title"), Literal(table, language="en")))
        if quad.predicate in _CODED:
            yield from facts(target, (SKOS("prefLabel"), Literal(code, language="en")))
