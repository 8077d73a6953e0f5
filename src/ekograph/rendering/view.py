"""A site as it is read in one language: text, names and links as HTML, everything escaped.

The addresses that pages link to: the page of a thing in the reader's language, or the web.
Numbers and dates as readers of Finnish, Swedish and English write them.
Names for people of the terms that many data sets use, from locales/terms.*.json.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import urlsplit

from markupsafe import Markup, escape
from pyoxigraph import BlankNode, Literal, NamedNode

from ekograph.i18n import Messages
from ekograph.rdf.dataset import Dataset, Node, Term
from ekograph.rdf.prefixes import WELL_KNOWN
from ekograph.rdf.texts import LABELS, Text, local_name, text_of
from ekograph.rdf.vocab import CV, DCAT, DCTERMS, ORG, OWL, RDF, RDFS, SCHEMA, SHACL, SKOS, SKOS_XL, VCARD, XSD
from ekograph.rendering import terms, values
from ekograph.rendering.hierarchy import Hierarchy
from ekograph.rendering.site import Site

#: Marks a translation without official standing; the layout explains it in words when a page holds it.
MARK = Markup('<span class="mark" aria-hidden="true">*</span>')

#: So many links are kept to be shown again on other pages.
MOST_LINKS = 50_000

#: The keys of the names of documents that the data does not describe, by what their IRIs have below the base.
_DOCUMENTS = {"catalog": "catalogue.title", "shapes": "shapes.title"}

_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_CONTACT_PROPERTIES = frozenset({terms.TELEPHONE, terms.EMAIL})


@dataclass(frozen=True)
class View:
    """What a page about `site` needs to speak `language`."""

    site: Site
    language: str

    @cached_property
    def message(self) -> Messages:
        """The messages of the pages."""
        return messages("pages", self.language, self.site.theme.folder)

    @property
    def dataset(self) -> Dataset:
        """The dataset of the site."""
        return self.site.dataset

    @property
    def hierarchy(self) -> Hierarchy:
        """The concept schemes of the site, with siblings in the order of this language."""
        return self.site.hierarchies.get(self.language) or self.site.hierarchy

    def label(self, node: Node) -> Text:
        """The name of `node` in the language of the page or the nearest there is."""
        return self.dataset.label(node, self.language)

    def title(self, node: Node) -> Text:
        """What a page about `node` is headed by: its title where it has one, else its name."""
        key = _DOCUMENTS.get(node.value.removeprefix(self.dataset.base)) if isinstance(node, NamedNode) else None
        if key and not self.dataset.quads_of(node):
            return Text(self.message(key), self.language)
        return self.dataset.text(node, (terms.TITLE,), self.language) or self.label(node)

    @cached_property
    def home(self) -> str:
        """The name of the whole site."""
        if "brand" in self.message:
            return self.message("brand")
        if named := self.site.named_after:
            return self.title(named).value
        if self.site.title:
            return self.site.title
        dataset = self.dataset
        host = urlsplit(dataset.base if dataset.has_names else next(iter(dataset.spaces), "")).hostname
        # Data that is one graph is known by the name of the graph.
        graphs = [] if host or self.site.large else [name for name in dataset.graphs() if name]
        return host or (local_name(NamedNode(graphs[0])) if len(graphs) == 1 else self.message("home.untitled"))

    @property
    def home_link(self) -> Markup:
        """A link to the front page."""
        return Markup('<a href="{}">{}</a>').format(self.page("/"), self.message("nav.front"))

    @property
    def licence(self) -> Markup | None:
        """A link to the licence that the data is under, if it says so."""
        return self.link(self.site.licence) if self.site.licence else None

    def texts(self, node: Node, predicates: Iterable[str]) -> list[Text]:
        """All texts of the first of `predicates` that has any, in the nearest language that one is in."""
        for predicate in predicates:
            nearest = self.dataset.text(node, (predicate,), self.language)
            if nearest and nearest.value.strip():
                result = (value for value in self.dataset.objects(node, predicate) if isinstance(value, Literal))
                unofficial = self.dataset.unofficial(node)
                return [text_of(item, unofficial) for item in result if (item.language or "") == nearest.language]
        return []

    def is_deprecated(self, node: Node) -> bool:
        """Whether the data says that a term is no longer to be used."""
        return any(value.value in {"true", "1"} for value in self.dataset.literals(node, (f"{OWL}deprecated",)))

    def replacements(self, node: Node) -> list[Markup]:
        """Links to what is to be used in the place of a term."""
        return [self.link(other) for other in self.site.named(node, terms.REPLACED_BY)]

    def types(self, node: Node) -> list[Markup]:
        """Links to the classes of `node`: those that the site itself defines, else all."""
        result = [NamedNode(item) for item in self.dataset.types(node)]
        local = [item for item in result if self.dataset.quads_of(item)]
        links = [self.link(item) for item in local] or [escape(self.term(item.value)) for item in result]
        return list(dict.fromkeys(links))

    def other_names(self, node: Node) -> list[Text]:
        """The names of `node` in the other languages, and further names in this one."""
        shown, unofficial = self.title(node).value, self.dataset.unofficial(node)
        result = [
            text_of(value, unofficial)
            for predicate in (*(label.value for label in LABELS), terms.ALT_LABEL, f"{SKOS_XL}altLabel")
            for value in self.dataset.literals(node, (predicate,))
            if value.language and value.value.strip() and value.value != shown
        ]
        order = [self.language, *self.dataset.languages]
        return sorted(
            dict.fromkeys(result),
            key=lambda entry: order.index(spoken) if (spoken := entry.language.split("-")[0]) in order else 99,
        )

    def notation(self, node: Node) -> str:
        """The notation of a concept, or ""."""
        result = (value.value for value in self.dataset.objects(node, terms.NOTATION) if isinstance(value, Literal))
        return next(result, "")

    def text(self, text: Text) -> Markup:
        """Some text with its lines, its language where that is not the page's, and marked if it is unofficial."""
        shown = escape(values.cut(text.value)) if text.value.strip() else self._empty
        if "\n" in text.value:
            shown = Markup('<span class="lines">{}</span>').format(shown)
        if not text.official:
            shown += MARK
        tag = text.language if _TAG.fullmatch(text.language) else ""
        direction = text.direction or (values.direction_of(tag) if tag else values.direction_within(text.value))
        here = not tag or tag.split("-")[0].lower() == self.message.language
        if here and direction == values.direction_of(self.message.language):
            return shown
        lang = Markup("") if here else Markup(' lang="{}"').format(tag)
        return Markup("<span{}{}>{}</span>").format(
            lang, Markup(' dir="{}"').format(direction) if direction else Markup(""), shown
        )

    @property
    def _empty(self) -> Markup:
        return Markup('<span class="quiet">{}</span>').format(self.message("value.empty"))

    def prose(self, text: Text) -> Markup:
        """A text that says what a thing is, as a paragraph; with its markup where it has some."""
        marked_up = values.marked_up(text.value)
        if marked_up is None:
            return Markup("<p>{}</p>").format(self.text(text))
        tag = text.language if _TAG.fullmatch(text.language) else ""
        foreign = tag and tag.split("-")[0].lower() != self.message.language
        lang = Markup(' lang="{}"').format(tag) if foreign else Markup("")
        return Markup("<div{}>{}{}</div>").format(lang, marked_up, "" if text.official else MARK)

    def heading(self, text: Text) -> Markup:
        """Some text as the heading of a page, which says in words below whether it is unofficial."""
        return self.text(Text(text.value, text.language))

    def name(self, node: Node) -> Markup:
        """The name of `node`."""
        return self.text(self.label(node))

    def link(self, node: Node) -> Markup:
        """The name of `node`, leading to its page if there is one."""
        links = self.site.links
        if (link := links.get((self.language, node))) is None:
            if len(links) > MOST_LINKS:
                links.clear()
            link = links[self.language, node] = self._link(node)
        return link

    def _link(self, node: Node) -> Markup:
        address = self.address(node) if isinstance(node, NamedNode) else None
        if address is None:
            return self.name(node) if self.dataset.quads_of(node) else escape(_written(node))
        if not address.startswith("/"):
            return self._outward(address, node)
        return Markup('<a href="{}">{}</a>').format(address, self.name(node))

    def property_name(self, predicate: NamedNode) -> Markup:
        """The name of a property: its label, or its prefixed name."""
        return self.name(predicate) if self.dataset.quads_of(predicate) else escape(self.term(predicate.value))

    def incoming_name(self, predicate: NamedNode) -> Markup:
        """The name of a property from where it leads to, as "superclass of", or else that of the property."""
        inverse = name(predicate.value, self.language, mark="^")
        return escape(inverse) if inverse else self.property_name(predicate)

    def class_name(self, iri: str) -> Markup:
        """The name of a class: its label, or what people call it."""
        return self.property_name(NamedNode(iri))

    def short(self, iri: str) -> str:
        """`iri` as a prefixed name where the site has a prefix for it, else itself."""
        for prefix, namespace in self.dataset.prefixes.items():
            rest = iri[len(namespace) :]
            if iri.startswith(namespace) and rest and not set(rest) & set("/#?"):
                return f"{prefix}:{rest}"
        start = max(iri.rfind("#"), iri.rfind("/")) + 1
        prefix = WELL_KNOWN.get(iri[:start], "")
        return f"{prefix}:{iri[start:]}" if prefix and iri[start:] else iri

    def value(self, predicate: NamedNode, term: Term, unofficial: Container[Term] = ()) -> Markup:
        """One value of a property, as a reader wants it."""
        if isinstance(term, Literal):
            if predicate.value in {*terms.DEFINITIONS, *terms.NOTES} and values.marked_up(term.value):
                return self.prose(text_of(term, unofficial))
            return self.literal(term, unofficial)
        if predicate.value in terms.IMAGES and isinstance(term, NamedNode) and not self.dataset.quads_of(term):
            return self._image(predicate, term.value)
        if predicate.value in _CONTACT_PROPERTIES and isinstance(term, NamedNode):
            address = contact_address(term.value)
            shown = term.value.partition(":")[2]
            return Markup('<a href="{}">{}</a>').format(address, shown) if address else escape(term.value)
        return self.link(term)

    def _image(self, predicate: NamedNode, iri: str) -> Markup:
        """A picture, where the settings name its host, else a link that names it; both lead to it."""
        address = web_address(iri)
        if address is None:
            return escape(iri)
        shown = escape(urlsplit(address).path.rpartition("/")[2] or address)
        if address.startswith(tuple(f"{origin}/" for origin in self.site.images)):
            alt = f"{self.property_name(predicate).striptags()}: {shown}"
            shown = Markup('<img src="{}" alt="{}" loading="lazy">').format(address, alt)
        return Markup('<a href="{}" rel="external">{}</a>').format(address, shown)

    def literal(self, literal: Literal, unofficial: Container[Term] = ()) -> Markup:
        """A literal: text, or a number or a date as the language writes them."""
        shown = values.shown(literal, self.language, self.message)
        if shown is not None:
            return shown
        if literal.datatype.value == f"{XSD}anyURI" and (address := web_address(literal.value)):
            return Markup('<a href="{}" rel="external">{}</a>').format(address, literal.value)
        text = self.text(text_of(literal, unofficial))
        if values.is_text(literal) or literal.datatype.value == f"{XSD}anyURI":
            return text
        return text + Markup(' <code class="datatype">{}</code>').format(self.short(literal.datatype.value))

    def day(self, text: str) -> Markup:
        """A date, readable by people and machines."""
        shown = values.day(text, self.language)
        if shown == text:
            return escape(text)
        return Markup('<time datetime="{}">{}</time>').format(text, shown)

    def version_name(self, dated: str) -> str:
        """The name of a version for people, of its day and its number of that day, as in "2026-11-30 2"; "" for ""."""
        date, _, number = dated.partition(" ")
        return self.message("version.name", day=values.day(date, self.language), number=number) if number else ""

    def address(self, node: NamedNode) -> str | None:
        """Where a link about `node` leads, or None."""
        return address_of(self.site, node, self.language)

    def page(self, path: str) -> str:
        """The address of the page at `path` in the language of this one."""
        return in_language(path, self.language)

    def path(self, iri: str) -> str:
        """The path at which this site tells of `iri`."""
        return self.dataset.path(iri)

    def elsewhere(self, node: NamedNode) -> Markup:
        """A link to the same thing at another site, named by that site's host."""
        address = web_address(node.value)
        if address is None:
            return escape(node.value)
        host = address.partition("://")[2].partition("/")[0].removeprefix("www.")
        return Markup('<a href="{}" rel="external">{}</a>').format(address, host)

    def term(self, iri: str) -> str:
        """What people call a class or a property that the site does not describe, or its prefixed name."""
        return name(iri, self.language) or self.short(iri)

    def _outward(self, address: str, node: Node) -> Markup:
        # The address of a file, such as https://example.org/oak.csv, is no term of a vocabulary.
        term = address if "." in address.rpartition("/")[2] else self.term(address)
        shown = self.name(node) if self.dataset.quads_of(node) else escape(term)
        return Markup('<a href="{}" rel="external">{}</a>').format(address, shown)


