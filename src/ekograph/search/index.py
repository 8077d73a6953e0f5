"""The search index: one SQLite file of documents, the words in them, and what is one letter away from each word.

Tables: doc (one thing each; its names by language as JSON), name (of each class, and under "" of the site), word
(folded forms and keys), posting (which word is in which field of which doc), part (trigrams of words, for the
parts of compounds), deletion (for typing errors); and those of search.facets.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ekograph.search.facets import SCHEMA, Faceted, FacetPlan, FacetWriter
from ekograph.search.stemming import deletions, fold, keys, words
from ekograph.snapshots.snapshot import new_database

#: The file of the index in a snapshot.
INDEX = "search.sqlite"

#: The fields of a document and how much a word in them counts.
FIELDS = {"name": 10.0, "other": 9.0, "text": 3.0, "context": 2.0}

#: Words shorter than this have too many neighbours one letter away.
SHORTEST_MISSPELT = 5

_SCHEMA = """
CREATE TABLE doc (
    id INTEGER PRIMARY KEY, iri TEXT NOT NULL, page TEXT NOT NULL, kind TEXT NOT NULL, rank INTEGER NOT NULL,
    types TEXT NOT NULL, notation TEXT NOT NULL, names TEXT NOT NULL, texts TEXT NOT NULL
);
CREATE INDEX doc_iri ON doc (iri);
CREATE TABLE name (iri TEXT NOT NULL, language TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (iri, language));
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE posting (
    word INTEGER NOT NULL, doc INTEGER NOT NULL, field TEXT NOT NULL, PRIMARY KEY (word, doc, field)
) WITHOUT ROWID;
CREATE TABLE deletion (
    text TEXT NOT NULL, word INTEGER NOT NULL, PRIMARY KEY (text, word)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE part USING fts5 (text, tokenize = 'trigram', content = '', columnsize = 0);
"""

#: How many documents are written at once.
AT_ONCE = 1000

_json = json.JSONEncoder(ensure_ascii=False).encode


class Said(NamedTuple):
    """Some text, its language tag ("" for none), and whether it has official standing."""

    text: str
    language: str = ""
    official: bool = True


@dataclass(frozen=True)
class SearchDocument:
    """A thing as the search knows it.

    `names` are what its page is headed by, per language of the site; `fields` are all words it is found by;
    `kind` groups results and `rank` orders the groups.
    """

    iri: str
    page: str
    kind: str
    rank: int
    names: Mapping[str, Said]
    types: tuple[str, ...] = ()
    notation: str = ""
    texts: tuple[Said, ...] = ()
    fields: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)
    faceted: Faceted = field(default_factory=Faceted)


def write(
    path: Path,
    documents: Iterable[SearchDocument],
    names: Mapping[tuple[str, str], str],
    plan: FacetPlan = FacetPlan(),  # noqa: B008 - it never changes
) -> None:
    """Write the index of `documents` to the new file `path`; the same documents give the same bytes.

    `names` are those of the classes, by IRI and language, and of the site, by "" and language.
    """
    numbering = _Numbering()
    with new_database(path) as connection, connection:
        # Postings come in the order of the things and go to that of the words: the table is to be in memory.
        connection.executescript("PRAGMA cache_size = -65536;" + _SCHEMA + SCHEMA)
        facets = FacetWriter(connection, plan)
        connection.executemany("INSERT INTO name VALUES (?, ?, ?)", [(*key, text) for key, text in names.items()])
        numbered = enumerate(documents, 1)
        while batch := list(islice(numbered, AT_ONCE)):
            rows = ((number, *_row(document)) for number, document in batch)
            connection.executemany("INSERT INTO doc VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            postings = (
                (word, number, field)
                for number, document in batch
                for field, texts in document.fields.items()
                for word in dict.fromkeys(word for text in texts for word in numbering.of(text))
            )
            connection.executemany("INSERT INTO posting VALUES (?, ?, ?)", postings)
            for number, document in batch:
                facets.add(number, document.faceted)
        rows_of_words = [(number, text) for text, number in numbering.ids.items()]
        connection.executemany("INSERT INTO word VALUES (?, ?)", rows_of_words)
        connection.executemany("INSERT INTO part (rowid, text) VALUES (?, ?)", rows_of_words)
        long = ((number, text) for number, text in rows_of_words if len(text) >= SHORTEST_MISSPELT)
        near = sorted((left, number) for number, text in long for left in deletions(text))
        connection.executemany("INSERT INTO deletion VALUES (?, ?)", near)
        facets.write()


class _Numbering:
    """The numbers of the words in the index, in the order of their coming."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        # Things of one kind share many texts, such as the name of what they belong to.
        self.of = lru_cache(maxsize=16_384)(self._of)

    def _of(self, text: Said) -> tuple[int, ...]:
        """The numbers of each form of each word in a text."""
        language = text.language.partition("-")[0]
        forms = (form for word in words(text.text) for form in _forms(word, language))
        return tuple(dict.fromkeys(self.ids.setdefault(form, len(self.ids) + 1) for form in forms))


def _row(document: SearchDocument) -> tuple[str | int, ...]:
    return (
        document.iri,
        document.page,
        document.kind,
        document.rank,
        json.dumps(document.types),
        document.notation,
        _json({language: list(name) for language, name in document.names.items()}),
        _json([list(text) for text in document.texts]),
    )


@lru_cache(maxsize=16_384)
def _forms(word: str, language: str) -> list[str]:
    return sorted({fold(word), *keys(word, language)} - {""})
