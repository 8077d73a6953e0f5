"""Changes told in words: which thing, which property, from what to what, in the reader's language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad

from ekograph.diff.changes import Changes
from ekograph.diff.naming import (
    DisplayNames,
    Edit,
    Value,
    authored,
    edits,
    language,
    natural,
    roots,
    sentence,
    shortened,
    values,
    visible,
)
from ekograph.diff.refiled import Refiled, refiled, same_form
from ekograph.i18n import Messages
from ekograph.rdf.dataset import LABELS, SKOS, TYPE, Dataset, Term

_BROADER = f"{SKOS}broader"
_TOP_OF = f"{SKOS}topConceptOf"
_LABELS = {each.value for each in LABELS}


@dataclass(frozen=True)
class ChangeReport:
    """A sentence, and the thing it is about; None where it is about no thing that has a name."""

    thing: NamedNode | None
    text: str


def words(changes: Changes, old: Dataset, new: Dataset, language: str) -> list[str]:
    """The changes from `old` to `new` as sentences in `language`, things of one scheme together."""
    return [each.text for each in report(changes, old, new, language)]


def report(changes: Changes, old: Dataset, new: Dataset, language: str) -> list[ChangeReport]:
    """The changes from `old` to `new` as sentences, each with its thing.

    What publication derives is told of only where nothing else has changed.
    """
    say = Messages("diff", language)
    removed, added = _authored(changes.removed, old.base), _authored(changes.added, new.base)
    found = refiled(removed, added, old.quads, new.quads)
    wording = _Wording(old, new, DisplayNames((old, new), say), say)
    sentences = [each for thing in _things(found, wording.names) for each in wording.about(thing)]
    sentences += wording.nameless("nameless_removed", old, found.removed)
    sentences += wording.nameless("nameless_new", new, found.added)
    sentences += wording.filed(found.moves)
    if changes and not sentences:
        sentences.append(ChangeReport(None, say("derived", count=len(changes.removed) + len(changes.added))))
    return sentences


@dataclass(frozen=True)
class _Wording:
    old: Dataset
    new: Dataset
    names: DisplayNames
    say: Messages

    def about(self, thing: NamedNode) -> list[ChangeReport]:
        """All that has changed in one thing."""
        was, is_ = _there(thing, self.old, self.new)
        if was and is_:
            subject = self._subject(thing)
            return [ChangeReport(thing, f"{subject}: {each}") for each in self._changed(thing)]
        left = sum(1 for _ in authored(self.new, thing))
        key = "new" if is_ else "left" if left else "removed"
        count = {"count": left} if key == "left" else {}
        text = self.say(key, kind=self.names.kind(thing), thing=self.names.thing(thing), **count)
        return [ChangeReport(thing, self._grouped(thing, text))]

    def nameless(self, key: str, state: Dataset, quads: Sequence[Quad]) -> Iterator[ChangeReport]:
        """What is described without an IRI and belongs to nothing that has one, with what is said of it."""
        dataset = Dataset(quads, base=state.base, prefixes=state.prefixes, languages=state.languages)
        names = DisplayNames((dataset, *self.names.datasets), self.say)
        for node in roots(dataset):
            said = sorted(values(dataset, node), key=lambda each: (each.path, str(each.term)))
            facts = "; ".join(f"{names.properties(each.path, language(each))} {names.value(each)}" for each in said)
            yield ChangeReport(None, sentence(self.say(key, kind=names.kind(node), facts=facts)))

    def filed(self, moves: Counter[tuple[str, str]]) -> Iterator[ChangeReport]:
        """Triples that are in other graphs now, that is, come from other files."""
        for (old, new), count in sorted(moves.items()):
            yield ChangeReport(None, self.say("filed", count=count, old=visible(old), new=visible(new)))

    def _subject(self, thing: NamedNode) -> str:
        """What a sentence about a change begins with: the scheme and the thing, or its kind and the thing."""
        if self.names.is_scheme(thing):
            return self.names.thing(thing)
        groups = self.names.schemes(thing)
        if groups:
            return f"{self.names.thing(groups[0])}, {shortened(self.names.thing(thing))}"
        return sentence(f"{self.names.kind(thing)} {shortened(self.names.thing(thing))}")

    def _grouped(self, thing: NamedNode, text: str) -> str:
        groups = [each for each in self.names.schemes(thing) if each != thing]
        return f"{self.names.thing(groups[0])}: {text}" if groups else sentence(text)

    def _changed(self, thing: NamedNode) -> Iterator[str]:
        before, after = values(self.old, thing), values(self.new, thing)
        found = edits(before, after)
        moved = self._move(thing)
        if moved:
            yield moved
            found = [each for each in found if each.path not in {(_BROADER,), (_TOP_OF,)}]
        yield from (self._edit(each) for each in found)
        if before == after and not same_form(self.old.bounded(thing), self.new.bounded(thing)):
            yield self.say("rearranged")

    def _edit(self, edit: Edit) -> str:
        tag = language(edit.old or edit.new)
        name = self.names.properties(edit.path, tag)
        if edit.old and edit.new:
            old, new = self.names.pair(edit.old, edit.new)
            key = "relabelled" if edit.path[-1:] and edit.path[-1] in _LABELS else "changed"
            return self.say(key, property=name, old=old, new=new)
        key, value = ("lost", edit.old) if edit.old else ("gained", edit.new)
        return self.say(key, property=name, value=self.names.value(value) if value else "")

    def _move(self, thing: NamedNode) -> str:
        """How a concept moved in its hierarchy, or nothing."""
        old, new = _place(self.old, thing), _place(self.new, thing)
        if old is None or new is None or old == new or {old[0], new[0]} == {_TOP_OF}:
            return ""
        key = {_BROADER: {_BROADER: "moved", _TOP_OF: "moved_up"}, _TOP_OF: {_BROADER: "moved_down"}}[old[0]][new[0]]
        return self.say(key, old=self._name(old[1]), new=self._name(new[1]))

    def _name(self, term: Term) -> str:
        return self.names.value(Value((), term))


def _there(thing: NamedNode, old: Dataset, new: Dataset) -> tuple[bool, bool]:
    """Whether a thing was and is there: it is where it has a type, or if it never has, where anything is said of it."""
    said = [list(authored(each, thing)) for each in (old, new)]
    typed = [any(quad.predicate == TYPE for quad in quads) for quads in said]
    was, is_ = typed if any(typed) else map(bool, said)
    return was, is_


def _place(dataset: Dataset, thing: NamedNode) -> tuple[str, Term] | None:
    """The one place of a concept in its hierarchy: the property that tells it, and what that leads to."""
    found = [(key, term) for key in (_BROADER, _TOP_OF) for term in dataset.objects(thing, key)]
    return found[0] if len(found) == 1 else None


def _authored(quads: Iterable[Quad], base: str) -> list[Quad]:
    return [quad for quad in quads if getattr(quad.graph_name, "value", "") != f"{base}graph/derived"]


def _things(found: Refiled, names: DisplayNames) -> list[NamedNode]:
    """The things with an IRI that changed, in the order they are told of: by scheme, then by notation and name."""
    things = {quad.subject for quad in [*found.removed, *found.added] if isinstance(quad.subject, NamedNode)}
    schemes = {each: names.schemes(each)[:1] for each in things}
    groups = {each: natural(names.thing(scheme[0])) if scheme else [] for each, scheme in schemes.items()}
    return sorted(
        things,
        key=lambda each: (
            not schemes[each],
            groups[each],
            schemes[each] != [each],
            "" if schemes[each] else names.kind(each),
            names.order(each),
            each.value,
        ),
    )
