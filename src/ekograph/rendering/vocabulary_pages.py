"""Documents as pages: an ontology term by term, and any other graph thing by thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup
from pyoxigraph import NamedNode, Quad

from ekograph.rdf import formats
from ekograph.rdf.texts import Text
from ekograph.rdf.vocab import OWL, RDF, RDFS, SHACL, TYPE
from ekograph.rendering import statements, terms
from ekograph.rendering.collation import initial
from ekograph.rendering.listings import ON_A_PAGE, Listing
from ekograph.rendering.rdf_writers import rdf
from ekograph.rendering.site import PROFILES
from ekograph.rendering.view import View

#: The kinds of terms in the order of the page: the key of their heading, and the classes of each.
_SECTIONS = (
    ("classes", (f"{OWL}Class", f"{RDFS}Class")),
    (
        "properties",
        (
            f"{OWL}ObjectProperty",
            f"{OWL}DatatypeProperty",
            f"{OWL}AnnotationProperty",
            f"{RDF}Property",
        ),
    ),
)

#: A document of more statements than this lists its things by name only.
MOST_STATEMENTS = 500

#: The front page shows things of so many classes; it names some more, and leaves the others to browsing.
MOST_SHOWN_CLASSES, MOST_NAMED_CLASSES = 30, 300

#: More examples than this are no longer examples.
MOST_EXAMPLES = 3

#: More things than this are counted, not listed.
MOST_THINGS = 200


@dataclass(frozen=True)
class Entry:
    """A thing that a document describes: its anchor ("" when it has a page elsewhere), words and statements.

    Of a class, `example` is one of its members in Turtle.
    """

    node: NamedNode
    anchor: str
    name: Markup
    words: tuple[Text, ...]
    rows: Sequence[statements.Row]
    count: int = 0
    examples: Sequence[Markup] = ()
    example: str = ""


@dataclass(frozen=True)
class Class:
    """A class, how many things are of it, and some of them; `all` is the address of the list of all, or ""."""

    link: Markup
    count: int
    examples: Sequence[Markup]
    all: str = ""


def census(view: View) -> Mapping[str, Sequence[Class]]:
    """The classes that things of this site are of: those of its profile, then that with most things first.

    The first of them come with examples as "classes"; "other_classes" are the others, as far as a page can hold them.
    """
    first = PROFILES.get(view.site.profile, ())
    members = view.site.members
    kinds = sorted(members, key=lambda kind: first.index(kind) if kind in first else len(first))
    classes = []
    for kind in kinds[:MOST_SHOWN_CLASSES]:
        node = NamedNode(kind)
        listing = view.site.listings.get(node)
        named = listing.first(view.hierarchy) if listing else view.hierarchy.in_order(members[kind])
        examples = [view.link(member) for member in named]
        address = listing.address(view.language) if listing else ""
        classes.append(Class(view.link(node), len(members[kind]), examples, address))
    others = kinds[MOST_SHOWN_CLASSES:MOST_NAMED_CLASSES]
    return {
        "classes": classes,
        "other_classes": [Class(view.link(NamedNode(kind)), len(members[kind]), ()) for kind in others],
    }


def list_values(view: View, listing: Listing, number: int) -> Mapping[str, Any]:
    """What a page of a list shows: the members by their first letters, and the way to the other pages."""
    members = listing.by_name(view.hierarchy)
    start = (number - 1) * ON_A_PAGE

    def letter(node: NamedNode) -> str:
        return initial(view.label(node).value, view.language)

    on_page: dict[str, int] = {}
    for at, node in enumerate(members):
        on_page.setdefault(letter(node), at // ON_A_PAGE + 1)
    letters = [(name, view.page(listing.path_of(page)), page) for name, page in on_page.items()]
    return {
        "listing": listing,
        "number": number,
        "letters": letters,
        "groups": [
            (name, [view.link(node) for node in nodes])
            for name, nodes in groupby(members[start : start + ON_A_PAGE], letter)
        ],
        "pages": [(page, view.page(listing.path_of(page))) for page in range(1, listing.pages + 1)],
    }


def terms_of(view: View, iri: NamedNode, quads: Sequence[Quad]) -> Mapping[str, Any]:
    """The terms of an ontology, by kind; counts and examples are taken from the site's data."""
    described = [subject for subject in _subjects(quads) if subject != iri]
    left = dict.fromkeys(described)
    sections: list[tuple[str, list[Entry]]] = []
    for key, kinds in _SECTIONS:
        members = [item for item in described if set(view.dataset.types(item)) & set(kinds)]
        sections.append((key, [_term(view, iri, member) for member in members if member in left]))
        for entry in members:
            left.pop(entry, None)
    sections.append(("individuals", [_term(view, iri, item) for item in left]))
    return {"sections": [section for section in sections if section[1]]}


