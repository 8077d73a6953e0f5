"""What a theme says of the records that `ekograph new` writes: their fields, and how they become Turtle.

What the data says already: the things that a new one is linked to, and the files that describe them. A new record is
put after another, or a further object into one; what is formatted stays formatted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from pyoxigraph import Literal, NamedNode

from ekograph.config import Settings
from ekograph.i18n import Messages
from ekograph.rdf import formats
from ekograph.rdf.dataset import Dataset
from ekograph.rdf.texts import LABELS, local_name
from ekograph.rdf.vocab import SKOS, TYPE
from ekograph.turtle.lines import decoded
from ekograph.turtle.printer import formatted
from ekograph.turtle.reader import parse, statements
from ekograph.turtle.tree import Directive, Statement
from ekograph.turtle.triples import Abbreviations, Stated, abbreviations, triples
from ekograph.validation.parsing import parsed
from ekograph.validation.report import Finding
from ekograph.validation.sources import Source, collect

Answers: TypeAlias = Mapping[str, tuple[str, ...]]

_NOTATION = f"{SKOS}notation"


class NewError(Exception):
    """An answer that cannot be used; `key` names the message of the area "new", `values` fill it."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True)
class EditableSite:
    """The settings, the Turtle files of the data folder, all that the sources say, and why some cannot be read."""

    settings: Settings
    files: tuple[Source, ...]
    dataset: Dataset
    faults: tuple[Finding, ...]

    def term(self, name: str) -> NamedNode:
        """The term of the site's own ontology."""
        return NamedNode(f"{self.settings.base}def#{name}")

    def thing(self, path: str) -> NamedNode:
        """The IRI of a thing, for example of "place/imatra"."""
        return NamedNode(f"{self.settings.base}id/{path}")

    def instances(self, kind: NamedNode) -> list[NamedNode]:
        """The things of a class, by their IRIs."""
        return sorted((node for node in self.dataset.instances(kind.value) if isinstance(node, NamedNode)), key=str)

    def nodes(self, subject: NamedNode, predicate: str) -> list[NamedNode]:
        """The things that the subject is linked to."""
        return [node for node in self.dataset.objects(subject, predicate) if isinstance(node, NamedNode)]

    def linked(self, predicate: str, target: NamedNode) -> list[NamedNode]:
        """The things that are linked to the target."""
        return [node for node in self.dataset.subjects(predicate, target) if isinstance(node, NamedNode)]

    def texts(self, subject: NamedNode, predicate: str) -> list[str]:
        """The texts of a property, whatever their language."""
        return [value.value for value in self.dataset.objects(subject, predicate) if isinstance(value, Literal)]

    def find(self, kind: NamedNode, answer: str, among: Sequence[NamedNode] | None = None) -> NamedNode:
        """The thing of a class with that short name, notation, label or IRI. Raises NewError."""
        things = self.instances(kind) if among is None else among
        for thing in things:
            texts = [text for name in (*LABELS[:1], NamedNode(_NOTATION)) for text in self.texts(thing, name.value)]
            if answer.strip().casefold() in {name.casefold() for name in (thing.value, local_name(thing), *texts)}:
                return thing
        known = ", ".join(local_name(thing) for thing in things)
        raise NewError("unknown", answer=answer, known=known) if known else NewError("unknown-none", answer=answer)


def read(settings: Settings, messages: Messages) -> EditableSite:
    """The site as its sources have it now; `messages` are those of the area "check". Raises SourceError."""
    sources = [source for source in collect(settings) if source.kind != "shapes"]
    files = [parsed(source, messages) for source in sources]
    quads = [quad for file in files for quad in file.quads]
    dataset = Dataset(quads, base=settings.base, prefixes={}, languages=settings.languages)
    turtle = tuple(source for source in sources if source.kind == "data" and source.format == formats.TURTLE)
    return EditableSite(settings, turtle, dataset, tuple(finding for file in files for finding in file.findings))


def _nothing(_site: EditableSite, _answers: Answers) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class Field:
    """One answer, or several: what it is called, and whether nothing can be written without it.

    `propose` gives what is taken without an answer; `check` raises NewError for one that cannot be used; `asked` says
    whether there is a question at all after the answers before it.
    """

    name: str
    needed: bool = True
    several: bool = False
    propose: Callable[[EditableSite, Answers], tuple[str, ...]] = _nothing
    asked: Callable[[EditableSite, Answers], bool] = lambda _site, _answers: True
    check: Callable[[EditableSite, Answers, str], object] = lambda _site, _answers, _answer: None

    @property
    def proposes(self) -> bool:
        """Whether there is a proposal, once the answers before it are there."""
        return self.propose is not _nothing


