"""The layout of predicates and objects: values below each other, brackets spread over lines where they must be."""

from __future__ import annotations

from collections.abc import Sequence

from ekograph.authoring.formatting.lines import STEP, Line, append, comment_lines, fits, flat_item, flat_node, is_block
from ekograph.authoring.formatting.order import ordered
from ekograph.authoring.formatting.tree import Block, Collection, Item, Leaf, Node, Part

#: Values are aligned after predicates up to this length; a longer one stands out by itself.
_ALIGNED = 30
#: Values are listed below the predicate's first one up to this column, and else on lines of their own.
_FARTHEST = 40


def parts_lines(parts: Sequence[Part], indent: int) -> list[Line]:
    """The parts of a statement or of a blank node, in their order, separated by semicolons."""
    width = max((len(each.verb) for each in parts if len(each.verb) <= _ALIGNED), default=0)
    lines: list[Line] = []
    for index, part in enumerate(parts):
        lines += part_lines(part, indent, width)
        if index + 1 < len(parts):
            append(lines, " ;")
    return lines


def part_lines(part: Part, indent: int, width: int) -> list[Line]:
    """A predicate, `width` columns wide at least, and its objects."""
    lines = comment_lines(part.before, indent)
    verb = " " * indent + part.verb
    flat = " , ".join(texts) if all(texts := [flat_item(each) for each in part.items]) else ""
    aligned = verb.ljust(indent + width)
    if flat and not part.verb_after and fits(f"{aligned} {flat}"):
        lines.append(Line(f"{aligned} {flat}"))
    elif all(_listable(each, indent) for each in part.items):
        lines += _listed(part, aligned, indent)
    else:
        lines += _spread(part, verb, indent)
    append(lines, "", part.after)
    return lines


def node_lines(node: Node, indent: int, column: int) -> list[Line]:
    """A node that begins at `column` of a line with that indentation; the first line is without either."""
    flat = flat_node(node)
    if isinstance(node, Leaf):
        return [Line(node.text)]
    if flat and fits(" " * column + flat):
        return [Line(flat)]
    if isinstance(node, Block):
        inner = parts_lines(ordered(node.parts), indent + STEP)
        marks = node.opened_by, node.closed_by
    else:
        inner = _members(node, indent + STEP)
        marks = "(", ")"
    tail = comment_lines(node.tail, indent + STEP)
    return [Line(marks[0], node.opening), *inner, *tail, Line(" " * indent + marks[1])]


def _listable(item: Item, indent: int) -> bool:
    """Whether the item can have a line of its own: a plain term, or brackets that fit."""
    if not any(map(is_block, item.terms)):
        return True
    flat = " ".join(flats) if all(flats := [flat_node(each) for each in item.terms]) else ""
    return bool(flat) and fits(" " * (indent + _ALIGNED + 1) + flat)


def _text(item: Item) -> str:
    return " ".join(each.text if isinstance(each, Leaf) else flat_node(each) for each in item.terms)


def _fills(items: Sequence[Item]) -> bool:
    """Whether several items may share a line: names do, text and brackets have a line each."""
    return not any(_text(each).startswith(('"', "'", "[", "(")) for each in items)


def _listed(part: Part, aligned: str, indent: int) -> list[Line]:
    """The objects below each other after the predicate, or below it where a comment or its length is in the way."""
    beside = not part.verb_after and not part.items[0].before
    if beside and (len(part.items) == 1 or len(aligned) <= _FARTHEST):
        first = Line(aligned)
        return _filled(part.items, len(aligned) + 1, first, ",")
    return [Line(aligned.rstrip(), part.verb_after), *_filled(part.items, indent + STEP, None, ",")]


def _filled(items: Sequence[Item], column: int, first: Line | None, separator: str) -> list[Line]:
    """Items in lines that begin at `column`, the first of them after the text of `first`."""
    lines = [first] if first else []
    fills = _fills(items)
    for index, item in enumerate(items):
        mark = f" {separator}" if separator and index + 1 < len(items) else ""
        text = _text(item) + mark
        here = first is not None and index == 0
        same_line = fills and index > 0 and not lines[-1].comment and fits(f"{lines[-1].text} {text}")
        lines += comment_lines(item.before, column)
        if here or (same_line and not item.before):
            append(lines, f" {text}", item.after)
        else:
            lines.append(Line(" " * column + text, item.after))
    return lines


def _spread(part: Part, verb: str, indent: int) -> list[Line]:
    """Objects of which some have brackets over several lines: `] , [` goes on one line."""
    lines = [Line(verb, part.verb_after)]
    for index, item in enumerate(part.items):
        inner = indent
        if item.before or lines[-1].comment:
            inner = indent + STEP
            lines += [*comment_lines(item.before, inner), Line(" " * inner)]
        for term in item.terms:
            _join(lines, term, inner)
        append(lines, " ," if index + 1 < len(part.items) else "", item.after)
    return lines


def _join(lines: list[Line], node: Node, indent: int) -> None:
    """Put a node after what stands on the last line."""
    gap = " " if lines[-1].text.strip() else ""
    head, *rest = node_lines(node, indent, len(lines[-1].text) + len(gap))
    append(lines, gap + head.text, head.comment)
    lines += rest


def _members(collection: Collection, indent: int) -> list[Line]:
    if all(_listable(each, indent) for each in collection.items):
        return _filled(collection.items, indent, None, "")
    lines: list[Line] = []
    for item in collection.items:
        lines += [*comment_lines(item.before, indent), Line(" " * indent)]
        for term in item.terms:
            _join(lines, term, indent)
        append(lines, "", item.after)
    return lines
