"""Names for things, kinds, properties and values in the reader's language, from the data or else from our messages.

What is said of a thing, followed through its blank nodes: values at the end of paths of properties.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from ekograph.i18n import Messages
from ekograph.rdf.dataset import LABELS, RDF, SKOS, Dataset, Node, Term

_NAMES = tuple(each.value for each in LABELS)
_NOTATION = f"{SKOS}notation"
_SCHEME = f"{SKOS}ConceptScheme"
_IN_SCHEME = f"{SKOS}inScheme"


@dataclass(frozen=True)
class DisplayNames:
    """Names things as the first of `datasets` does that has a name for them."""

    datasets: Sequence[Dataset]
    say: Messages

    def thing(self, node: Node) -> str:
        """The notation and the name of a thing; of a scheme the name alone."""
        name = self._label(node) or self._short(node)
        notation = "" if self.is_scheme(node) else self._notation(node)
        return f"{notation} {name}".strip()

    def kind(self, node: Node) -> str:
        """The name of its class: of the one that the data itself names, before widely known ones."""
        types = list(dict.fromkeys(iri for each in self.datasets for iri in each.types(node)))
        own = (self._label(NamedNode(iri)) for iri in types)
        known = (self._message(iri) for iri in types)
        short = (self._short(NamedNode(iri)) for iri in types)
        return next(filter(None, [*own, *known, *short]), self.say("thing"))

    def properties(self, path: Path, tag: str = "") -> str:
        """The names of the properties of a path; the language tag is told unless it is the reader's."""
        names = " › ".join(map(self._property, path)) or self.say("item")
        return f"{names} ({tag})" if tag not in {"", self.say.language} else names

    def value(self, value: Value) -> str:
        """A value as people read it: text in quotes, a thing by its name."""
        term = value.term
        if term is None:
            return self.say("nameless")
        if isinstance(term, Literal):
            text = visible(term.value)
            quoted = language(value) or text != text.strip() or not text
            return self.say("quoted", text=text) if quoted else text
        return self.thing(term)

    def pair(self, old: Value, new: Value) -> tuple[str, str]:
        """Two values, told apart: as in N-Triples where only the datatype or the IRI differs."""
        names = self.value(old), self.value(new)
        return names if names[0] != names[1] else (visible(str(old.term)), visible(str(new.term)))

    def schemes(self, node: Node) -> list[Node]:
        """The schemes that a thing belongs to; to itself if it is one."""
        if self.is_scheme(node):
            return [node]
        found = (each.objects(node, _IN_SCHEME) for each in self.datasets)
        return [each for each in next(filter(None, found), []) if not isinstance(each, Literal)]

    def is_scheme(self, node: Node) -> bool:
        """Whether it is a concept scheme, under which others are told of."""
        return any(_SCHEME in each.types(node) for each in self.datasets)

    def order(self, node: Node) -> list[tuple[int, str]]:
        """A key that sorts things by notation, LPR.1.9 before LPR.1.10, then by name."""
        return natural(f"{self._notation(node)} {self.thing(node)}")

    def _property(self, iri: str) -> str:
        return self._label(NamedNode(iri)) or self._message(iri) or self._short(NamedNode(iri))

    def _label(self, node: Node) -> str:
        found = (each.text(node, _NAMES, self.say.language) for each in self.datasets)
        return next((visible(each.value) for each in found if each), "")

    def _notation(self, node: Node) -> str:
        found = (term for each in self.datasets for term in each.objects(node, _NOTATION))
        return next((visible(each.value) for each in found if isinstance(each, Literal)), "")

    def _message(self, iri: str) -> str:
        try:
            return self.say(iri)
        except KeyError:
            return ""

    def _short(self, node: Term) -> str:
        """An IRI with the prefix of the site for it, other than http(s) without angle brackets, else in full."""
        if not isinstance(node, NamedNode):
            return visible(str(node)) if isinstance(node, Triple) else self.say("nameless")
        for space, prefix in _spaces(self.datasets):
            if node.value.startswith(space) and len(node.value) > len(space):
                return visible(prefix + node.value[len(space) :])
        return visible(node.value)


