"""The kinds of thing that have a page of their own design, and what each such page shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from ekograph.rdf.dataset import Text
from ekograph.rendering import history, terms
from ekograph.rendering import tree as tree_module
from ekograph.rendering.contact_points import contacts
from ekograph.rendering.view import View

Facts: TypeAlias = Sequence[tuple[str, Sequence[Markup]]]
Content: TypeAlias = Mapping[str, Any]


def template_of(view: View, node: NamedNode) -> tuple[str, Content]:
    """The template for a page about `node`, and what it is filled with."""
    types = view.dataset.types(node)
    for kind, template, content in _KINDS:
        if kind in types:
            return template, content(view, node)
    return "thing.html", {}


def above(view: View, node: NamedNode) -> list[NamedNode]:
    """The things on the path from the front page to `node`, without it."""
    scheme = [each for each in view.site.named(node, terms.IN_SCHEME) if view.site.has_page(each)]
    return [*scheme[:1], *tree_module.broader(view.dataset, node)]


def agreement(view: View, node: NamedNode) -> Content:
    """An agreement: its facts, tree, people, and requirements."""
    site = view.site
    tree = tree_module.tree(view.dataset, node)
    people = site.named(node, terms.CONTACTED_AT)
    belonging = [*(each for top in tree for each in top.walk()), *people, *site.named(node, terms.REQUIREMENT)]
    return {
        "facts": [
            (
                "places",
                [view.link(part) for place in site.named(node, terms.SPATIAL) for part in _with_parts(view, place)],
            ),
            ("authority", _links(view, node, terms.FUNDED_BY)),
            ("parties", _links(view, node, terms.PARTY)),
            ("document", [*_links(view, node, terms.DOCUMENT), *_links(view, node, terms.LISTED_ON)]),
            ("period", _links(view, node, terms.TEMPORAL)),
            ("signed", _days(view, node, terms.ISSUED)),
            ("expires", _days(view, node, terms.EXPIRES)),
            ("collection", _links(view, node, terms.IS_PART_OF)),
            ("source", _links(view, node, terms.SOURCE)),
        ],
        "tree": tree,
        "count": sum(1 for each in tree for _ in each.walk()),
        "contacts": contacts(view, people),
        "requirements": requirements(view, node),
        "steps": history.steps(view, node, belonging),
    }


def summary(view: View, node: NamedNode) -> Content:
    """An agreement in a few lines, for the front page."""
    site = view.site
    return {
        "places": [view.link(part) for place in site.named(node, terms.SPATIAL) for part in _with_parts(view, place)],
        "authorities": _links(view, node, terms.FUNDED_BY),
        "contacts": _links(view, node, terms.CONTACTED_AT),
    }


def priority(view: View, node: NamedNode) -> Content:
    """A priority: its place in the tree, and what follows from its agreement."""
    site = view.site
    agreements = site.named(node, terms.IN_SCHEME)
    path = tree_module.broader(view.dataset, node)
    return {
        "facts": [
            ("agreement", [view.link(each) for each in agreements]),
            ("broader", [view.link(each) for each in path[-1:]]),
            ("kind", _links(view, path[0] if path else node, terms.KIND)),
            ("subjects", _links(view, node, terms.SUBJECT)),
            ("authority", [link for each in agreements for link in _links(view, each, terms.FUNDED_BY)]),
            ("places", [link for each in agreements for link in _links(view, each, terms.SPATIAL)]),
        ],
        "below": tree_module.branch(view.dataset, node).below,
        "siblings": [tree_module.ConceptNode(each) for each in tree_module.siblings(view.dataset, node)],
        "agreements": agreements,
        "contacts": contacts(view, _each(view, agreements, terms.CONTACTED_AT)),
        "requirements": [text for each in agreements for text in requirements(view, each)],
    }


def authority(view: View, node: NamedNode) -> Content:
    """A funding authority: the agreements that it funds, and its people."""
    members = view.site.pointing(terms.MEMBER_OF, node)
    people = [each for each in members if terms.CONTACT in view.dataset.types(each)]
    return {"agreements": view.site.pointing(terms.FUNDED_BY, node), "contacts": contacts(view, people)}


def contact_point(view: View, node: NamedNode) -> Content:
    """A contact point: how to reach it, the agreements that it serves, and where and when this was checked."""
    return {
        "contact": contacts(view, [node])[0],
        "agreements": view.site.pointing(terms.CONTACTED_AT, node),
        "facts": [("source", _links(view, node, terms.SOURCE)), ("checked", _days(view, node, terms.CHECKED))],
    }


def place(view: View, node: NamedNode) -> Content:
    """A place: the agreements that cover it, who funds them and whom to ask."""
    site = view.site
    agreements = site.agreements_on(node)
    return {
        "agreements": agreements,
        "authorities": [view.link(each) for each in _each(view, agreements, terms.FUNDED_BY)],
        "contacts": contacts(view, _each(view, agreements, terms.CONTACTED_AT)),
        "facts": [
            ("part_of", [view.link(each) for each in view.site.pointing(terms.HAS_PART, node)]),
            ("parts", _links(view, node, terms.HAS_PART)),
            ("listed", _listed(view, node)),
            (
                "same_as",
                [
                    view.elsewhere(other)
                    for match in (terms.SAME_AS, terms.EXACT_MATCH, terms.CLOSE_MATCH)
                    for other in site.named(node, match)
                ],
            ),
        ],
    }


def scheme(view: View, node: NamedNode) -> Content:
    """Any other concept scheme: its tree."""
    return {"tree": tree_module.tree(view.dataset, node)}


def concept(view: View, node: NamedNode) -> Content:
    """Any other concept: what is below it and beside it."""
    return {
        "below": tree_module.branch(view.dataset, node).below,
        "siblings": [tree_module.ConceptNode(each) for each in tree_module.siblings(view.dataset, node)],
    }


def requirements(view: View, agreement: NamedNode) -> list[tuple[Text, list[Markup]]]:
    """The requirements on projects under an agreement: the words of each, and links to what it refers to."""
    found = []
    for each in view.site.named(agreement, terms.REQUIREMENT):
        words = view.dataset.text(each, terms.DEFINITIONS, view.language) or view.label(each)
        found.append((words, _links(view, each, terms.REFERENCES)))
    return found


def _listed(view: View, place: NamedNode) -> list[Markup]:
    """Links to the agreements of a place that the site names and does not describe."""
    areas = [place, *view.site.pointing(terms.HAS_PART, place)]
    agreements = [agreement for area in areas for agreement in view.site.pointing(terms.URBAN_AREA, area)]
    return [view.link(agreement) for agreement in agreements if terms.AGREEMENT not in view.dataset.types(agreement)]


def _links(view: View, node: NamedNode, predicate: str) -> list[Markup]:
    return [view.link(each) for each in view.site.named(node, predicate)]


def _days(view: View, node: NamedNode, predicate: str) -> list[Markup]:
    return [view.day(each.value) for each in view.dataset.objects(node, predicate) if isinstance(each, Literal)]


def _each(view: View, nodes: Sequence[NamedNode], predicate: str) -> list[NamedNode]:
    return list(dict.fromkeys(found for node in nodes for found in view.site.named(node, predicate)))


def _with_parts(view: View, place: NamedNode) -> list[NamedNode]:
    return [place, *view.site.named(place, terms.HAS_PART)]


_KINDS: Sequence[tuple[str, str, Callable[[View, NamedNode], Content]]] = (
    (terms.AGREEMENT, "agreement.html", agreement),
    (terms.PRIORITY, "priority.html", priority),
    (terms.AUTHORITY, "authority.html", authority),
    (terms.CONTACT, "contact.html", contact_point),
    (terms.PLACE, "place.html", place),
    (terms.SCHEME, "scheme.html", scheme),
    (terms.CONCEPT, "concept.html", concept),
)
