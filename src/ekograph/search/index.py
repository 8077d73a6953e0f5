"""The search index: one SQLite file of documents, the words in them, and what they are looked up by as a whole.

Tables: doc (one thing each; its names by language as JSON), name (of each class, and under "" of the site), word
(folded forms and keys), posting (which word is in which field of which doc), part (trigrams of words, for the parts
of compounds and typing errors), code (of search.codes); and those of search.facets.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ekograph.search.codes import name_key
from ekograph.search.facets import SCHEMA, Faceted, FacetPlan, FacetWriter
from ekograph.search.stemming import fold, keys, significant, words
from ekograph.snapshots.snapshot import new_database

#: The file of the index in a snapshot.
INDEX = "search.sqlite"

#: The fields of a document and how much a word in them counts.
FIELDS = {"name": 10.0, "other": 9.0, "question": 8.0, "text": 3.0, "context": 3.0}

_SCHEMA = """
CREATE TABLE doc (
    id INTEGER PRIMARY KEY, iri TEXT NOT NULL, page TEXT NOT NULL, kind TEXT NOT NULL, rank INTEGER NOT NULL,
    weight REAL NOT NULL, types TEXT NOT NULL, notation TEXT NOT NULL, names TEXT NOT NULL, texts TEXT NOT NULL,
    within TEXT NOT NULL
);
CREATE INDEX doc_iri ON doc (iri);
CREATE TABLE name (iri TEXT NOT NULL, language TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (iri, language));
CREATE TABLE absent (stem TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, generic INTEGER NOT NULL);
CREATE TABLE posting (
    word INTEGER NOT NULL, doc INTEGER NOT NULL, field TEXT NOT NULL, PRIMARY KEY (word, doc, field)
) WITHOUT ROWID;
CREATE TABLE code (text TEXT NOT NULL, doc INTEGER NOT NULL, PRIMARY KEY (text, doc)) WITHOUT ROWID;
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
    `kind` groups results and `rank` orders the groups; all that a document scores is multiplied by `weight`. `codes`
    are keys of search.codes beside those of its names; `within` is the name of the scheme that it is in, as `names`.
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
    codes: tuple[str, ...] = ()
    weight: float = 1.0
    within: Mapping[str, Said] = field(default_factory=dict)


def write(
    path: Path,
    documents: Iterable[SearchDocument],
    names: Mapping[tuple[str, str], str],
    plan: FacetPlan = FacetPlan(),  # noqa: B008 - it never changes
    absent: Mapping[str, str] | None = None,
) -> None:
    """Write the index of `documents` to the new file `path`; the same documents give the same bytes.

    `names` are those of the classes, by IRI and language, and of the site, by "" and language; `absent` are the names
    of what the site knows to have nothing about, by their stems.
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
            connection.executemany("INSERT INTO doc VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            postings = (
                (word, number, field)
                for number, document in batch
                for field, texts in document.fields.items()
                for word in dict.fromkeys(word for text in texts for word in numbering.of(text))
            )
            connection.executemany("INSERT INTO posting VALUES (?, ?, ?)", postings)
            codes = sorted((code, number) for number, document in batch for code in _codes(document))
            connection.executemany("INSERT INTO code VALUES (?, ?)", codes)
            for number, document in batch:
                facets.add(number, document.faceted)
        generic = _heads(name for (iri, _), name in names.items() if iri)
        rows_of_words = [(number, text, text in generic) for text, number in numbering.ids.items()]
        connection.executemany("INSERT INTO word VALUES (?, ?, ?)", rows_of_words)
        connection.executemany("INSERT INTO part (rowid, text) VALUES (?, ?)", [row[:2] for row in rows_of_words])
        facets.write()
        stems = {fold(stem): name for stem, name in (absent or {}).items()}
        connection.executemany("INSERT INTO absent VALUES (?, ?)", sorted(stems.items()))
        # What has a page here is not absent.
        connection.execute("DELETE FROM absent WHERE name IN (SELECT value FROM doc, json_tree(doc.names))")


def _heads(names: Iterable[str]) -> set[str]:
    """What the words in the names of classes end in, since that is what a compound is a kind of."""
    forms = {form for name in names for word in words(name) for form in (fold(word), *keys(word))}
    return {form[at:] for form in forms for at in range(max(1, len(form) - 3))}


class _Numbering:
    """The numbers of the words in the index, in the order of their coming."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        # Things of one kind share many texts, such as the name of what they belong to.
        self.of = lru_cache(maxsize=16_384)(self._of)

    def _of(self, text: Said) -> tuple[int, ...]:
        """The numbers of each form of each word in a text."""
        language = text.language.partition("-")[0]
        forms = (form for word in significant(words(text.text)) for form in _forms(word, language))
        return tuple(dict.fromkeys(self.ids.setdefault(form, len(self.ids) + 1) for form in forms))


def _codes(document: SearchDocument) -> set[str]:
    """The keys of what a document is called and numbered by."""
    names = {name_key(name.text) for name in document.names.values()}
    texts = (text for field in ("name", "other") for text in document.fields.get(field, ()))
    return {*document.codes, *names, *(name_key(text.text, "~") for text in texts)}


def _row(document: SearchDocument) -> tuple[str | float, ...]:
    return (
        document.iri,
        document.page,
        document.kind,
        document.rank,
        document.weight,
        json.dumps(document.types),
        document.notation,
        _json(document.names),
        _json(document.texts),
        _json(document.within),
    )


@lru_cache(maxsize=16_384)
def _forms(word: str, language: str) -> list[str]:
    return sorted({fold(word), *keys(word, language)} - {""})
