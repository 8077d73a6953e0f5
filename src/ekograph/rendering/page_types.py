"""The types of page that the core knows, and what each such page shows; a theme's own types go before them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from markupsafe import Markup
from pyoxigraph import NamedNode

from ekograph.plugins import PageType, Values
from ekograph.rdf.vocab import OWL
from ekograph.rendering import ontology, terms
from ekograph.rendering.hierarchy import MOST_IN_TREE, ConceptNode
from ekograph.rendering.statements import members_of
from ekograph.rendering.view import View

#: So many of the concepts beside one are shown, those around it.
MOST_SIBLINGS = 40


def template_of(view: View, node: NamedNode) -> tuple[str, Values]:
    """The template for a page about `node`, and what it is filled with."""
    types = view.dataset.types(node)
    # What is of a class that is narrower than one of these, such as a kind of concept, is shown as that.
    wider = {iri for kind in types for iri in ontology.wider_classes(view, kind)}
    for kinds in (types, wider):
        for iri, page_type in (*view.site.theme.page_types.items(), *_PAGE_TYPES.items()):
            if iri in kinds:
                return page_type.template, page_type.values(view, node)
    return "thing.html", {}


def above(view: View, node: NamedNode) -> list[NamedNode]:
    """The things on the path from the front page to `node`, without it."""
    schemes = [scheme for scheme in view.site.named(node, terms.IN_SCHEME) if view.site.has_page(scheme)]
    return [*schemes[:1], *view.hierarchy.broader(node)]


def _scheme(view: View, node: NamedNode) -> Values:
    """The concepts of a scheme as a tree, and the list of all where the tree does not hold them."""
    return {"tree": view.hierarchy.tree(node), "more": len(view.hierarchy.tops(node)) - MOST_IN_TREE}


def concept(view: View, node: NamedNode) -> Values:
    """What is below a concept and beside it, and the other paths that lead to it."""
    branch, siblings = view.hierarchy.branch(node), view.hierarchy.siblings(node)
    at = siblings.index(node) if len(siblings) > MOST_SIBLINGS and node in siblings else 0
    start = max(0, min(at - MOST_SIBLINGS // 2, len(siblings) - MOST_SIBLINGS))
    return {
        "below": branch.below,
        "more_below": branch.more,
        "siblings": [ConceptNode(sibling) for sibling in siblings[start : start + MOST_SIBLINGS]],
        "more_siblings": max(0, len(siblings) - MOST_SIBLINGS),
        "paths": [[view.link(step) for step in path] for path in view.hierarchy.paths(node)[1:] if path],
        "mappings": mappings(view, node),
    }


def _collection(view: View, node: NamedNode) -> Values:
    """The members of a collection, in their order where it has one."""
    ordered = [member for start in view.dataset.objects(node, terms.MEMBER_LIST) for member in members_of(view, start)]
    members = [member for member in ordered if isinstance(member, NamedNode)] or view.site.named(node, terms.MEMBER)
    return {"tree": [ConceptNode(member) for member in members[:MOST_IN_TREE]], "more": len(members) - MOST_IN_TREE}


def mappings(view: View, node: NamedNode) -> list[tuple[str, list[tuple[Markup, list[Markup]]]]]:
    """The concepts of other schemes that a concept is mapped to: for each scheme or host, properties and values."""
    by_host: dict[str, dict[str, list[Markup]]] = {}
    for predicate in terms.MAPPINGS:
        for target in view.site.named(node, predicate):
            schemes = view.site.named(target, terms.IN_SCHEME)
            host = urlsplit(target.value).hostname or target.value.partition(":")[0]
            if schemes:
                host = view.label(schemes[0]).value
            by_host.setdefault(host, {}).setdefault(predicate, []).append(view.link(target))
    return [
        (host, [(view.property_name(NamedNode(iri)), links) for iri, links in groups.items()])
        for host, groups in sorted(by_host.items())
    ]


_PAGE_TYPES: Mapping[str, PageType] = {
    terms.SCHEME: PageType("scheme.html", _scheme),
    terms.CONCEPT: PageType("concept.html", concept),
    **dict.fromkeys(terms.CLASSES, PageType("class.html", ontology.class_values)),
    **dict.fromkeys(terms.PROPERTIES, PageType("property.html", ontology.property_values)),
    f"{OWL}Ontology": PageType("ontology.html", ontology.ontology_values),
    terms.COLLECTION: PageType("scheme.html", _collection),
    terms.ORDERED_COLLECTION: PageType("scheme.html", _collection),
}