@dataclass(frozen=True)
class RecordType:
    """A type of record: its fields, and `write`, a function of Edits, the answers and messages to the IRI.

    Messages of the area "new" say what it is (its name) and what each field is (`<name>.<field>`), and may explain a
    field further (`<name>.<field>.help`). `needs` names a class of the site's ontology without which there is nothing
    to write; `example` is a command line for the help; `prefixes` are declared in files that use them.
    """

    name: str
    fields: tuple[Field, ...]
    write: Callable[[Edits, Answers, Messages], NamedNode]
    needs: str = ""
    example: str = ""
    prefixes: Mapping[str, str] = field(default_factory=dict)


def one(answers: Answers, name: str) -> str:
    """The answer, without white space around it or doubled in it; "" if there is none."""
    return " ".join(next(iter(answers.get(name, ())), "").split())


_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def free_slug(site: EditableSite, path: str, answer: str) -> None:
    """Raise NewError for a slug of a wrong form, or in use below `path`."""
    if not _SLUG.fullmatch(answer):
        raise NewError("slug-form", answer=answer)
    if site.dataset.quads_of(site.thing(f"{path}/{answer}")):
        raise NewError("slug-taken", answer=answer, iri=site.thing(f"{path}/{answer}").value)


def absolute(_site: EditableSite, _answers: Answers, answer: str) -> None:
    """Raise NewError for what is no address of a page."""
    if not re.fullmatch(r"https?://[^\s<>\"{}|^`\\]+", answer):
        raise NewError("source-form", answer=answer)


#: Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "ß": "ss", "đ": "d", "ł": "l", "ŋ": "n", "ŧ": "t"})
#: A slug is read aloud and typed: so many characters of a long name are enough.
_LONGEST = 40


def slug(name: str) -> str:
    """A slug of the name: lower-case ASCII, words joined by hyphens; what stands in parentheses is left out.

    "Vihreä vety (P2X)" gives "vihrea-vety"; a name without any Latin letter or digit gives "".
    """
    bare = re.sub(r"\([^()]*\)", " ", name)
    plain = unicodedata.normalize("NFKD", (bare if bare.strip() else name).lower().translate(_LETTERS))
    words = re.findall(r"[a-z0-9]+", "".join(letter for letter in plain if not unicodedata.combining(letter)))
    whole = "-".join(words)
    return whole if len(whole) <= _LONGEST else whole[: _LONGEST + 1].rpartition("-")[0] or whole[:_LONGEST]


def free(proposal: str, taken: Collection[str]) -> str:
    """The proposal, or with the lowest number from 2 that makes it free."""
    name, number = proposal, 2
    while name in taken:
        name, number = f"{proposal}-{number}", number + 1
    return name


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
        terms = [*(row.predicate for row in draft.rows), *(kind.value for kind in draft.types)]
        used = {re.sub(r"[^/#]*$", "", term) for term in terms}
        text = _with_prefixes(old, {prefix: name for prefix, name in self.prefixes.items() if name in used})
        subjects = {fact.subject_span[0]: fact.subject for fact in _stated(text)}
        ends = [
            entry.end
            for entry in parse(text).entries
            if isinstance(entry, Statement) and subjects.get(entry.start) in after
        ]
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


def _with_prefixes(text: str, prefixes: Mapping[str, str]) -> str:
    """The text with those of the prefixes declared that it lacks and has not given away."""
    have = abbreviations(text).prefixes
    lacking = {k: v for k, v in prefixes.items() if k not in have and v not in have.values()}
    declared = "".join(f"\n@prefix {prefix}: <{namespace}> ." for prefix, namespace in lacking.items())
    ends = (entry.end for entry in parse(text).entries if isinstance(entry, Directive))
    at = _end_of_line(text, max(ends, default=0))
    return text[:at] + declared + text[at:] if declared else text


def _stated(text: str) -> list[Stated]:
    return list(triples(statements(text)))


def _typed(text: str, kind: NamedNode) -> set[object]:
    return {fact.subject for fact in _stated(text) if fact.predicate == TYPE and fact.object == kind}


def _end_of_line(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end
