"""From the tree of Turtle to RDF triples, node with the offsets of its three terms.

Triples come in the order in which pyoxigraph yields them, and blank nodes are numbered in the order in which they
first appear there. So both readings of a file agree on the labels without comparing graphs. And back: how a text
abbreviates IRIs, for terms that are written into it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias, cast

from pyoxigraph import BaseDirection, BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from ekograph.turtle import reader
from ekograph.turtle.tokens import Token
from ekograph.turtle.tree import (
    CLOSED_BY,
    Block,
    Collection,
    Directive,
    Entry,
    Item,
    Leaf,
    Node,
    Predicate,
    Reifier,
    Statement,
    TripleNode,
)

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
_TYPE, _FIRST, _REST, _NIL, _REIFIES = (NamedNode(RDF + name) for name in ("type", "first", "rest", "nil", "reifies"))
_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
#: An IRI with a scheme and no dot segments is not changed by resolving it (RFC 3986, section 5.2.2).
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!.*/\.)")

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple
#: A term whose blank nodes are not numbered yet: a label "_:x" of the text or the number of a nameless one for node.
_Raw: TypeAlias = "NamedNode | Literal | str | int | tuple[_Raw, NamedNode, _Raw]"
Span: TypeAlias = tuple[int, int]
#: What takes a term, its span, and the offset of the token that completes it.
_Sink: TypeAlias = "Callable[[_Raw, Span, int], None]"
_Reading: TypeAlias = Generator["_Reading", Any, Any]


class Stated(NamedTuple):
    """A triple, and the offsets at which each of its terms begins and ends in the text."""

    subject: Term
    predicate: NamedNode
    object: Term
    subject_span: Span
    predicate_span: Span
    object_span: Span


class Namespaces:
    """The prefixes and the base in force, and the IRIs that were read with them."""

    def __init__(self) -> None:
        self.prefixes: dict[str, str] = {}
        self.base = ""
        self._iris: dict[str, NamedNode] = {}

    def declare(self, directive: Directive) -> None:
        """Put a declaration in force. Raises ValueError for an invalid IRI."""
        self._iris.clear()
        if directive.name:
            self.prefixes[directive.name.removesuffix(":")] = self._resolved(directive.value)
        elif directive.keyword.upper().endswith("BASE"):
            self.base = self._resolved(directive.value)

    def iri(self, token: Token) -> NamedNode:
        """The IRI of a token such as <place/imatra> or skos:broader. Raises KeyError for an undeclared prefix."""
        iri = self._iris.get(token.text)
        if iri is None:
            iri = self._iris[token.text] = self._read(token)
        return iri

    def _read(self, token: Token) -> NamedNode:
        if token.kind == "iri":
            return NamedNode(self._resolved(token.text))
        prefix, _, local = token.text.partition(":")
        namespace = self.prefixes[prefix]
        try:
            return NamedNode(namespace + re.sub(r"\\(.)", r"\1", local))
        except ValueError:
            # Names may have characters that IRIs may not: the parser of record lets them be.
            return _subject(f"@prefix : <{namespace}> . :{local}", None)

    def _resolved(self, text: str) -> str:
        reference = _unescaped(text[1:-1])
        if not self.base or _ABSOLUTE.match(reference):
            return reference
        # Resolving (RFC 3986, section 5) is left to the parser of record, so that no second opinion arises.
        return _subject(f"<{reference}>", self.base).value


def triples(entries: Iterable[Entry], label: str = "b", namespaces: Namespaces | None = None) -> Iterator[Stated]:
    """The triples of statements and directives; blank nodes are labelled `label`0, `label`1 and so on.

    Raises KeyError for an undeclared prefix and ValueError for an invalid term: pyoxigraph tells which it is.
    """
    graph = _Graph(label, namespaces or Namespaces())
    for entry in entries:
        if isinstance(entry, Directive):
            graph.namespaces.declare(entry)
        elif isinstance(entry, Statement):
            yield from graph.stated(entry)


class _Graph:
    """The triples of a statement as they are completed; blank nodes get their numbers in the order of output."""

    def __init__(self, label: str, namespaces: Namespaces) -> None:
        self.namespaces = namespaces
        self._label = label
        self._nameless = 0
        self._nodes: dict[str | int, BlankNode] = {}
        self._completed: list[tuple[int, _Raw, NamedNode, _Raw, Span, Span, Span]] = []

    def stated(self, statement: Statement) -> Iterator[Stated]:
        """The triples of a statement. What one token completes, pyoxigraph yields last first."""
        stack = [self._statement(statement)]
        while stack:
            nested = next(stack[-1], None)
            if nested is None:
                stack.pop()
            else:
                stack.append(nested)
        for _, triples_ in groupby(self._completed, key=itemgetter(0)):
            for _, subject, predicate, value, *spans in reversed(list(triples_)):
                yield Stated(self._numbered(subject), predicate, self._numbered(value), *spans)
        self._completed.clear()

    def _statement(self, statement: Statement) -> _Reading:
        subject: list[tuple[_Raw, Span]] = []
        if reading := self._node(statement.subject, lambda term, span, _: subject.append((term, span))):
            yield reading
        yield self._predicates(*subject[0], statement.predicates)

    def _predicates(self, subject: _Raw, at: Span, predicates: Iterable[Predicate]) -> _Reading:
        for part in predicates:
            verb = part.verb.token
            predicate = _TYPE if getattr(verb, "text", "") == "a" else self.namespaces.iri(verb)
            span = (verb.start, verb.end)
            for item in part.items:
                node = item.terms[0]
                if isinstance(node, Leaf) and len(item.terms) == 1:
                    where = (node.start, node.end)
                    self._completed.append((node.known_at, subject, predicate, self._leaf(node), at, span, where))
                else:
                    yield self._annotated(subject, at, predicate, span, item)

    def _annotated(self, subject: _Raw, at: Span, predicate: NamedNode, span: Span, item: Item) -> _Reading:
        """State an object that is a bracket, or has reifiers and annotations (Turtle 1.2, section 2.11)."""
        objects: list[_Raw] = []

        def sink(term: _Raw, where: Span, known_at: int) -> None:
            objects.append(term)
            self._completed.append((known_at, subject, predicate, term, at, span, where))

        if reading := self._node(item.terms[0], sink):
            yield reading
        triple = (subject, predicate, objects[0])
        named: _Raw | None = None
        for node in item.terms[1:]:
            where = (node.start, node.end)
            if isinstance(node, Reifier):
                named = self._reified(triple, node.name, where, node.known_at)
            elif isinstance(node, Block):
                reifier = self._reified(triple, None, where, node.start) if named is None else named
                yield self._predicates(reifier, where, node.predicates)

    def _reified(self, triple: _Raw, name: Leaf | None, span: Span, known_at: int) -> _Raw:
        reifier = self._leaf(name) if name else self._minted()
        self._completed.append((known_at, reifier, _REIFIES, triple, span, span, span))
        return reifier

    def _node(self, node: Node, sink: _Sink) -> _Reading | None:
        """Give the term of a node to `sink`, at once or by the reading that is returned."""
        if isinstance(node, Block):
            return self._block(node, sink)
        if isinstance(node, Collection):
            return self._collection(node, sink)
        if isinstance(node, TripleNode):
            sink(self._triple(node), (node.start, node.end), node.end - len(CLOSED_BY[node.opened_by]))
        elif isinstance(node, Leaf):
            sink(self._leaf(node), (node.start, node.end), node.known_at)
        return None

    def _block(self, block: Block, sink: _Sink) -> _Reading:
        node, span = self._minted(), (block.start, block.end)
        yield self._predicates(node, span, block.predicates)
        sink(node, span, block.end - 1)

    def _collection(self, collection: Collection, sink: _Sink) -> _Reading:
        """State the cells of a list; a cell has the place of its member."""
        span, end = (collection.start, collection.end), collection.end - 1
        cells = [self._minted() for _ in collection.items]
        places = [(item.terms[0].start, item.terms[0].end) for item in collection.items]
        if not cells:
            sink(_NIL, span, end)
        for n, (cell, at, item) in enumerate(zip(cells, places, collection.items, strict=True)):
            if n == 0:
                sink(cell, span, at[0])
            else:
                self._completed.append((at[0], cells[n - 1], _REST, cell, places[n - 1], at, at))

            def first(term: _Raw, where: Span, known_at: int, cell: int = cell) -> None:
                self._completed.append((known_at, cell, _FIRST, term, where, where, where))

            if reading := self._node(item.terms[0], first):
                yield reading
        if cells:
            self._completed.append((end, cells[-1], _REST, _NIL, places[-1], span, span))

    def _triple(self, node: TripleNode) -> _Raw:
        """The term of <<( s p o )>>, or the reifier of << s p o ~ r >>, which is stated."""
        subject, verb, value, *reifiers = node.members
        predicate = _TYPE if getattr(verb, "text", "") == "a" else self.namespaces.iri(cast("Leaf", verb).token)
        triple = (self._member(subject), predicate, self._member(value))
        if node.opened_by == "<<(":
            return triple
        reifier = reifiers[0] if reifiers else None
        name, known_at = (reifier.name, reifier.known_at) if isinstance(reifier, Reifier) else (None, node.end - 2)
        return self._reified(triple, name, (node.start, node.end), known_at)

    def _member(self, node: Node) -> _Raw:
        if isinstance(node, Leaf):
            return self._leaf(node)
        return self._triple(node) if isinstance(node, TripleNode) else self._minted()

    def _minted(self) -> int:
        self._nameless += 1
        return self._nameless

    def _leaf(self, leaf: Leaf) -> _Raw:
        token = leaf.token
        if token.kind in {"iri", "name"}:
            return self.namespaces.iri(token)
        if token.kind == "blank":
            return token.text
        if token.kind == "string":
            return self._literal(leaf)
        return Literal(token.text, datatype=NamedNode(XSD + ("boolean" if token.kind == "word" else token.kind)))

    def _literal(self, leaf: Leaf) -> Literal:
        text = leaf.token.text
        quotes = 3 if text[:3] in {'"""', "'''"} else 1
        value = _unescaped(text[quotes:-quotes])
        if leaf.suffix is None:
            return Literal(value)
        if leaf.typed:
            return Literal(value, datatype=self.namespaces.iri(leaf.suffix))
        language, _, direction = leaf.suffix.text[1:].partition("--")
        return Literal(value, language=language, direction=BaseDirection(direction) if direction else None)

    def _numbered(self, term: _Raw) -> Term:
        if isinstance(term, str | int):
            node = self._nodes.get(term)
            return node or self._nodes.setdefault(term, BlankNode(f"{self._label}{len(self._nodes)}"))
        if isinstance(term, tuple):
            return Triple(cast("NamedNode | BlankNode", self._numbered(term[0])), term[1], self._numbered(term[2]))
        return term


