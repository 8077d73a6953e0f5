"""Which words of the index a typed word may stand for: itself, other forms, its beginning, a part, one letter off."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ekograph.search.index import SHORTEST_MISSPELT
from ekograph.search.stemming import deletions, fold, heads, key, keys, within_one

#: Index words that one typed word may stand for in one way.
MOST_FORMS = 200

#: Parts of compounds are looked for from this length on; shorter ones stand in too many words by chance.
SHORTEST_PART = 4
SHORTEST_HEAD = 3


@dataclass(frozen=True)
class Form:
    """A word of the index, and how well it does for the word that was typed (0 to 1)."""

    word: int
    text: str
    quality: float


def forms(connection: sqlite3.Connection, typed: str, *, unfinished: bool) -> dict[int, Form]:
    """The forms of `typed` by the number of their word, each with its best quality.

    A word that is still being typed is `unfinished`: any beginning will do; elsewhere a short word stands for itself.
    """
    folded, stems = fold(typed), set(filter(None, keys(typed)))
    candidates = [*_same(connection, {folded}, 1.0), *_same(connection, stems, 0.95)]
    if len(folded) > (1 if unfinished else 3):
        candidates += _starting(connection, folded)
    candidates += [*_parts(connection, {folded, *stems}), *_heads(connection, heads(typed))]
    best: dict[int, Form] = {}
    for form in candidates:
        best.setdefault(form.word, form)
    return best or {form.word: form for form in _misspelt(connection, {folded, *stems})}


def _same(connection: sqlite3.Connection, texts: Iterable[str], quality: float) -> Iterator[Form]:
    for text in sorted(texts):
        for word, _ in connection.execute("SELECT id, text FROM word WHERE text = ?", (text,)):
            yield Form(word, text, quality)


def _starting(connection: sqlite3.Connection, start: str) -> Iterator[Form]:
    after = start[:-1] + chr(min(ord(start[-1]) + 1, 0x10FFFF))
    rows = connection.execute(
        "SELECT id, text FROM word WHERE text >= ? AND text < ? ORDER BY length(text) LIMIT ?",
        (start, after, MOST_FORMS),
    )
    return (Form(word, text, 0.55 + 0.3 * len(start) / len(text)) for word, text in rows)


def _parts(connection: sqlite3.Connection, parts: Iterable[str]) -> Iterator[Form]:
    """Words that have one of `parts` in them; better at the end, where the head of a compound stands."""
    for part in sorted(parts, key=lambda part: (-len(part), part)):
        if len(part) >= SHORTEST_PART:
            for word, text in _containing(connection, part):
                yield Form(word, text, (0.6 if key(text).endswith(part) else 0.4) + 0.2 * len(part) / len(text))


def _heads(connection: sqlite3.Connection, ends: Iterable[str]) -> Iterator[Form]:
    for end in sorted(ends):
        if len(end) >= SHORTEST_HEAD:
            for word, text in _containing(connection, end):
                if text.endswith(end):
                    yield Form(word, text, 0.35 + 0.2 * len(end) / len(text))


def _containing(connection: sqlite3.Connection, part: str) -> list[tuple[int, str]]:
    """The shortest words with `part` in them: it is the greatest share of these."""
    query = """SELECT word.id, word.text FROM part JOIN word ON word.id = part.rowid WHERE part.text MATCH ?
        ORDER BY length(word.text), word.id LIMIT ?"""
    return connection.execute(query, (f'"{part}"', MOST_FORMS)).fetchall()


def _misspelt(connection: sqlite3.Connection, texts: Iterable[str]) -> Iterator[Form]:
    query = "SELECT DISTINCT id, word.text FROM deletion JOIN word ON id = deletion.word WHERE deletion.text = ?"
    for typed in sorted(texts):
        if len(typed) >= SHORTEST_MISSPELT:
            for left in sorted(deletions(typed)):
                for word, text in connection.execute(query, (left,)):
                    if within_one(typed, text):
                        yield Form(word, text, 0.6)
