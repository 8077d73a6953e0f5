"""What of a site is searched: every thing by its names, notation, words and what it belongs to.

What its things are listed by: the values of their properties, by which lists of them are narrowed, orders, and places.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from ekograph.publish.exports.geojson import point
from ekograph.rdf.dataset import Term
from ekograph.rdf.texts import LABELS, local_name, text_of
from ekograph.rdf.vocab import DCTERMS, SCHEMA, TYPE, XSD
from ekograph.rendering import terms
from ekograph.rendering import view as view_module
from ekograph.rendering.browsing import facet_key, facet_title, title_of
from ekograph.rendering.collation import collated, initial
from ekograph.rendering.site import Site
from ekograph.rendering.statements import MOST_VALUES
from ekograph.rendering.values import language_name
from ekograph.rendering.view import View
from ekograph.search import codes, facets
from ekograph.search.facets import Faceted, FacetPlan, Title
from ekograph.search.index import INDEX, Said, SearchDocument, write
from ekograph.urls import PAGES

_NAMES = tuple(label.value for label in LABELS)
_OTHER_NAMES = (terms.ALT_LABEL, terms.HIDDEN_LABEL)

#: What a thing belongs to: it is found by the names of these too.
_CONTEXT = (terms.IN_SCHEME, terms.HAS_PART, terms.IS_PART_OF, terms.BROADER, terms.SUBJECT)

#: The names of so many things around others are kept.
_KEPT = 2048


def write_index(folder: Path, site: Site) -> None:
    """Write the search index of `site` into a folder."""
    lists = {listing.value for listing in site.listings.values()}
    write(
        folder / INDEX,
        documents(site),
        names(site),
        FacetPlan(lists, linked(site), Titles(site).of),
        site.theme.absent_names(),
    )


def documents(site: Site) -> Iterator[SearchDocument]:
    """The documents of the search index, in a fixed order."""
    around, listed = _Around(site), _Listed(site)
    for thing in site.things:
        yield document(site, thing, around, listed)


def names(site: Site) -> dict[tuple[str, str], str]:
    """The names of the classes, by IRI and language, and of the site, by "" and language."""
    results = {}
    for language in site.dataset.languages:
        view = View(site, language)
        results["", language] = view.home
        for item in site.classes:
            local = site.dataset.quads_of(NamedNode(item))
            named = view.label(NamedNode(item)).value if local else view_module.name(item, language)
            results[item, language] = named or view.short(item)
    return results


def document(site: Site, thing: NamedNode, around: _Around, listed: _Listed) -> SearchDocument:
    """One thing as the search knows it."""
    said = site.dataset.said(thing)
    types = tuple(site.dataset.types(thing))
    ranks = site.theme.search_ranks
    rank, kind = next(((at, name) for at, (name, iri) in enumerate(ranks) if iri in types), (len(ranks), "thing"))
    unofficial = site.dataset.unofficial(thing)
    others = _literals(said, _OTHER_NAMES, unofficial)
    texts = _literals(said, (*terms.DEFINITIONS, terms.JOB_TITLE), unofficial)
    shown_others = _literals(said, (terms.ALT_LABEL,), unofficial)
    shown, notation = _names(site, thing), next((item.text for item in _literals(said, (terms.NOTATION,))), "")
    return SearchDocument(
        thing.value,
        site.dataset.path(thing.value),
        kind,
        rank,
        shown,
        types,
        notation,
        (*shown_others, *texts),
        {
            "name": _literals(said, _NAMES, unofficial),
            "other": others,
            "text": texts,
            # The other names of a class are words of what its members answer.
            "question": tuple(said for iri in types for said in around.others(iri)),
            "context": around.named(thing, types),
        },
        listed.by(said, shown, notation),
        _codes(said),
        # What the site is about comes before what it refers to.
        1 if rank < len(ranks) else 0.8 if site.dataset.path(thing.value).startswith(PAGES) else 0.3,
        around.scheme(said),
    )


def _codes(said: Mapping[str, Sequence[Term]]) -> tuple[str, ...]:
    """The keys of the notations and identifiers of a thing, and of the numbers and addresses where it is reached."""
    keys: dict[str, None] = {}
    for predicate, values in said.items():
        name = predicate.rpartition("#")[2].rpartition("/")[2].lower()
        for text in (value.value for value in values if isinstance(value, NamedNode | Literal)):
            if name in {"notation", "identifier"}:
                keys |= dict.fromkeys(sorted(codes.code_keys(text)))
            elif text.startswith(("tel:", "mailto:")) or name in {"telephone", "phone", "email", "mbox"}:
                plain = text.removeprefix("tel:").removeprefix("mailto:")
                keys |= {codes.number_key(plain) or codes.address_key(plain): None}
    return tuple(filter(None, keys))


def _names(site: Site, thing: NamedNode) -> dict[str, Said]:
    """What the page of a thing is headed by, in each language."""
    results = site.dataset.literals(thing, (terms.TITLE, *_NAMES))
    if not results:
        return dict.fromkeys(site.dataset.languages, Said(local_name(thing)))
    unofficial = site.dataset.unofficial(thing)
    nearest = {
        language: site.dataset.language_order.nearest(results, language, unofficial)
        for language in site.dataset.languages
    }
    return {language: Said(*item[:3]) for language, item in nearest.items()}


class _Around:
    """The names of what is around a thing; those of what many belong to are looked up once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._parts = lru_cache(_KEPT)(lambda node: site.named(node, terms.HAS_PART))
        self._names = lru_cache(_KEPT)(lambda node: _literals(site.dataset.said(node), _NAMES))
        self._schemes = lru_cache(_KEPT)(lambda node: _names(site, node))
        self.others = lru_cache(_KEPT)(lambda iri: _literals(site.dataset.said(NamedNode(iri)), _OTHER_NAMES))

    def scheme(self, said: Mapping[str, Sequence[Term]]) -> Mapping[str, Said]:
        """The name of the first scheme that a thing is in, in each language."""
        schemes = [node for node in said.get(terms.IN_SCHEME, ()) if isinstance(node, NamedNode)]
        return self._schemes(schemes[0]) if schemes else {}

    def named(self, thing: NamedNode, types: Sequence[str]) -> tuple[Said, ...]:
        """The names of what a thing belongs to, of the parts of the places that it covers, and of its classes."""
        site = self._site
        said = site.dataset.said(thing)
        context = site.theme.search_context or _CONTEXT
        around = [node for iri in context if iri in said for node in site.hierarchy.in_order(said[iri])]
        around += [node for iri in site.theme.search_inverse for node in site.pointing(iri, thing)]
        parts = [part for item in around for part in self._parts(item)]
        nodes = dict.fromkeys([*around, *parts, *map(NamedNode, types)])
        nodes.pop(thing, None)
        return tuple(dict.fromkeys(said for item in nodes for said in self._names(item)))


