"""The tree of a Turtle document: terms as their own characters with offsets, comments beside what they belong to.

`start` and `end` are the offsets of a node's first character and of the one after its last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ekograph.turtle.tokens import Comment, Token


@dataclass(frozen=True, slots=True)
class Leaf:
    """A term of one token; `suffix` is the language tag or the datatype of a literal, with `typed` the latter.

    `known_at` is the offset of the token at which a parser knows that the term has ended: a string may go on.
    """

    token: Token
    known_at: int
    suffix: Token | None = None
    typed: bool = False

    @property
    def start(self) -> int:
        """The offset of its first character."""
        return self.token.start

    @property
    def end(self) -> int:
        """The offset after its last character."""
        return (self.suffix or self.token).end

    @property
    def text(self) -> str:
        """The term as written; a carriage return in a string as an escape, since lines end in a line feed alone."""
        text = self.token.text.replace("\r", "\\r") if self.token.kind == "string" else self.token.text
        return f"{text}{'^^' if self.typed else ''}{self.suffix.text}" if self.suffix else text


@dataclass(frozen=True, slots=True)
class Reifier:
    """The mark ~ and the name after it, if there is one."""

    start: int
    end: int
    known_at: int
    name: Leaf | None

    @property
    def text(self) -> str:
        """The reifier as written."""
        return f"~ {self.name.text}" if self.name else "~"


@dataclass(frozen=True, slots=True)
class TripleNode:
    """A triple term <<( … )>> or a reified triple << … >>: subject, predicate, object, and perhaps a reifier."""

    start: int
    end: int
    opened_by: str
    members: tuple[Node, ...]

    @property
    def text(self) -> str:
        """The triple on one line."""
        inner = " ".join("[]" if isinstance(node, Block) else getattr(node, "text", "") for node in self.members)
        return f"{self.opened_by} {inner} {CLOSED_BY[self.opened_by]}"


@dataclass(frozen=True, slots=True)
class Block:
    """A blank node [ … ] or an annotation {| … |}; `opening` is the comment at the end of its first line."""

    start: int
    end: int
    opened_by: str
    opening: str
    predicates: tuple[Predicate, ...]
    tail: tuple[Comment, ...]
    one_line: bool


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection ( … ); `opening` is the comment at the end of its first line."""

    start: int
    end: int
    opening: str
    items: tuple[Item, ...]
    tail: tuple[Comment, ...]


Node: TypeAlias = Leaf | Reifier | TripleNode | Block | Collection
CLOSED_BY = {"[": "]", "{|": "|}", "(": ")", "<<": ">>", "<<(": ")>>"}


@dataclass(frozen=True, slots=True)
class Item:
    """An object with its annotations, or a member of a collection."""

    before: tuple[Comment, ...]
    terms: tuple[Node, ...]
    after: str = ""


@dataclass(frozen=True, slots=True)
class Predicate:
    """A predicate with its objects.

    `verb_after` is a comment between the two, `after` one at the end of the line.
    """

    before: tuple[Comment, ...]
    verb: Leaf
    verb_after: str
    items: tuple[Item, ...]
    after: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A subject and its predicates. `tail` is what stands on lines of its own before the full stop."""

    start: int
    end: int
    before: tuple[Comment, ...]
    blank_before: bool
    subject: Node
    subject_after: str
    predicates: tuple[Predicate, ...]
    tail: tuple[Comment, ...]
    after: str
    one_line: bool


@dataclass(frozen=True, slots=True)
class Directive:
    """A declaration of a prefix (its `name` then is not empty), a base or a version."""

    start: int
    end: int
    before: tuple[Comment, ...]
    blank_before: bool
    keyword: str
    name: str
    value: str
    after: str


@dataclass(frozen=True, slots=True)
class Faulty:
    """A part of the text that is no statement: reading stopped at `at`, where `expected` should be."""

    start: int
    end: int
    at: int
    expected: str


Entry: TypeAlias = Statement | Directive | Faulty


@dataclass(frozen=True, slots=True)
class Document:
    """The entries of a text and the comments after the last one."""

    text: str
    entries: tuple[Entry, ...]
    tail: tuple[Comment, ...]
