"""How things, classes, properties and values are called in the reader's language, and the values a thing has.

Names come from the data, or else from the messages of the area "diff". Values are followed through blank nodes, so that
each has a path of properties.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from ekograph.i18n import Messages
from ekograph.rdf.dataset import Dataset, Node, Term
from ekograph.rdf.texts import LABELS
from ekograph.rdf.vocab import RDF, SKOS
from ekograph.urls import graph_name

_LABELS = tuple(label.value for label in LABELS)
_NOTATION = f"{SKOS}notation"
_SCHEME = f"{SKOS}ConceptScheme"
_IN_SCHEME = f"{SKOS}inScheme"
_LIST = frozenset({f"{RDF}first", f"{RDF}rest"})
_NIL = NamedNode(f"{RDF}nil")

#: The properties that lead from a thing to a value; those that make up a list are left out.
Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Value:
    """A value of a thing: the path there, and the term, or None for a blank node of which nothing more is said."""

    path: Path
    term: Term | None

    @property
    def language(self) -> str:
        """Its language tag, "" for none."""
        return (self.term.language or "") if isinstance(self.term, Literal) else ""


@dataclass(frozen=True)
class DisplayNames:
    """The names that the first of `datasets` has that has any."""

    datasets: Sequence[Dataset]
    messages: Messages

    def thing(self, node: Node) -> str:
        """The notation and the name of a thing; of a scheme the name alone."""
        notations = (term for dataset in self.datasets for term in dataset.objects(node, _NOTATION))
        notation = next((visible(term.value) for term in notations if isinstance(term, Literal)), "")
        name = self._label(node) or self._short(node)
        return name if self.is_scheme(node) else f"{notation} {name}".strip()

    def kind(self, node: Node) -> str:
        """The name of its class: of the one that the data itself names, before widely known ones."""
        types = list(dict.fromkeys(iri for dataset in self.datasets for iri in dataset.types(node)))
        names = (name(iri) for name in (self._iri_label, self._message, self._short_iri) for iri in types)
        return next(filter(None, names), self.messages("thing"))

    def properties(self, path: Path, language: str = "") -> str:
        """The names of the properties of a path; the language of the value is told unless it is the reader's."""
        names = (self._iri_label(iri) or self._message(iri) or self._short_iri(iri) for iri in path)
        text = " › ".join(names) or self.messages("item")
        return f"{text} ({language})" if language not in {"", self.messages.language} else text

    def value(self, value: Value) -> str:
        """A value as people read it: text in quotes, a thing by its name."""
        term = value.term
        if term is None:
            return self.messages("nameless")
        if isinstance(term, Literal):
            text = visible(term.value)
            quoted = value.language or text != text.strip() or not text
            return self.messages("quoted", text=text) if quoted else text
        return self.thing(term)

    def pair(self, old: Value, new: Value) -> tuple[str, str]:
        """Two values, told apart: as in N-Triples where only the datatype or the IRI differs."""
        names = self.value(old), self.value(new)
        return names if names[0] != names[1] else (visible(str(old.term)), visible(str(new.term)))

    def schemes(self, node: Node) -> list[Node]:
        """The schemes that a thing belongs to; to itself if it is one."""
        if self.is_scheme(node):
            return [node]
        schemes = (dataset.objects(node, _IN_SCHEME) for dataset in self.datasets)
        return [scheme for scheme in next(filter(None, schemes), []) if not isinstance(scheme, Literal)]

    def is_scheme(self, node: Node) -> bool:
        """Whether it is a concept scheme, under which concepts are grouped."""
        return any(_SCHEME in dataset.types(node) for dataset in self.datasets)

    def _label(self, node: Node) -> str:
        labels = (dataset.text(node, _LABELS, self.messages.language) for dataset in self.datasets)
        return next((visible(label.value) for label in labels if label), "")

    def _iri_label(self, iri: str) -> str:
        return self._label(NamedNode(iri))

    def _message(self, iri: str) -> str:
        return self.messages(iri) if iri in self.messages else ""

    def _short(self, node: Node) -> str:
        if isinstance(node, NamedNode):
            return self._short_iri(node.value)
        return visible(str(node)) if isinstance(node, Triple) else self.messages("nameless")

    def _short_iri(self, iri: str) -> str:
        """An IRI with its prefix, or in full; what the site itself names needs no prefix."""
        spaces = {space: f"{prefix}:" for dataset in self.datasets for prefix, space in dataset.prefixes.items()}
        spaces |= {f"{dataset.base}id/": "" for dataset in self.datasets if dataset.base}
        for space in sorted(spaces, key=len, reverse=True):
            if iri.startswith(space) and len(iri) > len(space):
                return visible(spaces[space] + iri[len(space) :])
        return visible(iri)


