"""A new record as Turtle, and the edits of the site's files that write it.

A statement is put after another, or a further object into one; what is formatted stays formatted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from ekograph.rdf.vocab import TYPE
from ekograph.scaffold.records import EditableSite, NewError
from ekograph.turtle.abbreviations import Abbreviations, abbreviations
from ekograph.turtle.lines import decoded
from ekograph.turtle.printer import formatted
from ekograph.turtle.reader import parse, statements
from ekograph.turtle.tree import Directive, Statement
from ekograph.turtle.triples import Stated, triples


@dataclass(frozen=True)
class DraftRow:
    """A property with its values."""

    predicate: str
    values: tuple[NamedNode | Literal, ...]


@dataclass(frozen=True)
class RecordDraft:
    """A thing to be written: its IRI, its types, its rows in the order in which they are written."""

    iri: NamedNode
    types: tuple[NamedNode, ...]
    rows: tuple[DraftRow, ...]


def turtle(draft: RecordDraft, names: Abbreviations) -> str:
    """The statement of the draft, formatted."""
    lines = [f"{names.write(draft.iri)} a {' , '.join(map(names.write, draft.types))} ;"]
    for row in draft.rows:
        values = " , ".join(map(names.write, row.values))
        lines.append(f"{names.write(NamedNode(row.predicate))} {values} ;")
    return formatted("\n".join([*lines, "."]))


def namespaces(draft: RecordDraft) -> set[str]:
    """The namespaces of the draft's properties and classes."""
    terms = [*(row.predicate for row in draft.rows), *(kind.value for kind in draft.types)]
    return {re.sub(r"[^/#]*$", "", term) for term in terms}


@dataclass
class Edits:
    """The texts of the site's Turtle files, as they are and as they are to be."""

    site: EditableSite
    prefixes: Mapping[str, str]
    before: dict[Path, str] = field(init=False)
    after: dict[Path, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = {file.path: decoded(file.data) for file in self.site.files}

    def text(self, path: Path) -> str:
        """The text of a file as edited so far; "" for one that is not there."""
        return self.after.get(path, self.before.get(path, ""))

    def add(self, path: Path, draft: RecordDraft, after: Collection[NamedNode], head: str = "") -> None:
        """Write the draft after the last statement about one of `after`, or else at the end of the file.

        A file that is not there is begun with the comment `head`, the base and the prefixes.
        """
        old = self.text(path) or f"{head}@base <{self.site.settings.base}id/> .\n"
        used = namespaces(draft)
        text = _with_prefixes(old, {prefix: name for prefix, name in self.prefixes.items() if name in used})
        ends = [statement.end for statement, subject in _subjects(text) if subject in after]
        at = _end_of_line(text, max(ends, default=len(text)))
        statement = turtle(draft, abbreviations(text))
        self._put(path, f"{text[:at].rstrip()}\n\n{statement}{text[at:] or ''}")

    def link(self, subject: NamedNode, predicate: str, target: NamedNode) -> None:
        """Add an object to what a file says of the subject by the predicate. Raises NewError where none does."""
        for path in self.before:
            text = self.text(path)
            stated = [fact for fact in _stated(text) if (fact.subject, fact.predicate.value) == (subject, predicate)]
            if stated:
                end = stated[-1].object_span[1]
                self._put(path, f"{text[:end]} , {abbreviations(text).write(target)}{text[end:]}")
                return
        raise NewError("not-turtle", iri=subject.value)

    def retract(self, subject: NamedNode, kind: NamedNode) -> None:
        """Take a type from a thing of which more is said after it. Raises NewError where no file says it so."""
        for path in self.before:
            text = self.text(path)
            for fact in _stated(text):
                if (fact.subject, fact.predicate, fact.object) == (subject, TYPE, kind):
                    follows = re.match(r"\s*;\s*", text[fact.object_span[1] :])
                    if follows is None:
                        raise NewError("not-turtle", iri=subject.value)
                    rest = text[fact.object_span[1] + follows.end() :]
                    self._put(path, text[: fact.predicate_span[0]] + rest)
                    return
        raise NewError("not-turtle", iri=subject.value)

    def home(self, kind: NamedNode, default: str) -> Path:
        """The file for a new thing of a class: data/`default` if it has any or no file has, else the one with most."""
        usual = self.site.settings.root / "data" / default
        counts = {path: len(_typed(self.text(path), kind)) for path in self.before}
        best = max(counts, key=lambda path: counts[path], default=usual)
        return best if counts.get(best) and not counts.get(usual) else usual

    def described(self, subject: NamedNode, kind: NamedNode) -> Path | None:
        """The file that gives the subject this type."""
        return next((path for path in self.before if subject in _typed(self.text(path), kind)), None)

    def _put(self, path: Path, new: str) -> None:
        tidy = formatted(self.text(path)) == self.text(path)
        self.after[path] = formatted(new) if tidy else new


def _directives(text: str) -> list[Directive]:
    return [entry for entry in parse(text).entries if isinstance(entry, Directive)]


def _with_prefixes(text: str, prefixes: Mapping[str, str]) -> str:
    """The text with those of the prefixes declared that it lacks and has not given away."""
    have = abbreviations(text).prefixes
    lacking = {k: v for k, v in prefixes.items() if k not in have and v not in have.values()}
    declared = "".join(f"\n@prefix {prefix}: <{namespace}> ." for prefix, namespace in lacking.items())
    at = _end_of_line(text, max((directive.end for directive in _directives(text)), default=0))
    return text[:at] + declared + text[at:] if declared else text


def _subjects(text: str) -> Iterable[tuple[Statement, object]]:
    """The statements of a text, each with its subject."""
    subjects = {fact.subject_span[0]: fact.subject for fact in _stated(text)}
    for entry in parse(text).entries:
        if isinstance(entry, Statement) and entry.start in subjects:
            yield entry, subjects[entry.start]


def _stated(text: str) -> list[Stated]:
    return list(triples(statements(text)))


def _typed(text: str, kind: NamedNode) -> set[object]:
    return {fact.subject for fact in _stated(text) if fact.predicate == TYPE and fact.object == kind}


def _end_of_line(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end
