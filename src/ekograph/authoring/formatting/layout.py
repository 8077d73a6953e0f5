"""From the tree of a Turtle document to its text: what a careful person would write.

A statement begins with its subject and types; each other predicate has a line, values stand below each other.
What its author set on one line stays on one line if it fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ekograph.authoring.formatting.lines import STEP, Line, append, comment_lines, fits, flat_node, flat_part
from ekograph.authoring.formatting.objects import node_lines, part_lines, parts_lines
from ekograph.authoring.formatting.order import ordered, ordered_prefixes
from ekograph.authoring.formatting.tree import Comment, Directive, Document, Entry, Part, Statement


def document_text(document: Document) -> str:
    """The text of the document, its lines ended by line feeds."""
    lines: list[Line] = []
    before: Entry | None = None
    for entry, code in _laid_out(document.entries):
        lines += _gap(before, entry, code, lines)
        lines += code
        before = entry
    for index, comment in enumerate(document.tail):
        lines += _blank(comment.blank_before and bool(index or lines))
        lines.append(Line("", comment.text))
    return "".join(f"{line}\n" for line in lines)


def _laid_out(entries: Sequence[Entry]) -> Iterator[tuple[Entry, list[Line]]]:
    for run in _runs(entries):
        first = run[0]
        if isinstance(first, Statement):
            yield first, _statement_lines(first)
        else:
            yield from _directives([each for each in run if isinstance(each, Directive)])


def _runs(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """The entries, neighbouring prefixes together."""
    run: list[Entry] = list(entries[:1])
    for one, other in pairwise(entries):
        if not _beside(one, other):
            yield run
            run = []
        run.append(other)
    if run:
        yield run


def _beside(one: Entry, other: Entry) -> bool:
    both = isinstance(one, Directive) and isinstance(other, Directive)
    return both and _is_prefix(one) and _is_prefix(other) and not other.before and not other.blank_before


def _is_prefix(entry: Entry) -> bool:
    return isinstance(entry, Directive) and bool(entry.name)


def _directives(run: list[Directive]) -> Iterator[tuple[Entry, list[Line]]]:
    """The declarations of a run, their IRIs below each other; what stood before the first stays before it."""
    head = run[0]
    found = [replace(each, before=(), blank_before=False) for each in ordered_prefixes(run)]
    found[0] = replace(found[0], before=head.before, blank_before=head.blank_before)
    width = max(len(f"{each.keyword} {each.name}") for each in found)
    for each in found:
        declared = f"{each.keyword} {each.name}".ljust(width) if each.name else each.keyword
        dot = " ." if each.keyword.startswith("@") else ""
        yield each, [Line(f"{declared} {each.value}{dot}", each.after)]


def _gap(before: Entry | None, entry: Entry, code: list[Line], lines: list[Line]) -> list[Line]:
    """The comments above an entry, with the blank lines around them."""
    comments = list(entry.before)
    authored = comments[0].blank_before if comments else entry.blank_before
    needed = before is not None and _apart(before, entry, code, lines)
    gap = _blank(bool(lines) and (authored or needed))
    for index, comment in enumerate(comments):
        gap += _blank(bool(index) and comment.blank_before)
        gap.append(Line("", comment.text))
    return gap + _blank(bool(comments) and entry.blank_before)


def _apart(before: Entry, entry: Entry, code: list[Line], lines: list[Line]) -> bool:
    """Whether two entries need a blank line between them: where one has several lines, or declarations end."""
    if isinstance(before, Directive) or isinstance(entry, Directive):
        return isinstance(before, Directive) != isinstance(entry, Directive)
    spread = lines[-1].text.startswith(" ") or "\n" in lines[-1].text
    return spread or len(code) > 1 or "\n" in code[0].text


def _blank(wanted: bool) -> list[Line]:
    return [Line("")] if wanted else []


def _statement_lines(statement: Statement) -> list[Line]:
    parts = ordered(statement.parts)
    after = statement.after or (parts[-1].after if parts and not statement.tail else "")
    flat = _flat_statement(statement, parts)
    if flat and fits(flat):
        return [Line(f"{flat} .", after)]
    lines = _subject_and_parts(statement, parts)
    if not statement.tail:
        append(lines, " .", statement.after)
        return lines
    return [*lines, *comment_lines(statement.tail, STEP), Line(" " * STEP + ".", statement.after)]


def _flat_statement(statement: Statement, parts: list[Part]) -> str:
    """The statement on one line; "" if it was not, or cannot be."""
    subject = flat_node(statement.subject)
    if statement.tail or statement.subject_after or not subject or not (statement.one_line or len(parts) == 1):
        return ""
    texts = [flat_part(each) for each in [*parts[:-1], *(replace(each, after="") for each in parts[-1:])]]
    return f"{subject} {' ; '.join(texts)}".rstrip() if all(texts) else ""


def _subject_and_parts(statement: Statement, parts: list[Part]) -> list[Line]:
    subject = flat_node(statement.subject)
    if subject and parts and _opens(statement, parts[0]):
        first, rest = replace(parts[0], verb=f"{subject} {parts[0].verb}"), parts[1:]
        lines = part_lines(first, 0, 0)
        if rest:
            append(lines, " ;")
    else:
        lines, rest = node_lines(statement.subject, 0, 0), parts
        append(lines, "", statement.subject_after)
    return lines + parts_lines(rest, STEP)


def _opens(statement: Statement, part: Part) -> bool:
    """Whether the part goes on the line of the subject: its types do."""
    commented: str | tuple[Comment, ...] = statement.subject_after or part.before or part.items[0].before
    return part.verb in {"a", "rdf:type"} and not commented and not part.verb_after
