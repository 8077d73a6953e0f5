"""A Turtle document as its author wrote it: terms as their own characters, comments beside what they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias


class Comment(NamedTuple):
    """A comment with its mark; whether it has a line of its own, and whether a blank line precedes it."""

    text: str
    own_line: bool
    blank_before: bool


@dataclass(frozen=True)
class Leaf:
    """A term without inner layout: an IRI, a name, a literal with its tag, a triple term."""

    text: str


@dataclass(frozen=True)
class Block:
    """A blank node [ … ] or an annotation {| … |}; `opening` is the comment at the end of its first line."""

    opened_by: str
    closed_by: str
    opening: str
    parts: tuple[Part, ...]
    tail: tuple[Comment, ...]
    one_line: bool


@dataclass(frozen=True)
class Collection:
    """A collection ( … ); `opening` is the comment at the end of its first line."""

    opening: str
    items: tuple[Item, ...]
    tail: tuple[Comment, ...]


Node: TypeAlias = Leaf | Block | Collection


@dataclass(frozen=True)
class Item:
    """An object with its annotations, or a member of a collection."""

    before: tuple[Comment, ...]
    terms: tuple[Node, ...]
    after: str = ""


@dataclass(frozen=True)
class Part:
    """A predicate with its objects; `verb_after` is a comment between the two, `after` one at the end of the line."""

    before: tuple[Comment, ...]
    verb: str
    verb_after: str
    items: tuple[Item, ...]
    after: str = ""


@dataclass(frozen=True)
class Statement:
    """A subject and its parts. `tail` is what stands on lines of its own before the full stop.

    `start` and `end` are the offsets of its first character and of the one after its full stop.
    """

    before: tuple[Comment, ...]
    blank_before: bool
    subject: Node
    subject_after: str
    parts: tuple[Part, ...]
    tail: tuple[Comment, ...]
    after: str
    one_line: bool
    start: int
    end: int


@dataclass(frozen=True)
class Directive:
    """A declaration of a prefix (its `name` then is not empty), a base or a version; `start`, `end` as above."""

    before: tuple[Comment, ...]
    blank_before: bool
    keyword: str
    name: str
    value: str
    after: str
    start: int
    end: int


Entry: TypeAlias = Statement | Directive


@dataclass(frozen=True)
class Document:
    """The entries of a file and the comments after the last one."""

    entries: tuple[Entry, ...]
    tail: tuple[Comment, ...]
