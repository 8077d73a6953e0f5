"""The types of page of this site, and what each such page shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from ekograph.plugins import PageType, Values
from ekograph.rdf.texts import Text
from ekograph.rendering import history, terms
from ekograph.rendering.hierarchy import ConceptNode
from ekograph.rendering.view import View

from . import agreements as eko
from .contacts import contact, contacts

Facts: TypeAlias = Sequence[tuple[str, Sequence[Markup]]]


def agreement(view: View, node: NamedNode) -> Values:
    """An agreement: its facts, tree, people, and requirements."""
    site = view.site
    tree = site.hierarchy.tree(node)
    people = site.named(node, eko.CONTACTED_AT)
    belonging = [
        *(concept for top in tree for concept in top.walk()),
        *people,
        *site.named(node, eko.REQUIREMENT),
    ]
    facts: Facts = [
        ("places", _places(view, node)),
        ("authority", _links(view, node, eko.FUNDED_BY)),
        ("parties", _links(view, node, eko.PARTY)),
        ("document", [*_links(view, node, eko.DOCUMENT), *_links(view, node, eko.LISTED_ON)]),
        ("period", _links(view, node, eko.TEMPORAL)),
        ("signed", _days(view, node, eko.ISSUED)),
        ("expires", _days(view, node, eko.EXPIRES)),
        ("collection", _links(view, node, terms.IS_PART_OF)),
        ("source", _links(view, node, eko.SOURCE)),
        ("origins", _origins(view, node)),
    ]
    return {
        "facts": facts,
        "tree": tree,
        "count": sum(1 for top in tree for _ in top.walk()),
        "contacts": contacts(view, people),
        "requirements": _requirements(view, node),
        "steps": history.steps(view, node, belonging),
    }


def summary(view: View, node: NamedNode) -> Values:
    """An agreement in a few lines, for the front page."""
    return {
        "node": node,
        "title": view.title(node),
        "tree": view.site.hierarchy.tree(node),
        "places": _places(view, node),
        "authorities": _links(view, node, eko.FUNDED_BY),
        "contacts": _links(view, node, eko.CONTACTED_AT),
    }


def priority(view: View, node: NamedNode) -> Values:
    """A priority: its place in the tree, and what follows from its agreement."""
    site, hierarchy = view.site, view.site.hierarchy
    schemes = site.named(node, terms.IN_SCHEME)
    path = hierarchy.broader(node)
    facts: Facts = [
        ("agreement", [view.link(scheme) for scheme in schemes]),
        ("broader", [view.link(above) for above in path[-1:]]),
        ("kind", _links(view, path[0] if path else node, eko.KIND)),
        ("subjects", _links(view, node, eko.SUBJECT)),
        ("authority", [link for scheme in schemes for link in _links(view, scheme, eko.FUNDED_BY)]),
        ("places", [link for scheme in schemes for link in _links(view, scheme, eko.SPATIAL)]),
        ("origins", _origins(view, node)),
    ]
    return {
        "facts": facts,
        "below": hierarchy.branch(node).below,
        "siblings": [ConceptNode(sibling) for sibling in hierarchy.siblings(node)],
        "contacts": contacts(view, _all(view, schemes, eko.CONTACTED_AT)),
        "requirements": [requirement for scheme in schemes for requirement in _requirements(view, scheme)],
    }


def authority(view: View, node: NamedNode) -> Values:
    """A funding authority: the agreements that it funds, and its people."""
    members = view.site.pointing(eko.MEMBER_OF, node)
    people = [member for member in members if eko.CONTACT in view.dataset.types(member)]
    return {"agreements": view.site.pointing(eko.FUNDED_BY, node), "contacts": contacts(view, people)}


def contact_point(view: View, node: NamedNode) -> Values:
    """A contact point: how to reach it, the agreements that it serves, and what this was compared with, and when."""
    return {
        "contact": contact(view, node),
        "agreements": view.site.pointing(eko.CONTACTED_AT, node),
        "facts": [("source", _links(view, node, eko.SOURCE)), ("compared", _comparisons(view, node))],
    }


def place(view: View, node: NamedNode) -> Values:
    """A place: the agreements that cover it, who funds them and whom to ask."""
    site = view.site
    covering = eko.covering(site, node)
    return {
        "agreements": covering,
        "authorities": [view.link(funder) for funder in _all(view, covering, eko.FUNDED_BY)],
        "contacts": contacts(view, _all(view, covering, eko.CONTACTED_AT)),
        "listed": _listed(view, node),
        "facts": [
            ("part_of", [view.link(whole) for whole in site.pointing(terms.HAS_PART, node)]),
            ("parts", _links(view, node, terms.HAS_PART)),
            ("same_as", [view.elsewhere(other) for match in eko.MATCHES for other in site.named(node, match)]),
            ("origins", _origins(view, node)),
        ],
    }


PAGE_TYPES = {
    eko.AGREEMENT: PageType("agreement.html", agreement),
    eko.PRIORITY: PageType("priority.html", priority),
    eko.AUTHORITY: PageType("authority.html", authority),
    eko.CONTACT: PageType("contact.html", contact_point),
    eko.PLACE: PageType("place.html", place),
}


def _requirements(view: View, node: NamedNode) -> list[tuple[Text, list[Markup]]]:
    """The requirements on projects under an agreement: the words of each, and links to what it refers to."""
    return [
        (
            view.dataset.text(requirement, terms.DEFINITIONS, view.language) or view.label(requirement),
            _links(view, requirement, eko.REFERENCES),
        )
        for requirement in view.site.named(node, eko.REQUIREMENT)
    ]


def _listed(view: View, node: NamedNode) -> list[Markup]:
    """Links to the agreements of a place that the site names and does not describe."""
    areas = [node, *view.site.pointing(terms.HAS_PART, node)]
    agreements = [agreement for area in areas for agreement in view.site.pointing(eko.URBAN_AREA, area)]
    return [view.link(agreement) for agreement in agreements if eko.AGREEMENT not in view.dataset.types(agreement)]


def _places(view: View, node: NamedNode) -> list[Markup]:
    """Links to the places that an agreement covers, and to their parts."""
    site = view.site
    return [
        view.link(part)
        for whole in site.named(node, eko.SPATIAL)
        for part in (whole, *site.named(whole, terms.HAS_PART))
    ]


def _origins(view: View, node: NamedNode) -> list[Markup]:
    """Links to the sources of what is said of a thing, beside the source page: those of the graphs that say it."""
    graphs = dict.fromkeys(q.graph_name for q in view.dataset.quads_of(node) if isinstance(q.graph_name, NamedNode))
    sources = _all(view, list(graphs), eko.DERIVED_FROM)
    return [view.link(source) for source in sources if not view.site.named(source, eko.DERIVED_FROM)]


def _links(view: View, node: NamedNode, predicate: str) -> list[Markup]:
    return [view.link(target) for target in view.site.named(node, predicate)]


def _days(view: View, node: NamedNode, predicate: str) -> list[Markup]:
    return [view.day(date.value) for date in view.dataset.objects(node, predicate) if isinstance(date, Literal)]


def _comparisons(view: View, node: NamedNode) -> list[Markup]:
    """The day on which a thing was compared with the text that its graph was made from, which is what is claimed."""
    graphs = [q.graph_name for q in view.dataset.quads_of(node) if q.predicate.value == eko.CHECKED]
    texts = [view.link(text) for text in _all(view, [g for g in graphs if isinstance(g, NamedNode)], eko.DERIVED_FROM)]
    return [Markup(" – ").join([day, *texts]) for day in _days(view, node, eko.CHECKED)]


def _all(view: View, nodes: Sequence[NamedNode], predicate: str) -> list[NamedNode]:
    return list(dict.fromkeys(target for node in nodes for target in view.site.named(node, predicate)))
