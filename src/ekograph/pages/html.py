"""Every page for people: pure functions of the site, what the page is about, and the language, to bytes of HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pyoxigraph import NamedNode, Quad

from ekograph.formats import RDF, RESULTS
from ekograph.pages import diagram, finland, history, kinds, links, pictures, rules, statements, terms, vocabulary
from ekograph.pages.framing import frame_about, frame_of, frame_without_site
from ekograph.pages.site import Site
from ekograph.pages.templating import page
from ekograph.pages.view import View
from ekograph.pages.vocabularies import messages


@dataclass(frozen=True)
class Failure:
    """Why a request has no other answer, and what is offered in its place, as pairs of a name and an address.

    Only http, https and root-relative addresses become links.
    """

    status: int
    title: str
    detail: str
    offered: Sequence[tuple[str, str]] = ()


def resource_page(site: Site, node: NamedNode, language: str) -> bytes:
    """The page about one thing."""
    view = View(site, language)
    template, content = kinds.template_of(view, node)
    crumbs = (view.home_link, *(view.link(each) for each in kinds.above(view, node)))
    frame = replace(frame_about(view, node), crumbs=crumbs)
    return page(template, frame, **{**_about(view, node), **content})


def front_page(site: Site, language: str) -> bytes:
    """The page at the root: the agreements as trees, or what there is in a dataset without any."""
    view = View(site, language)
    frame = replace(frame_of(view, view.home, "/"), description=view.say("lead") if site.agreements else "")
    overviews = [
        {"node": each, "title": view.title(each), "tree": site.trees[each], **kinds.summary(view, each)}
        for each in site.agreements
    ]
    return page(
        "front.html",
        frame,
        view=view,
        agreements=overviews,
        classes=vocabulary.census(view),
        sectors=pictures.sectors(view),
        map=finland,
        areas=finland.areas(view),
    )


def document_page(site: Site, iri: NamedNode, quads: Sequence[Quad], language: str) -> bytes:
    """The page about a document: a named graph, the shapes, the catalogue."""
    view = View(site, language)
    frame = frame_about(view, iri)
    return page("document.html", frame, **_about(view, iri), **vocabulary.document(view, iri, quads))


def vocabulary_page(site: Site, iri: NamedNode, quads: Sequence[Quad], shapes: Sequence[Quad], language: str) -> bytes:
    """The page about an ontology: its terms, each with an anchor, and the rules of the shapes that speak of them."""
    view = View(site, language)
    drawn = {"diagram": diagram.diagram(view), "frame_of_model": diagram.FRAME}
    speaking = rules.by_term(rules.rules(site, shapes, language)) if site.has_rules else {}
    shown = {**_about(view, iri), **vocabulary.terms_of(view, iri, quads), **drawn}
    return page("vocabulary.html", frame_about(view, iri), rules=speaking, **shown)


def sparql_page(site: Site, language: str) -> bytes:
    """The form for a query; it works without JavaScript."""
    view = View(site, language)
    frame = frame_of(view, view.say("sparql.title"), "/sparql")
    prefixes = sorted(site.dataset.prefixes.items())
    return page(
        "sparql.html",
        frame,
        view=view,
        prefixes=prefixes,
        declared=json.dumps(dict(prefixes)),
        results=RESULTS,
        graphs=RDF,
        example=_example(site),
    )


def search_page(site: Site, language: str) -> bytes:
    """The page for searches, before anything is looked for; `searching.results_page` puts answers into it."""
    view = View(site, language)
    frame = frame_of(view, view.say("search.title"), "/search")
    hint = site.has_agreements
    return page("search.html", frame, text="", groups={}, language=language, label=view.search_label, hint=hint)


def error_page(language: str, failure: Failure) -> bytes:
    """The page for a request that has no other answer."""
    frame = frame_without_site(failure.title, language, messages("pages", language))
    offered = [(name, each if each.startswith("/") else links.web_address(each)) for name, each in failure.offered]
    return page("error.html", frame, failure=failure, offered=offered)


def _example(site: Site) -> str:
    """A query that answers something on this site, for the form to begin with."""
    if site.agreements:
        return _AGREEMENTS_QUERY
    return (
        "SELECT ?class (COUNT(?thing) AS ?things)\nWHERE { ?thing a ?class }\nGROUP BY ?class\nORDER BY DESC(?things)"
    )


_AGREEMENTS_QUERY = """\
PREFIX eko: <https://w3id.org/ekograph/def#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?notation ?label
WHERE {
  ?priority a eko:Priority ;
    skos:notation ?notation ;
    skos:prefLabel ?label .
  FILTER (LANG(?label) = "fi")
}
ORDER BY ?notation"""


def _about(view: View, node: NamedNode) -> Mapping[str, Any]:
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
        "formats": RDF,
    }
