"""A site as it is read in one language: text, names and links as HTML, everything escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from markupsafe import Markup, escape
from pyoxigraph import BlankNode, Literal, NamedNode

from ekograph.addresses import path_of
from ekograph.dataset import Dataset, Node, Term, Text, local_name
from ekograph.i18n import Messages
from ekograph.pages import links, localised, terms, vocabularies
from ekograph.pages.site import Site

XSD = "http://www.w3.org/2001/XMLSchema#"

#: Marks a translation without official standing; the layout explains it in words when a page holds it.
MARK = Markup('<span class="mark" aria-hidden="true">*</span>')

_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_NUMBERS = frozenset(f"{XSD}{each}" for each in ("integer", "decimal", "int", "long", "nonNegativeInteger"))
_DAYS = frozenset({f"{XSD}date", f"{XSD}dateTime"})
_CONTACT_PROPERTIES = frozenset({terms.TELEPHONE, terms.EMAIL})


@dataclass(frozen=True)
class View:
    """What a page about `site` needs to speak `language`."""

    site: Site
    language: str

    @cached_property
    def say(self) -> Messages:
        """The messages of the pages."""
        return vocabularies.messages("pages", self.language)

    @property
    def dataset(self) -> Dataset:
        """The dataset of the site."""
        return self.site.dataset

    def label(self, node: Node) -> Text:
        """The name of `node` in the language of the page or the nearest there is."""
        return self.dataset.label(node, self.language)

    def title(self, node: Node) -> Text:
        """What a page about `node` is headed by: its title where it has one, else its name."""
        return self.dataset.text(node, (terms.TITLE,), self.language) or self.label(node)

    @cached_property
    def home(self) -> str:
        """The name of the whole site."""
        if self.site.has_agreements:
            return self.say("brand")
        named = next(self.site.descriptions, None)
        return self.title(named).value if named else urlsplit(self.dataset.base).hostname or self.say("nav.front")

    @property
    def search_label(self) -> str:
        """What can be searched for."""
        return self.say("search.label" if self.site.has_agreements else "search.label.any")

    @property
    def home_link(self) -> Markup:
        """A link to the front page."""
        return Markup('<a href="{}">{}</a>').format(self.page("/"), self.say("nav.front"))

    @property
    def licence(self) -> Markup | None:
        """A link to the licence that the data is under, if it says so."""
        return self.link(self.site.licence) if self.site.licence else None

    def texts(self, node: Node, predicates: Iterable[str]) -> list[Text]:
        """All texts of the first of `predicates` that has any, in the nearest language that one is in."""
        for predicate in predicates:
            nearest = self.dataset.text(node, (predicate,), self.language)
            if nearest:
                found = (each for each in self.dataset.objects(node, predicate) if isinstance(each, Literal))
                return [_text(each) for each in found if (each.language or "") == nearest.language]
        return []

    def types(self, node: Node) -> list[Markup]:
        """Links to the classes of `node`: those that the site itself defines, else all."""
        found = [NamedNode(each) for each in self.dataset.types(node)]
        own = [each for each in found if self.dataset.quads_of(each)]
        return [self.link(each) for each in own] or [escape(self._term(each.value)) for each in found]

    def other_names(self, node: Node) -> list[Text]:
        """The names of `node` in the other languages, and further names in this one."""
        shown = self.title(node).value
        found = [
            _text(each)
            for predicate in (terms.TITLE, terms.PREF_LABEL, terms.ALT_LABEL)
            for each in self.dataset.objects(node, predicate)
            if isinstance(each, Literal) and each.language and each.value != shown
        ]
        order = [self.language, *self.dataset.languages]
        return sorted(
            dict.fromkeys(found),
            key=lambda each: order.index(spoken) if (spoken := each.language.split("-")[0]) in order else 99,
        )

    def notation(self, node: Node) -> str:
        """The notation of a concept, or ""."""
        found = (each.value for each in self.dataset.objects(node, terms.NOTATION) if isinstance(each, Literal))
        return next(found, "")

    def text(self, text: Text) -> Markup:
        """Some text, with its language where that is not the page's, and marked if it is unofficial."""
        marked = escape(text.value) + (MARK if not text.official else "")
        tag = text.language
        if not tag or tag.split("-")[0] == self.language or not _TAG.fullmatch(tag):
            return marked
        return Markup('<span lang="{}">{}</span>').format(tag, marked)

    def heading(self, text: Text) -> Markup:
        """Some text as the heading of a page, which says in words below whether it is unofficial."""
        return self.text(Text(text.value, text.language))

    def name(self, node: Node) -> Markup:
        """The name of `node`."""
        return self.text(self.label(node))

    def link(self, node: Node) -> Markup:
        """The name of `node`, leading to its page if there is one."""
        address = self.address(node) if isinstance(node, NamedNode) else None
        if address is None:
            return self.name(node) if self.dataset.quads_of(node) else escape(_written(node))
        if not address.startswith("/"):
            return self._outward(address, node)
        return Markup('<a href="{}">{}</a>').format(address, self.name(node))

    def property_name(self, predicate: NamedNode) -> Markup:
        """The name of a property: its label, or its prefixed name."""
        return self.name(predicate) if self.dataset.quads_of(predicate) else escape(self._term(predicate.value))

    def class_name(self, iri: str) -> Markup:
        """The name of a class: its label, or what people call it."""
        return self.property_name(NamedNode(iri))

    def short(self, iri: str) -> str:
        """`iri` as a prefixed name where the site has a prefix for it, else itself."""
        for prefix, namespace in self.dataset.prefixes.items():
            rest = iri[len(namespace) :]
            if iri.startswith(namespace) and rest and not set(rest) & set("/#?"):
                return f"{prefix}:{rest}"
        return iri

    def value(self, predicate: NamedNode, term: Term) -> Markup:
        """One value of a property, as a reader wants it."""
        if isinstance(term, Literal):
            return self.literal(term)
        if predicate.value in _CONTACT_PROPERTIES and isinstance(term, NamedNode):
            address = links.contact_address(term.value)
            shown = term.value.partition(":")[2]
            return Markup('<a href="{}">{}</a>').format(address, shown) if address else escape(term.value)
        return self.link(term)

    def literal(self, literal: Literal) -> Markup:
        """A literal: text, or a number or a date as the language writes them."""
        kind = literal.datatype.value
        if kind in _NUMBERS:
            return escape(localised.number(literal.value, self.language))
        if kind in _DAYS:
            return self.day(literal.value)
        return self.text(_text(literal))

    def day(self, text: str) -> Markup:
        """A date, readable by people and machines."""
        shown = localised.day(text, self.language)
        if shown == text:
            return escape(text)
        return Markup('<time datetime="{}">{}</time>').format(text, shown)

    def address(self, node: NamedNode) -> str | None:
        """Where a link about `node` leads, or None."""
        return links.address_of(self.site, node, self.language)

    def page(self, path: str) -> str:
        """The address of the page at `path` in the language of this one."""
        return links.in_language(path, self.language)

    def path(self, iri: str) -> str:
        """The path at which this site tells of `iri`."""
        return path_of(iri, self.dataset.base)

    def elsewhere(self, node: NamedNode) -> Markup:
        """A link to the same thing at another site, named by that site's host."""
        address = links.web_address(node.value)
        if address is None:
            return escape(node.value)
        host = address.partition("://")[2].partition("/")[0].removeprefix("www.")
        return Markup('<a href="{}" rel="external">{}</a>').format(address, host)

    def _term(self, iri: str) -> str:
        return vocabularies.name(iri, self.language) or self.short(iri)

    def _outward(self, address: str, node: Node) -> Markup:
        shown = self.name(node) if self.dataset.quads_of(node) else escape(self._term(address))
        return Markup('<a href="{}" rel="external">{}</a>').format(address, shown)


def _text(literal: Literal) -> Text:
    tag = literal.language or ""
    return Text(literal.value, tag, official="-t-" not in tag)


def _written(node: Node) -> str:
    return node.value if isinstance(node, NamedNode) else local_name(node) if isinstance(node, BlankNode) else str(node)
