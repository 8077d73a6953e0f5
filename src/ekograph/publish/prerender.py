"""What is printed for a site: every thing and every document, in every format and language.

The documents for harvesters, crawlers and readers of feeds: printed at addresses of their own.
Which pages people find, and when each last changed: what the sitemap lists.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pyoxigraph import NamedNode, Quad

from ekograph import urls
from ekograph.publish import example_queries
from ekograph.publish.catalog import ckan, oaipmh, signposting, sitemap, void
from ekograph.publish.catalog.dcat_ap import catalogue
from ekograph.publish.catalog.schema_org import of_dataset
from ekograph.publish.catalog.signposting import linkset
from ekograph.publish.catalog.sitemap import SitemapEntry
from ekograph.publish.history import atom, ldes, memento
from ekograph.publish.publication import Publication
from ekograph.rdf import formats, vocab
from ekograph.rdf.formats import Format
from ekograph.rdf.vocab import PREFIXES
from ekograph.rendering import layout, pages, search_results
from ekograph.rendering.layout import DOWNLOADS, static_files
from ekograph.rendering.representations import (
    LazyRepresentation,
    RdfDocument,
    Resource,
    formats_for,
    links_about,
    planned_formats,
    planned_pages,
    stem_of,
    with_data,
)
from ekograph.rendering.search_results import FORM
from ekograph.rendering.site import Site
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import PACKAGES, PUBLIC_URL, RECORDS, graph_name, link

#: Of a named graph with more quads than this, a large site prints the page only: it is had from /sparql and the dumps.
MOST_IN_EVERY_FORMAT = 1000


def representations(issue: Publication) -> Iterator[Representation]:
    """All printed answers of an issue.

    Those of one page follow one another, the one for whoever has no preference first.
    """
    return with_sitemap(_answers(issue), issue)


def _answers(issue: Publication) -> Iterator[Representation]:
    site = issue.site
    yield from _pages("/", "/index", site, lambda language: _front(issue, language), signposting.links(issue))
    # Queries are answered at /sparql itself, so its page has no address that negotiates.
    yield from _pages("", "/sparql", site, lambda language: pages.sparql_page(site, language), ())
    # So are searches at /search; this is the page that their results are put into.
    yield from _pages("", search_results.FORM, site, lambda language: pages.search_page(site, language), ())
    for _, planned in subjects(site, issue.shapes):
        yield from (each.printed() for each in planned)
    for listing in site.listings.values():
        for number in range(1, listing.pages + 1):
            printed = _printer(pages.list_page, site, listing, number)
            path = listing.path_of(number)
            yield from _pages(path, path, site, printed, ())
    yield from _catalogue(issue)
    yield from _standing(issue)
    yield from example_queries.printed(site)
    yield from documents(issue)
    yield from _timemaps(issue)
    # Pages that know no site, such as those of errors, use the core's files as they are.
    for address, content_type, body in dict.fromkeys([*static_files(), *static_files(site.theme.folder)]):
        yield Representation(address, "", content_type, "", body)
    for exporter in site.theme.exporters:
        yield from exporter(issue)


def pages_for_now(site: Site) -> Iterator[Representation]:
    """What a large site can show before all of its data has been counted: the pages to search and to query from."""
    yield from _pages("/", "/index", site, _printer(pages.front_page, site), ())
    yield from _pages("", "/sparql", site, _printer(pages.sparql_page, site), ())
    yield from _pages("", search_results.FORM, site, _printer(pages.search_page, site), ())
    for address, content_type, body in static_files():
        yield Representation(address, "", content_type, "", body)


def subjects(site: Site, shapes: Sequence[Quad]) -> Iterator[tuple[NamedNode, Iterator[LazyRepresentation]]]:
    """What has a page of its own that is printed: things, unless they are too many, and documents."""
    for thing in () if site.large else site.dataset.things():
        yield thing, Resource(site, thing).planned()
    for document in _documents(site, shapes):
        yield document.node, _of(document, site)


@dataclass(frozen=True)
class _Document:
    """A document with a page for people: its IRI, its quads, and the page that lists RDF formats, in a language."""

    node: NamedNode
    quads: Sequence[Quad]
    page: Callable[[Sequence[Format], str], bytes]


def _documents(site: Site, shapes: Sequence[Quad]) -> Iterator[_Document]:
    """The vocabulary, the shapes, the named graphs."""
    base = site.dataset.base if site.dataset.has_names else ""
    if vocabulary := _vocabulary(site):
        yield _document(pages.vocabulary_page, site, f"{base}def", vocabulary, shapes)
    if shapes:
        yield _document(pages.document_page, site, f"{base}shapes" if base else graph_name("", "shapes"), shapes)
    for name, quads in site.dataset.graphs().items():
        foreign = ":" in name and not site.dataset.quads_of(NamedNode(name))
        if foreign or (base and name.startswith(f"{base}graph/")):
            yield _document(pages.document_page, site, name, quads)


def _standing(issue: Publication) -> Iterator[Representation]:
    """The pages about the site itself."""
    site = issue.site
    if site.has_rules:
        printed = _printer(pages.rules_page, site, issue.shapes)
        yield from _pages(layout.RULES, layout.RULES, site, printed, ())
    files = [(each.name, each.size, each.about) for each in issue.dumps]
    printed = _printer(pages.downloads_page, site, files)
    yield from _pages(layout.DOWNLOADS, layout.DOWNLOADS, site, printed, ())
    for about in site.theme.pages:
        if about.shown(site):
            yield from _pages(about.path, about.path, site, _printer(pages.site_page, site, about), ())


def _timemaps(issue: Publication) -> Iterator[Representation]:
    """Where each page's older states are. Documents are taken to be in every version, things where they are told of."""
    things = {thing.value for thing in issue.site.dataset.things()} if issue.events else set()
    events = memento.by_thing(issue.events)
    for node, _ in subjects(issue.site, issue.shapes):
        iri = node.value
        kept = memento.alive(iri, events.get(iri, ()), issue.kept) if iri in things else issue.kept
        page = issue.site.dataset.path(iri)
        text = memento.timemap(page, kept)
        yield Representation(urls.timemap_of(page), "", urls.TIMEMAP_TYPE, "", text.encode())


