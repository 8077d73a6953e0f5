"""A Turtle file as statements, each with the places of its subject, predicate and object.

This reads what the parser of record (pyoxigraph) has accepted, and finds where in the file each triple stands.
It keeps a stack of its own, so that no depth of nesting exhausts Python's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ekograph.authoring import terms
from ekograph.authoring.tokens import Token, significant
from ekograph.rdf.dataset import RDF, TYPE, Term

_FIRST, _REST, _NIL, _REIFIES = (NamedNode(RDF + name) for name in ("first", "rest", "nil", "reifies"))


class Statement(NamedTuple):
    """A triple and the offsets of the tokens that say its subject, predicate and object."""

    subject: Term
    predicate: NamedNode
    object: Term
    subject_at: int
    predicate_at: int
    object_at: int


class ReadError(ValueError):
    """A text that is not Turtle; `offset` is where reading stopped."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"not Turtle at offset {offset}")
        self.offset = offset


def statements(text: str) -> list[Statement]:
    """The triples of a Turtle text, without a byte order mark, in the order in which they are completed.

    Blank nodes have labels of this reading. Raises ReadError.
    """
    reader = _Reader(significant(text))
    reader.read()
    return reader.found


@dataclass
class _Frame:
    """An unfinished construct: a statement, [ ], ( ) or a triple term; terms come with their offsets."""

    opened_by: str
    start: int
    subject: tuple[Term, int] | None = None
    predicate: tuple[NamedNode, int] | None = None
    object: Term | None = None
    items: list[tuple[Term, int]] = field(default_factory=list)


