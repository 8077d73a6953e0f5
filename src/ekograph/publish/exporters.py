"""The exporters: each turns a publication into representations. A theme may add its own.

The last of them is of all pages: the sitemap (https://www.sitemaps.org), what robots should leave alone (RFC 9309), and
what language models had best read (https://llmstxt.org).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import NamedNode, Quad

from ekograph.publish import example_queries, site_pages
from ekograph.publish.catalog import ckan, dcat_ap, oaipmh, schema_org, signposting, void
from ekograph.publish.exports import description_forms, geojson
from ekograph.publish.history import atom, changelog, ldes, memento
from ekograph.publish.publication import Omission, Publication
from ekograph.rdf import formats
from ekograph.rendering import browsing, search_results
from ekograph.rendering.layout import DOWNLOADS
from ekograph.rendering.representations import LazyRepresentation, plain
from ekograph.rendering.site import Site
from ekograph.rendering.view import View
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import PUBLIC_URL

#: Gives the representations of something; those of one page follow one another, the preferred one first.
Exporter: TypeAlias = Callable[[Publication], Iterable[Representation | LazyRepresentation]]

EXPORTERS: tuple[Exporter, ...] = (
    *(site_pages.front, site_pages.forms, site_pages.things, site_pages.documents, site_pages.lists),
    *(dcat_ap.export, site_pages.about_the_site, example_queries.export, description_forms.export),
    *(void.export, signposting.export, schema_org.export, ckan.export, oaipmh.export, atom.export, ldes.export),
    *(geojson.export, memento.export, memento.tombstones, changelog.export, site_pages.static_files),
)

#: What a large site can show before all of its data has been counted: the pages to search and to query from.
FIRST_EXPORTERS: tuple[Exporter, ...] = (site_pages.front, site_pages.forms, site_pages.static_files)


def representations(
    publication: Publication, exporters: Iterable[Exporter] = EXPORTERS, *, listed: bool = True
) -> Iterator[Representation]:
    """All representations of a publication, made one after the other; `listed` adds the sitemap of its pages.

    One that cannot be made, or whose address another has, is left out, and noted among the omissions.
    """
    taken: set[str] = set()
    pages: dict[str, str] = {}
    for exporter in (*exporters, *publication.site.theme.exporters):
        for planned in _planned(exporter, publication):
            if planned.address in taken:
                publication.omissions.append(Omission(planned.address, planned.page, "taken"))
                continue
            taken.add(planned.address)
            try:
                representation = planned if isinstance(planned, Representation) else planned.printed()
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one page, the others are published
                publication.omissions.append(_omission(planned.address, planned.page, error))
                continue
            if representation.content_type == formats.HTML.content_type:
                stem = representation.address.removesuffix(f".{representation.language}.html")
                pages[stem] = representation.page or stem
            yield representation
    if listed:
        # Results are put into these: there is nothing to be read on them.
        for form in (search_results.FORM, browsing.FORM):
            pages.pop(form, None)
        yield from _of_all_pages(publication, pages)


def _planned(exporter: Exporter, publication: Publication) -> Iterator[Representation | LazyRepresentation]:
    """What an exporter gives, up to where it fails."""
    last = ""
    try:
        for representation in exporter(publication):
            last = representation.page or representation.address
            yield representation
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one page, the others are published
        publication.omissions.append(_omission(last, last, error))


def _omission(address: str, page: str, error: Exception) -> Omission:
    return Omission(address, page, f"{type(error).__name__}: {error}")


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


class _SitemapPage(NamedTuple):
    """A page: the stem of its addresses, the one that negotiates, and when it last changed (ISO 8601), or ""."""

    stem: str
    page: str
    changed: str


def _of_all_pages(publication: Publication, pages: Mapping[str, str]) -> Iterator[Representation]:
    """What robots leave alone, a guide, and the sitemap of things and `pages`, by what begins addresses."""
    yield plain("/robots.txt", "text/plain; charset=utf-8", ROBOTS)
    yield plain("/llms.txt", formats.MARKDOWN.content_type, _guide(publication.site))
    dataset, last = publication.site.dataset, publication.version.published
    if not publication.site.large:
        times = _times(publication)
        entries = [_SitemapPage(stem, page, times.get(stem, "")) for stem, page in pages.items()]
        yield plain(PAGE, _CONTENT_TYPE, _sitemap(entries, dataset.languages))
        return
    # What changed in a later version is not told thing by thing.
    changed = last if len(publication.versions) == 1 else ""
    paths = dict.fromkeys([*pages.values(), *(dataset.path(thing.value) for thing in dataset.things())])
    for address, text in _many([_SitemapPage(path, path, changed) for path in paths], last):
        yield plain(address, _CONTENT_TYPE, text)


def _guide(site: Site) -> str:
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


def _sitemap(pages: Iterable[_SitemapPage], languages: Sequence[str]) -> str:
    """The sitemap of `pages`, each in all `languages`."""
    return "".join([_HEAD, *(entry for page in pages for entry in _entries(page, languages)), "</urlset>\n"])


def _many(pages: Sequence[_SitemapPage], changed: str) -> Iterator[tuple[str, str]]:
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


def _entries(listed: _SitemapPage, languages: Sequence[str]) -> Iterator[str]:
    """One entry for each language, with the others as its alternates (hreflang)."""
    addresses = {language: f"{listed.stem}.{language}.html" for language in languages}
    alternates = "".join(
        f'  <xhtml:link rel="alternate" hreflang="{language}" href={quoteattr(PUBLIC_URL + address)}/>\n'
        for language, address in {**addresses, "x-default": listed.page}.items()
    )
    for address in addresses.values():
        yield f" <url>\n  {_located(address, listed.changed)}\n{alternates} </url>\n"
