"""The pages of a site for people, with the RDF that each of them tells: things, documents, lists, the site itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from pyoxigraph import NamedNode, Quad

from ekograph.publish.catalog import schema_org, signposting
from ekograph.publish.publication import Publication
from ekograph.rdf.dataset import in_default_graph
from ekograph.rdf.formats import Format
from ekograph.rendering import browsing, layout, pages, search_results
from ekograph.rendering.representations import (
    LazyRepresentation,
    RdfDocument,
    ThingRepresentations,
    formats_for,
    json_ld,
    links_about,
    planned_formats,
    planned_pages,
    stem_of,
)
from ekograph.rendering.site import Site
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import graph_name

#: Of a named graph with more quads than this, a large site prints the page only: it is had from /sparql and the dumps.
MOST_IN_EVERY_FORMAT = 1000


def front(publication: Publication) -> Iterator[LazyRepresentation]:
    """The front page, with what search engines read of the dataset."""
    entries = [(relation, target, more.get("type", "")) for relation, target, more in signposting.pointers(publication)]

    def page(language: str) -> bytes:
        data = json_ld(schema_org.of_dataset(publication, language))
        return pages.front_page(publication.site, language, data, entries)

    return page_in_languages("/", publication.site, page, signposting.links(publication), stem="/index")


def forms(publication: Publication) -> Iterator[LazyRepresentation]:
    """The pages that answers of /sparql, /search and /browse are put into; these addresses answer by themselves."""
    site = publication.site
    yield from page_in_languages("", site, partial(pages.sparql_page, site), stem="/sparql")
    yield from page_in_languages("", site, partial(pages.search_page, site), stem=search_results.FORM)
    yield from page_in_languages("", site, partial(pages.browse_form, site), stem=browsing.FORM)


def things(publication: Publication) -> Iterator[LazyRepresentation]:
    """Every thing that is described, unless they are too many."""
    for thing in () if publication.site.large else publication.site.dataset.things():
        yield from ThingRepresentations(publication.site, thing).planned()


def documents(publication: Publication) -> Iterator[LazyRepresentation]:
    """The vocabulary, the shapes and the named graphs."""
    site, dataset = publication.site, publication.site.dataset
    for document in documents_of(site, publication.shapes):
        path = dataset.path(document.node.value)
        # Of a large site, the RDF of what is long is had from /sparql and the dumps.
        is_short = not site.large or len(document.quads) <= MOST_IN_EVERY_FORMAT
        rdf = formats_for(document.quads) if is_short else ()
        links = links_about(document.node, site, path, rdf)
        yield from page_in_languages(path, site, partial(document.page, rdf), links)
        if is_short:
            yield from planned_formats(RdfDocument(path, document.quads, dataset.prefixes, document.node, links))


def lists(publication: Publication) -> Iterator[LazyRepresentation]:
    """The alphabetical lists of the members of large classes and schemes, page by page."""
    site = publication.site
    for listing in site.listings.values():
        for number in range(1, listing.pages + 1):
            yield from page_in_languages(listing.path_of(number), site, partial(pages.list_page, site, listing, number))


def about_the_site(publication: Publication) -> Iterator[LazyRepresentation]:
    """The pages about the rules, the downloads, and what the theme tells of the site."""
    site = publication.site
    if site.has_rules:
        yield from page_in_languages(layout.RULES, site, partial(pages.rules_page, site, publication.shapes))
    files = [(file.name, file.size, file.about) for file in publication.dumps]
    yield from page_in_languages(layout.DOWNLOADS, site, partial(pages.downloads_page, site, files))
    for about in site.theme.pages:
        if about.shown(site):
            yield from page_in_languages(about.path, site, partial(pages.site_page, site, about))


def static_files(publication: Publication) -> Iterator[Representation]:
    """What pages use; those that know no site, such as those of errors, use the core's files as they are."""
    files = [*layout.static_files(), *layout.static_files(publication.site.theme.folder)]
    for address, content_type, body in dict.fromkeys(files):
        yield Representation(address, "", content_type, "", body)


@dataclass(frozen=True)
class SiteDocument:
    """A document with a page for people: its IRI, its quads, and the page that lists RDF formats, in a language."""

    node: NamedNode
    quads: Sequence[Quad]
    page: Callable[[Sequence[Format], str], bytes]


def documents_of(site: Site, shapes: Sequence[Quad]) -> Iterator[SiteDocument]:
    """The documents of a site, whose parts are shown on their pages."""

    def document(page: Callable[..., bytes], iri: str, quads: Sequence[Quad], *more: Sequence[Quad]) -> SiteDocument:
        node = NamedNode(iri)
        return SiteDocument(node, quads, lambda rdf, language: page(site, node, quads, *more, language, rdf))

    base = site.dataset.base if site.dataset.has_names else ""
    if vocabulary := _vocabulary(site):
        yield document(pages.vocabulary_page, f"{base}def", in_default_graph(vocabulary), shapes)
    if shapes:
        iri = f"{base}shapes" if base else graph_name("", "shapes")
        yield document(pages.document_page, iri, in_default_graph(shapes))
    for name, quads in site.dataset.graphs().items():
        foreign = ":" in name and not site.dataset.quads_of(NamedNode(name))
        if foreign or (base and name.startswith(f"{base}graph/")):
            yield document(pages.document_page, name, quads)


def _vocabulary(site: Site) -> list[Quad]:
    """What is said of the ontology and of its terms."""
    if not site.dataset.has_names:
        return []
    ontology = f"{site.dataset.base}def"
    terms = (term for term in site.dataset.subjects_under(ontology) if term.value.partition("#")[0] == ontology)
    return sorted({quad for term in terms for quad in site.dataset.bounded(term)}, key=str)


def page_in_languages(
    path: str, site: Site, page: Callable[[str], bytes], links: tuple[str, ...] = (), *, stem: str = ""
) -> Iterator[LazyRepresentation]:
    """The page at `path` in each language; `stem` begins its own addresses where that is not the path."""
    return planned_pages(path, stem or stem_of(path), site.dataset.languages, page, links)
