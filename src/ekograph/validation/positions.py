"""Where in its file a thing is said: the place of the faulty triple, or of the thing that lacks something."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from ekograph.rdf.dataset import Term
from ekograph.rdf.formats import N_TRIPLES, TURTLE
from ekograph.rdf.vocab import TYPE
from ekograph.turtle.lines import Lines, Place, decoded
from ekograph.turtle.reader import statements
from ekograph.turtle.triples import Stated, triples
from ekograph.validation.parsing import Parsed, blank_node_label
from ekograph.validation.shacl.results import ValidationResult
from ekograph.validation.sources import Source

#: The place in a source that no more is known of.
START = Place(1, 1)


class Positions:
    """The places in one source of what is said of `subjects`; it is read when the first is asked for."""

    def __init__(self, source: Source, subjects: Collection[Term]) -> None:
        self.source = source
        self._subjects = subjects
        #: Turtle and N-Triples are read with places, in other formats words are looked for.
        self._exact = source.format in (TURTLE, N_TRIPLES)

    @cached_property
    def _text(self) -> str:
        return decoded(self.source.data)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self._text)

    def _stated(self) -> Iterator[Stated]:
        return triples(statements(self._text), blank_node_label(self.source))

    @cached_property
    def _by_subject(self) -> dict[Term, list[Stated]]:
        by_subject: dict[Term, list[Stated]] = {}
        for stated in self._stated():
            if stated.subject in self._subjects:
                by_subject.setdefault(stated.subject, []).append(stated)
        return by_subject

    def _of(self, subject: Term, predicate: NamedNode) -> list[Stated]:
        return [stated for stated in self._by_subject.get(subject, ()) if stated.predicate == predicate]

    def of_object(self, subject: Term, predicate: NamedNode, value: Term | str) -> Place | None:
        """Where the object of a triple stands; the object may be given by its plain text."""
        if not self._exact:
            return self._mention(subject, value)
        spans = (s.object_span for s in self._of(subject, predicate) if _is(s.object, value))
        return self._first(spans)

    def of_last_object(self, subject: Term, predicate: NamedNode) -> Place | None:
        """Where the last object of a subject and property stands: the one too many, when there are too many."""
        if not self._exact:
            return self._mention(subject, predicate)
        return self._first(stated.object_span for stated in self._of(subject, predicate)[-1:])

    def of_predicate(self, subject: Term, predicate: NamedNode, value: Term | None = None) -> Place | None:
        """Where a subject has a property (with that value)."""
        if not self._exact:
            return self._mention(subject, predicate)
        return self._first(s.predicate_span for s in self._of(subject, predicate) if value in (None, s.object))

    def of_subject(self, subject: Term) -> Place | None:
        """Where a thing is described: where it has its type, else where it is first a subject."""
        if not self._exact:
            return self._mention(subject)
        stated = sorted(self._by_subject.get(subject, ()), key=lambda stated: stated.predicate != TYPE)
        return self._first(pair.subject_span for pair in stated)

    def of_term(self, term: Term) -> Place:
        """Where a term is first said, as subject, property or object; the start of the file if nowhere."""
        if not self._exact:
            return self._mention(term)
        ends = (pair for stated in self._stated() for pair in zip(stated[:3], stated[3:], strict=True))
        return self._first(span for end, span in ends if end == term) or START

    def _first(self, spans: Iterable[tuple[int, int]]) -> Place | None:
        return next((self._lines.place(start) for start, _ in spans), None)

    def _mention(self, *terms: Term | str) -> Place:
        """Where these are said one after another, as far as they can be found; the start of the file if nowhere."""
        at = 0
        for term in terms:
            matches = (re.compile(form).search(self._text, at) for form in _forms(term))
            at = next((match.start() for match in matches if match), at)
        return self._lines.place(at)


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


#: Something is missing; what is there is not at fault.
_MISSING = ("MinCount", "QualifiedMinCount", "HasValue")
#: The property itself is at fault, whatever its value.
_ABOUT_THE_PROPERTY = ("ClosedConstraintComponent", "SPARQLConstraintComponent")


class Locator:
    """Finds the places of an engine's results in the files of a check; reads only those that a result leads to."""

    def __init__(self, files: Sequence[Parsed], results: Iterable[ValidationResult]) -> None:
        subjects = {result.focus for result in results if not isinstance(result.focus, Literal)}
        self._files = files
        self._positions = [Positions(file.source, subjects) for file in files]
        self._stated: dict[Term, list[tuple[int, Triple]]] = {}
        names = {str(subject).encode() for subject in subjects}
        for number, file in enumerate(files):
            lines = (line for line in file.ntriples.splitlines(keepends=True) if line[: line.index(b" ")] in names)
            for quad in parse(b"".join(lines), RdfFormat.N_TRIPLES):
                self._stated.setdefault(quad.subject, []).append((number, quad.triple))

    def place(self, result: ValidationResult) -> tuple[str, Place]:
        """The name of the file and the place in it."""
        return (
            self._of_triple(result)
            or self._of_property(result)
            or self._of_thing(result.focus)
            or self._of_mention(result.focus)
            or self._of_mention(result.value)
            or self._anywhere()
        )

    def repeated(self, result: ValidationResult) -> list[tuple[Triple, str, Place]]:
        """Where the values stand of which there are too many, the last first, each with its triple and its file."""
        stated = self._of(result)
        if result.component == "UniqueLangConstraintComponent":
            tags = Counter(getattr(triple.object, "language", None) for _, triple in stated)
            stated = [pair for pair in stated if tags[tag := getattr(pair[1].object, "language", None)] > 1 and tag]
        places = [
            (triple, self._positions[number].source.name, self._positions[number].of_object(*triple))
            for number, triple in reversed(stated)
        ]
        return [(triple, name, place) for triple, name, place in places if place]

    def object_of(self, result: ValidationResult) -> Term | str | None:
        """The value as a term; of what the engine's message gave as text, the one that is an object here."""
        if result.value is not None and not isinstance(result.value, str):
            return result.value
        texts = (result.value,) if result.value is not None else result.mentioned
        objects = [triple.object for _, triple in self._of(result)] if texts else []
        return next((value for text in texts for value in objects if _is(value, text)), result.value)

    def _of(self, result: ValidationResult) -> list[tuple[int, Triple]]:
        """The triples of the thing and the property at fault."""
        return [pair for pair in self._stated.get(result.focus, ()) if pair[1].predicate == result.path]

    def _of_triple(self, result: ValidationResult) -> tuple[str, Place] | None:
        value = self.object_of(result)
        if value is None:
            return None
        stated = [pair for pair in self._of(result) if _is(pair[1].object, value)]
        if result.component == "ClosedConstraintComponent":
            return self._first(stated, lambda triple, there: there.of_predicate(*triple))
        return self._first(stated, lambda triple, there: there.of_object(*triple))

    def _of_property(self, result: ValidationResult) -> tuple[str, Place] | None:
        """The property that a thing has wrongly, or its last object, which is one too many."""
        if result.component.startswith(_MISSING):
            return None
        stated = self._of(result)
        if result.component in _ABOUT_THE_PROPERTY:
            return self._first(stated, lambda triple, there: there.of_predicate(triple.subject, triple.predicate))
        return self._first(
            reversed(stated), lambda triple, there: there.of_last_object(triple.subject, triple.predicate)
        )

    def _of_thing(self, thing: Term) -> tuple[str, Place] | None:
        """Where the thing is described: in the file that types it, else in another."""
        stated = sorted(self._stated.get(thing, ()), key=lambda pair: pair[1].predicate != TYPE)
        return self._first(stated, lambda triple, there: there.of_subject(triple.subject))

    def _of_mention(self, term: Term | str | None) -> tuple[str, Place] | None:
        """Where a term that nothing describes is said."""
        if term is None or isinstance(term, str):
            return None
        name = f" {term} ".encode()
        for file, positions in zip(self._files, self._positions, strict=True):
            if name in file.ntriples:
                return file.source.name, positions.of_term(term)
        return None

    def _anywhere(self) -> tuple[str, Place]:
        """The start of the data: for what is stated nowhere."""
        sources = [file.source for file in self._files]
        return next((source for source in sources if source.kind == "data"), sources[0]).name, START

    def _first(
        self, stated: Iterable[tuple[int, Triple]], ask: Callable[[Triple, Positions], Place | None]
    ) -> tuple[str, Place] | None:
        for number, triple in stated:
            positions = self._positions[number]
            if place := ask(triple, positions):
                return positions.source.name, place
        return None


def _is(term: Term, value: Term | str | None) -> bool:
    return value in (term, getattr(term, "value", None))
