"""Every page for people: pure functions of the site, what the page is about, and the language, to bytes of HTML.

Pages about the site itself: the rules that its data keeps, and those of its theme.
The page of the files to download: the whole dataset in each format, and tables of its classes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pyoxigraph import NamedNode, Quad

from ekograph.plugins import SitePage
from ekograph.rdf import formats
from ekograph.rdf.formats import RDF, RESULTS, Format
from ekograph.rendering import (
    browsing,
    class_diagram,
    history,
    layout,
    page_types,
    rule_entries,
    statements,
    terms,
    vocabulary_pages,
)
from ekograph.rendering import view as view_module
from ekograph.rendering.layout import frame_about, frame_of, frame_without_site, page
from ekograph.rendering.listings import Listing
from ekograph.rendering.site import Site
from ekograph.rendering.values import number
from ekograph.rendering.view import View, messages

#: A query that answers something on any site, for the form to begin with.
_EXAMPLE = """\
SELECT ?class (COUNT(?thing) AS ?things)
WHERE { ?thing a ?class }
GROUP BY ?class
ORDER BY DESC(?things)"""


@dataclass(frozen=True)
class Failure:
    """Why a request has no other answer, and what is offered in its place, as pairs of a name and an address.

    Only http, https and root-relative addresses become links.
    """

    status: int
    title: str
    detail: str
    offered: Sequence[tuple[str, str]] = ()


def resource_page(
    site: Site, node: NamedNode, language: str, rdf: Sequence[Format] = RDF, data: Markup | None = None
) -> bytes:
    """The page about one thing; `data` is what search engines read of it, as JSON-LD."""
    view = View(site, language)
    template, content = page_types.template_of(view, node)
    frame = replace(frame_about(view, node, rdf, page_types.above(view, node)), data=data)
    return page(template, frame, **{**_about(view, node, rdf), **content})


def front_page(
    site: Site, language: str, data: Markup | None = None, signposts: Sequence[layout.Signpost] = ()
) -> bytes:
    """The page at the root: what the theme shows there, else the classes of the dataset with some things of each.

    `data` is what search engines read of the dataset, as JSON-LD; `signposts` is where other machines go on.
    """
    view = View(site, language)
    frame = replace(frame_of(view, view.home, "/"), data=data, signposts=signposts)
    return page("front.html", frame, view=view, **vocabulary_pages.census(view), **site.theme.front_page(view))


def list_page(site: Site, listing: Listing, number: int, language: str) -> bytes:
    """A page of the list of all members of a class or a scheme."""
    view = View(site, language)
    title = f"{view.class_name(listing.node.value).striptags()} – {view.message('list.alphabetical')}"
    frame = frame_of(view, title if number == 1 else f"{title} ({number})", listing.path_of(number))
    crumbs = (*frame.crumbs, view.link(listing.node))
    values = vocabulary_pages.list_values(view, listing, number)
    return page("list.html", replace(frame, crumbs=crumbs), view=view, **values)


def document_page(
    site: Site, iri: NamedNode, quads: Sequence[Quad], language: str, rdf: Sequence[Format] = RDF
) -> bytes:
    """The page about a document: a named graph, the shapes, the catalogue."""
    view = View(site, language)
    frame = frame_about(view, iri, rdf)
    return page("document.html", frame, **_about(view, iri, rdf), **vocabulary_pages.document(view, iri, quads))


def vocabulary_page(  # noqa: PLR0913, PLR0917 - what the page is made of, as for any document, and the rules
    site: Site,
    iri: NamedNode,
    quads: Sequence[Quad],
    shapes: Sequence[Quad],
    language: str,
    rdf: Sequence[Format] = RDF,
) -> bytes:
    """The page about an ontology: its terms, each with an anchor, and the rules of the shapes that speak of them."""
    view = View(site, language)
    drawn = {
        "diagram": class_diagram.diagram(view, site.model.counts, site.model.links),
        "frame_of_model": class_diagram.FRAME,
    }
    speaking = rule_entries.by_term(rule_entries.rules(site, shapes, language)) if site.has_rules else {}
    shown = {**_about(view, iri, rdf), **vocabulary_pages.terms_of(view, iri, quads), **drawn}
    return page("vocabulary.html", frame_about(view, iri, rdf), rules=speaking, **shown)


def sparql_page(site: Site, language: str) -> bytes:
    """The form for a query; it works without JavaScript."""
    view = View(site, language)
    frame = frame_of(view, view.message("sparql.title"), "/sparql")
    prefixes = sorted(site.dataset.prefixes.items())
    return page(
        "sparql.html",
        frame,
        view=view,
        prefixes=prefixes,
        declared=json.dumps(dict(prefixes)),
        results=RESULTS,
        graphs=RDF,
        example=site.theme.example_query or _EXAMPLE,
    )


def search_page(site: Site, language: str) -> bytes:
    """The page for searches, before anything is looked for; `searching.results_page` puts answers into it."""
    view = View(site, language)
    frame = frame_of(view, view.message("search.title"), "/search")
    return page("search.html", frame, text="", groups={}, absent=(), language=language, hint=True)


def browse_form(site: Site, language: str) -> bytes:
    """The page for lists, before one is put into it by `browsing.browse_page`."""
    view = View(site, language)
    return page("empty.html", frame_of(view, view.message("browse.title"), browsing.PATH))


def error_page(language: str, failure: Failure) -> bytes:
    """The page for a request that has no other answer."""
    frame = frame_without_site(failure.title, language, messages("pages", language))
    offered = [
        (name, item if item.startswith("/") else view_module.web_address(item)) for name, item in failure.offered
    ]
    return page("error.html", frame, failure=failure, offered=offered)


def _about(view: View, node: NamedNode, rdf: Sequence[Format] = RDF) -> Mapping[str, Any]:
    """What every page about one thing shows."""
    quads = view.dataset.quads_of(node)
    return {
        "view": view,
        "node": node,
        "title": view.title(node),
        "types": view.types(node),
        "definitions": view.texts(node, terms.DEFINITIONS),
        "other_names": view.other_names(node),
        "path": view.path(node.value),
        "rows": statements.rows(view, quads),
        "incoming": statements.incoming(view, node),
        "steps": history.steps(view, node),
        "formats": rdf,
    }


def rules_page(site: Site, shapes: Sequence[Quad], language: str) -> bytes:
    """The rules that the data keeps, from the shapes."""
    view = View(site, language)
    result = rule_entries.rules(site, shapes, language)
    local = f"{site.dataset.base}def#"
    named = {rule.id: sorted((item for item in rule.about if item.value.startswith(local)), key=str) for rule in result}
    return _page("rules.html", view, layout.RULES, groups=rule_entries.by_letter(result), named=named)


def site_page(site: Site, about: SitePage, language: str) -> bytes:
    """A page of the theme about the site itself."""
    view = View(site, language)
    return _page(about.template, view, about.path, **about.values(view))


def _page(template: str, view: View, path: str, **values: Any) -> bytes:
    about = messages("about", view.language, view.site.theme.folder)
    key = path.removeprefix("/")
    frame = layout.frame_of(view, about(f"{key}.title"), path)
    return page(template, frame, view=view, about=about, **values)


#: What describes a table (CSV on the Web) has the name of the table and this.
_DESCRIPTION = "-metadata.json"
_PACKED = (".gz", ".zst")


@dataclass(frozen=True)
class Download:
    """A file as the page shows it: its name, what it is, its size in words, and the names of its compressed copies."""

    name: str
    title: Markup
    size: str
    compressed: Sequence[str] = ()


def downloads_page(site: Site, files: Iterable[tuple[str, int, str]], language: str) -> bytes:
    """The page of the dumps; `files` are their names, sizes in bytes, and the IRI of the class each is of, or ""."""
    view = View(site, language)
    sizes = {name: (size, about) for name, size, about in files}
    tables = [name for name in sizes if name.endswith(".csv")]
    others = [name for name in sizes if name not in tables and not name.endswith((_DESCRIPTION, *_PACKED))]
    # A large site has only compressed ones.
    others += [name for name in sizes if name.endswith(_PACKED) and Path(name).stem not in sizes]
    return page(
        "downloads.html",
        layout.frame_of(view, view.message("downloads.title"), layout.DOWNLOADS),
        view=view,
        whole=[_download(view, name, sizes) for name in others],
        tables=[_download(view, name, sizes) for name in tables],
    )


def _download(view: View, name: str, sizes: dict[str, tuple[int, str]]) -> Download:
    size, about = sizes[name]
    title = view.property_name(NamedNode(about)) if about else _title(view, name)
    packed = [f"{name}{end}" for end in _PACKED if f"{name}{end}" in sizes]
    return Download(name, title, _size(size, view.language), packed)


def _title(view: View, name: str) -> Markup:
    """What a file is by its name: the format of a dump, all files together, or else just the name."""
    result = formats.by_suffix((Path(name).stem if name.endswith(_PACKED) else name).rpartition(".")[2])
    key = f"format.{result.name}" if result else f"downloads.{name.rpartition('.')[2].lower()}"
    return Markup("{}").format(view.message(key) if key in view.message else name)


def _size(size: int, language: str) -> str:
    """A number of bytes, in kilobytes or megabytes."""
    if size < 1_000_000:
        return f"{number(str(max(1, round(size / 1000))), language)} kB"
    return f"{number(f'{size / 1_000_000:.1f}', language)} MB"