def authored(dataset: Dataset, node: Node) -> Iterator[Quad]:
    """What the sources say of `node`; what publication has derived from them is left out."""
    derived = graph_name(dataset.base, "derived")
    return (quad for quad in dataset.quads_of(node) if getattr(quad.graph_name, "value", "") != derived)


def values(dataset: Dataset, thing: Node) -> frozenset[Value]:
    """The values of `thing`; a blank node met twice is followed once."""
    result: set[Value] = set()
    pending: list[tuple[Path, Node]] = [((), thing)]
    seen = {thing}
    while pending:
        path, node = pending.pop()
        for quad in authored(dataset, node):
            step = path if quad.predicate.value in _LIST else (*path, quad.predicate.value)
            target = quad.object
            if isinstance(target, BlankNode):
                if target not in seen and dataset.quads_of(target):
                    pending.append((step, target))
                else:
                    result.add(Value(step, None))
                seen.add(target)
            elif target != _NIL or step != path:
                result.add(Value(step, target))
    return frozenset(result)


def edits(old: frozenset[Value], new: frozenset[Value]) -> list[tuple[Value | None, Value | None]]:
    """The differences of two sets of values, as pairs of the old and the new one.

    One value that gave way to one of the same path and language is paired; others came or went alone.
    """

    def by_place(different: Iterable[Value]) -> dict[tuple[Path, str], list[Value]]:
        places: dict[tuple[Path, str], list[Value]] = {}
        for value in sorted(different, key=lambda value: str(value.term)):
            places.setdefault((value.path, value.language), []).append(value)
        return places

    pairs: list[tuple[Value | None, Value | None]] = []
    gone, come = by_place(old - new), by_place(new - old)
    for place in sorted({*gone, *come}):
        before, after = gone.get(place, []), come.get(place, [])
        if len(before) == len(after) == 1:
            pairs.append((before[0], after[0]))
        else:
            pairs += [(value, None) for value in before]
            pairs += [(None, value) for value in after]
    return pairs


def roots(dataset: Dataset) -> list[BlankNode]:
    """Blank nodes that nothing leads to; where they lead to each other in a circle, one of each circle."""
    subjects = list(dict.fromkeys(quad.subject for quad in dataset.quads))
    heads = [node for node in subjects if isinstance(node, NamedNode) or not dataset.quads_to(node)]
    reached = {quad.subject for head in heads for quad in dataset.bounded(head)}
    result = [node for node in heads if isinstance(node, BlankNode)]
    for node in subjects:
        if isinstance(node, BlankNode) and node not in reached:
            result.append(node)
            reached |= {quad.subject for quad in dataset.bounded(node)}
    return result


def natural(text: str) -> list[tuple[int, str]]:
    """A key that sorts numbers in text by what they count."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text.casefold()) if part]


def visible(text: str) -> str:
    r"""Text fit for a terminal: what cannot be seen, such as a no-break space, is written as in Turtle, \u00A0."""

    def escaped(code: int) -> str:
        return f"\\U{code:08X}" if code > 0xFFFF else f"\\u{code:04X}"

    return "".join(character if character.isprintable() else escaped(ord(character)) for character in text)