class _Reader:
    def __init__(self, stream: Iterator[Token]) -> None:
        self._tokens = stream
        self._ahead: Token | None = None
        self._prefixes: dict[str, str] = {}
        self._base = ""
        self._labels: dict[str, BlankNode] = {}
        self._minted = 0
        self._stack = [_Frame(".", 0)]
        self.found: list[Statement] = []

    def read(self) -> None:
        end = 0
        while (token := self._next()) is not None:
            end = token.start
            try:
                self._take(token)
            except (KeyError, ValueError, IndexError, TypeError, StopIteration) as error:
                raise ReadError(token.start) from error
        if len(self._stack) != 1 or self._stack[0].subject is not None:
            raise ReadError(end)

    def _next(self) -> Token | None:
        token, self._ahead = self._ahead, None
        return token or next(self._tokens, None)

    def _peek(self) -> Token | None:
        self._ahead = self._ahead or next(self._tokens, None)
        return self._ahead

    def _needed(self) -> Token:
        token = self._next()
        if token is None:
            raise StopIteration
        return token

    def _take(self, token: Token) -> None:
        if token.kind == "mark":
            getattr(self, f"_{_MARKS[token.text]}")(token)
        elif token.kind == "directive" or (token.kind == "word" and token.text.upper() in _DIRECTIVES):
            self._declare(token)
        else:
            self._deliver(self._term(token), token.start)

    def _declare(self, token: Token) -> None:
        name = token.text.removeprefix("@").upper()
        if name == "PREFIX":
            prefix = self._needed().text.removesuffix(":")
            self._prefixes[prefix] = terms.iri(self._needed().text, self._base).value
        elif name == "BASE":
            self._base = terms.iri(self._needed().text, self._base).value
        else:
            self._needed()
        if token.kind == "directive":
            self._needed()

    def _term(self, token: Token) -> Term:
        if token.kind == "iri":
            return terms.iri(token.text, self._base)
        if token.kind == "name":
            return terms.prefixed(token.text, self._prefixes)
        if token.kind == "string":
            return self._literal(token)
        if token.kind == "blank":
            return self._labels.setdefault(token.text, self._minted_node())
        if token.kind == "word":
            return TYPE if token.text == "a" else Literal(token.text, datatype=NamedNode(terms.XSD + "boolean"))
        return terms.literal(token.kind, token.text)

    def _literal(self, token: Token) -> Literal:
        value, after = terms.string(token.text), self._peek()
        if after is not None and after.kind == "language":
            return _tagged(value, self._needed().text[1:])
        if after is not None and after.text == "^^":
            self._needed()
            datatype = self._term(self._needed())
            return Literal(value, datatype=datatype) if isinstance(datatype, NamedNode) else Literal(value)
        return Literal(value)

    def _minted_node(self) -> BlankNode:
        self._minted += 1
        return BlankNode(f"t{self._minted}")

    def _deliver(self, term: Term, at: int) -> None:
        """Hand a completed term to the construct that waits for it."""
        frame = self._stack[-1]
        if frame.opened_by == "(":
            frame.items.append((term, at))
        elif frame.subject is None:
            frame.subject = (term, at)
        elif frame.predicate is None:
            frame.predicate = (_predicate(term), at)
        else:
            frame.object = term
            if frame.opened_by not in _TRIPLES:
                self._state(frame.subject, frame.predicate, (term, at))

    def _state(self, subject: tuple[Term, int], predicate: tuple[NamedNode, int], value: tuple[Term, int]) -> None:
        self.found.append(Statement(subject[0], predicate[0], value[0], subject[1], predicate[1], value[1]))

    def _dot(self, _: Token) -> None:
        if len(self._stack) != 1:
            raise ValueError
        self._stack = [_Frame(".", 0)]

    def _semicolon(self, _: Token) -> None:
        self._stack[-1].predicate = None

    def _comma(self, _: Token) -> None:
        if self._stack[-1].predicate is None:
            raise ValueError

    def _open(self, token: Token) -> None:
        frame = _Frame(token.text, token.start)
        if token.text == "[":
            frame.subject = (self._minted_node(), token.start)
        elif token.text == "{|":
            frame.subject = (self._reifier(token.start), token.start)
        self._stack.append(frame)

    def _close_blank(self, _: Token) -> None:
        frame = self._closed("[")
        if frame.subject is not None:
            self._deliver(*frame.subject)

    def _close_annotation(self, _: Token) -> None:
        self._closed("{|")

    def _close_list(self, _: Token) -> None:
        frame = self._closed("(")
        nodes: list[Term] = [self._minted_node() for _ in frame.items]
        for (item, at), node, rest in zip(frame.items, nodes, [*nodes[1:], _NIL], strict=False):
            self._state((node, at), (_FIRST, at), (item, at))
            self._state((node, at), (_REST, at), (rest, at))
        self._deliver(nodes[0] if nodes else _NIL, frame.start)

    def _close_triple(self, token: Token) -> None:
        frame = self._closed("<<(" if token.text == ")>>" else "<<")
        triple = _triple(frame)
        if token.text == ")>>":
            self._deliver(triple, frame.start)
        else:
            node = frame.items[0] if frame.items else (self._minted_node(), frame.start)
            self._state(node, (_REIFIES, frame.start), (triple, frame.start))
            self._deliver(node[0], frame.start)

    def _tilde(self, token: Token) -> None:
        """A reifier, named or not, of the triple before it or around it (Turtle 1.2)."""
        frame, after = self._stack[-1], self._peek()
        named = after is not None and after.kind in {"iri", "name", "blank"}
        node = self._term(self._needed()) if named else self._minted_node()
        frame.items = [(node, token.start)]
        if frame.opened_by not in _TRIPLES:
            self._state((node, token.start), (_REIFIES, token.start), (_triple(frame), token.start))

    def _reifier(self, at: int) -> Term:
        """The subject of an annotation: the reifier just named, or a new one."""
        frame = self._stack[-1]
        if frame.items:
            return frame.items.pop()[0]
        node = self._minted_node()
        self._state((node, at), (_REIFIES, at), (_triple(frame), at))
        return node

    def _closed(self, opened_by: str) -> _Frame:
        frame = self._stack.pop()
        if frame.opened_by != opened_by:
            raise ValueError
        return frame


def _tagged(value: str, tag: str) -> Literal:
    language, _, direction = tag.partition("--")
    if direction:
        from pyoxigraph import BaseDirection

        return Literal(value, language=language, direction=BaseDirection(direction))
    return Literal(value, language=language)


def _predicate(term: Term) -> NamedNode:
    if not isinstance(term, NamedNode):
        raise TypeError
    return term


def _triple(frame: _Frame) -> Triple:
    if frame.subject is None or frame.predicate is None or frame.object is None:
        raise ValueError
    subject = frame.subject[0]
    if isinstance(subject, Literal):
        raise TypeError
    return Triple(subject, frame.predicate[0], frame.object)


_DIRECTIVES = {"PREFIX", "BASE", "VERSION"}
_TRIPLES = {"<<", "<<("}
_MARKS = {
    ".": "dot",
    ";": "semicolon",
    ",": "comma",
    "[": "open",
    "(": "open",
    "{|": "open",
    "<<": "open",
    "<<(": "open",
    "]": "close_blank",
    ")": "close_list",
    "|}": "close_annotation",
    ">>": "close_triple",
    ")>>": "close_triple",
    "~": "tilde",
}
