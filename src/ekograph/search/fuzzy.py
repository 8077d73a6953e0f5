"""Which words of the index a typed word may stand for: other forms, beginnings, parts, and with typing errors."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ekograph.search.stemming import distance, fold, heads, key, keys

#: Index words that one typed word may stand for in one way, and that are compared letter by letter.
MOST_FORMS, MOST_COMPARED = 200, 3000

#: Parts of compounds are looked for from this length on; shorter ones stand in too many words by chance.
SHORTEST_PART = 4
SHORTEST_HEAD = 3

#: The longest word that a compound is taken to begin with.
LONGEST_MODIFIER = 24

#: From how many letters on a word may be misspelt, and twice.
MISSPELT, MISSPELT_TWICE = 5, 8

#: So many letters, and this share of the typed word, make words akin.
AKIN, AKIN_SHARE = 5, 0.6

#: What stands between the parts of a compound (Finnish, Swedish).
_LINKS = ("", "s", "n", "en", "e")


class Form(NamedTuple):
    """A word of the index, whether names of classes have it, and how well it does for the typed word (0 to 1)."""

    word: int
    text: str
    generic: bool
    quality: float


def forms(connection: sqlite3.Connection, typed: str, *, unfinished: bool) -> dict[int, Form]:
    """The forms of `typed` by the number of their word, each with its best quality.

    A word that is still being typed is `unfinished`: any beginning will do; elsewhere a short word stands for itself.
    """
    folded, stems = fold(typed), set(filter(None, keys(typed)))
    candidates = same = [*_same(connection, {folded}, 1.0), *_same(connection, stems, 0.95)]
    if len(folded) > (1 if unfinished else 3):
        candidates = [*candidates, *_starting(connection, folded, 0.55)]
    # Stems and heads are short, and so in many words by chance.
    candidates = [
        *candidates,
        *_parts(connection, {folded} if same else {folded, *(stem for stem in stems if len(stem) > SHORTEST_PART)}),
    ]
    if not same:
        candidates += _heads(connection, heads(typed))
    candidates = candidates or [*_misspelt(connection, folded), *_modifier(connection, folded)]
    return {form.word: form for form in reversed(candidates or [*_akin(connection, folded)])}


def _same(connection: sqlite3.Connection, texts: Iterable[str], quality: float) -> Iterator[Form]:
    for text in sorted(texts):
        for row in connection.execute("SELECT id, text, generic FROM word WHERE text = ?", (text,)):
            yield Form._make((*row, quality))


def _starting(connection: sqlite3.Connection, start: str, quality: float) -> Iterator[Form]:
    rows = connection.execute(
        "SELECT id, text, generic FROM word WHERE text >= ? AND text < ? ORDER BY length(text) LIMIT ?",
        (start, _after(start), MOST_FORMS),
    )
    return (Form._make((*row, quality + 0.3 * len(start) / len(row[1]))) for row in rows)


def _after(start: str) -> str:
    """What sorts after all that begins with `start`."""
    return start[:-1] + chr(min(ord(start[-1]) + 1, 0x10FFFF))


def _parts(connection: sqlite3.Connection, parts: Iterable[str]) -> Iterator[Form]:
    """Words that have one of `parts` in them; better at the end, where the head of a compound stands."""
    for part in sorted(parts, key=lambda part: (-len(part), part)):
        if len(part) >= SHORTEST_PART:
            for row in _containing(connection, part):
                quality = (0.6 if key(row[1]).endswith(part) else 0.4) + 0.2 * len(part) / len(row[1])
                yield Form._make((*row, quality))


def _heads(connection: sqlite3.Connection, ends: Iterable[str]) -> Iterator[Form]:
    for end in sorted(ends):
        if len(end) >= SHORTEST_PART:
            for row in _containing(connection, end):
                if row[1].endswith(end):
                    yield Form._make((*row, 0.35 + 0.2 * len(end) / len(row[1])))


def _containing(connection: sqlite3.Connection, part: str) -> list[tuple[int, str, bool]]:
    """The shortest words with `part` in them, of which it is the greatest share; what stands before it is no letter."""
    query = """SELECT id, word.text, generic FROM part JOIN word ON word.id = part.rowid WHERE part.text MATCH ?
        AND instr(word.text, ?) NOT IN (2, 3) ORDER BY length(word.text), word.id LIMIT ?"""
    return connection.execute(query, (f'"{part}"', part, MOST_FORMS)).fetchall()


def _misspelt(connection: sqlite3.Connection, typed: str) -> Iterator[Form]:
    """Words with one error, or two in a long word: of so many parts and one, one stands in them as it is."""
    if len(typed) < MISSPELT or re.search(r"\d", typed):
        return
    errors = 1 if len(typed) < MISSPELT_TWICE else 2
    size = max(3, len(typed) // (errors + 1))
    first, rest = typed[: -errors * size], typed[-errors * size :]
    query = """
        SELECT id, text, generic FROM word WHERE text >= ?1 AND text < ?2 AND abs(length(text) - ?4) <= ?5
        UNION SELECT id, word.text, generic FROM part JOIN word ON word.id = part.rowid
        WHERE part.text MATCH ?3 AND abs(length(word.text) - ?4) <= ?5 LIMIT ?6
    """
    parts = " OR ".join(f'"{rest[at : at + size]}"' for at in range(0, len(rest), size))
    letters = set(typed)
    for row in connection.execute(query, (first, _after(first), parts, len(typed), errors, MOST_COMPARED)):
        if len(letters ^ set(row[1])) <= 2 * errors and (apart := distance(typed, row[1])) <= errors:
            # Few get the first letter wrong and another too.
            if apart > 1 and row[1][0] != typed[0]:
                continue
            yield Form._make((*row, 0.7 - 0.1 * apart))


def _modifier(connection: sqlite3.Connection, typed: str) -> list[Form]:
    """What a compound of words of the index begins with; its head alone would bring what is not meant."""
    for at in range(min(len(typed) - SHORTEST_HEAD, LONGEST_MODIFIER), SHORTEST_PART - 1, -1):
        start, rest = typed[:at], typed[at:]
        starts = {start.removesuffix(link) for link in _LINKS} | keys(start)
        known = bool([*_same(connection, {rest, *keys(rest)} - {""}, 0)])
        # Stems of four letters begin many words that are no compounds.
        shortest = SHORTEST_PART if known else SHORTEST_PART + 1
        whole = [*_same(connection, {text for text in starts if len(text) >= shortest}, 0.5)]
        if known and not whole:
            whole = [*_starting(connection, start, 0.3)]
        if whole:
            return whole
    return []


def _akin(connection: sqlite3.Connection, typed: str) -> Iterator[Form]:
    """Words that begin alike."""
    start = typed[: max(AKIN, round(AKIN_SHARE * len(typed)))]
    return _starting(connection, start, 0.1) if len(typed) > len(start) >= AKIN else iter(())
