"""The representations of one thing: what they are, known before any is made, and how each is made.

What search engines read in a page: a thing in schema.org's terms, as JSON-LD.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode, Quad

from ekograph import urls
from ekograph.rdf import formats
from ekograph.rdf.dataset import Dataset, Node, in_default_graph
from ekograph.rdf.formats import Format
from ekograph.rdf.texts import LABELS
from ekograph.rdf.vocab import SKOS
from ekograph.rendering import pages
from ekograph.rendering.layout import signposts
from ekograph.rendering.rdf_writers import expressible, rdf
from ekograph.rendering.site import Site
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import PUBLIC_URL, link


@dataclass(frozen=True)
class LazyRepresentation:
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
class RdfDocument:
    """Quads that are served at `page` in every format; what is said of `first` comes first."""

    page: str
    quads: Sequence[Quad]
    prefixes: Mapping[str, str]
    first: Node | None = None
    links: tuple[str, ...] = ()


class ThingRepresentations:
    """The pages and RDF documents of one thing of a site."""

    def __init__(self, site: Site, node: NamedNode) -> None:
        self._site = site
        self._node = node

    @cached_property
    def quads(self) -> Sequence[Quad]:
        """What its RDF representations say, in the default graph."""
        return in_default_graph(self._site.dataset.describe(self._node))

    @cached_property
    def formats(self) -> Sequence[Format]:
        """The RDF formats that can express that."""
        return formats_for(self.quads)

    def page(self, language: str) -> bytes:
        """Its page, with what search engines read of it."""
        data = json_ld(of_thing(self._node, self._site.dataset, language))
        return pages.resource_page(self._site, self._node, language, self.formats, data)

    def planned(self) -> Iterator[LazyRepresentation]:
        """Its representations: the HTML of each language, then every RDF format that can express its quads."""
        dataset = self._site.dataset
        path = dataset.path(self._node.value)
        links = links_about(self._node, self._site, path, self.formats)
        yield from planned_pages(path, stem_of(path), dataset.languages, self.page, links)
        yield from planned_formats(RdfDocument(path, self.quads, dataset.prefixes, self._node, links))


def planned_pages(
    page: str, stem: str, languages: Sequence[str], printed: Callable[[str], bytes], links: tuple[str, ...]
) -> Iterator[LazyRepresentation]:
    """A page for people in each language; `printed` makes it, `stem` begins its addresses."""
    for language in languages:
        address = f"{stem}.{language}.html"
        links_of_it = (link(PUBLIC_URL + address, "canonical"), *links) if links else ()
        made = _made(printed, language)
        yield LazyRepresentation(address, page, formats.HTML.content_type, language, links_of_it, made)


def stem_of(path: str) -> str:
    """What the addresses of the HTML of the page at `path` begin with."""
    return f"{path}index" if path.endswith("/") else path


def formats_for(quads: Sequence[Quad]) -> tuple[Format, ...]:
    """The RDF formats that can express `quads`."""
    return tuple(form for form in formats.RDF if expressible(quads, form))


def planned_formats(document: RdfDocument) -> Iterator[LazyRepresentation]:
    """The document in each RDF format that can express it."""
    links = (link(PUBLIC_URL + document.page, "canonical"), *document.links) if document.links else ()
    for form in formats_for(document.quads):
        made = _made(rdf, document.quads, form, document.prefixes, document.first)
        address = f"{document.page}.{form.suffix}"
        yield LazyRepresentation(address, document.page, form.content_type, "", links, made)


def plain(address: str, content_type: str, text: str) -> Representation:
    """A text in one form, at an address of its own."""
    return Representation(address, "", content_type, "", text.encode())


def links_about(node: NamedNode, site: Site, page: str, rdf: Sequence[Format] = formats.RDF) -> tuple[str, ...]:
    """Where the page is, which thing it tells of and what of that machines should know (FAIR Signposting, RFC 6596)."""
    there = (
        (link(target, name, type=kind) if kind else link(target, name))
        for name, target, kind in signposts(node, site, page, rdf)
    )
    return (
        *there,
        link(f"{page}?_profile=alt", "alternate", profile="http://www.w3.org/ns/dx/connegp/altr"),
        *(() if site.large and page.startswith(("/doc/", "/about/")) else urls.memento_links(page)),
    )


def _made(make: Callable[..., bytes], *arguments: object) -> Callable[[], bytes]:
    return lambda: make(*arguments)


Json: TypeAlias = dict[str, Any]

# Inline: a remote context makes readers fetch it, or fail.
_CONTEXT = {"@vocab": "https://schema.org/"}
#: The types of schema.org for the classes of others; what has none is a Thing.
_TYPES = {
    f"{SKOS}Concept": "DefinedTerm",
    f"{SKOS}ConceptScheme": "DefinedTermSet",
    "http://purl.org/dc/terms/Location": "Place",
    "http://www.w3.org/ns/org#Organization": "Organization",
    "http://www.w3.org/2006/vcard/ns#Individual": "ContactPoint",
}
_PARTS = (f"{SKOS}broader", f"{SKOS}inScheme", "http://purl.org/dc/terms/isPartOf")
_SAME = (f"{SKOS}exactMatch", "http://www.w3.org/2002/07/owl#sameAs", "https://schema.org/sameAs")


def json_ld(data: Json | None) -> Markup | None:
    """`data` for the head of a page; no sequence of characters in it ends the element that holds it."""
    if not data:
        return None
    text = json.dumps({"@context": _CONTEXT, **data}, ensure_ascii=False).replace("<", "\\u003c")
    return Markup(text)  # noqa: S704 - in a script element nothing but "<" has a meaning


def of_thing(node: NamedNode, dataset: Dataset, language: str) -> Json:
    """One thing of the site, for its page."""
    kinds = dataset.types(node)
    name = dataset.label(node, language).value
    others = [
        value.value for label in LABELS for value in dataset.objects(node, label.value) if isinstance(value, Literal)
    ]
    return without_empty(
        {
            "@type": next((_TYPES[kind] for kind in _TYPES if kind in kinds), "Thing"),
            "@id": node.value,
            "name": name,
            "alternateName": [other for other in dict.fromkeys(others) if other != name],
            "url": f"{PUBLIC_URL}{dataset.path(node.value)}",
            "additionalType": kinds,
            "isPartOf": [{"@id": item.value} for part in _PARTS for item in _nodes(dataset, node, part)],
            "sameAs": [item.value for same in _SAME for item in _nodes(dataset, node, same)],
        }
    )


def without_empty(result: Json) -> Json:
    """What there is: members without a value are left out."""
    return {name: value for name, value in result.items() if value not in (None, "", [], {})}


def _nodes(dataset: Dataset, node: Node, predicate: str) -> list[NamedNode]:
    return [value for value in dataset.objects(node, predicate) if isinstance(value, NamedNode)]
