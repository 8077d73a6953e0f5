"""Lines of output, each with the comment at its end, and what fits on one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ekograph.authoring.formatting.order import ordered
from ekograph.authoring.formatting.tree import Block, Collection, Comment, Item, Leaf, Node, Part

#: Columns of a line; only what cannot be broken is longer.
WIDTH = 120
#: Columns of one step of indentation.
STEP = 4


class Line(NamedTuple):
    """A line; without a comment it ends in code, and a line of white space and a comment is the comment's own."""

    text: str
    comment: str = ""

    def __str__(self) -> str:
        """The line as written, without its end."""
        gap = " " if self.comment and self.text.strip() else ""
        return f"{self.text}{gap}{self.comment}"


def comment_lines(comments: Iterable[Comment], indent: int) -> list[Line]:
    """Comments on lines of their own."""
    return [Line(" " * indent, each.text) for each in comments]


def append(lines: list[Line], text: str, comment: str = "") -> None:
    """Put `text`, then a comment, at the end of the last line."""
    last = lines[-1]
    lines[-1] = Line(last.text + text, comment or last.comment)


def fits(text: str) -> bool:
    """Whether the text, with a space and a mark after it, fits on a line."""
    return len(text) + 2 <= WIDTH


def flat_node(node: Node) -> str:
    """The node on one line; "" if it has comments or line ends, or its author has set it on several lines."""
    if isinstance(node, Leaf):
        return node.text if "\n" not in node.text else ""
    if node.opening or node.tail:
        return ""
    if isinstance(node, Collection):
        return _between("(", [flat_item(each) for each in node.items], ")", " ")
    if not node.one_line and len(node.parts) > 1:
        return ""
    return _between(node.opened_by, [flat_part(each) for each in ordered(node.parts)], node.closed_by, " ; ")


def flat_item(item: Item) -> str:
    """The item on one line, or ""."""
    if item.before or item.after:
        return ""
    return _joined([flat_node(each) for each in item.terms], " ")


def flat_part(part: Part) -> str:
    """The predicate and its objects on one line, or ""."""
    if part.before or part.verb_after or part.after:
        return ""
    objects = _joined([flat_item(each) for each in part.items], " , ")
    return objects and f"{part.verb} {objects}"


def is_block(node: Node) -> bool:
    """Whether the node has brackets that can be spread over lines."""
    return isinstance(node, Block | Collection)


def _between(opened_by: str, inner: Sequence[str], closed_by: str, separator: str) -> str:
    if not inner:
        return opened_by + closed_by
    text = _joined(inner, separator)
    return text and f"{opened_by} {text} {closed_by}"


def _joined(texts: Sequence[str], separator: str) -> str:
    return separator.join(texts) if all(texts) else ""
