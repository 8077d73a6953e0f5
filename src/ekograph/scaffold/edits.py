"""Edits of Turtle files: a statement after another, a further object; what is formatted stays formatted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import NamedNode

from ekograph.rdf.dataset import TYPE
from ekograph.scaffold.draft import GAP, PREFIXES, DraftNames, RecordDraft, namespaces, turtle
from ekograph.scaffold.site_data import EditableSite
from ekograph.turtle.lines import decoded
from ekograph.turtle.printer import formatted
from ekograph.turtle.reader import parse, statements
from ekograph.turtle.tree import Directive, Statement
from ekograph.turtle.triples import Namespaces, Span, Stated, triples


@dataclass
class Edits:
    """The texts of the site's Turtle files, as they are and as they are to be."""

    site: EditableSite
    before: dict[Path, str] = field(init=False)
    after: dict[Path, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = {each.path: decoded(each.data) for each in self.site.files}

    def text(self, path: Path) -> str:
        """The text of a file as edited so far; "" for one that is not there."""
        return self.after.get(path, self.before.get(path, ""))

    def add(self, path: Path, draft: RecordDraft, after: Collection[NamedNode], head: str = "") -> None:
        """Write the draft after the last statement about one of `after`, or else at the end of the file.

        A file that is not there is begun with the comment `head`, the base and the prefixes.
        """
        old = self.text(path) or f"{head}@base <{self.site.settings.base}id/> .\n"
        text = _with_prefixes(old, self._wanted(draft))
        ends = [each.end for each, subject in _subjects(text) if subject in after]
        at = _end_of_line(text, max(ends, default=len(text)))
        statement = turtle(draft, names(text))
        self._put(path, f"{text[:at].rstrip()}\n\n{statement}{text[at:] or ''}")

    def link(self, subject: NamedNode, predicate: str, target: NamedNode, gap: NamedNode) -> Path | None:
        """Add an object to what a file says of the subject, in the place of the gap if there is one.

        Returns the file, or None where none says anything of the subject by that predicate.
        """
        for path in self.before:
            text = self.text(path)
            found = [each for each in _stated(text) if (each.subject, each.predicate.value) == (subject, predicate)]
            if found:
                last = found[-1]
                new = names(text).write(target)
                replace = _filled if last.object == gap else _listed
                self._put(path, replace(text, last.object_span, new))
                return path
        return None

    def comment(self, path: Path, text: str) -> None:
        """Put a comment at the end of a file."""
        self._put(path, f"{self.text(path)}\n# {text}\n")

    def uncomment(self, path: Path, ending: str) -> None:
        """Take away the marks of gaps that have a line of their own and end so."""
        self._put(path, re.sub(rf"^{GAP}.*{re.escape(ending)}\r?\n?", "", self.text(path), flags=re.MULTILINE))

    def home(self, of: NamedNode, default: str) -> Path:
        """The file that describes most things of a class, or data/`default` if none does."""
        counts = {path: len(_typed(self.text(path), of)) for path in self.before}
        best = max(counts, key=lambda path: counts[path], default=None)
        return best if best and counts[best] else self.site.settings.root / "data" / default

    def described(self, subject: NamedNode, of: NamedNode) -> Path | None:
        """The file that gives the subject this type."""
        return next((path for path in self.before if subject in _typed(self.text(path), of)), None)

    def _put(self, path: Path, new: str) -> None:
        tidy = formatted(self.text(path)) == self.text(path)
        self.after[path] = formatted(new) if tidy else new

    def _wanted(self, draft: RecordDraft) -> dict[str, str]:
        known = {**PREFIXES, "eko": self.site.term("").value}
        used = namespaces(draft)
        return {prefix: namespace for prefix, namespace in known.items() if namespace in used}


def names(text: str) -> DraftNames:
    """How the file abbreviates IRIs at its end."""
    namespaces = Namespaces()
    for directive in _directives(text):
        namespaces.declare(directive)
    return DraftNames(namespaces.base, namespaces.prefixes)


def _directives(text: str) -> list[Directive]:
    return [each for each in parse(text).entries if isinstance(each, Directive)]


def _with_prefixes(text: str, wanted: dict[str, str]) -> str:
    """The text with those of the prefixes declared that it lacks and has not given away."""
    have = names(text).prefixes
    lacking = {k: v for k, v in wanted.items() if k not in have and v not in have.values()}
    declared = "".join(f"\n@prefix {prefix}: <{namespace}> ." for prefix, namespace in lacking.items())
    at = _end_of_line(text, max((each.end for each in _directives(text)), default=0))
    return text[:at] + declared + text[at:] if declared else text


def _subjects(text: str) -> Iterable[tuple[Statement, object]]:
    """The statements of a text, each with its subject."""
    subjects = {each.subject_span[0]: each.subject for each in _stated(text)}
    for entry in parse(text).entries:
        if isinstance(entry, Statement) and entry.start in subjects:
            yield entry, subjects[entry.start]


def _stated(text: str) -> list[Stated]:
    return list(triples(statements(text)))


def _typed(text: str, of: NamedNode) -> set[object]:
    return {each.subject for each in _stated(text) if each.predicate == TYPE and each.object == of}


def _end_of_line(text: str, offset: int) -> int:
    found = text.find("\n", offset)
    return len(text) if found < 0 else found


def _listed(text: str, span: Span, new: str) -> str:
    return f"{text[: span[1]]} , {new}{text[span[1] :]}"


def _filled(text: str, span: Span, new: str) -> str:
    """The text with the object at the span replaced, and the mark of its gap taken away."""
    rest = re.sub(rf"\A([ \t]*[;,.]?)[ \t]*{GAP}[^\r\n]*", r"\1", text[span[1] :])
    return text[: span[0]] + new + rest
