"""What a folder of Turtle says of names: labels, definitions, types, shapes; and where the names stand in a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from ekograph.rdf.vocab import DCTERMS, FOAF, OWL, RDF, RDFS, SCHEMA, SHACL, SKOS, VCARD
from ekograph.turtle.lines import decoded
from ekograph.turtle.tokens import Token, tokens
from ekograph.turtle.tree import Directive
from ekograph.turtle.triples import Namespaces
from ekograph.validation.parsing import Parsed
from ekograph.validation.suggestions import split

_LABELS = frozenset(
    (
        *(f"{SKOS}prefLabel", f"{RDFS}label", f"{DCTERMS}title", f"{FOAF}name", f"{SCHEMA}name", f"{VCARD}fn"),
        *(f"{SKOS}altLabel", f"{SHACL}name"),
    )
)
_NOTES = frozenset((f"{SKOS}definition", f"{RDFS}comment", f"{DCTERMS}description", f"{SKOS}scopeNote"))
_LINKS = frozenset(
    (f"{RDF}type", f"{RDFS}subClassOf", f"{RDFS}domain", *(f"{SHACL}{n}" for n in ("targetClass", "property", "path")))
)
_CLASSES = frozenset((f"{OWL}Class", f"{RDFS}Class"))
_PROPERTIES = frozenset((f"{RDF}Property", *(f"{OWL}{kind}Property" for kind in ("Object", "Datatype", "Annotation"))))
_OPENING = {"[": "verb", "(": "object", "{|": "verb", "<<": "subject", "<<(": "subject"}
_CLOSING = frozenset(("]", ")", "|}", ">>", ")>>"))
_AFTER = {";": "verb", ",": "object"}
_TERMS = frozenset(("iri", "name", "blank", "string", "integer", "decimal", "double"))


class Use(NamedTuple):
    """A token of a text, the IRI that it stands for, if any, and what it is: its role.

    Roles are subject, verb, object and class (the object of a verb `a`); declaration, within one; else "".
    """

    token: Token
    iri: str | None
    role: str


def uses(text: str, start: int = 0, namespaces: Namespaces | None = None) -> Iterator[Use]:
    """The tokens of a text but white space, as far as it is Turtle; reading may start where a statement ends."""
    reader = Roles(namespaces or Namespaces())
    return (reader.use(token) for token in tokens(text, start) if token.kind != "space")


class Roles:
    """What is expected next, in the brackets that are open."""

    def __init__(self, namespaces: Namespaces) -> None:
        self._namespaces = namespaces
        self._expected, self._open = "subject", list[tuple[str, str]]()
        self._keyword = self._name = self._verb = ""
        self._variable = False

    @property
    def role(self) -> str:
        """The role of a term that comes next."""
        return "class" if self._expected == "object" and self._verb == f"{RDF}type" else self._expected

    def use(self, token: Token) -> Use:
        """The token in its role; to be told of every token but white space, in their order."""
        variable, self._variable = self._variable, token.kind == "stray" and token.text in {"?", "$"}
        if self._variable:  # of SPARQL; its name comes next
            return self._term(token)
        if variable and token.kind in {"word", "name"}:
            return Use(token, None, "")
        if token.kind == "directive" or (token.kind == "word" and token.text.upper() in {"PREFIX", "BASE"}):
            self._keyword, self._name, self._open, self._expected = token.text, "", [], "subject"
            return Use(token, None, "declaration")
        if self._keyword and token.kind in {"iri", "name"}:
            return self._declaration(token)
        if token.kind == "mark":
            self._mark(token.text)
        elif token.kind in _TERMS or token.text in {"a", "true", "false"}:
            return self._term(token)
        return Use(token, None, "")

    def _declaration(self, token: Token) -> Use:
        if token.kind == "name":
            self._name = token.text
        else:
            with suppress(ValueError):
                self._namespaces.declare(Directive(0, 0, (), False, self._keyword, self._name, token.text, ""))
            self._keyword = ""
        return Use(token, None, "declaration")

    def _mark(self, mark: str) -> None:
        if mark in _OPENING:
            self._open.append((self._expected, self._verb))
            self._expected = _OPENING[mark]
        elif mark in _CLOSING:
            before, self._verb = self._open.pop() if self._open else (self._expected, self._verb)
            self._expected = "verb" if before == "subject" else before
        elif mark in {".", "{", "}"}:
            self._expected, self._open, self._keyword = "subject", [], ""
        elif mark in _AFTER and self._expected != "subject":
            self._expected = _AFTER[mark]

    def _term(self, token: Token) -> Use:
        iri = f"{RDF}type" if token.text == "a" else None
        if token.kind in {"iri", "name"}:
            with suppress(KeyError, ValueError):
                iri = self._namespaces.iri(token).value
        use = Use(token, iri, self.role)
        if self._expected == "verb":
            self._verb = use.iri or ""
        self._expected = {"subject": "verb", "verb": "object"}.get(self._expected, self._expected)
        return use


@dataclass
class FileNames:
    """What one file says of names. Texts come with their language, links with their property."""

    parsed: Parsed
    labels: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    notes: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    links: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    predicates: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        verbs, telling = set[bytes](), list[bytes]()
        marks = {f"<{iri}>".encode() for iri in (*_LABELS, *_NOTES, *_LINKS)}
        for line in BytesIO(self.parsed.ntriples):  # not a list of all lines, which would take much memory
            verb = line.split(b" ", 2)[1]
            verbs.add(verb)
            if verb in marks:
                telling.append(line)
        self.predicates = frozenset(verb.decode()[1:-1] for verb in verbs)
        for quad in parse(b"".join(telling), RdfFormat.N_TRIPLES):
            predicate, value = quad.predicate.value, quad.object
            subject = quad.subject.value if isinstance(quad.subject, NamedNode) else str(quad.subject)
            texts = self.labels if predicate in _LABELS else self.notes if predicate in _NOTES else None
            if texts is not None and isinstance(value, Literal):
                texts.setdefault(subject, []).append((value.language or "", value.value))
            elif predicate in _LINKS and not isinstance(value, Literal):
                iri = value.value if isinstance(value, NamedNode) else str(value)
                self.links.setdefault(subject, []).append((predicate, iri))

    @cached_property
    def text(self) -> str:
        """The text of the file."""
        return decoded(self.parsed.source.data)

    def uses(self, iri: str) -> Iterator[Use]:
        """Where the file has that name."""
        if split(iri)[1] in self.text or "\\" in self.text or iri == f"{RDF}type":
            yield from (use for use in uses(self.text) if use.iri == iri)

    @cached_property
    def subjects(self) -> dict[str, Use]:
        """Where each name is first a subject."""
        places: dict[str, Use] = {}
        for use in uses(self.text):
            if use.iri and use.role == "subject":
                places.setdefault(use.iri, use)
        return places

    def count(self, iri: str) -> int:
        """In how many triples the name is a property or an object."""
        return self.parsed.ntriples.count(f" <{iri}> ".encode())


class Names:
    """What all files of a folder say of names."""

    def __init__(self, files: Iterable[FileNames] = (), language: str = "en") -> None:
        self.files = tuple(files)
        self._language = language
        self.prefixes: Mapping[str, str] = {}
        for file in self.files:
            self.prefixes = {**file.parsed.prefixes, **self.prefixes}

    def label(self, iri: str) -> str:
        """The label in the reader's language, else in another; "" without one."""
        return _best(self.texts("labels", iri), self._language)

    def note(self, iri: str) -> str:
        """The definition or description, as the label."""
        return _best(self.texts("notes", iri), self._language)

    def texts(self, kind: str, iri: str) -> list[tuple[str, str]]:
        """All "labels" or "notes" of a name, with their languages."""
        return [text for file in self.files for text in getattr(file, kind).get(iri, ())]

    def links(self, iri: str, predicate: str) -> list[str]:
        """What the name has for rdf:type, rdfs:subClassOf, rdfs:domain or a link of a shape."""
        return [value for file in self.files for name, value in file.links.get(iri, ()) if name == predicate]

    def described(self) -> dict[str, FileNames]:
        """All names that have a label or a type, and the first file that says so."""
        known: dict[str, FileNames] = {}
        for file in self.files:
            for iri in (*file.labels, *file.links):
                if not iri.startswith("_:"):
                    known.setdefault(iri, file)
        return known

    def terms(self, role: str) -> list[str]:
        """The classes or, for the role "verb", properties that the files describe or use."""
        kinds, link = (_PROPERTIES, f"{SHACL}path") if role == "verb" else (_CLASSES, f"{SHACL}targetClass")
        known: dict[str, None] = {}
        for file in self.files:
            known |= dict.fromkeys(sorted(file.predicates)) if role == "verb" else {}
            for iri, links in file.links.items():
                for predicate, value in links:
                    if predicate == f"{RDF}type" and value in kinds:
                        known[iri] = None
                    elif predicate == link or (role != "verb" and predicate == f"{RDF}type"):
                        known[value] = None
        return [iri for iri in known if not iri.startswith("_:")]

    def shapes_of(self, classes: Iterable[str]) -> dict[str, list[str]]:
        """The properties that shapes of these classes, or of those above them, speak of, each with its shapes."""
        above = list(dict.fromkeys(classes))
        for iri in above:
            above += [broader for broader in self.links(iri, f"{RDFS}subClassOf") if broader not in above]
        paths: dict[str, list[str]] = {}
        for file in self.files:
            for shape, links in file.links.items():
                if shape in above or any(name == f"{SHACL}targetClass" and value in above for name, value in links):
                    parts = [shape, *(value for name, value in links if name == f"{SHACL}property")]
                    for part in parts:
                        for path in self.links(part, f"{SHACL}path"):
                            paths.setdefault(path, []).append(part if part in self.described() else shape)
        return paths

    def about(self, iri: str) -> Iterator[str]:
        """The shapes that speak of a property or a class."""
        for file in self.files:
            for shape, links in file.links.items():
                if (f"{SHACL}path", iri) in links or (f"{SHACL}targetClass", iri) in links:
                    yield shape

    def named(self, rule: str) -> list[str]:
        """The shapes that have a rule's id for their last part."""
        return [iri for file in self.files for iri in file.links if split(iri)[1] == rule]

    def where(self, iri: str) -> tuple[FileNames, Use] | None:
        """The file and the place where a name is described: where it is a subject."""
        files = sorted(self.files, key=lambda file: (iri not in file.links, iri not in file.labels))
        return next(((file, file.subjects[iri]) for file in files if iri in file.subjects), None)


def _best(texts: list[tuple[str, str]], language: str) -> str:
    for tag in (language, "en", ""):
        for text_tag, text in texts:
            if text_tag == tag:
                return text
    return texts[0][1] if texts else ""
