"""Changes told in words: which thing, which property, from what to what, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad

from ekograph.diff.changes import Changes, moves
from ekograph.diff.naming import DisplayNames, Value, authored, edits, natural, roots, values, visible
from ekograph.diff.structures import same_triples
from ekograph.i18n import Messages
from ekograph.rdf.dataset import Dataset, Term
from ekograph.rdf.texts import LABELS
from ekograph.rdf.vocab import SKOS, TYPE
from ekograph.urls import graph_name

_BROADER = f"{SKOS}broader"
_TOP_OF = f"{SKOS}topConceptOf"
_MOVES = {
    (_BROADER, _BROADER): "moved",
    (_BROADER, _TOP_OF): "moved_up",
    (_TOP_OF, _BROADER): "moved_down",
}
_LABELS = {label.value for label in LABELS}

#: Characters of a name at the beginning of a sentence.
_LONGEST_NAME = 60


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
