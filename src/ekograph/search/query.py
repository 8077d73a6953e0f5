"""Asking the index: from the words that someone typed to ranked hits, the best first."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ekograph.search.fuzzy import MOST_FORMS, forms
from ekograph.search.index import FIELDS, Said
from ekograph.search.stemming import fold, keys, significant, words

#: What is typed beyond this many words or characters is not read.
MOST_WORDS = 12
LONGEST = 200

#: What scores less than this share of the best is not shown.
WORTH = 0.15

#: Places in the index that are looked at for one typed word.
MOST_POSTINGS = 5000

_NOTATION = re.compile(r"[\w.-]{2,40}")

# Not LIKE: an underscore in a notation would stand for any character.
_BY_NOTATION = """
    SELECT id, notation FROM doc
    WHERE notation = :text COLLATE NOCASE
        OR substr(notation, 1, length(:text) + 1) = :text || '.' COLLATE NOCASE
    LIMIT :limit
"""


@dataclass(frozen=True)
class Hit:
    """A thing that was found: its page, what it is, its name in the reader's language, and why it was found.

    `matched` are the forms of words to mark in `name` or, when the name holds none of them, in `snippet`.
    """

    iri: str
    page: str
    kind: str
    types: tuple[str, ...]
    name: Said
    notation: str
    snippet: Said | None
    matched: frozenset[str]
    score: float


class _Row(NamedTuple):
    """A row of the table doc."""

    iri: str
    page: str
    kind: str
    rank: int
    types: str
    notation: str
    names: str
    texts: str


@dataclass
class _Matches:
    """What was found of one document: the best score of each typed word, and the forms that matched."""

    scores: dict[int, float]
    matched: set[str]

    def note(self, position: int, score: float, form: str) -> None:
        self.scores[position] = max(self.scores.get(position, 0.0), score)
        self.matched.add(form)


class Index:
    """An index opened for reading; one for each thread."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def names(self, language: str) -> dict[str, str]:
        """The names of the classes by their IRI, and that of the site by ""."""
        return dict(self._connection.execute("SELECT iri, text FROM name WHERE language = ? ORDER BY iri", (language,)))

    def search(self, text: str, language: str, limit: int = 20, kind: str = "") -> list[Hit]:
        """The things that `text` names, the best first, at most `limit`; only those of `kind`, if that is given.

        `kind` is one of the groups of results or the IRI of a class.
        """
        found = self._found(significant(words(text[:LONGEST])[:MOST_WORDS]))
        for doc, exact in self._by_notation(text.strip()):
            found.setdefault(doc, _Matches({}, set())).note(
                -1, FIELDS["name"] * (4 if exact else 2), fold(text.strip())
            )
        ranked = self._ranked(found, language, kind)[:limit]
        return [self._hit(doc, score, frozenset(found[doc].matched), language) for doc, score in ranked]

    def _found(self, typed: list[str]) -> dict[int, _Matches]:
        found: dict[int, _Matches] = {}
        for position, word in enumerate(typed):
            standing = forms(self._connection, word, unfinished=position == len(typed) - 1)
            for number, doc, field in self._postings(standing):
                form = standing[number]
                found.setdefault(doc, _Matches({}, set())).note(position, form.quality * FIELDS[field], form.text)
        return found

    def _postings(self, numbers: Iterable[int]) -> list[tuple[int, int, str]]:
        query = "SELECT word, doc, field FROM posting WHERE word IN (SELECT value FROM json_each(?)) LIMIT ?"
        return self._connection.execute(query, (json.dumps(list(numbers)), MOST_POSTINGS)).fetchall()

    def _by_notation(self, text: str) -> list[tuple[int, bool]]:
        """The documents whose notation is `text`, or stands below it; and whether it is just that."""
        if not _NOTATION.fullmatch(text):
            return []
        rows = self._connection.execute(_BY_NOTATION, {"text": text, "limit": MOST_FORMS})
        return [(doc, len(notation) == len(text)) for doc, notation in rows]

    def _ranked(self, found: Mapping[int, _Matches], language: str, kind: str) -> list[tuple[int, float]]:
        """The documents worth showing, the best first: those that match more of the words before the others."""
        most = max((len(each.scores) for each in found.values()), default=0)
        ranked = []
        for doc, each in found.items():
            row = self._row(doc)
            if kind in {"", row.kind, *json.loads(row.types)}:
                name = json.loads(row.names).get(language, [""])[0]
                score = len(each.scores) / most * sum(each.scores.values())
                # A short name is more to the point than a long one; the rank of its kind breaks ties.
                ranked.append((round(0.1 * row.rank - score / (1 + 0.02 * len(words(name))), 3), name, doc))
        ranked.sort()
        return [(doc, -score) for score, _, doc in ranked if score <= WORTH * ranked[0][0]]

    def _hit(self, doc: int, score: float, matched: frozenset[str], language: str) -> Hit:
        row = self._row(doc)
        by_language = {each: Said(*said) for each, said in json.loads(row.names).items()}
        name = by_language.get(language) or next(iter(by_language.values()))
        others = [*by_language.values(), *(Said(*each) for each in json.loads(row.texts))]
        snippet = None if marked(name.text, matched) else next((o for o in others if marked(o.text, matched)), None)
        types = tuple(json.loads(row.types))
        return Hit(row.iri, row.page, row.kind, types, name, row.notation, snippet, matched, score)

    def _row(self, doc: int) -> _Row:
        query = "SELECT iri, page, kind, rank, types, notation, names, texts FROM doc WHERE id = ?"
        return _Row(*self._connection.execute(query, (doc,)).fetchone())


def marked(text: str, matched: frozenset[str]) -> list[tuple[int, int]]:
    """Where in `text` the words stand that have one of the forms `matched`, as pairs of start and end."""
    spans = ((each.start(), each.end(), each.group()) for each in re.finditer(r"\w+", text))
    return [(start, end) for start, end, word in spans if fold(word) in matched or keys(word) & matched]