def _written(node: Node) -> str:
    return node.value if isinstance(node, NamedNode) else local_name(node) if isinstance(node, BlankNode) else str(node)


#: Schemes that a link may lead to; anything else, such as javascript:, stays text.
_WEB = frozenset({"http", "https"})
_CONTACT = frozenset({"tel", "mailto"})


def in_language(path: str, language: str) -> str:
    """The address of the page at `path` (a fragment may follow it) in `language`."""
    page, hash_, fragment = path.partition("#")
    name = f"{page}index" if page.endswith("/") else page
    return f"{name}.{language}.html{hash_}{fragment}"


def page_of(site: Site, node: NamedNode, language: str) -> str | None:
    """The address of the page that this site has of `node`, in `language`, or None."""
    if not site.has_page(node):
        return None
    return in_language(site.dataset.path(node.value), language)


def address_of(site: Site, node: NamedNode, language: str) -> str | None:
    """Where a link about `node` leads: its page here, or its own address on the web; None if it has neither.

    Of what has both, the page here is chosen if the site names it, or names nothing of its own.
    """
    page, address = page_of(site, node, language), web_address(node.value)
    return page if page and (not address or site.tells_first_of(node)) else address


def web_address(iri: str) -> str | None:
    """`iri` if it can be visited."""
    return iri if _scheme(iri) in _WEB else None


