"""Places in a text: from offsets to lines and columns, both from 1, columns in characters."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

BOM = "\ufeff"


class Place(NamedTuple):
    """A line and a column, both from 1."""

    line: int
    column: int


class Lines:
    """The lines of a text; they end in LF or CR LF, as editors count them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0]
        at = text.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = text.find("\n", at + 1)

    def place(self, offset: int) -> Place:
        """The line and column of a character offset."""
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)

    def offset(self, place: Place) -> int:
        """The character offset of a line and column; the end of the text for a line after the last."""
        if place.line > len(self._starts):
            return len(self._text)
        return self._starts[place.line - 1] + place.column - 1

    def line(self, number: int) -> str:
        """The text of a line without its end, "" where there is no such line."""
        if not 1 <= number <= len(self._starts):
            return ""
        end = self._starts[number] if number < len(self._starts) else len(self._text)
        return self._text[self._starts[number - 1] : end].rstrip("\r\n")


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, without a byte order mark. Raises UnicodeDecodeError."""
    return data.decode("utf-8").removeprefix(BOM)