def _literals(
    said: Mapping[str, Sequence[Term]], predicates: Iterable[str], unofficial: Container[Term] = ()
) -> tuple[Said, ...]:
    values = (value for predicate in predicates for value in said.get(predicate, ()))
    return tuple(Said(*text_of(value, unofficial)[:3]) for value in values if isinstance(value, Literal))


#: Longer texts, and values of one property of a thing beyond so many, make no facet.
_LONGEST_VALUE, _MOST_OF_ONE = 80, 50

#: What names or tells of one thing, or is a facet under a key of its own.
_NO_FACETS = {*_NAMES, *_OTHER_NAMES, *terms.DEFINITIONS, terms.NOTATION, terms.TITLE}

_ALWAYS = {TYPE.value, terms.IN_SCHEME, terms.TOP_OF}

_DATES = tuple(f"{XSD}{name}" for name in ("date", "dateTime", "dateTimeStamp", "gYearMonth", "gYear"))
_CHANGED = (f"{DCTERMS}modified", f"{DCTERMS}issued", f"{DCTERMS}created", f"{DCTERMS}date", f"{SCHEMA}dateModified")


class _Listed:
    """What things are listed by."""

    def __init__(self, site: Site) -> None:
        self._dataset = site.dataset
        self._key = lru_cache(None)(partial(facet_key, View(site, site.dataset.languages[0])))

    def by(self, said: Mapping[str, Sequence[Term]], shown: Mapping[str, Said], notation: str) -> Faceted:
        """The values of a thing by the keys of their facets, the keys that order it, and where it is."""
        literals = [term for terms_ in said.values() for term in terms_ if isinstance(term, Literal)]
        tags = {(literal.language or "").partition("-")[0].lower() for literal in literals} - {""}
        values: dict[str, Sequence[str]] = {"language": sorted(tags)} if tags else {}
        for predicate, objects in said.items():
            if predicate not in _NO_FACETS and (predicate in _ALWAYS or len(objects) <= _MOST_OF_ONE):
                key = self._key(terms.IN_SCHEME if predicate == terms.TOP_OF else predicate)
                texts = dict.fromkeys([*values.get(key, ()), *filter(None, map(_value, objects))])
                if texts:
                    values[key] = list(texts)
        # What has no class is a resource all the same (RDF Schema, section 2.1), and listed as one.
        values.setdefault(facets.CONTEXTS[0], [terms.RESOURCE])
        place = point(self._dataset, said)
        if place:
            values[facets.PLACE[0]] = facets.PLACE[1:]
        values |= {f"{facets.INITIAL}{language}": [initial(name.text, language)] for language, name in shown.items()}
        order = {f"name.{language}": collated(name.text, language)[0] for language, name in shown.items()}
        if notation:
            order["notation"] = re.sub(r"\d+", lambda digits: digits[0].zfill(12), notation[:200])
        if dates := _literals(said, _CHANGED):
            # Later ones first.
            order["newest"] = dates[0].text[:25].translate(_BACKWARDS)
        return Faceted(values, order, place)


