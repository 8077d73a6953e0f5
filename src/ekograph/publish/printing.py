"""What is printed for a site: every thing and every document, in every format and language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad

from ekograph import memento
from ekograph.addresses import path_of
from ekograph.pages import downloads, framing, html, searching, standing
from ekograph.pages.resource import Document, Planned, Thing, links_about, planned_formats, planned_pages
from ekograph.pages.site import Site
from ekograph.pages.static import static_files
from ekograph.pages.structured import with_data
from ekograph.publish import landing, queries, versions
from ekograph.publish.catalogue import catalogue
from ekograph.publish.documents import documents, negotiated
from ekograph.publish.issue import Issue
from ekograph.publish.listing import with_sitemap
from ekograph.publish.namespaces import PREFIXES
from ekograph.publish.schema_org import of_dataset
from ekograph.snapshot import Representation

#: Of a named graph with more quads than this, a large site prints the page only: it is had from /sparql and the dumps.
MOST_IN_EVERY_FORMAT = 1000


def representations(issue: Issue) -> Iterator[Representation]:
    """All printed answers of an issue.

    Those of one page follow one another, the one for whoever has no preference first.
    """
    return with_sitemap(_answers(issue), issue)


def _answers(issue: Issue) -> Iterator[Representation]:
    site = issue.site
    yield from _pages("/", "/index", site, lambda language: _front(issue, language), landing.links(issue))
    # Queries are answered at /sparql itself, so its page has no address that negotiates.
    yield from _pages("", "/sparql", site, lambda language: html.sparql_page(site, language), ())
    # So are searches at /search; this is the page that their results are put into.
    yield from _pages("", searching.FORM, site, lambda language: html.search_page(site, language), ())
    for _, planned in subjects(site, issue.shapes):
        yield from (each.printed() for each in planned)
    yield from _catalogue(issue)
    yield from _standing(issue)
    yield from queries.printed(site)
    yield from documents(issue)
    yield from _timemaps(issue)
    for address, content_type, body in static_files():
        yield Representation(address, "", content_type, "", body)


def subjects(site: Site, shapes: Sequence[Quad]) -> Iterator[tuple[NamedNode, Iterator[Planned]]]:
    """What has a page of its own that is printed: things, unless they are too many, and documents."""
    for thing in () if site.large else site.dataset.things():
        yield thing, Thing(site, thing).planned()
    for document in _documents(site, shapes):
        yield document.node, _of(document, site)


@dataclass(frozen=True)
class _Document:
    """A document with a page for people: its IRI, its quads, and the page in a language."""

    node: NamedNode
    quads: Sequence[Quad]
    page: Callable[[str], bytes]


def _documents(site: Site, shapes: Sequence[Quad]) -> Iterator[_Document]:
    """The vocabulary, the shapes, the named graphs."""
    base = site.dataset.base
    if vocabulary := _vocabulary(site):
        yield _document(html.vocabulary_page, site, f"{base}def", vocabulary, shapes)
    if shapes:
        yield _document(html.document_page, site, f"{base}shapes", shapes)
    for name, quads in site.dataset.graphs().items():
        if name.startswith(f"{base}graph/"):
            yield _document(html.document_page, site, name, quads)


def _standing(issue: Issue) -> Iterator[Representation]:
    """The pages about the site itself."""
    site = issue.site
    if site.has_rules:
        printed = _printer(standing.rules_page, site, issue.shapes)
        yield from _pages(framing.RULES, framing.RULES, site, printed, ())
    if site.has_contacts:
        yield from _pages(framing.PRIVACY, framing.PRIVACY, site, _printer(standing.privacy_page, site), ())
    files = [(each.name, each.size, each.about) for each in issue.dumps]
    printed = _printer(downloads.downloads_page, site, files)
    yield from _pages(framing.DOWNLOADS, framing.DOWNLOADS, site, printed, ())
    printed = _printer(standing.accessibility_page, site)
    yield from _pages(framing.ACCESSIBILITY, framing.ACCESSIBILITY, site, printed, ())


def _timemaps(issue: Issue) -> Iterator[Representation]:
    """Where each page's older states are. Documents are taken to be in every version, things where they are told of."""
    base = issue.site.dataset.base
    events = versions.by_thing(issue.events)
    for node, _ in subjects(issue.site, issue.shapes):
        iri = node.value
        kept = versions.alive(iri, events.get(iri, ()), issue.kept) if iri.startswith(f"{base}id/") else issue.kept
        page = path_of(iri, base)
        text = versions.timemap(page, kept)
        yield Representation(memento.timemap_of(page), "", memento.CONTENT_TYPE, "", text.encode())


def _front(issue: Issue, language: str) -> bytes:
    """The front page, with what search engines read of the dataset."""
    return with_data(html.front_page(issue.site, language), of_dataset(issue, language))


def _printer(page: Callable[..., bytes], *about: object) -> Callable[[str], bytes]:
    return lambda language: page(*about, language)


def _document(
    page: Callable[..., bytes], site: Site, iri: str, quads: Sequence[Quad], *more: Sequence[Quad]
) -> _Document:
    node = NamedNode(iri)
    return _Document(node, quads, _printer(page, site, node, quads, *more))


def _vocabulary(site: Site) -> list[Quad]:
    """What is said of the ontology and of its terms."""
    ontology = f"{site.dataset.base}def"
    terms = (each for each in site.dataset.subjects_under(ontology) if each.value.partition("#")[0] == ontology)
    return sorted({quad for term in terms for quad in site.dataset.bounded(term)}, key=str)


def _of(document: _Document, site: Site) -> Iterator[Planned]:
    """The HTML of each language, then every RDF format that can express the quads, unless these are too many."""
    dataset = site.dataset
    page = path_of(document.node.value, dataset.base)
    links = links_about(document.node, site, page)
    yield from planned_pages(page, page, dataset.languages, document.page, links)
    if not site.large or len(document.quads) <= MOST_IN_EVERY_FORMAT:
        yield from planned_formats(Document(page, document.quads, dataset.prefixes, document.node, links))


def _catalogue(issue: Issue) -> Iterator[Representation]:
    """The catalogue; harvesters accept anything and need RDF, so that comes first."""
    quads = catalogue(issue)
    if not quads:
        return
    node = NamedNode(f"{issue.site.dataset.base}catalog")
    page = path_of(node.value, issue.site.dataset.base)
    links = links_about(node, issue.site, page)
    yield from negotiated(Document(page, quads, {**PREFIXES, **issue.prefixes}, node, links))
    yield from _pages(page, page, issue.site, _printer(html.document_page, issue.site, node, quads), links)


def _pages(
    page: str, stem: str, site: Site, printed: Callable[[str], bytes], links: tuple[str, ...]
) -> Iterator[Representation]:
    return (each.printed() for each in planned_pages(page, stem, site.dataset.languages, printed, links))