def _subject(text: str, base: str | None) -> NamedNode:
    """The IRI that pyoxigraph reads in the text. Raises ValueError."""
    try:
        quad = next(parse(f"{text} <x:p> <x:o> .", RdfFormat.TURTLE, base_iri=base))
    except SyntaxError as error:
        raise ValueError(text) from error
    return cast("NamedNode", quad.subject)


def _unescaped(text: str) -> str:
    """The text with its string escapes and code points (Turtle, section 6.4) put in."""

    def character(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _ESCAPES[match[3]]

    return _ESCAPED.sub(character, text) if "\\" in text else text


_LOCAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Abbreviations:
    """How a file abbreviates IRIs: its base ("" for none) and its prefixes."""

    base: str
    prefixes: Mapping[str, str]

    def write(self, term: NamedNode | Literal) -> str:
        """The term in Turtle."""
        if isinstance(term, Literal):
            text, mark, datatype = str(term).rpartition("^^")
            written = f"{text}^^{self.write(term.datatype)}" if mark and datatype == str(term.datatype) else str(term)
            return term.value if term.datatype.value == f"{XSD}integer" else written
        for prefix, namespace in self.prefixes.items():
            local = term.value.removeprefix(namespace)
            if local != term.value and _LOCAL.fullmatch(local):
                return f"{prefix}:{local}"
        within = self.base.endswith("/") and term.value.startswith(self.base)
        relative = term.value.removeprefix(self.base) if within else ""
        return f"<{relative}>" if relative and ":" not in relative else str(term)


def abbreviations(text: str) -> Abbreviations:
    """Those that are declared at the end of the text."""
    namespaces = Namespaces()
    for entry in reader.parse(text).entries:
        if isinstance(entry, Directive):
            namespaces.declare(entry)
    return Abbreviations(namespaces.base, namespaces.prefixes)
