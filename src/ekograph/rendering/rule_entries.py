"""The rules that the data keeps, in words, and the terms that each of them speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from pyoxigraph import Literal, NamedNode, Quad

from ekograph.rdf.texts import Text
from ekograph.rdf.vocab import SHACL
from ekograph.rendering import terms
from ekograph.rendering.site import Site
from ekograph.rendering.view import View

_QUERIES = frozenset({f"{SHACL}select", f"{SHACL}ask"})
_PREFIXED = re.compile(r"\b([a-z][\w-]*):([A-Za-z][\w-]*)")
#: What a message names when a rule is broken; here nothing is.
_PLACE = re.compile(r'"?\{\?\w+\}"?')


@dataclass(frozen=True)
class RuleEntry:
    """A rule in words: its id, its name, why it is there, what its breach is told with, the IRIs it speaks of."""

    id: str
    name: Text
    reasons: Sequence[Text]
    messages: Sequence[Text]
    about: frozenset[NamedNode]


def rules(site: Site, shapes: Sequence[Quad], language: str) -> list[RuleEntry]:
    """The shapes that have a name, in order: each is a rule; those named after it (A01-title) are parts of it."""
    view = View(site.of(shapes), language)
    parts: dict[str, list[NamedNode]] = {}
    for shape in view.dataset.subjects_under(f"{site.dataset.base}shapes#"):
        parts.setdefault(_id(shape).partition("-")[0], []).append(shape)
    named = [item for part in parts.values() for item in part if view.dataset.objects(item, f"{SHACL}name")]
    result = [_rule(view, item, parts.get(_id(item), [item])) for item in named]
    return sorted(result, key=lambda entry: entry.id)


def by_term(entries: Sequence[RuleEntry]) -> Mapping[NamedNode, list[RuleEntry]]:
    """The rules that speak of each IRI."""
    speaking: dict[NamedNode, list[RuleEntry]] = {}
    for rule in entries:
        for term in rule.about:
            speaking.setdefault(term, []).append(rule)
    return speaking


def by_letter(entries: Sequence[RuleEntry]) -> list[tuple[str, list[RuleEntry]]]:
    """The rules whose ids begin with the same letter, together."""
    return [(letter, list(item)) for letter, item in groupby(entries, key=lambda rule: rule.id[:1])]


def _rule(view: View, shape: NamedNode, parts: Sequence[NamedNode]) -> RuleEntry:
    report = view.texts(shape, (f"{SHACL}message",))
    for constraint in view.dataset.objects(shape, f"{SHACL}sparql"):
        if isinstance(constraint, NamedNode):
            report += view.texts(constraint, (f"{SHACL}message",))
    about = frozenset(iri for part in parts for quad in view.dataset.bounded(part) for iri in _named(view, quad))
    reasons = view.texts(shape, (terms.COMMENT,))
    in_general = [message._replace(value=_PLACE.sub("…", message.value)) for message in report]
    return RuleEntry(_id(shape), view.label(shape), reasons, in_general, about)


def _named(view: View, quad: Quad) -> Iterator[NamedNode]:
    """The IRIs that a statement of a shape names, in its query too."""
    if isinstance(quad.object, NamedNode):
        yield quad.object
    elif isinstance(quad.object, Literal) and quad.predicate.value in _QUERIES:
        for prefix, name in _PREFIXED.findall(quad.object.value):
            if prefix in view.dataset.prefixes:
                yield NamedNode(view.dataset.prefixes[prefix] + name)


def _id(shape: NamedNode) -> str:
    return shape.value.rpartition("#")[2]
