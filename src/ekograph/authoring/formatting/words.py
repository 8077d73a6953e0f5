"""The significant tokens of a Turtle text, each with the comments around it."""

from __future__ import annotations

import re
from typing import NamedTuple

from ekograph.authoring.formatting.tree import Comment
from ekograph.authoring.tokens import tokens

_LINE_END = re.compile(r"\r\n?|\n")


class Word(NamedTuple):
    """A token, the comments between the one before and it, and the comment after it on its line."""

    kind: str
    text: str
    start: int
    before: tuple[Comment, ...]
    after: Comment | None
    new_line: bool
    blank_before: bool


def words(text: str) -> tuple[list[Word], tuple[Comment, ...]]:
    """The words of a text, and the comments on lines of their own after the last one."""
    found: list[Word] = []
    comments: list[Comment] = []
    breaks = 1
    for token in tokens(text):
        if token.kind == "space":
            breaks += len(_LINE_END.findall(token.text))
        elif token.kind == "comment":
            comments.append(Comment(token.text.rstrip(), breaks > 0, breaks > 1))
            breaks = 0
        else:
            _hand_back(found, comments)
            # A carriage return within a long string is written as an escape: lines end in a line feed alone.
            shown = token.text.replace("\r", "\\r") if token.kind == "string" else token.text
            found.append(Word(token.kind, shown, token.start, tuple(comments), None, breaks > 0, breaks > 1))
            comments, breaks = [], 0
    _hand_back(found, comments)
    return found, tuple(comments)


def _hand_back(found: list[Word], comments: list[Comment]) -> None:
    """Give a comment at the end of a line to the word before it."""
    if found and comments and not comments[0].own_line:
        found[-1] = found[-1]._replace(after=comments.pop(0))