def _front(issue: Publication, language: str) -> bytes:
    """The front page, with what search engines read of the dataset."""
    return with_data(pages.front_page(issue.site, language), of_dataset(issue, language))


def _printer(page: Callable[..., bytes], *about: object) -> Callable[[str], bytes]:
    return lambda language: page(*about, language)


def _document(
    page: Callable[..., bytes], site: Site, iri: str, quads: Sequence[Quad], *more: Sequence[Quad]
) -> _Document:
    node = NamedNode(iri)
    return _Document(node, quads, lambda rdf, language: page(site, node, quads, *more, language, rdf))


def _vocabulary(site: Site) -> list[Quad]:
    """What is said of the ontology and of its terms."""
    if not site.dataset.has_names:
        return []
    ontology = f"{site.dataset.base}def"
    terms = (each for each in site.dataset.subjects_under(ontology) if each.value.partition("#")[0] == ontology)
    return sorted({quad for term in terms for quad in site.dataset.bounded(term)}, key=str)


def _of(document: _Document, site: Site) -> Iterator[LazyRepresentation]:
    """The HTML of each language, then every RDF format that can express the quads, unless these are too many."""
    dataset = site.dataset
    page = dataset.path(document.node.value)
    is_short = not site.large or len(document.quads) <= MOST_IN_EVERY_FORMAT
    rdf = formats_for(document.quads) if is_short else ()
    links = links_about(document.node, site, page, rdf)
    yield from planned_pages(page, stem_of(page), dataset.languages, partial(document.page, rdf), links)
    if is_short:
        yield from planned_formats(RdfDocument(page, document.quads, dataset.prefixes, document.node, links))


def _catalogue(issue: Publication) -> Iterator[Representation]:
    """The catalogue; harvesters accept anything and need RDF, so that comes first."""
    quads = catalogue(issue)
    if not quads:
        return
    node = NamedNode(f"{issue.site.dataset.base or f'{PUBLIC_URL}/'}catalog")
    page = "/catalog"
    rdf = formats_for(quads)
    links = links_about(node, issue.site, page, rdf)
    yield from negotiated(RdfDocument(page, quads, {**PREFIXES, **issue.prefixes}, node, links))

    def printed(language: str) -> bytes:
        return pages.document_page(issue.site, node, quads, language, rdf)

    yield from _pages(page, page, issue.site, printed, links)


def _pages(
    page: str, stem: str, site: Site, printed: Callable[[str], bytes], links: tuple[str, ...]
) -> Iterator[Representation]:
    return (each.printed() for each in planned_pages(page, stem, site.dataset.languages, printed, links))


