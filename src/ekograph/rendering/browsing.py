"""Lists of things narrowed by facets: their addresses, pages put into the printed form, and the same for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import cos, radians
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape
from pyoxigraph import NamedNode

from ekograph.rdf.prefixes import NAMESPACES
from ekograph.rdf.texts import local_name
from ekograph.rdf.vocab import TYPE
from ekograph.rendering import terms
from ekograph.rendering import view as view_module
from ekograph.rendering.layout import fragment
from ekograph.rendering.search_results import filled, highlighted
from ekograph.rendering.values import number
from ekograph.rendering.view import View, messages
from ekograph.search.facets import CONTEXTS, INITIAL, Facet, Filter, Selection, Title, Value
from ekograph.search.query import MOST_CANDIDATES, Index, ListedDocument

#: Where the page without a list is printed; lists are at /browse.
PATH, FORM = "/browse", "/browse/form"

#: So many things are on a page, and in one file.
ON_A_PAGE, IN_A_FILE = 50, 10_000

#: The orders by the parameter that asks for them; names have one for each language.
SORTINGS = ("name", "notation", "newest")

#: Parameters that are no filters.
_OTHERS = ("q", "sort", "page", "lang")

_KEYS = dict(zip((TYPE.value, terms.IN_SCHEME), CONTEXTS, strict=True))


def facet_key(view: View, predicate: str, *, outward: bool = False) -> str:
    """By what addresses name the facet of a property; `outward` is for what a thing leads to by it."""
    return "^" + view.short(predicate) if outward else _KEYS.get(predicate) or view.short(predicate)


def title_of(view: View, iri: str) -> Title:
    """The name of a class, a property or a thing, here or elsewhere."""
    try:
        node = NamedNode(iri)
    except ValueError:  # a literal that only looks like one
        return Title(iri)
    if view.dataset.quads_of(node):
        label = view.label(node)
        return Title(label.value, "" if label.language.partition("-")[0] == view.language else label.language)
    name = view.term(iri)
    return Title(local_name(node) if name == iri else name)


def facet_title(view: View, key: str) -> Title:
    """The name of a facet."""
    name = f"facet.{key.partition('.')[0]}"
    if name in view.message:
        return Title(view.message(name))
    prefix, _, name = key.removeprefix("^").partition(":")
    namespace = view.dataset.prefixes.get(prefix) or NAMESPACES.get(prefix)
    return title_of(view, namespace + name if namespace else key.removeprefix("^"))


@dataclass(frozen=True)
class Browse:
    """Which list is asked for: things that have all of `filters` and are found by `text`, in an order, page by page.

    `language` is that of the names in a file, "" for the client's.
    """

    filters: tuple[Value, ...] = ()
    text: str = ""
    sorting: str = ""
    page: int = 1
    language: str = ""

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]], page: int) -> Browse:
        """What the parameters of a query ask for."""
        values = dict(pairs)
        filters = sorted({pair for pair in pairs if pair[0] not in _OTHERS})
        return cls(tuple(filters), values.get("q", "").strip(), values.get("sort", ""), page, values.get("lang", ""))

    @property
    def query(self) -> str:
        """The query of its address: one for each list, whatever the order of the parameters asked for."""
        page = str(self.page) if self.page > 1 else ""
        more = {"q": self.text, "sort": self.sorting, "page": page, "lang": self.language}
        pairs = [*self.filters, *((key, text) for key, text in more.items() if text)]
        return "&".join(_written(*pair) for pair in pairs)

    def address(self, form: str) -> str:
        """Its address in a form: "fi.html", "json"."""
        return f"{PATH}.{form}?{self.query}".removesuffix("?")

    def narrowed(self, value: Value) -> Browse:
        """The same with a filter more."""
        return replace(self, filters=tuple(sorted({*self.filters, value})), page=1)

    def without(self, filter_: Filter, others: Sequence[Filter]) -> Browse:
        """The same without a filter; without one of those that offer others, without all that it may have offered."""
        kept = [
            other.value
            for other in others
            if other != filter_ and (other.whole or other.value[0] in CONTEXTS or filter_.value[0] not in CONTEXTS)
        ]
        return replace(self, filters=tuple(kept), page=1)


# The addresses on a page have nearly all filters in common.
@lru_cache(2048)
def _written(key: str, text: str) -> str:
    return f"{quote(key, safe=':/@')}={quote(text, safe=':/@')}"


@dataclass(frozen=True)
class BrowseList:
    """A list as the index has it: the selection, the documents of one page, and how many pages there are."""

    selection: Selection
    items: Sequence[ListedDocument]
    pages: int


def listed(index: Index, browse: Browse, language: str, size: int) -> BrowseList:
    """The list, `size` things on each page; raises UnknownFilterError, and IndexError for a page behind the last."""
    hits = [hit.doc for hit in index.search(browse.text, language, MOST_CANDIDATES)] if browse.text else None
    selection = Selection(index.connection, browse.filters, language, hits)
    pages, start = -(-selection.total // size), (browse.page - 1) * size
    if browse.page > max(1, pages):
        raise IndexError(browse.page)
    if hits is not None and not browse.sorting:
        docs = [doc for doc in hits if selection.has(doc)][start : start + size]
    else:
        sorting = browse.sorting or "name"
        docs = selection.docs(f"name.{language}" if sorting == "name" else sorting, start, size)
    return BrowseList(selection, index.documents(docs), pages)


def browse_page(printed: bytes, language: str, index: Index, browse: Browse, theme: Path | None = None) -> bytes:
    """The page `printed` with the list in place of its content; raises UnknownFilterError."""
    made = listed(index, browse, language, ON_A_PAGE)
    selection, form = made.selection, f"{language}.html"
    translate = messages("pages", language, theme)
    heading = next((item.title for item in selection.filters if item.value[0] in CONTEXTS), None)
    heading = heading or Title(translate("browse.title"))
    orders = {name.partition(".")[0] for name in selection.sortings()}
    content = fragment(
        "browse.html",
        translate,
        theme,
        title=_titled(heading),
        action=f"{PATH}.{form}",
        browse=browse,
        total=selection.total,
        filters=[(_chip(item), browse.without(item, selection.filters).address(form)) for item in selection.filters],
        hidden=[*browse.filters, *([("sort", browse.sorting)] if browse.sorting else [])],
        items=[_item(item, language) for item in made.items],
        letters=[
            (letter, browse.narrowed((INITIAL + language, letter)).address(form)) for letter in selection.initials()
        ]
        if selection.total > ON_A_PAGE
        else [],
        facets=[_facet(facet, browse, form) for facet in selection.facets()],
        sortings=[
            (name, replace(browse, sorting="" if name == "name" and not browse.text else name, page=1).address(form))
            for name in SORTINGS
            if name in orders
        ],
        chosen=browse.sorting or ("" if browse.text else "name"),
        pages=[(page, replace(browse, page=page).address(form)) for page in _near(browse.page, made.pages)],
        files=[(name, replace(browse, page=1).address(name.lower())) for name in ("CSV", "JSON")],
        map=_map(selection, {item.doc for item in made.items}, index, language),
    )
    head = b"<title>%s | " % escape(heading.text).encode()
    return filled(printed, content, f"?{browse.query}".encode()).replace(b"<title>", head, 1)


def _facet(facet: Facet, browse: Browse, form: str) -> tuple[Markup, int, list[tuple[Markup, int, str]]]:
    choices = [
        (_titled(choice.title), choice.size, browse.narrowed((facet.key, choice.text)).address(form))
        for choice in facet.choices
    ]
    return _titled(facet.title), facet.more, choices


def _chip(item: Filter) -> Markup:
    """A filter in words; of what a thing leads to, the thing comes first."""
    pair = (item.facet, item.title)
    first, second = reversed(pair) if item.value[0].startswith("^") else pair
    return _titled(first) + ": " + _titled(second)


def _titled(title: Title) -> Markup:
    lang = Markup(' lang="{}"').format(title.language) if title.language else Markup("")
    # Text of another direction is not to change what stands around it.
    return Markup("<bdi{}>{}</bdi>").format(lang, title.text)


def _item(item: ListedDocument, language: str) -> tuple[str, Markup, str]:
    name = highlighted(item.name(language), frozenset(), language)
    return view_module.in_language(item.page, language), name, item.notation


def _near(page: int, pages: int) -> list[int]:
    """The numbers of the pages that one page leads to."""
    return [number for number in range(1, pages + 1) if number in {1, pages} or abs(number - page) <= 2]


#: The width of a map, and its least and greatest height, without its margin.
_WIDTH, _HEIGHTS, _MARGIN = 640, (160, 640), 12


def _map(selection: Selection, on_page: Container[int], index: Index, language: str) -> Mapping[str, Any] | None:
    """The points of what has coordinates within their own extent; a degree east is as long as in the middle of it."""
    points, total = selection.points()
    if not points:
        return None
    south, north = min(point.latitude for point in points), max(point.latitude for point in points)
    west, east = min(point.longitude for point in points), max(point.longitude for point in points)
    middle = (west + east) / 2, (south + north) / 2
    shrunk = cos(radians(middle[1]))
    scale = _WIDTH / max((east - west) * shrunk, (north - south) * _WIDTH / _HEIGHTS[1], 1e-4)
    height = min(_HEIGHTS[1], max(_HEIGHTS[0], (north - south) * scale))
    width = max(_WIDTH / 2, (east - west) * shrunk * scale)
    described = {item.doc: item for item in index.documents([point.doc for point in points])}
    places = [
        {
            "x": round(width / 2 + (point.longitude - middle[0]) * shrunk * scale, 1),
            "y": round(height / 2 - (point.latitude - middle[1]) * scale, 1),
            "here": point.doc in on_page,
            "address": view_module.in_language(described[point.doc].page, language),
            "name": described[point.doc].name(language).text,
        }
        for point in points
    ]
    sides = zip("snwe", (south, north, west, east), strict=True)
    edges = {name: number(f"{degrees:.3f}", language) for name, degrees in sides}
    frame = (-_MARGIN, -_MARGIN, round(width) + 2 * _MARGIN, round(height) + 2 * _MARGIN)
    return {"frame": frame, "places": places, "edges": edges, "total": total}


def browse_json(index: Index, browse: Browse, language: str) -> dict[str, Any]:
    """The list for programs, with what its facets leave."""
    made = listed(index, browse, language, IN_A_FILE)
    values = made.selection.values([item.doc for item in made.items])
    following = replace(browse, page=browse.page + 1).address("json") if browse.page < made.pages else None
    return {
        "total": made.selection.total,
        "filters": [{"facet": key, "value": text} for key, text in browse.filters],
        "next": following,
        "items": [
            {
                "iri": item.iri,
                "address": view_module.in_language(item.page, language),
                "name": item.name(language).text,
                "language": item.name(language).language,
                "notation": item.notation,
                "values": {key: by_doc[item.doc] for key, by_doc in values.items() if item.doc in by_doc},
            }
            for item in made.items
        ],
        "facets": [
            {
                "facet": facet.key,
                "name": facet.title.text,
                "values": [{"value": text, "name": title.text, "count": size} for text, title, size in facet.choices],
            }
            for facet in made.selection.facets()
        ],
    }


def browse_csv(index: Index, browse: Browse, language: str) -> bytes:
    """The list as a table (RFC 4180), in UTF-8 with the mark that spreadsheets know it by."""
    made = listed(index, browse, language, IN_A_FILE)
    values = made.selection.values([item.doc for item in made.items])
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", "name", "notation", *values])
    for item in made.items:
        cells = ("|".join(by_doc.get(item.doc, ())) for by_doc in values.values())
        writer.writerow([item.iri, item.name(language).text, item.notation, *cells])
    return out.getvalue().encode("utf-8-sig")
