"""A text that an editor has open, read statement by statement: a keystroke costs the statements that it touches.

pygls splits lines where Python does, and builds the whole text anew with each change; here lines end as the protocol
says (section 3.17, textDocuments), and columns are counted in the unit that was agreed on.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, islice, pairwise
from pathlib import Path
from sys import intern
from typing import cast

from lsprotocol.types import Position, PositionEncodingKind, Range

from ekograph.turtle.faults import Broken, Fault, accepted, faults_of, first_error
from ekograph.turtle.lines import Lines, Place
from ekograph.turtle.reader import statements
from ekograph.turtle.tokens import tokens
from ekograph.turtle.tree import Directive, Entry, Faulty
from ekograph.turtle.triples import Namespaces
from ekograph.validation.parsing import DEEPEST_TRIPLE_TERM, too_deep

_LINE_END = re.compile(r"\r\n?|\n")
_PREFIXED = re.compile(r"(?i)\bprefix\s+([\w.-]*):\s*<([^>\s]*)>")
_ENDING = re.compile(r"(?:\r\n?|\n)?\Z")
#: What opens a string of several lines, or closes it, changes what is far away.
_LONG_QUOTES = ('"""', "'''")


class LinedText:
    """A text with its lines, which end in LF, CR LF or CR; columns are in units of `encoding`."""

    def __init__(self, text: str, encoding: str = PositionEncodingKind.Utf16) -> None:
        self.text = text
        self._encoding = encoding
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def offset(self, position: Position) -> int:
        """The character offset of a position; one beyond the end of a line is at its end, as the protocol says."""
        if position.line >= len(self._starts):
            return len(self.text)
        start, end = self._starts[position.line], self._line_end(position.line)
        line = self.text[start:end]
        if line.isascii() or self._encoding == PositionEncodingKind.Utf32:
            return min(start + position.character, end)
        form, unit = ("utf-8", 1) if self._encoding == PositionEncodingKind.Utf8 else ("utf-16-le", 2)
        return start + len(line.encode(form, "surrogatepass")[: position.character * unit].decode(form, "ignore"))

    def position(self, offset: int) -> Position:
        """The line and column of a character offset."""
        line = bisect_right(self._starts, offset) - 1
        part = self.text[self._starts[line] : offset]
        if self._encoding == PositionEncodingKind.Utf32 or part.isascii():
            return Position(line, len(part))
        form, unit = ("utf-8", 1) if self._encoding == PositionEncodingKind.Utf8 else ("utf-16-le", 2)
        return Position(line, len(part.encode(form, "surrogatepass")) // unit)

    def range(self, start: int, end: int) -> Range:
        """The range from one offset to another."""
        return Range(self.position(start), self.position(end))

    def line_of(self, offset: int) -> int:
        """The number of a line, from 0."""
        return bisect_right(self._starts, offset) - 1

    def place_offset(self, place: Place) -> int:
        """The offset of a place of the check, whose lines end in LF alone."""
        return Lines(self.text).offset(place)

    def _line_end(self, line: int) -> int:
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        return end - len(_ENDING.search(self.text[max(end - 2, self._starts[line]) : end])[0])  # type: ignore[index]

    def replace(self, start: int, end: int, text: str) -> None:
        """Put a text in the place of what stands from one offset to another."""
        first = max(bisect_right(self._starts, start) - 2, 0)
        last = min(bisect_right(self._starts, end) + 1, len(self._starts))
        delta = len(text) - (end - start)
        self.text = f"{self.text[:start]}{text}{self.text[end:]}"
        stop = self._starts[last] + delta if last < len(self._starts) else len(self.text)
        fresh = [match.end() for match in _LINE_END.finditer(self.text, self._starts[first], stop)]
        rest = self._starts[last + 1 :]
        self._starts[first + 1 :] = fresh + ([at + delta for at in rest] if delta else rest)


@dataclass(slots=True)
class Segment:
    """An entry of the text with the space before it; offsets count from where that begins.

    `kind` is "statement", "directive", "faulty", or "accepted": what only pyoxigraph takes for a statement. `head` are
    the declarations under which `error`, its place and what pyoxigraph says, was looked for.
    """

    kind: str
    length: int
    start: int
    at: int
    expected: str
    head: str | None = None
    error: tuple[int, str] | None = None


class OpenText(LinedText):
    """A Turtle text, and its segments as far as they are read."""

    def __init__(self, text: str, version: int, encoding: str, path: Path | None = None) -> None:
        super().__init__(text, encoding)
        self.version = version
        self.path = path
        #: Whether the text is SPARQL, which has no statements of Turtle.
        self.query = path is not None and path.suffix in {".rq", ".sparql", ".ru"}
        self._segments: list[Segment] = []
        #: Segments after a change, which are good again from where reading meets the begin of one.
        self._rest: list[Segment] = []
        self._at = self._rest_start = self._changed_until = 0
        self._reading: Iterator[Segment] | None = None
        self._deep: int | None = None
        #: The faulty segments by their number and place, and the errors of the others.
        self._broken: list[tuple[int, int]] = []
        self._errors: list[tuple[int, str]] = []
        self._read(0)

    def change(self, start: int, end: int, text: str) -> None:
        """Put a text in the place of another; `go_on` then makes good what is known of the statements."""
        around = self.text[max(start - 3, 0) : end + 3]
        self.replace(start, end, text)
        around += self.text[max(start - 3, 0) : start + len(text) + 3]
        old = self._segments
        ends = list(accumulate(segment.length for segment in old))
        kept = bisect_left(ends, start) - 1
        while kept > 0 and old[kept - 1].kind in {"faulty", "accepted"}:
            kept -= 1
        kept = max(kept, 0)
        if any(quotes in around for quotes in _LONG_QUOTES):
            broken = (n for n in range(kept) if old[n].kind == "faulty")
            kept = next((n for n in broken if self._has_long_quotes(ends[n - 1] if n else 0, old[n])), kept)
        at = self._rest_start = ends[kept - 1] if kept else 0
        self._rest = old[kept:] if self._reading is None else []
        self._segments = old[:kept]
        passed = 0
        while passed < len(self._rest) and self._rest_start < end:
            self._rest_start += self._rest[passed].length
            passed += 1
        self._rest = self._rest[passed:]
        self._rest_start += len(text) - (end - start)
        self._changed_until = start + len(text)
        self._read(at, nesting=self._deep is not None or "<<" in around or ">>" in around)

    def go_on(self, most: int) -> bool:
        """Read on, at most so many statements; whether all are read and their errors known."""
        count = 0
        for segment in islice(self._reading or (), most):
            count += 1
            self._segments.append(segment)
            self._at += segment.length
            if self._met():
                self._reading = None
                break
        if self._reading and count < most:
            self._reading = None
        return self._reading is None and self._examine(most)

    def faults(self) -> list[Fault]:
        """The faults of the text, once all of it is read; the same as those of `turtle.faults.find_faults`."""
        if self._deep is not None:
            return [Fault(self._deep, "deep")]
        broken = []
        for number, at in self._broken:
            segment, before = self._segments[number], self._segments[number - 1] if number else None
            previous = _entry(at - before.length, before) if before else None
            broken.append(Broken(cast("Faulty", _entry(at, segment)), previous))
        return faults_of(self.text, broken, self._errors)

    def query_faults(self, prefixes: Mapping[str, str]) -> list[Fault]:
        """The prefixes of a query that neither it nor, in `prefixes`, the folder declares; each once."""
        words = [token for token in tokens(self.text) if token.kind not in {"space", "comment"}]
        declared = {name.text for word, name in pairwise(words) if word.text.upper() == "PREFIX"}
        undeclared: dict[str, Fault] = {}
        for token in words:
            prefix, _, _ = token.text.partition(":")
            if token.kind == "name" and f"{prefix}:" not in declared and prefix not in prefixes:
                undeclared.setdefault(prefix, Fault(token.start, "prefix", prefix))
        return list(undeclared.values())

    def spans(self) -> Iterator[tuple[int, int, str]]:
        """Where each entry begins and ends, and of which kind it is."""
        at = 0
        for segment in self._segments:
            yield at + segment.start, at + segment.length, segment.kind
            at += segment.length

    def namespaces(self, prefixes: Mapping[str, str]) -> Namespaces:
        """The prefixes and the base that are in force at the end of the text; for a query, the `prefixes` too."""
        namespaces = Namespaces()
        if self.query:
            namespaces.prefixes |= prefixes
            namespaces.prefixes |= dict(_PREFIXED.findall(self.text))
        for start, _, kind in self.spans():
            entry = next(statements(self.text, start), None) if kind == "directive" else None
            if isinstance(entry, Directive):
                with suppress(ValueError):
                    namespaces.declare(entry)
        return namespaces

    def entry_start(self, offset: int) -> int:
        """Where the entry begins that the offset is in; the space after an entry is of the next one."""
        return next((start for start, end, _ in self.spans() if end > offset), self._at if self._segments else 0)

    def _read(self, at: int, *, nesting: bool = True) -> None:
        """Begin to read there; not at all where triple terms nest deeper than the parser of record bears.

        That is looked at only where a change concerns their `nesting`.
        """
        if nesting:
            self._deep = too_deep(self.text) if self.text.count("<<") > DEEPEST_TRIPLE_TERM else None
        self._at = at
        self._reading = self._segments_from(at) if self._deep is None else None
        if self._deep is not None:
            self._segments, self._rest = [], []

    def _segments_from(self, at: int) -> Iterator[Segment]:
        for entry in statements(self.text, at):
            kind, stop, expected = "directive" if isinstance(entry, Directive) else "statement", 0, ""
            if isinstance(entry, Faulty):
                kind = "accepted" if accepted(self.text[entry.start : entry.end]) else "faulty"
                stop, expected = entry.at - at, entry.expected
            yield Segment(kind, entry.end - at, entry.start - at, stop, expected)
            at = entry.end

    def _has_long_quotes(self, at: int, segment: Segment) -> bool:
        part = self.text[at : at + segment.length]
        return any(quotes in part for quotes in _LONG_QUOTES)

    def _met(self) -> bool:
        """Whether reading has come to where a segment after the change begins: what follows is as it was."""
        passed = 0
        while passed < len(self._rest) and self._rest_start < self._at:
            self._rest_start += self._rest[passed].length
            passed += 1
        self._rest = self._rest[passed:] if passed else self._rest
        if not self._rest or self._rest_start != self._at or self._at <= self._changed_until:
            return False
        # Columns count where a faulty part ends: those on the line of the change have moved.
        if "\n" not in self.text[self._changed_until : self._at]:
            return False
        self._segments += self._rest
        self._rest = []
        return True

    def _examine(self, most: int) -> bool:
        """Look for the errors of statements that were not looked at under their declarations; whether that is all."""
        at, head = 0, ""
        self._broken, self._errors = [], []
        for number, segment in enumerate(self._segments):
            if segment.kind == "faulty":
                self._broken.append((number, at))
            elif segment.head != head:
                if not most:
                    return False
                most -= 1
                error = first_error(head, self.text[at + segment.start : at + segment.length])
                segment.error = (error[0] + segment.start, error[1]) if error else None
                segment.head = head
            if segment.error:
                self._errors.append((at + segment.error[0], segment.error[1]))
            elif segment.kind == "directive":
                # Interned, so that it is the one that the segments have, which is soon compared.
                head = intern(f"{head}{self.text[at + segment.start : at + segment.length]}\n")
            at += segment.length
        return True


def _entry(at: int, segment: Segment) -> Entry:
    """The segment as an entry that has no more than its place."""
    start, end = at + segment.start, at + segment.length
    if segment.kind in {"faulty", "accepted"}:
        return Faulty(start, end, at + segment.at, segment.expected)
    return Directive(start, end, (), False, "", "", "", "")
