"""What a theme says of the records that `ekograph new` writes: their fields, and how they become Turtle.

What the data says already: the things that a new one is linked to, and the files that describe them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pyoxigraph import Literal, NamedNode

from ekograph.config import Settings
from ekograph.i18n import Messages
from ekograph.rdf import formats
from ekograph.rdf.dataset import Dataset
from ekograph.rdf.texts import LABELS, local_name
from ekograph.rdf.vocab import SKOS
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
    """A type of record: its fields, and `write`, a function of edits.Edits, the answers and messages to the IRI.

    Messages of the area "new" say what it is (its name) and what each field is (`<name>.<field>`), and may explain a
    field further (`<name>.<field>.help`). `needs` names a class of the site's ontology without which there is nothing
    to write; `example` is a command line for the help; `prefixes` are declared in files that use them.
    """

    name: str
    fields: tuple[Field, ...]
    write: Callable[[Any, Answers, Messages], NamedNode]
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
