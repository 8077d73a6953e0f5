"""For search engines: the list of pages (https://www.sitemaps.org) and what robots should leave alone (RFC 9309).

For language models: the pages and services that they had best read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import NamedNode, Quad

from ekograph.publish.publication import Publication
from ekograph.rdf import formats
from ekograph.rendering.layout import DOWNLOADS
from ekograph.rendering.representations import plain
from ekograph.rendering.site import Site
from ekograph.rendering.view import View
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import PUBLIC_URL

PAGE = "/sitemap.xml"

#: What one sitemap may list at most.
MOST_PAGES = 50_000

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_CONTENT_TYPE = "application/xml; charset=utf-8"

#: What shows the whole dataset, its size or its date, so changes with each version.
_OF_THE_WHOLE = ("/index", DOWNLOADS, "/catalog")

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_HEAD = f'{_XML}<urlset xmlns="{_NAMESPACE}" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'

#: Queries cost time and lead to no end of addresses; old versions are not what people look for.
ROBOTS = f"""User-agent: *
Disallow: /sparql?query=
Disallow: /sparql?*query=
Disallow: /search?q=
Disallow: /search?*q=
Disallow: /search.*?*q=
Disallow: /browse?
Disallow: /browse.
Disallow: /reconcile
Disallow: /rdf-graph-store
Disallow: /timegate/
Disallow: /version/
Disallow: /api/
Disallow: /oai

Sitemap: {PUBLIC_URL}/sitemap.xml
"""


@dataclass(frozen=True)
class SitemapEntry:
    """A page: the stem of its addresses, the one that negotiates, and when it last changed (ISO 8601), or ""."""

    stem: str
    page: str
    changed: str


def export(publication: Publication, pages: Mapping[str, str]) -> Iterator[Representation]:
    """What robots leave alone, and the sitemap of the `pages`, by what begins their addresses, and of all things."""
    yield plain("/robots.txt", "text/plain; charset=utf-8", ROBOTS)
    yield plain("/llms.txt", formats.MARKDOWN.content_type, guide(publication.site))
    dataset, last = publication.site.dataset, publication.version.published
    if not publication.site.large:
        times = _times(publication)
        entries = [SitemapEntry(stem, page, times.get(stem, "")) for stem, page in pages.items()]
        yield plain(PAGE, _CONTENT_TYPE, sitemap(entries, dataset.languages))
        return
    # What changed in a later version is not told thing by thing.
    changed = last if len(publication.versions) == 1 else ""
    paths = dict.fromkeys([*pages.values(), *(dataset.path(thing.value) for thing in dataset.things())])
    for address, text in many([SitemapEntry(path, path, changed) for path in paths], last):
        yield plain(address, _CONTENT_TYPE, text)


def guide(site: Site) -> str:
    """What language models are to know of the site, in the form of https://llmstxt.org."""
    view = View(site, "en" if "en" in site.dataset.languages else site.dataset.languages[0])
    lead = view.message("lead") if "lead" in view.message else ""
    known = [("/queries", "Ready-made queries, with their answers")] if site.queries else []
    known += [("/def", "The vocabulary: classes and properties")] if site.vocabulary else []
    lists = [
        (listing.path_of(1), f"All of {view.class_name(listing.node.value).striptags()}")
        for listing in site.listings.values()
    ]
    pages = [("/index", "The front page"), *known, (DOWNLOADS, "The dataset as files"), *lists]
    return (
        f"# {view.home}\n\n> {lead or 'Linked data: things with names, described in RDF.'}\n\n"
        "Every page is Markdown to whom asks with `Accept: text/markdown`, or with `.md` after its path;"
        " RDF with `Accept: text/turtle`, or with `.ttl`.\n\n## Pages\n\n"
        + "".join(f"- [{text}]({PUBLIC_URL}{path}.md)\n" for path, text in pages)
        + "\n## For programs\n\n"
        f"- [SPARQL 1.1 endpoint]({PUBLIC_URL}/sparql): ask with `?query=`, JSON with"
        " `Accept: application/sparql-results+json`\n"
        f"- [Search]({PUBLIC_URL}/search.json?q=): names of things, as JSON\n"
        f"- [OpenAPI]({PUBLIC_URL}/openapi.json): every address with its parameters\n"
        f"- [VoID]({PUBLIC_URL}/.well-known/void.ttl): classes and properties with their numbers\n"
        f"- [Sitemap]({PUBLIC_URL}{PAGE}): all pages\n"
    )


def _times(publication: Publication) -> Mapping[str, str]:
    """When each page last changed, by the stem of its addresses; what is not known of the others is not said."""
    dataset, last = publication.site.dataset, publication.version.published
    changed = {event.thing: event.published for event in publication.events}

    def newest(quads: Iterable[Quad]) -> str:
        """When what is said of the things in `quads` last changed."""
        shown = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
        return max((changed[iri] for iri in shown if iri in changed), default=last)

    # A page shows the names of what it links to, so it changes with them too.
    things = (
        {dataset.path(thing.value): newest(dataset.describe(thing)) for thing in dataset.things()} if changed else {}
    )
    graphs = {dataset.path(name): newest(quads) for name, quads in dataset.graphs().items() if name}
    terms = [quad for term in dataset.subjects_under(f"{dataset.base}def") for quad in dataset.quads_of(term)]
    return {**graphs, "/def": newest(terms), **things, **dict.fromkeys(_OF_THE_WHOLE, last)}


def sitemap(pages: Iterable[SitemapEntry], languages: Sequence[str]) -> str:
    """The sitemap of `pages`, each in all `languages`."""
    return "".join([_HEAD, *(entry for page in pages for entry in _entries(page, languages)), "</urlset>\n"])


def many(pages: Sequence[SitemapEntry], changed: str) -> Iterator[tuple[str, str]]:
    """The address and the text of the sitemap that lists all others, and of each of these; `changed` is ISO 8601."""
    parts = [pages[start : start + MOST_PAGES] for start in range(0, len(pages), MOST_PAGES)]
    names = [f"/sitemap/{number}.xml" for number in range(1, len(parts) + 1)]
    listed = "".join(f" <sitemap>{_located(name, changed)}</sitemap>\n" for name in names)
    yield PAGE, f'{_XML}<sitemapindex xmlns="{_NAMESPACE}">\n{listed}</sitemapindex>\n'
    for name, part in zip(names, parts, strict=True):
        entries = "".join(f" <url>{_located(item.page, item.changed)}</url>\n" for item in part)
        yield name, f'{_XML}<urlset xmlns="{_NAMESPACE}">\n{entries}</urlset>\n'


def _located(page: str, changed: str) -> str:
    modified = f"<lastmod>{changed}</lastmod>" if changed else ""
    return f"<loc>{escape(f'{PUBLIC_URL}{page}')}</loc>{modified}"


def _entries(listed: SitemapEntry, languages: Sequence[str]) -> Iterator[str]:
    """One entry for each language, with the others as its alternates (hreflang)."""
    addresses = {language: f"{listed.stem}.{language}.html" for language in languages}
    alternates = "".join(_alternate(*item) for item in {**addresses, "x-default": listed.page}.items())
    for address in addresses.values():
        yield f" <url>\n  {_located(address, listed.changed)}\n{alternates} </url>\n"


def _alternate(language: str, address: str) -> str:
    return f'  <xhtml:link rel="alternate" hreflang="{language}" href={quoteattr(PUBLIC_URL + address)}/>\n'
