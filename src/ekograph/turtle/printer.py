"""The layout of Turtle: what a careful person would write. `docs/formatting.md` tells the rules.

A statement begins with its subject and types; each other predicate has a line, and values stand below one another.
What its author set on one line stays on one line if it fits. Nothing moves past a comment, which may speak of all
that follows it, and objects are never moved: their order is an author's choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from ekograph.turtle.reader import TurtleError, parse
from ekograph.turtle.tokens import Comment
from ekograph.turtle.tree import CLOSED_BY, Block, Collection, Directive, Document, Item, Node, Predicate, Statement

#: Columns of a line; only what cannot be broken is longer.
_WIDTH = 120
#: Columns of one step of indentation.
_STEP = 4
#: Values are aligned after predicates up to this length; a longer one stands out by itself.
_ALIGNED = 30
#: Values are listed below the predicate's first one up to this column, and else on lines of their own.
_FARTHEST = 40
#: Brackets are laid out to this depth; nobody nests deeper by hand, and each level takes frames of Python's stack.
_DEEPEST = 100

#: What a thing is and is called, what it means, its marks; all else keeps the order of the source.
_FIRST = (
    *("a", "prefLabel", "label", "fn", "name", "given-name", "family-name", "altLabel", "hiddenLabel"),
    *("title", "alternative", "definition", "description", "comment", "notation", "identifier"),
    *("displayOrder", "order"),
)
_RANKS = {name: rank for rank, name in enumerate(_FIRST)}


class Line(NamedTuple):
    """A line; without a comment it ends in code, and a line of white space and a comment is the comment's own."""

    text: str
    comment: str = ""

    def __str__(self) -> str:
        """The line as written, without its end."""
        gap = " " if self.comment and self.text.strip() else ""
        return f"{self.text}{gap}{self.comment}"


def formatted(text: str) -> str:
    """A Turtle text without a byte order mark, laid out; the same graph, the same comments in the same order.

    Raises TurtleError for what is not Turtle, or nests too deep.
    """
    document = parse(text)
    lines: list[Line] = []
    before: Statement | Directive | None = None
    for entry, code in _laid_out(document):
        lines += _gap(before, entry, code, lines)
        lines += code
        before = entry
    for index, comment in enumerate(document.tail):
        lines += _blank(comment.blank_before and bool(index or lines))
        lines.append(Line("", comment.text))
    return "".join(f"{line}\n" for line in lines)


def _laid_out(document: Document) -> Iterator[tuple[Statement | Directive, list[Line]]]:
    """The entries with their lines; neighbouring prefixes come together."""
    run: list[Directive] = []
    for entry in document.entries:
        apart = not isinstance(entry, Directive) or not entry.name or entry.before or entry.blank_before
        if run and (apart or not run[-1].name):
            yield from _directives(run)
            run = []
        if isinstance(entry, Directive):
            run.append(entry)
        elif isinstance(entry, Statement):
            _refuse_deep(entry)
            yield entry, _statement_lines(entry)
    if run:
        yield from _directives(run)


def _refuse_deep(statement: Statement) -> None:
    level, depth = [statement.subject, *_inner(statement)], 0
    while level:
        depth += 1
        if depth > _DEEPEST:
            raise TurtleError(level[0].start, "depth")
        level = [node for outer in level for node in _inner(outer)]


def _inner(node: Node | Statement) -> list[Node]:
    """The nodes within a node, that of predicates apart."""
    if isinstance(node, Collection):
        return [term for item in node.items for term in item.terms]
    predicates = node.predicates if isinstance(node, Block | Statement) else ()
    return [term for predicate in predicates for item in predicate.items for term in item.terms]