def natural(text: str) -> list[tuple[int, str]]:
    """A key that sorts numbers in text by what they count."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text.casefold()) if part]


def shortened(text: str, most: int = 60) -> str:
    """A name as the beginning of a sentence: not too long, and without a full stop of its own."""
    return text.rstrip(".") if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0].rstrip(' ,.;:–-')}…"


def sentence(text: str) -> str:
    """Text with a capital at its beginning, unless it begins with an IRI, whose letters matter."""
    return text if ":" in text.split(" ", 1)[0] else f"{text[:1].upper()}{text[1:]}"


def visible(text: str) -> str:
    r"""Text fit for a terminal: what cannot be seen, such as a no-break space, is written as in Turtle, \u00A0."""
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\U{code:08X}" if code > 0xFFFF else f"\\u{code:04X}"


def _spaces(datasets: Iterable[Dataset]) -> list[tuple[str, str]]:
    """The namespaces and what stands for them, the longest first; what the site itself names needs no prefix."""
    spaces = {iri: f"{prefix}:" for each in datasets for prefix, iri in each.prefixes.items()}
    own = {f"{each.base}id/": "" for each in datasets if each.base}
    return sorted((spaces | own).items(), key=lambda each: (-len(each[0]), each))


#: The properties that lead from a thing to a value; those that make up a list are left out.
Path: TypeAlias = tuple[str, ...]

_LIST = frozenset({f"{RDF}first", f"{RDF}rest"})
_NIL = NamedNode(f"{RDF}nil")


@dataclass(frozen=True)
class Value:
    """A value of a thing: the path there, and the term, or None for a blank node of which nothing more is said."""

    path: Path
    term: Term | None


@dataclass(frozen=True)
class Edit:
    """One value that took the place of another; without `old` it came, without `new` it went."""

    path: Path
    old: Value | None
    new: Value | None


def authored(dataset: Dataset, node: Node) -> Iterator[Quad]:
    """What the sources say of `node`; what publication has derived from them is left out."""
    derived = f"{dataset.base}graph/derived"
    return (quad for quad in dataset.quads_of(node) if getattr(quad.graph_name, "value", "") != derived)


def values(dataset: Dataset, thing: Node) -> frozenset[Value]:
    """The values of `thing`; a blank node met twice is followed once."""
    found: set[Value] = set()
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
                    found.add(Value(step, None))
                seen.add(target)
            elif target != _NIL or step != path:
                found.add(Value(step, target))
    return frozenset(found)


def roots(dataset: Dataset) -> list[BlankNode]:
    """Blank nodes that nothing leads to; where they lead to each other in a circle, one of each circle."""
    subjects = list(dict.fromkeys(quad.subject for quad in dataset.quads))
    heads = [each for each in subjects if isinstance(each, NamedNode) or not dataset.quads_to(each)]
    reached = {quad.subject for head in heads for quad in dataset.bounded(head)}
    found = [each for each in heads if isinstance(each, BlankNode)]
    for node in subjects:
        if isinstance(node, BlankNode) and node not in reached:
            found.append(node)
            reached |= {quad.subject for quad in dataset.bounded(node)}
    return found


def edits(old: frozenset[Value], new: frozenset[Value]) -> list[Edit]:
    """The differences of two sets of values; one value that gave way to one of the same path and language is paired."""
    found = []
    gone, come = _by_place(old - new), _by_place(new - old)
    for place in sorted({*gone, *come}):
        before, after = gone.get(place, []), come.get(place, [])
        if len(before) == len(after) == 1:
            found.append(Edit(place[0], before[0], after[0]))
        else:
            found += [Edit(place[0], each, None) for each in before]
            found += [Edit(place[0], None, each) for each in after]
    return found


def language(value: Value | None) -> str:
    """The language tag of a value, "" for none."""
    return (value.term.language or "") if value and isinstance(value.term, Literal) else ""


def _by_place(given: Iterable[Value]) -> dict[tuple[Path, str], list[Value]]:
    found: dict[tuple[Path, str], list[Value]] = {}
    for value in sorted(given, key=lambda each: str(each.term)):
        found.setdefault((value.path, language(value)), []).append(value)
    return found