def documents(issue: Publication) -> Iterator[Representation]:
    """All of them but the catalogue, which has pages for people too, and what lists the pages."""
    prefixes = {**vocab.PREFIXES, **issue.prefixes}
    yield from negotiated(RdfDocument(void.PAGE, void.void(issue), prefixes))
    yield plain("/linkset.json", "application/linkset+json", json.dumps(linkset(issue), indent=1))
    yield plain(PACKAGES, "application/json", json.dumps(ckan.packages(issue), ensure_ascii=False, indent=1))
    repository = oaipmh.repository(issue, catalogue(issue))
    yield plain(RECORDS, "application/json", json.dumps(repository, ensure_ascii=False, indent=1))
    if issue.events:
        yield plain(atom.PAGE, atom.CONTENT_TYPE, atom.atom(issue, _title(issue)))
        yield from _stream(issue)


def negotiated(document: RdfDocument) -> Iterator[Representation]:
    """The document in each RDF format that can express it."""
    return (planned.printed() for planned in planned_formats(document))


def plain(address: str, content_type: str, text: str) -> Representation:
    """A text in one form, at an address of its own."""
    return Representation(address, "", content_type, "", text.encode())


def _title(issue: Publication) -> str:
    """The name of the site, as its front page has it."""
    from ekograph.rendering.view import View

    return View(issue.site, issue.site.dataset.languages[0]).home


def _stream(issue: Publication) -> Iterator[Representation]:
    """The root of the event stream and its pages."""
    prefixes = {**vocab.PREFIXES, **ldes.PREFIXES, **issue.prefixes}
    up = (link(f"{PUBLIC_URL}{urls.LDES_ROOT}", "collection"),)
    yield from negotiated(RdfDocument(urls.LDES_ROOT, ldes.root(issue.events), prefixes))
    for address, quads in ldes.pages(issue.events):
        yield from negotiated(RdfDocument(address, quads, prefixes, links=up))


_XML_FORMATS = "application/xml; charset=utf-8"

#: What shows the whole dataset, its size or its date, so changes with each version.
_OF_THE_WHOLE = ("/index", DOWNLOADS, "/catalog")


def with_sitemap(printed: Iterable[Representation], issue: Publication) -> Iterator[Representation]:
    """All that is printed, and then what leads search engines to the pages among it."""
    stems: dict[str, str] = {}
    for each in printed:
        if each.content_type == formats.HTML.content_type:
            stem = each.address.removesuffix(f".{each.language}.html")
            stems[stem] = each.page or stem
        yield each
    # Search results are put into this one: there is nothing to be found on it.
    stems.pop(FORM, None)
    yield plain("/robots.txt", "text/plain; charset=utf-8", sitemap.ROBOTS)
    yield from _in_many(stems, issue) if issue.site.large else _in_one(stems, issue)


def _in_one(stems: Mapping[str, str], issue: Publication) -> Iterator[Representation]:
    times = _times(issue)
    pages = [SitemapEntry(stem, page, times.get(stem, "")) for stem, page in stems.items()]
    yield plain(sitemap.PAGE, _XML_FORMATS, sitemap.sitemap(pages, issue.site.dataset.languages))


def _in_many(stems: Mapping[str, str], issue: Publication) -> Iterator[Representation]:
    """Of a large site, a sitemap that lists others, which lead to the pages in whatever language."""
    dataset = issue.site.dataset
    things = (dataset.path(each.value) for each in dataset.things())
    # What changed in a later version is not told thing by thing.
    changed = issue.version.published if len(issue.versions) == 1 else ""
    pages = [SitemapEntry(page, page, changed) for page in dict.fromkeys([*stems.values(), *things])]
    for address, text in sitemap.many(pages, issue.version.published):
        yield plain(address, _XML_FORMATS, text)


def _times(issue: Publication) -> Mapping[str, str]:
    """When each page last changed, by the stem of its addresses; what is not known of the others is not said."""
    dataset, last = issue.site.dataset, issue.version.published
    changed = {event.thing: event.published for event in issue.events}

    def newest(quads: Iterable[Quad]) -> str:
        """When what is said of the things in `quads` last changed."""
        shown = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
        return max((changed[each] for each in shown if each in changed), default=last)

    # A page shows the names of what it links to, so it changes with them too.
    things = {dataset.path(each.value): newest(dataset.describe(each)) for each in dataset.things()}
    graphs = {dataset.path(name): newest(quads) for name, quads in dataset.graphs().items() if name}
    terms = [quad for each in dataset.subjects_under(f"{dataset.base}def") for quad in dataset.quads_of(each)]
    return {**graphs, "/def": newest(terms), **things, **dict.fromkeys(_OF_THE_WHOLE, last)}