def _directives(run: list[Directive]) -> Iterator[tuple[Directive, list[Line]]]:
    """The declarations of a run, their IRIs below one another; what stood before the first stays before it.

    They are sorted by their prefixes, unless one has a comment or is declared twice.
    """
    head = run[0]
    distinct = len({directive.name for directive in run}) == len(run)
    commented = any(directive.after for directive in run) or any(directive.before for directive in run[1:])
    ordered = sorted(run, key=lambda directive: directive.name) if distinct and not commented else run
    laid_out = [replace(directive, before=(), blank_before=False) for directive in ordered]
    laid_out[0] = replace(laid_out[0], before=head.before, blank_before=head.blank_before)
    width = max(len(f"{directive.keyword} {directive.name}") for directive in laid_out)
    for directive in laid_out:
        declared = f"{directive.keyword} {directive.name}".ljust(width) if directive.name else directive.keyword
        dot = " ." if directive.keyword.startswith("@") else ""
        yield directive, [Line(f"{declared} {directive.value}{dot}", directive.after)]


def _gap(
    before: Statement | Directive | None, entry: Statement | Directive, code: list[Line], lines: list[Line]
) -> list[Line]:
    """The comments above an entry, with the blank lines around them."""
    comments = list(entry.before)
    authored = comments[0].blank_before if comments else entry.blank_before
    needed = False
    if isinstance(before, Directive) or isinstance(entry, Directive):
        # Declarations and statements are kept apart.
        needed = before is not None and isinstance(before, Directive) != isinstance(entry, Directive)
    elif before:
        # So is what has several lines.
        spread = lines[-1].text.startswith(" ") or "\n" in lines[-1].text
        needed = spread or len(code) > 1 or "\n" in code[0].text
    gap = _blank(bool(lines) and (authored or needed))
    for index, comment in enumerate(comments):
        gap += _blank(bool(index) and comment.blank_before)
        gap.append(Line("", comment.text))
    return gap + _blank(bool(comments) and entry.blank_before)


def _blank(needed: bool) -> list[Line]:
    return [Line("")] if needed else []


def _statement_lines(statement: Statement) -> list[Line]:
    predicates = _ordered(statement.predicates)
    after = statement.after or (predicates[-1].after if predicates and not statement.tail else "")
    flat = _flat_statement(statement, predicates)
    if flat and _fits(flat):
        return [Line(f"{flat} .", after)]
    lines = _subject_and_predicates(statement, predicates)
    if not statement.tail:
        _append(lines, " .", statement.after)
        return lines
    return [*lines, *_comment_lines(statement.tail, _STEP), Line(" " * _STEP + ".", statement.after)]


def _flat_statement(statement: Statement, predicates: list[Predicate]) -> str:
    """The statement on one line; "" if it was not, or cannot be."""
    subject = _flat_node(statement.subject)
    if statement.tail or statement.subject_after or not subject or not (statement.one_line or len(predicates) == 1):
        return ""
    last = [replace(predicate, after="") for predicate in predicates[-1:]]
    texts = [_flat_predicate(predicate) for predicate in [*predicates[:-1], *last]]
    return f"{subject} {' ; '.join(texts)}".rstrip() if all(texts) else ""


def _subject_and_predicates(statement: Statement, predicates: list[Predicate]) -> list[Line]:
    subject = _flat_node(statement.subject)
    if subject and predicates and _opens(statement, predicates[0]):
        rest = predicates[1:]
        lines = _predicate_lines(predicates[0], 0, 0, f"{subject} ")
        if rest:
            _append(lines, " ;")
    else:
        lines, rest = _node_lines(statement.subject, 0, 0), predicates
        _append(lines, "", statement.subject_after)
    return lines + _predicates_lines(rest, _STEP)


def _opens(statement: Statement, first: Predicate) -> bool:
    """Whether the property goes on the line of the subject: its types do."""
    commented: str | tuple[Comment, ...] = statement.subject_after or first.before or first.items[0].before
    return first.verb.text in {"a", "rdf:type"} and not commented and not first.verb_after


def _predicates_lines(predicates: Sequence[Predicate], indent: int) -> list[Line]:
    """The predicates of a statement or of a blank node, in their order, separated by semicolons."""
    lengths = (len(predicate.verb.text) for predicate in predicates)
    width = max((length for length in lengths if length <= _ALIGNED), default=0)
    lines: list[Line] = []
    for index, predicate in enumerate(predicates):
        lines += _predicate_lines(predicate, indent, width)
        if index + 1 < len(predicates):
            _append(lines, " ;")
    return lines


