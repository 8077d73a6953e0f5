"""The representations of one thing: what they are, known before any is made, and how each is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import NamedNode, Quad

from ekograph import formats, memento
from ekograph.addresses import PUBLIC_URL, path_of
from ekograph.dataset import Node
from ekograph.pages import html, terms
from ekograph.pages.representations import expressible, rdf
from ekograph.pages.site import Site
from ekograph.pages.structured import of_thing, with_data
from ekograph.snapshot import Representation
from ekograph.weblinks import link

#: Where the parts of the dataset have their pages.
_IN_DATASET = ("/doc/", "/about/", "/graph/")


@dataclass(frozen=True)
class Planned:
    """A representation that is not made yet; `make` gives its bytes."""

    address: str
    page: str
    content_type: str
    language: str
    links: tuple[str, ...]
    make: Callable[[], bytes]

    def make_now(self) -> bytes:
        """Its bytes."""
        return self.make()

    def printed(self) -> Representation:
        """The representation, made."""
        return Representation(self.address, self.page, self.content_type, self.language, self.make(), self.links)


@dataclass(frozen=True)
class Document:
    """Quads that are served at `page` in every format; what is said of `first` comes first."""

    page: str
    quads: Sequence[Quad]
    prefixes: Mapping[str, str]
    first: Node | None = None
    links: tuple[str, ...] = ()


class Thing:
    """One thing of a site, to be told of."""

    def __init__(self, site: Site, node: NamedNode) -> None:
        self._site = site
        self._node = node

    @cached_property
    def quads(self) -> Sequence[Quad]:
        """What its RDF representations say."""
        return self._site.dataset.describe(self._node)

    def page(self, language: str) -> bytes:
        """Its page, with what search engines read of it."""
        page = html.resource_page(self._site, self._node, language)
        return with_data(page, of_thing(self._node, self._site.dataset, language))

    def planned(self) -> Iterator[Planned]:
        """Its representations: the HTML of each language, then every RDF format that can express its quads."""
        dataset = self._site.dataset
        path = path_of(self._node.value, dataset.base)
        links = links_about(self._node, self._site, path)
        yield from planned_pages(path, path, dataset.languages, self.page, links)
        yield from planned_formats(Document(path, self.quads, dataset.prefixes, self._node, links))


def planned_pages(
    page: str, stem: str, languages: Sequence[str], printed: Callable[[str], bytes], links: tuple[str, ...]
) -> Iterator[Planned]:
    """A page for people in each language; `printed` makes it, `stem` begins its addresses."""
    for language in languages:
        made = _made(printed, language)
        yield Planned(f"{stem}.{language}.html", page, formats.HTML.content_type, language, links, made)


def planned_formats(document: Document) -> Iterator[Planned]:
    """The document in each RDF format that can express it."""
    for form in formats.RDF:
        if expressible(document.quads, form):
            made = _made(rdf, document.quads, form, document.prefixes, document.first)
            address = f"{document.page}.{form.suffix}"
            yield Planned(address, document.page, form.content_type, "", document.links, made)


def links_about(node: NamedNode, site: Site, page: str) -> tuple[str, ...]:
    """Where the page is, which thing it tells of and what of that machines should know (FAIR Signposting, RFC 6596)."""
    return (
        link(f"{PUBLIC_URL}{page}", "canonical"),
        link(node.value, "cite-as"),
        link(f"{page}.ttl", "describedby", type=formats.TURTLE.media_type),
        *(link(each, "type") for each in (f"{terms.SCHEMA}AboutPage", *site.dataset.types(node))),
        *([link(site.licence.value, "license")] if site.licence else []),
        *([link(site.publisher.value, "author")] if site.publisher else []),
        *([link("/", "collection", type=formats.HTML.media_type)] if page.startswith(_IN_DATASET) else []),
        *(() if site.large and page.startswith("/doc/") else memento.links(page)),
    )


def _made(make: Callable[..., bytes], *arguments: object) -> Callable[[], bytes]:
    return lambda: make(*arguments)
