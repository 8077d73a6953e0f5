"""Changes told in words: which thing, which property, from what to what, in the reader's language.

Names come from the data, or else from the messages of the area "diff". Values are followed through blank nodes, so that
each has a path of properties.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from ekograph.diff.changes import Changes, moves, same_triples
from ekograph.i18n import Messages
from ekograph.rdf.dataset import Dataset, Node, Term
from ekograph.rdf.texts import LABELS
from ekograph.rdf.vocab import RDF, SKOS, TYPE
from ekograph.urls import graph_name


@dataclass(frozen=True)
class ChangeReport:
    """A sentence, and the thing it is about; None where it is about no thing that has a name."""

    thing: NamedNode | None
    text: str


def words(changes: Changes, old: Dataset, new: Dataset, language: str) -> list[str]:
    """The changes from `old` to `new` as sentences in `language`, things of one scheme together."""
    return [change.text for change in report(changes, old, new, language)]


def report(changes: Changes, old: Dataset, new: Dataset, language: str) -> list[ChangeReport]:
    """The changes from `old` to `new` as sentences, each with its thing.

    What publication derives is told of only where nothing else has changed.
    """
    removed, added = (
        [quad for quad in quads if getattr(quad.graph_name, "value", "") != graph_name(state.base, "derived")]
        for quads, state in ((changes.removed, old), (changes.added, new))
    )
    moved = moves(removed, added, old.quads, new.quads)
    messages = Messages("diff", language)
    wording = _Wording(old, new, DisplayNames((old, new), messages), messages)
    things = {quad.subject for quad in [*moved.removed, *moved.added] if isinstance(quad.subject, NamedNode)}
    sentences = [sentence for thing in sorted(things, key=wording.order) for sentence in wording.about(thing)]
    sentences += wording.nameless("nameless_removed", old, moved.removed)
    sentences += wording.nameless("nameless_new", new, moved.added)
    for (source, target), count in sorted(moved.triples.items()):
        text = messages("filed", count=count, old=visible(source), new=visible(target))
        sentences.append(ChangeReport(None, text))
    if changes and not sentences:
        count = len(changes.removed) + len(changes.added)
        sentences.append(ChangeReport(None, messages("derived", count=count)))
    return sentences


def edits_of(thing: NamedNode, old: Dataset, new: Dataset, known: Dataset, messages: Messages) -> Iterator[str]:
    """What has changed in one thing, in sentences without a subject; `known` has the names of all others."""
    return _Wording(old, new, DisplayNames((old, new, known), messages), messages).changed(thing)


@dataclass(frozen=True)
class _Wording:
    old: Dataset
    new: Dataset
    names: DisplayNames
    messages: Messages

    def order(self, thing: NamedNode) -> tuple[object, ...]:
        """A key that sorts things by scheme, the scheme itself first, then by notation and name."""
        schemes = self.names.schemes(thing)[:1]
        return (
            not schemes,
            natural(self.names.thing(schemes[0])) if schemes else [],
            schemes != [thing],
            "" if schemes else self.names.kind(thing),
            natural(self.names.thing(thing)),
            thing.value,
        )

    def about(self, thing: NamedNode) -> Iterator[ChangeReport]:
        """All that has changed in one thing."""
        quads = [list(authored(state, thing)) for state in (self.old, self.new)]
        # A thing is there where it has a type, or if it never has, where anything is said of it.
        there = [any(quad.predicate == TYPE for quad in state) for state in quads]
        was_there, is_there = there if any(there) else map(bool, quads)
        schemes = [scheme for scheme in self.names.schemes(thing) if scheme != thing]
        if was_there and is_there:
            name = _shortened(self.names.thing(thing))
            if schemes:
                subject = f"{self.names.thing(schemes[0])}, {name}"
            elif self.names.is_scheme(thing):
                subject = self.names.thing(thing)
            else:
                subject = _capitalised(f"{self.names.kind(thing)} {name}")
            yield from (ChangeReport(thing, f"{subject}: {change}") for change in self.changed(thing))
            return
        key = "new" if is_there else "left" if quads[1] else "removed"
        count = {"count": len(quads[1])} if key == "left" else {}
        text = self.messages(key, kind=self.names.kind(thing), thing=self.names.thing(thing), **count)
        yield ChangeReport(thing, f"{self.names.thing(schemes[0])}: {text}" if schemes else _capitalised(text))

    def nameless(self, key: str, state: Dataset, quads: Iterable[Quad]) -> Iterator[ChangeReport]:
        """What is described without an IRI and belongs to nothing that has one, with what is said of it."""
        dataset = Dataset(quads, base=state.base, prefixes=state.prefixes, languages=state.languages)
        names = DisplayNames((dataset, *self.names.datasets), self.messages)
        for node in roots(dataset):
            facts = sorted(values(dataset, node), key=lambda value: (value.path, str(value.term)))
            text = "; ".join(f"{names.properties(fact.path, fact.language)} {names.value(fact)}" for fact in facts)
            yield ChangeReport(None, _capitalised(self.messages(key, kind=names.kind(node), facts=text)))

    def changed(self, thing: NamedNode) -> Iterator[str]:
        """What has changed in a thing, without its name."""
        before, after = values(self.old, thing), values(self.new, thing)
        moved = self._move(thing)
        if moved:
            yield moved
        for old, new in edits(before, after):
            path = old.path if old else new.path if new else ()
            if not moved or path not in {(_BROADER,), (_TOP_OF,)}:
                yield self._edit(path, old, new)
        if before == after and not same_triples(self.old.bounded(thing), self.new.bounded(thing)):
            yield self.messages("rearranged")

    def _edit(self, path: tuple[str, ...], old: Value | None, new: Value | None) -> str:
        value = old or new
        name = self.names.properties(path, value.language if value else "")
        if old and new:
            before, after = self.names.pair(old, new)
            key = "relabelled" if path and path[-1] in _LABELS else "changed"
            return self.messages(key, property=name, old=before, new=after)
        return self.messages("lost" if old else "gained", property=name, value=self.names.value(value) if value else "")

    def _move(self, concept: NamedNode) -> str:
        """How a concept moved in its hierarchy, or nothing."""
        old, new = _place(self.old, concept), _place(self.new, concept)
        if old is None or new is None or old == new or (old[0], new[0]) not in _MOVES:
            return ""
        before, after = (self.names.value(Value((), term)) for _, term in (old, new))
        return self.messages(_MOVES[old[0], new[0]], old=before, new=after)


def _place(dataset: Dataset, concept: NamedNode) -> tuple[str, Term] | None:
    """The one place of a concept in its hierarchy: the property that tells it, and what that leads to."""
    places = [(key, term) for key in (_BROADER, _TOP_OF) for term in dataset.objects(concept, key)]
    return places[0] if len(places) == 1 else None


def _shortened(name: str) -> str:
    """A name as the beginning of a sentence: not too long, and without a full stop of its own."""
    if len(name) <= _LONGEST_NAME:
        return name.rstrip(".")
    return f"{name[:_LONGEST_NAME].rsplit(' ', 1)[0].rstrip(' ,.;:–-')}…"


def _capitalised(text: str) -> str:
    """Text with a capital at its beginning, unless it begins with an IRI, whose letters matter."""
    return text if ":" in text.split(" ", 1)[0] else f"{text[:1].upper()}{text[1:]}"


_LABELS = tuple(label.value for label in LABELS)
_NOTATION = f"{SKOS}notation"
_SCHEME = f"{SKOS}ConceptScheme"
_IN_SCHEME = f"{SKOS}inScheme"
_LIST = frozenset({f"{RDF}first", f"{RDF}rest"})
_NIL = NamedNode(f"{RDF}nil")

_BROADER = f"{SKOS}broader"
_TOP_OF = f"{SKOS}topConceptOf"
_MOVES = {
    (_BROADER, _BROADER): "moved",
    (_BROADER, _TOP_OF): "moved_up",
    (_TOP_OF, _BROADER): "moved_down",
}

#: Characters of a name at the beginning of a sentence.
_LONGEST_NAME = 60

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
        short = self._short_iri(node.value) if isinstance(node, NamedNode) else self.messages("nameless")
        name = self._label(node) or (visible(str(node)) if isinstance(node, Triple) else short)
        return name if self.is_scheme(node) else f"{notation} {name}".strip()

    def kind(self, node: Node) -> str:
        """The name of its class: of the one that the data itself names, before widely known ones."""
        types = list(dict.fromkeys(iri for dataset in self.datasets for iri in dataset.types(node)))
        labels = (self._label(NamedNode(iri)) for iri in types)
        names = chain(labels, (name(iri) for name in (self._message, self._short_iri) for iri in types))
        return next(filter(None, names), self.messages("thing"))

    def properties(self, path: Path, language: str = "") -> str:
        """The names of the properties of a path; the language of the value is told unless it is the reader's."""
        names = (self._label(NamedNode(iri)) or self._message(iri) or self._short_iri(iri) for iri in path)
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

    def _message(self, iri: str) -> str:
        return self.messages(iri) if iri in self.messages else ""

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