def _predicate_lines(predicate: Predicate, indent: int, width: int, subject: str = "") -> list[Line]:
    """A predicate, `width` columns wide at least, and its objects."""
    lines = _comment_lines(predicate.before, indent)
    verb = " " * indent + subject + predicate.verb.text
    flat = _joined([_flat_item(item) for item in predicate.items], " , ")
    aligned = verb.ljust(indent + width)
    if flat and not predicate.verb_after and _fits(f"{aligned} {flat}"):
        lines.append(Line(f"{aligned} {flat}"))
    elif all(_listable(item, indent) for item in predicate.items):
        lines += _listed(predicate, aligned, indent)
    else:
        lines += _spread(predicate, verb, indent)
    _append(lines, "", predicate.after)
    return lines


def _node_lines(node: Node, indent: int, column: int) -> list[Line]:
    """A node that begins at `column` of a line with that indentation; the first line is without either."""
    flat = _flat_node(node)
    if not isinstance(node, Block | Collection):
        return [Line(node.text)]
    if flat and _fits(" " * column + flat):
        return [Line(flat)]
    if isinstance(node, Block):
        inner = _predicates_lines(_ordered(node.predicates), indent + _STEP)
        opened_by = node.opened_by
    else:
        inner, opened_by = _members(node, indent + _STEP), "("
    tail = _comment_lines(node.tail, indent + _STEP)
    return [Line(opened_by, node.opening), *inner, *tail, Line(" " * indent + CLOSED_BY[opened_by])]


def _listable(item: Item, indent: int) -> bool:
    """Whether the item can have a line of its own: a plain term, or brackets that fit."""
    if not any(isinstance(term, Block | Collection) for term in item.terms):
        return True
    flat = _joined([_flat_node(term) for term in item.terms], " ")
    return bool(flat) and _fits(" " * (indent + _ALIGNED + 1) + flat)


def _listed(predicate: Predicate, aligned: str, indent: int) -> list[Line]:
    """The objects below one another after the predicate, or below it where a comment or its length is in the way."""
    beside = not predicate.verb_after and not predicate.items[0].before
    if beside and (len(predicate.items) == 1 or len(aligned) <= _FARTHEST):
        return _filled(predicate.items, len(aligned) + 1, Line(aligned), ",")
    return [Line(aligned.rstrip(), predicate.verb_after), *_filled(predicate.items, indent + _STEP, None, ",")]


def _filled(items: Sequence[Item], column: int, first: Line | None, separator: str) -> list[Line]:
    """Items in lines that begin at `column`, the first of them after the text of `first`."""
    lines = [first] if first else []
    texts = [" ".join(_flat_node(t) if isinstance(t, Block | Collection) else t.text for t in i.terms) for i in items]
    # Names share lines; texts and brackets have a line predicate.
    fills = not any(text.startswith(('"', "'", "[", "(")) for text in texts)
    for index, (item, plain) in enumerate(zip(items, texts, strict=True)):
        text = f"{plain} {separator}" if separator and index + 1 < len(items) else plain
        here = first is not None and index == 0
        same_line = fills and index > 0 and not lines[-1].comment and _fits(f"{lines[-1].text} {text}")
        lines += _comment_lines(item.before, column)
        if here or (same_line and not item.before):
            _append(lines, f" {text}", item.after)
        else:
            lines.append(Line(" " * column + text, item.after))
    return lines


def _spread(predicate: Predicate, verb: str, indent: int) -> list[Line]:
    """Objects of which some have brackets over several lines: `] , [` goes on one line."""
    lines = [Line(verb, predicate.verb_after)]
    for index, item in enumerate(predicate.items):
        inner = indent
        if item.before or lines[-1].comment:
            inner = indent + _STEP
            lines += [*_comment_lines(item.before, inner), Line(" " * inner)]
        for term in item.terms:
            _join(lines, term, inner)
        _append(lines, " ," if index + 1 < len(predicate.items) else "", item.after)
    return lines


