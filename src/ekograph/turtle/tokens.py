"""The tokens of Turtle (RDF 1.1 Turtle, section 6.5, and the additions of 1.2): lossless, every character in one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_START = f"{_BASE}_"
_CHARS = f"{_START}0-9\u00b7\u0300-\u036f\u203f-\u2040-"
_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
# A dot belongs to a name only where more of the name follows.
_PREFIX = rf"[{_BASE}](?:[{_CHARS}]++|\.++(?=[{_CHARS}]))*"
_LOCAL = rf"(?:[{_START}:0-9]|{_ESCAPE})(?:[{_CHARS}:]++|{_ESCAPE}|\.++(?=[{_CHARS}:%\\]))*"

# Runs are possessive: a string of megabytes takes no memory for ways back. Groups are not, since Python before
# 3.11.5 keeps what an alternative of one has taken before it failed (https://github.com/python/cpython/issues/106052).
_PATTERNS = {
    "space": r"[ \t\r\n]+",
    "comment": r"\#[^\r\n]*",
    "iri": r"<(?:[^\x00-\x20<>\"{}|^`\\]++|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>",
    "string": (
        r'"""(?:[^"\\]++|(?:\\.)++|"{1,2}(?!"))*"""'
        r"|'''(?:[^'\\]++|(?:\\.)++|'{1,2}(?!'))*'''"
        r'|"(?!"")(?:[^"\\\r\n]++|(?:\\.)++)*"'
        r"|'(?!'')(?:[^'\\\r\n]++|(?:\\.)++)*'"
    ),
    "directive": r"(?<![\"'])@(?:prefix|base|version)(?![A-Za-z0-9-])",
    "language": r"@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[a-z]+)?",
    "double": r"[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+",
    "decimal": r"[+-]?[0-9]*\.[0-9]+",
    "integer": r"[+-]?[0-9]+",
    "blank": rf"_:[{_START}0-9](?:[{_CHARS}]++|\.++(?=[{_CHARS}]))*",
    "name": rf"(?:{_PREFIX})?:(?:{_LOCAL})?",
    "word": r"[A-Za-z]+",
    "mark": r"\^\^|<<\(|\)>>|<<|>>|\{\||\|\}|[.;,()\[\]~{}]",
    # Faulty: a string without its end (up to the end of its line), an IRI with a space or without its end.
    "unclosed": r"(?:\"\"\"|'''|[\"'])[^\r\n]*",
    "broken": r"<(?=[^\s<>=])[^<>\"\r\n]*>?",
    "stray": r".",
}
_LINE_END = re.compile(r"\r\n?|\n")
_TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS.items()), re.DOTALL)


class Comment(NamedTuple):
    """A comment with its mark; whether it has a line of its own, and whether a blank line precedes it."""

    text: str
    own_line: bool
    blank_before: bool


class Token(NamedTuple):
    """A piece of the text: its kind (a key of the table above), its characters, its offset.

    `before` are the comments between the token before and it, `after` is the comment after it on its line.
    """

    kind: str
    text: str
    start: int
    before: tuple[Comment, ...] = ()
    after: Comment | None = None
    new_line: bool = False
    blank_before: bool = False

    @property
    def end(self) -> int:
        """The offset after its last character."""
        return self.start + len(self.text)


def tokens(text: str, start: int = 0) -> Iterator[Token]:
    """All tokens of `text` from `start` in order; what is no Turtle comes as tokens of the last three kinds."""
    return (Token(match.lastgroup or "stray", match.group(), match.start()) for match in _TOKEN.finditer(text, start))


def words(text: str, start: int = 0) -> Iterator[Token]:
    """The tokens but white space and comments, each with the comments around it; one of the kind "end" comes last."""
    word: Token | None = None
    comments: list[Comment] = []
    line_ends = int(start == 0)
    for match in chain(_TOKEN.finditer(text, start), [None]):
        kind, characters = (match.lastgroup or "stray", match.group()) if match else ("end", "")
        if kind == "space":
            line_ends += len(_LINE_END.findall(characters)) if characters != " " else 0
        elif kind == "comment":
            comments.append(Comment(characters.rstrip(), line_ends > 0, line_ends > 1))
            line_ends = 0
        else:
            if word:
                yield word._replace(after=comments.pop(0)) if comments and not comments[0].own_line else word
            at = match.start() if match else len(text)
            word = Token(kind, characters, at, tuple(comments), None, line_ends > 0, line_ends > 1)
            comments, line_ends = [], 0
    if word:
        yield word