_BACKWARDS = {ord("0") + digit: str(9 - digit) for digit in range(10)}


def _value(term: Term) -> str:
    """A term as the value of a facet, a date by its year; "" for what is none."""
    if isinstance(term, NamedNode):
        return term.value
    if not isinstance(term, Literal) or len(term.value) > _LONGEST_VALUE:
        return ""
    if term.datatype.value in _DATES:
        return term.value[:4] if term.value[:4].isdigit() else ""
    return f"{term.value}@{term.language}" if term.language else term.value


def linked(site: Site) -> Iterator[tuple[facets.Value, Sequence[str]]]:
    """What pages show the first of only: what leads to a thing by a property, and what it leads to."""
    view = View(site, site.dataset.languages[0])
    for node, predicate, others, outward in site.dataset.crowded(MOST_VALUES):
        yield (facet_key(view, predicate, outward=outward), node.value), [other.value for other in others]


class Titles:
    """The names of facets and of their values, in each language of the site."""

    def __init__(self, site: Site) -> None:
        self._views = [View(site, language) for language in site.dataset.languages]

    def of(self, value: facets.Value) -> Mapping[str, Title]:
        """The name of a value; that of its facet where it is ""."""
        return {view.language: self._title(view, *value) for view in self._views}

    def _title(self, view: View, key: str, text: str) -> Title:
        if not text:
            return facet_title(view, key)
        if key.startswith(facets.INITIAL):
            return Title(text)
        if key == "language":
            return Title(language_name(text), text)
        if ":" in text and " " not in text:
            return title_of(view, text)
        literal, _, tag = text.rpartition("@")
        return Title(literal, tag) if literal else Title(text)