def document(view: View, iri: NamedNode, quads: Sequence[Quad]) -> Mapping[str, Any]:
    """What a document describes: its own parts with anchors, and the things that have a page elsewhere."""
    subjects = _subjects(quads)
    parts = [subject for subject in subjects if subject.value.startswith(f"{iri.value}#")]
    things = [subject for subject in subjects if subject != iri and not subject.value.startswith(f"{iri.value}#")]
    # A view of the document alone is made only for parts, since a document can be large.
    local = View(view.site.of(quads if parts else ()), view.language)
    thorough = len(quads) <= MOST_STATEMENTS
    return {
        "parts": [_part(local, iri, part, thorough=thorough) for part in parts],
        "things": [view.link(thing) for thing in things[:MOST_THINGS]],
        "more": max(0, len(things) - MOST_THINGS),
        "size": len(quads),
    }


def _part(view: View, iri: NamedNode, node: NamedNode, *, thorough: bool) -> Entry:
    words = (*view.texts(node, terms.DEFINITIONS), *view.texts(node, (f"{SHACL}message",)))
    rows = statements.rows(view, view.dataset.quads_of(node)) if thorough else ()
    return Entry(node, _anchor(iri, node), view.name(node), words, rows)


def _term(view: View, iri: NamedNode, node: NamedNode) -> Entry:
    said = [item for item in view.dataset.quads_of(node) if item.predicate.value not in _SHOWN_APART]
    words = tuple(view.texts(node, terms.DEFINITIONS))
    used = _uses(view, iri, node)
    anchor = _anchor(iri, node)
    examples = [view.link(item) for item in used[:MOST_EXAMPLES]]
    turtle = _in_turtle(view, used[0]) if used and node.value in view.dataset.types(used[0]) else ""
    return Entry(node, anchor, view.name(node), words, statements.rows(view, said), len(used), examples, turtle)


def _in_turtle(view: View, node: NamedNode) -> str:
    """What is said of `node`, without the prefixes, which the page tells already."""
    dataset = view.dataset
    text = rdf(dataset.bounded(node), formats.TURTLE, dataset.prefixes, node).decode()
    return "\n".join(line for line in text.splitlines() if not line.startswith(("@prefix", "@base", "PREFIX"))).strip()


_SHOWN_APART = frozenset(
    {
        *terms.DEFINITIONS,
        f"{RDFS}label",
        terms.PREF_LABEL,
        f"{RDFS}isDefinedBy",
        TYPE.value,
        terms.IN_SCHEME,
        terms.TOP_OF,
    }
)


def _uses(view: View, iri: NamedNode, term: NamedNode) -> list[NamedNode]:
    """The things that use a term: as their class, as a property, or as a value of a property of the same ontology."""
    dataset = view.dataset
    by_type = [subject for subject in dataset.subjects(TYPE.value, term) if isinstance(subject, NamedNode)]
    as_property = () if by_type else dataset.subjects_with(term)
    as_value = [quad.subject for quad in dataset.quads_to(term) if quad.predicate.value.startswith(f"{iri.value}#")]
    using = dict.fromkeys(by_type or as_property or as_value)
    return [item for item in using if isinstance(item, NamedNode)]


def _anchor(iri: NamedNode, node: NamedNode) -> str:
    return node.value.removeprefix(f"{iri.value}#") if node.value.startswith(f"{iri.value}#") else ""


def _subjects(quads: Sequence[Quad]) -> list[NamedNode]:
    return [item for item in dict.fromkeys(quad.subject for quad in quads) if isinstance(item, NamedNode)]
