"""Where in its file a thing is said: the places of triples, of subjects and of terms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from ekograph.authoring.text import Lines, Place, decoded
from ekograph.rdf.dataset import TYPE, Term
from ekograph.rdf.formats import N_TRIPLES, TURTLE
from ekograph.validation.sources import Source

if TYPE_CHECKING:
    from ekograph.authoring import turtle

#: The place in a source that no more is known of.
START = Place(1, 1)


@dataclass
class Places:
    """The places in one source, read when the first is asked for.

    `quads` are what was read from it, by the labels that blank nodes have in what is asked.
    """

    source: Source
    quads: Iterable[Quad] = field(repr=False)

    @cached_property
    def lines(self) -> Lines:
        """The lines of the source."""
        return Lines(decoded(self.source.data))

    @property
    def _exact(self) -> bool:
        """Whether the file can be read with places: Turtle and N-Triples can, in others words are looked for."""
        return self.source.format in (TURTLE, N_TRIPLES)

    @cached_property
    def _statements(self) -> list[turtle.Statement]:
        # Most checks find nothing to show, and should not wait for what would show it.
        from ekograph.authoring import turtle
        from ekograph.authoring.blanks import matched

        found = turtle.statements(decoded(self.source.data))
        theirs = [(quad.subject, quad.predicate, quad.object) for quad in self.quads]
        if not any(isinstance(end, BlankNode) for triple in theirs for end in (triple[0], triple[2])):
            return found
        label = {
            ours: node for node, ours in matched(theirs, [(s.subject, s.predicate, s.object) for s in found]).items()
        }
        return [each._replace(subject=_own(each.subject, label), object=_own(each.object, label)) for each in found]

    @cached_property
    def _by_subject(self) -> dict[Term, list[turtle.Statement]]:
        found: dict[Term, list[turtle.Statement]] = {}
        for statement in self._statements:
            found.setdefault(statement.subject, []).append(statement)
        return found

    def of_object(self, subject: Term, predicate: NamedNode, value: Term | str) -> Place | None:
        """Where the object of a triple stands; the object may be given by its plain text."""
        if not self._exact:
            return self._mention(subject, value)
        for each in self._by_subject.get(subject, ()):
            if each.predicate == predicate and value in (each.object, getattr(each.object, "value", None)):
                return self.lines.place(each.object_at)
        return None

    def of_last_object(self, subject: Term, predicate: NamedNode) -> Place | None:
        """Where the last object of a subject and property stands: the one too many, when there are too many."""
        if not self._exact:
            return self._mention(subject, predicate)
        stated = [each for each in self._by_subject.get(subject, ()) if each.predicate == predicate]
        return self.lines.place(stated[-1].object_at) if stated else None

    def of_predicate(self, subject: Term, predicate: NamedNode, value: Term | None = None) -> Place | None:
        """Where a subject has a property (with that value)."""
        if not self._exact:
            return self._mention(subject, predicate)
        for each in self._by_subject.get(subject, ()):
            if each.predicate == predicate and value in (None, each.object):
                return self.lines.place(each.predicate_at)
        return None

    def of_subject(self, subject: Term) -> Place | None:
        """Where a thing is described: where it has its type, else where it is first a subject."""
        if not self._exact:
            return self._mention(subject)
        stated = self._by_subject.get(subject, ())
        typed = next((each for each in stated if each.predicate == TYPE), None)
        first = typed or next(iter(stated), None)
        return self.lines.place(first.subject_at) if first else None

    def of_term(self, term: Term) -> Place:
        """Where a term is first said, as subject, property or object; the start of the file if nowhere."""
        if not self._exact:
            return self._mention(term)
        for each in self._statements:
            for said, at in zip(each[:3], each[3:], strict=True):
                if said == term:
                    return self.lines.place(at)
        return START

    def _mention(self, *terms: Term | str) -> Place:
        """Where these are said one after another, as far as they can be found; the start of the file if nowhere."""
        text, at = decoded(self.source.data), 0
        for term in terms:
            found = next(filter(None, (re.compile(form).search(text, at) for form in _forms(term))), None)
            at = found.start() if found else at
        return self.lines.place(at)


def _forms(term: Term | str) -> Sequence[str]:
    """Patterns of a term in JSON-LD or RDF/XML: in full, or, of an IRI, its last part as a word of its own."""
    from xml.sax.saxutils import escape

    from ekograph.validation.suggestions import split

    if isinstance(term, BlankNode | Triple):
        return ()
    text = term if isinstance(term, str) else term.value
    whole = [re.escape(form) for form in (text, escape(text)) if form]
    local = split(text)[1] if isinstance(term, NamedNode) else ""
    return [*whole, rf"(?<=[\"'/#:]){re.escape(local)}(?=[\"'\s>])"] if local else whole


def _own(term: Term, labels: Mapping[BlankNode, BlankNode]) -> Term:
    return labels.get(term, term) if isinstance(term, BlankNode) else term
