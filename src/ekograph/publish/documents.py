"""The documents for harvesters, crawlers and readers of feeds: printed at addresses of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pyoxigraph import NamedNode

from ekograph import ldes
from ekograph.addresses import PACKAGES, PUBLIC_URL, RECORDS, path_of
from ekograph.pages.resource import Document, planned_formats
from ekograph.publish import atom, ckan, namespaces, oaipmh, sitemap, stream, void
from ekograph.publish.catalogue import catalogue
from ekograph.publish.issue import Issue
from ekograph.publish.landing import linkset
from ekograph.snapshot import Representation
from ekograph.weblinks import link


def documents(issue: Issue) -> Iterator[Representation]:
    """All of them but the catalogue, which has pages for people too."""
    prefixes = {**namespaces.PREFIXES, **issue.prefixes}
    yield from negotiated(Document(void.PAGE, void.void(issue), prefixes))
    yield _plain("/robots.txt", "text/plain; charset=utf-8", sitemap.ROBOTS)
    yield from _sitemaps(issue)
    yield _plain("/linkset.json", "application/linkset+json", json.dumps(linkset(issue), indent=1))
    yield _plain(PACKAGES, "application/json", json.dumps(ckan.packages(issue), ensure_ascii=False, indent=1))
    repository = oaipmh.repository(issue, catalogue(issue))
    yield _plain(RECORDS, "application/json", json.dumps(repository, ensure_ascii=False, indent=1))
    if issue.events:
        yield _plain(atom.PAGE, atom.CONTENT_TYPE, atom.atom(issue, _title(issue)))
        yield from _stream(issue)


def negotiated(document: Document) -> Iterator[Representation]:
    """The document in each RDF format that can express it."""
    return (planned.printed() for planned in planned_formats(document))


def _plain(address: str, content_type: str, text: str) -> Representation:
    return Representation(address, "", content_type, "", text.encode())


def _title(issue: Issue) -> str:
    """The name of the site, as its front page has it."""
    from ekograph.pages.view import View

    return View(issue.site, issue.site.dataset.languages[0]).home


def _sitemaps(issue: Issue) -> Iterator[Representation]:
    """The sitemap; of a large site, one that lists others, which lead to the pages in whatever language."""
    xml = "application/xml; charset=utf-8"
    if not issue.site.large:
        yield _plain(sitemap.PAGE, xml, _sitemap(issue))
        return
    dataset = issue.site.dataset
    pages = ["/", *(path_of(each.value, dataset.base) for each in dataset.subjects_under(f"{dataset.base}id/"))]
    for address, text in sitemap.many(pages, issue.version.published):
        yield _plain(address, xml, text)


def _sitemap(issue: Issue) -> str:
    dataset = issue.site.dataset
    changed = {event.thing: event.published for event in issue.events}
    last = issue.version.published
    pages = [("/index", last), ("/sparql", issue.versions[0].published)]
    for thing in dataset.things():
        # A page shows the names of what it links to, so it changes with them too.
        shown = {quad.subject for quad in dataset.describe(thing) if isinstance(quad.subject, NamedNode)}
        times = [changed[each.value] for each in shown if each.value in changed]
        pages.append((path_of(thing.value, dataset.base), max(times, default=last)))
    return sitemap.sitemap(pages, dataset.languages)


def _stream(issue: Issue) -> Iterator[Representation]:
    """The root of the event stream and its pages."""
    prefixes = {**namespaces.PREFIXES, **stream.PREFIXES, **issue.prefixes}
    up = (link(f"{PUBLIC_URL}{ldes.PAGE}", "collection"),)
    yield from negotiated(Document(ldes.PAGE, stream.root(issue.events), prefixes))
    for address, quads in stream.pages(issue.events):
        yield from negotiated(Document(address, quads, prefixes, links=up))
