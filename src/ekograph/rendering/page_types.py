"""The types of page that the core knows, and what each such page shows; a theme's own types go before them."""

from __future__ import annotations

from collections.abc import Mapping

from pyoxigraph import NamedNode

from ekograph.plugins import PageType, Values
from ekograph.rendering import terms
from ekograph.rendering.hierarchy import ConceptNode
from ekograph.rendering.view import View


def template_of(view: View, node: NamedNode) -> tuple[str, Values]:
    """The template for a page about `node`, and what it is filled with."""
    types = view.dataset.types(node)
    for iri, page_type in (*view.site.theme.page_types.items(), *_PAGE_TYPES.items()):
        if iri in types:
            return page_type.template, page_type.values(view, node)
    return "thing.html", {}


def above(view: View, node: NamedNode) -> list[NamedNode]:
    """The things on the path from the front page to `node`, without it."""
    schemes = [scheme for scheme in view.site.named(node, terms.IN_SCHEME) if view.site.has_page(scheme)]
    return [*schemes[:1], *view.site.hierarchy.broader(node)]


def _scheme(view: View, node: NamedNode) -> Values:
    return {"tree": view.site.hierarchy.tree(node)}


def _concept(view: View, node: NamedNode) -> Values:
    """What is below a concept and beside it."""
    hierarchy = view.site.hierarchy
    return {
        "below": hierarchy.branch(node).below,
        "siblings": [ConceptNode(sibling) for sibling in hierarchy.siblings(node)],
    }


_PAGE_TYPES: Mapping[str, PageType] = {
    terms.SCHEME: PageType("scheme.html", _scheme),
    terms.CONCEPT: PageType("concept.html", _concept),
}
