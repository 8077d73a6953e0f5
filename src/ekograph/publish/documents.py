"""The documents for harvesters, crawlers and readers of feeds: printed at addresses of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ekograph import ldes
from ekograph.addresses import PACKAGES, PUBLIC_URL, RECORDS
from ekograph.pages.resource import Document, planned_formats
from ekograph.publish import atom, ckan, namespaces, oaipmh, stream, void
from ekograph.publish.catalogue import catalogue
from ekograph.publish.issue import Issue
from ekograph.publish.landing import linkset
from ekograph.snapshot import Representation
from ekograph.weblinks import link


def documents(issue: Issue) -> Iterator[Representation]:
    """All of them but the catalogue, which has pages for people too, and what lists the pages."""
    prefixes = {**namespaces.PREFIXES, **issue.prefixes}
    yield from negotiated(Document(void.PAGE, void.void(issue), prefixes))
    yield plain("/linkset.json", "application/linkset+json", json.dumps(linkset(issue), indent=1))
    yield plain(PACKAGES, "application/json", json.dumps(ckan.packages(issue), ensure_ascii=False, indent=1))
    repository = oaipmh.repository(issue, catalogue(issue))
    yield plain(RECORDS, "application/json", json.dumps(repository, ensure_ascii=False, indent=1))
    if issue.events:
        yield plain(atom.PAGE, atom.CONTENT_TYPE, atom.atom(issue, _title(issue)))
        yield from _stream(issue)


def negotiated(document: Document) -> Iterator[Representation]:
    """The document in each RDF format that can express it."""
    return (planned.printed() for planned in planned_formats(document))


def plain(address: str, content_type: str, text: str) -> Representation:
    """A text in one form, at an address of its own."""
    return Representation(address, "", content_type, "", text.encode())


def _title(issue: Issue) -> str:
    """The name of the site, as its front page has it."""
    from ekograph.pages.view import View

    return View(issue.site, issue.site.dataset.languages[0]).home


def _stream(issue: Issue) -> Iterator[Representation]:
    """The root of the event stream and its pages."""
    prefixes = {**namespaces.PREFIXES, **stream.PREFIXES, **issue.prefixes}
    up = (link(f"{PUBLIC_URL}{ldes.PAGE}", "collection"),)
    yield from negotiated(Document(ldes.PAGE, stream.root(issue.events), prefixes))
    for address, quads in stream.pages(issue.events):
        yield from negotiated(Document(address, quads, prefixes, links=up))