def _join(lines: list[Line], node: Node, indent: int) -> None:
    """Put a node after what stands on the last line."""
    gap = " " if lines[-1].text.strip() else ""
    head, *rest = _node_lines(node, indent, len(lines[-1].text) + len(gap))
    _append(lines, gap + head.text, head.comment)
    lines += rest


def _members(collection: Collection, indent: int) -> list[Line]:
    if all(_listable(item, indent) for item in collection.items):
        return _filled(collection.items, indent, None, "")
    lines: list[Line] = []
    for item in collection.items:
        lines += [*_comment_lines(item.before, indent), Line(" " * indent)]
        for term in item.terms:
            _join(lines, term, indent)
        _append(lines, "", item.after)
    return lines


def _comment_lines(comments: Iterable[Comment], indent: int) -> list[Line]:
    """Comments on lines of their own."""
    return [Line(" " * indent, comment.text) for comment in comments]


def _append(lines: list[Line], text: str, comment: str = "") -> None:
    """Put `text`, then a comment, at the end of the last line."""
    last = lines[-1]
    lines[-1] = Line(last.text + text, comment or last.comment)


def _fits(text: str) -> bool:
    """Whether the text, with a space and a mark after it, fits on a line."""
    return len(text) + 2 <= _WIDTH


def _flat_node(node: Node) -> str:
    """The node on one line; "" if it has comments or line ends, or its author has set it on several lines."""
    if not isinstance(node, Block | Collection):
        return node.text if "\n" not in node.text else ""
    if node.opening or node.tail:
        return ""
    if isinstance(node, Collection):
        return _between("(", [_flat_item(item) for item in node.items], " ")
    if not node.one_line and len(node.predicates) > 1:
        return ""
    return _between(node.opened_by, [_flat_predicate(predicate) for predicate in _ordered(node.predicates)], " ; ")


def _flat_item(item: Item) -> str:
    """The item on one line, or ""."""
    return "" if item.before or item.after else _joined([_flat_node(term) for term in item.terms], " ")


def _flat_predicate(predicate: Predicate) -> str:
    """The predicate and its objects on one line, or ""."""
    if predicate.before or predicate.verb_after or predicate.after:
        return ""
    objects = _joined([_flat_item(item) for item in predicate.items], " , ")
    return objects and f"{predicate.verb.text} {objects}"


def _between(opened_by: str, inner: Sequence[str], separator: str) -> str:
    if not inner:
        return opened_by + CLOSED_BY[opened_by]
    text = _joined(inner, separator)
    return text and f"{opened_by} {text} {CLOSED_BY[opened_by]}"


def _joined(texts: Sequence[str], separator: str) -> str:
    return separator.join(texts) if all(texts) else ""


def _ordered(predicates: Sequence[Predicate]) -> list[Predicate]:
    """The predicates in the order of their ranks; one with a comment stays, and those on either side stay there."""
    runs: list[list[Predicate]] = [[]]
    for predicate in predicates:
        if _has_comment(predicate):
            runs += [[predicate], []]
        else:
            runs[-1].append(predicate)
    return list(chain.from_iterable(sorted(run, key=_rank) for run in runs))


def _rank(predicate: Predicate) -> int:
    """The place of a predicate, known by its local name, so that any vocabulary is served."""
    verb = "a" if predicate.verb.text == "rdf:type" else predicate.verb.text
    local = re.split(r"[#/:]", verb.strip("<>"))[-1]
    return _RANKS.get(local, len(_RANKS)) if local != "a" or verb == "a" else len(_RANKS)


def _has_comment(part: Predicate | Item | Node) -> bool:
    if isinstance(part, Predicate):
        return bool(part.before or part.verb_after or part.after) or any(map(_has_comment, part.items))
    if isinstance(part, Item):
        return bool(part.before or part.after) or any(map(_has_comment, part.terms))
    if isinstance(part, Block | Collection):
        inner = part.predicates if isinstance(part, Block) else part.items
        return bool(part.opening or part.tail) or any(map(_has_comment, inner))
    return False
