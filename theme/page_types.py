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
from ekograph.rendering.page_types import concept
from ekograph.rendering.statements import members_of
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
        ("subjects", [here(view, item) for item in site.named(node, eko.SUBJECT)]),
        ("authority", [link for scheme in schemes for link in _links(view, scheme, eko.FUNDED_BY)]),
        ("places", [link for scheme in schemes for link in _links(view, scheme, eko.SPATIAL)]),
        ("origins", _origins(view, node)),
    ]
    return {
        "facts": facts,
        "below": hierarchy.branch(node).below,
        "siblings": [ConceptNode(sibling) for sibling in hierarchy.siblings(node)],
        "akin": _akin(view, node, schemes),
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


def subject(view: View, node: NamedNode) -> Values:
    """A subject: the priorities about it, by their agreements."""
    matches = [link for match in eko.MATCHES[1:] for link in _links(view, node, match)]
    return {
        **concept(view, node),
        "groups": list(eko.agreements_of(view.site, view.site.pointing(eko.SUBJECT, node)).items()),
        "facts": [
            ("vocabulary", _links(view, node, terms.IN_SCHEME)),
            ("broader", _links(view, node, terms.BROADER)),
            ("elsewhere", [view.elsewhere(node), *matches]),
        ],
    }


def listed(view: View, node: NamedNode) -> Values:
    """An agreement that is not described here: its places, and where its document is."""
    areas = view.site.named(node, eko.URBAN_AREA)
    places = [place for area in areas for place in (area, *view.site.named(area, terms.HAS_PART))]
    return {
        "lead": "listed.lead",
        "facts": [
            ("places", [view.link(place) for place in places]),
            ("document", _links(view, node, eko.LISTED_ON)),
            ("collection", _links(view, node, terms.IS_PART_OF)),
            ("source", _links(view, node, eko.SOURCE)),
        ],
    }


def programme(view: View, node: NamedNode) -> Values:
    """The programme that funds projects: its period, and what it demands under which agreements."""
    rules = view.site.pointing(eko.REFERENCES, node)
    return {
        "facts": [("period", _links(view, node, eko.TEMPORAL)), ("source", _links(view, node, eko.SOURCE))],
        "lists": [
            ("requirements", [view.link(rule) for rule in rules]),
            ("agreements", [view.link(item) for rule in rules for item in view.site.pointing(eko.REQUIREMENT, rule)]),
        ],
    }


def period(view: View, node: NamedNode) -> Values:
    """A period: from when until when, and what it is the period of."""
    bounds = [(key, view.dataset.literals(node, (iri,))) for key, iri in (("starts", eko.START), ("ends", eko.END))]
    within = view.site.pointing(eko.TEMPORAL, node)
    kinds = (("agreements", eko.AGREEMENT), ("programmes", eko.PROGRAMME))
    return {
        "facts": [(key, [view.literal(value) for value in values]) for key, values in bounds],
        "lists": [
            (key, [view.link(item) for item in within if kind in view.dataset.types(item)]) for key, kind in kinds
        ],
    }


def requirement(view: View, node: NamedNode) -> Values:
    """A requirement on projects: its words, what it refers to, and the agreements that have it."""
    return {
        "quoted": True,
        "facts": [("requirements.see", _links(view, node, eko.REFERENCES)), ("source", _links(view, node, eko.SOURCE))],
        "lists": [("agreements", [view.link(item) for item in view.site.pointing(eko.REQUIREMENT, node)])],
    }


def collection(view: View, node: NamedNode) -> Values:
    """All agreements together: what their page says of them, those described here, and the others."""
    parts = view.site.pointing(terms.IS_PART_OF, node)
    kinds = (("agreements", eko.AGREEMENT), ("listed.others", eko.LISTED))
    starts = view.dataset.objects(node, eko.INTRODUCTION)
    return {
        "paragraphs": [
            view.value(NamedNode(eko.INTRODUCTION), text) for start in starts for text in members_of(view, start)
        ],
        "facts": [("period", _links(view, node, eko.TEMPORAL)), ("source", _links(view, node, eko.SOURCE))],
        "lists": [
            (key, [view.link(item) for item in parts if kind in view.dataset.types(item)]) for key, kind in kinds
        ],
    }


def organisation(view: View, node: NamedNode) -> Values:
    """An organisation: the agreements that it is a party of."""
    return {
        "facts": [
            ("same_as", [view.elsewhere(other) for match in eko.MATCHES for other in view.site.named(node, match)])
        ],
        "lists": [("party_of", [view.link(item) for item in view.site.pointing(eko.PARTY, node)])],
    }


def page(view: View, node: NamedNode) -> Values:
    """A page of others that the data comes from: where it is, when it was read, and what comes from it."""
    graphs, things = view.site.pointing(eko.DERIVED_FROM, node), view.site.pointing(eko.SOURCE, node)
    return {
        "facts": [
            ("address", [view.elsewhere(node)]),
            ("read", _days(view, node, eko.READ_ON)),
            ("issued", _days(view, node, eko.ISSUED)),
        ],
        "lists": [
            ("from_here", [view.link(item) for item in (*things, *graphs)]),
            ("documents", [view.link(item) for item in view.site.pointing(eko.LISTED_ON, node)]),
        ],
    }


PAGE_TYPES = {
    eko.AGREEMENT: PageType("agreement.html", agreement),
    eko.PRIORITY: PageType("priority.html", priority),
    eko.AUTHORITY: PageType("authority.html", authority),
    eko.CONTACT: PageType("contact.html", contact_point),
    eko.PLACE: PageType("place.html", place),
    eko.LISTED: PageType("kind.html", listed),
    eko.PROGRAMME: PageType("kind.html", programme),
    eko.PERIOD: PageType("kind.html", period),
    eko.RULE: PageType("kind.html", requirement),
    eko.COLLECTION: PageType("kind.html", collection),
    eko.ORGANISATION: PageType("kind.html", organisation),
    eko.PAGE: PageType("kind.html", page),
    terms.CONCEPT: PageType("subject.html", subject),
}


def here(view: View, node: NamedNode) -> Markup:
    """A link to the page that this site has of what is named elsewhere."""
    return Markup('<a href="{}">{}</a>').format(view.page(view.path(node.value)), view.name(node))


def _akin(view: View, node: NamedNode, schemes: Sequence[NamedNode]) -> list[tuple[NamedNode, list[NamedNode]]]:
    """The priorities of other agreements about the same subjects, by their agreements."""
    site = view.site
    about = [other for item in site.named(node, eko.SUBJECT) for other in site.pointing(eko.SUBJECT, item)]
    grouped = eko.agreements_of(site, dict.fromkeys(about))
    return [(agreement, priorities) for agreement, priorities in grouped.items() if agreement not in schemes]


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