def contact_address(iri: str) -> str | None:
    """`iri` if it is a telephone number or an e-mail address, or can be visited."""
    return iri if _scheme(iri) in _WEB | _CONTACT else None


def _scheme(iri: str) -> str:
    return iri.partition(":")[0].lower()


#: The prefixes under which the messages name the terms, whatever prefixes the site has for them.
_NAMESPACES = {
    RDF: "rdf",
    RDFS: "rdfs",
    SKOS: "skos",
    SKOS_XL: "skosxl",
    DCTERMS: "dcterms",
    "http://purl.org/dc/elements/1.1/": "dcterms",
    CV: "cv",
    DCAT: "dcat",
    ORG: "org",
    OWL: "owl",
    SCHEMA: "schema",
    "http://schema.org/": "schema",
    SHACL: "sh",
    VCARD: "vcard",
    "http://xmlns.com/foaf/0.1/": "foaf",
    "http://www.w3.org/ns/prov#": "prov",
    "http://purl.org/vocab/vann/": "vann",
    "http://rdfs.org/ns/void#": "void",
}


def name(iri: str, language: str, mark: str = "") -> str | None:
    """What people call the class or property `iri`, with the mark ^ the inverse of the property, or None."""
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    prefix = _NAMESPACES.get(iri[:cut])
    translate = messages("terms", language)
    key = f"{mark}{prefix}:{iri[cut:]}"
    return translate(key) if prefix and key in translate else None


@cache
def messages(area: str, language: str, theme: Path | None = None) -> Messages:
    """The messages of an area in a language, those of the theme in the folder `theme` before the core's; read once."""
    return Messages(area, language, theme and theme / "locales")
