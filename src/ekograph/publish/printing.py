"""What is printed for a site: every thing and every document, in every format and language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad

from ekograph import formats
from ekograph.addresses import path_of
from ekograph.pages import framing, html, searching, standing
from ekograph.pages.site import Site
from ekograph.pages.static import static_files
from ekograph.publish import landing, queries, versions
from ekograph.publish.catalogue import catalogue
from ekograph.publish.documents import Document, documents, negotiated
from ekograph.publish.issue import Issue
from ekograph.publish.links import link
from ekograph.publish.namespaces import PREFIXES
from ekograph.publish.schema_org import of_dataset, of_thing, with_data
from ekograph.snapshot import PUBLIC_URL, Representation


@dataclass(frozen=True)
class Subject:
    """What a page is about: a node, its quads, and the page in a language."""

    node: NamedNode
    quads: Sequence[Quad]
    page: Callable[[str], bytes]


def representations(issue: Issue) -> Iterator[Representation]:
    """All printed answers of an issue.

    Those of one page follow one another, the one for whoever has no preference first.
    """
    site = issue.site
    yield from _pages("/", "/index", site, lambda language: _front(issue, language), landing.links(issue))
    # Queries are answered at /sparql itself, so its page has no address that negotiates.
    yield from _pages("", "/sparql", site, lambda language: html.sparql_page(site, language), ())
    # So are searches at /search; this is the page that their results are put into.
    yield from _pages("", searching.FORM, site, lambda language: html.search_page(site, language), ())
    for subject in subjects(site, issue.shapes):
        yield from _of(subject, site)
    yield from _catalogue(issue)
    yield from _standing(issue)
    yield from queries.printed(site)
    yield from documents(issue)
    yield from _timemaps(issue)
    for address, content_type, body in static_files():
        yield Representation(address, "", content_type, "", body)


def subjects(site: Site, shapes: Sequence[Quad]) -> Iterator[Subject]:
    """What has a page of its own: things, the vocabulary, the shapes, the named graphs."""
    base = site.dataset.base
    for thing in site.dataset.subjects_under(f"{base}id/"):
        yield Subject(thing, site.dataset.describe(thing), _printer(_thing, site, thing))
    if vocabulary := _vocabulary(site):
        yield _document(html.vocabulary_page, site, f"{base}def", vocabulary)
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
    printed = _printer(standing.accessibility_page, site)
    yield from _pages(framing.ACCESSIBILITY, framing.ACCESSIBILITY, site, printed, ())


def _timemaps(issue: Issue) -> Iterator[Representation]:
    """Where each page's older states are. Documents are taken to be in every version, things where they are told of."""
    base = issue.site.dataset.base
    events = versions.by_thing(issue.events)
    for subject in subjects(issue.site, issue.shapes):
        iri = subject.node.value
        kept = versions.alive(iri, events.get(iri, ()), issue.kept) if iri.startswith(f"{base}id/") else issue.kept
        page = path_of(iri, base)
        text = versions.timemap(page, kept)
        yield Representation(versions.timemap_of(page), "", versions.CONTENT_TYPE, "", text.encode())


def _front(issue: Issue, language: str) -> bytes:
    """The front page, with what search engines read of the dataset."""
    return with_data(html.front_page(issue.site, language), of_dataset(issue, language))


def _thing(site: Site, thing: NamedNode, language: str) -> bytes:
    """The page about a thing, with what search engines read of it."""
    return with_data(html.resource_page(site, thing, language), of_thing(thing, site.dataset, language))


def _printer(page: Callable[..., bytes], *about: object) -> Callable[[str], bytes]:
    return lambda language: page(*about, language)


def _document(page: Callable[..., bytes], site: Site, iri: str, quads: Sequence[Quad]) -> Subject:
    node = NamedNode(iri)
    return Subject(node, quads, _printer(page, site, node, quads))


def _vocabulary(site: Site) -> list[Quad]:
    """What is said of the ontology and of its terms."""
    ontology = f"{site.dataset.base}def"
    terms = (each for each in site.dataset.subjects_under(ontology) if each.value.partition("#")[0] == ontology)
    return sorted({quad for term in terms for quad in site.dataset.bounded(term)}, key=str)


def _of(subject: Subject, site: Site) -> Iterator[Representation]:
    """The HTML of each language, then every RDF format that can express the quads."""
    page = path_of(subject.node.value, site.dataset.base)
    links = _links(subject.node, site, page)
    yield from _pages(page, page, site, subject.page, links)
    yield from negotiated(Document(page, subject.quads, site.dataset.prefixes, subject.node, links))


def _catalogue(issue: Issue) -> Iterator[Representation]:
    """The catalogue; harvesters accept anything and need RDF, so that comes first."""
    quads = catalogue(issue)
    if not quads:
        return
    node = NamedNode(f"{issue.site.dataset.base}catalog")
    page = path_of(node.value, issue.site.dataset.base)
    links = _links(node, issue.site, page)
    yield from negotiated(Document(page, quads, {**PREFIXES, **issue.prefixes}, node, links))
    yield from _pages(page, page, issue.site, _printer(html.document_page, issue.site, node, quads), links)


def _pages(
    page: str, stem: str, site: Site, printed: Callable[[str], bytes], links: tuple[str, ...]
) -> Iterator[Representation]:
    for language in site.dataset.languages:
        address = f"{stem}.{language}.html"
        yield Representation(address, page, formats.HTML.content_type, language, printed(language), links)


def _links(node: NamedNode, site: Site, page: str) -> tuple[str, ...]:
    """Where the page is, which thing it tells of and of what types that is (RFC 6596, 6903, 8574)."""
    return (
        link(f"{PUBLIC_URL}{page}", "canonical"),
        link(node.value, "cite-as"),
        link(f"{page}.ttl", "describedby", type=formats.TURTLE.media_type),
        *(link(each, "type") for each in site.dataset.types(node)),
        *versions.links(page),
    )
