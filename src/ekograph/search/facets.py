"""Facets: which documents of the search index have which value of a property, as sets of bits.

Tables: facet (a property, under the key by which addresses name it), value (one of its values, and the documents that
have it: bit n of `bits`, which begin with byte `start`, is document n), title (names of facets, with their number
negative, and of values), choice (the facets offered among all documents, context 0, or among those with one value),
sorting (all documents in an order, and the place in it of each) and place (coordinates).

A value is `whole` if all documents that have it are known; of the others those are that a context offers it for.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from array import array
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from itertools import compress, islice
from typing import NamedTuple, TypeAlias

SCHEMA = """
CREATE TABLE facet (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE value (
    id INTEGER PRIMARY KEY, facet INTEGER NOT NULL, text TEXT NOT NULL, whole INTEGER NOT NULL,
    start INTEGER NOT NULL, bits BLOB NOT NULL, UNIQUE (facet, text)
);
CREATE TABLE title (
    item INTEGER NOT NULL, language TEXT NOT NULL, text TEXT NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (item, language)
) WITHOUT ROWID;
CREATE TABLE choice (
    context INTEGER NOT NULL, rank INTEGER NOT NULL, facet INTEGER NOT NULL, members TEXT NOT NULL,
    PRIMARY KEY (context, rank)
) WITHOUT ROWID;
CREATE TABLE sorting (name TEXT PRIMARY KEY, docs BLOB NOT NULL, ranks BLOB NOT NULL);
CREATE TABLE place (doc INTEGER PRIMARY KEY, latitude REAL NOT NULL, longitude REAL NOT NULL);
CREATE TEMP TABLE ordered (name TEXT NOT NULL, key TEXT NOT NULL, doc INTEGER NOT NULL);
"""

#: Facets whose values are lists of their own, which offer facets in turn.
CONTEXTS = ("type", "scheme")

#: What has coordinates has this value.
PLACE = ("place", "yes")

#: The first letter of the name in a language, under its tag: no facet among others, but a way into long lists.
INITIAL = "initial."

#: A property with more values is no facet; a page shows so many of them, and so many facets.
MOST_VALUES, MOST_SHOWN, MOST_FACETS = 100, 30, 10


#: So many points a map shows at most.
MOST_POINTS = 300

#: The key of a facet, and the text of one of its values: an IRI, or a literal with "@" and its language.
Value: TypeAlias = tuple[str, str]

_ALL: Value = ("", "")

#: The facets that come first; the others come by how much they cover.
_FIRST = (*CONTEXTS, "language")

_INITIALS = """
    SELECT text, start, bits FROM facet JOIN value ON facet = facet.id WHERE key = ? AND whole ORDER BY text
"""

_FIND = """
    SELECT value.id, facet, whole, start, bits, coalesce(name.text, key), coalesce(name.tag, ''),
        coalesce(title.text, value.text), coalesce(title.tag, '')
    FROM facet JOIN value ON facet = facet.id
    LEFT JOIN title AS name ON name.item = -facet AND name.language = :language
    LEFT JOIN title ON title.item = value.id AND title.language = :language
    WHERE key = :key AND value.text = :text
"""
_CHOICES = """
    SELECT facet, key, members, coalesce(title.text, key), coalesce(tag, '') FROM choice JOIN facet ON facet.id = facet
    LEFT JOIN title ON item = -facet AND language = ? WHERE context = ? ORDER BY rank
"""
_VALUES = """
    SELECT value.text, start, bits, coalesce(title.text, value.text), coalesce(tag, '')
    FROM json_each(?) AS member JOIN value ON value.id = member.value
    LEFT JOIN title ON item = value.id AND language = ?
"""


class UnknownFilterError(Exception):
    """A filter by what no document has, or by what is no facet among those that the other filters leave."""


class Faceted(NamedTuple):
    """What a document is listed by: its values by the keys of facets, keys to sort it by, and where it is, if known."""

    values: Mapping[str, Sequence[str]] = {}
    order: Mapping[str, str] = {}
    point: tuple[float, float] | None = None


class Title(NamedTuple):
    """The name of a facet or a value, and its language, "" for that of the page."""

    text: str
    language: str = ""


class Filter(NamedTuple):
    """A value that a selection is narrowed by, with the names of its facet and its own."""

    value: Value
    facet: Title
    title: Title
    whole: bool


class Choice(NamedTuple):
    """A value that narrows a selection to `size` documents."""

    text: str
    title: Title
    size: int


class Facet(NamedTuple):
    """A facet with the values that narrow a selection, most first; `more` are not shown."""

    key: str
    title: Title
    choices: Sequence[Choice]
    more: int = 0


class Point(NamedTuple):
    """Where a document is, in degrees (WGS 84)."""

    doc: int
    latitude: float
    longitude: float


class FacetPlan(NamedTuple):
    """What is made of the facets of documents.

    `lists` are the types and schemes that offer facets of their own; the others, which are short, offer those of all.
    `linked` are values that have lists although they are no facets, with the IRIs of the documents. `titles` gives
    names by language, those of a facet for the value "".
    """

    lists: Container[Value] = ()
    linked: Iterable[tuple[Value, Sequence[str]]] = ()
    titles: Callable[[Value], Mapping[str, Title]] = lambda _: {}


class FacetWriter:
    """Gathers the facets of documents, which come in the order of their numbers, and writes them."""

    def __init__(self, connection: sqlite3.Connection, plan: FacetPlan) -> None:
        self._connection = connection
        self._plan = plan
        self._last = 0
        self._docs: dict[Value, array[int]] = {}
        # How often each value comes in a context; None when they are too many.
        self._counts: dict[str, dict[Value, dict[str, int] | None]] = {}

    def add(self, number: int, faceted: Faceted) -> None:
        """Take a document in."""
        self._last, values = number, faceted.values
        memberships = ((key, text) for key in CONTEXTS for text in values.get(key, ()))
        contexts = [_ALL, *(value for value in memberships if value in self._plan.lists)]
        for key, texts in values.items():
            by_context = self._counts.setdefault(key, {})
            of_use = False
            for context in contexts:
                counts = by_context.setdefault(context, {})
                if counts is not None:
                    for text in texts:
                        counts[text] = counts.get(text, 0) + 1
                    if len(counts) > MOST_VALUES and key not in CONTEXTS:
                        by_context[context] = None
                    else:
                        of_use = True
            for text in texts if of_use else ():
                self._docs.setdefault((key, text), array("I")).append(number)
        rows = [(name, text, number) for name, text in faceted.order.items()]
        self._connection.executemany("INSERT INTO ordered VALUES (?, ?, ?)", rows)
        if faceted.point:
            self._connection.execute("INSERT INTO place VALUES (?, ?, ?)", (number, *faceted.point))

    def write(self) -> None:
        """Write all of it."""
        whole = {key for key, by_context in self._counts.items() if by_context[_ALL] is not None}
        initials = {key for key in whole if key.startswith(INITIAL)}
        offered = self._offered()
        kept = {value for value in self._docs if value[0] in CONTEXTS or value == PLACE or value[0] in initials}
        kept |= {(key, text) for facets in offered.values() for key, texts in facets for text in texts}
        docs = {value: numbers for value, numbers in self._docs.items() if value in kept}
        complete = {value for value in docs if value[0] in whole}
        for value, iris in self._plan.linked:
            if value not in complete and (numbers := self._numbers(iris)):
                docs[value] = numbers
                complete.add(value)
        facets = {key: number for number, key in enumerate(dict.fromkeys(key for key, _ in docs), 1)}
        ids = {value: number for number, value in enumerate(docs, 1)}
        execute, insert = self._connection.execute, self._connection.executemany
        insert("INSERT INTO facet VALUES (?, ?)", ((number, key) for key, number in facets.items()))
        for value, number in ids.items():
            row = (facets[value[0]], value[1], value in complete, *_bits(docs.pop(value)))
            execute("INSERT INTO value VALUES (?, ?, ?, ?, ?, ?)", (number, *row))
        items = [((key, ""), -number) for key, number in facets.items()] + list(ids.items())
        rows = (
            (item, language, *title) for value, item in items for language, title in self._plan.titles(value).items()
        )
        insert("INSERT INTO title VALUES (?, ?, ?, ?)", rows)
        for context, choices in offered.items():
            for rank, (key, texts) in enumerate(choices):
                members = json.dumps([ids[key, text] for text in texts])
                execute("INSERT INTO choice VALUES (?, ?, ?, ?)", (ids.get(context, 0), rank, facets[key], members))
        for (name,) in execute("SELECT DISTINCT name FROM ordered ORDER BY name").fetchall():
            docs_in_order = execute("SELECT doc FROM ordered WHERE name = ? ORDER BY key, doc", (name,))
            ranks = {doc: rank for rank, (doc,) in enumerate(docs_in_order)}
            # What has nothing to be ordered by comes last.
            for doc in range(1, self._last + 1):
                ranks.setdefault(doc, len(ranks))
            by_doc = array("I", [0, *(ranks[doc] for doc in range(1, self._last + 1))])
            blobs = [_little(numbers).tobytes() for numbers in (array("I", ranks), by_doc)]
            execute("INSERT INTO sorting VALUES (?, ?, ?)", (name, *blobs))

    def _offered(self) -> dict[Value, list[tuple[str, Sequence[str]]]]:
        """The facets of each context with their values: those that come again, the best known facets first."""
        offered: dict[Value, list[tuple[int, int, str, Sequence[str]]]] = {}
        for key, by_context in self._counts.items():
            for context, counts in by_context.items() if not key.startswith(INITIAL) else ():
                # What is another thing with nearly every document narrows nothing.
                if not counts or (uses := sum(counts.values())) < 2 * len(counts) or key == PLACE[0]:
                    continue
                texts = sorted(counts, key=lambda text, counts=counts: (-counts[text], text))[:MOST_VALUES]  # type: ignore[misc]
                place = _FIRST.index(key) if key in _FIRST else len(_FIRST)
                offered.setdefault(context, []).append((place, -uses, key, texts))
        return {context: [facet[2:] for facet in sorted(facets)[:MOST_FACETS]] for context, facets in offered.items()}

    def _numbers(self, iris: Sequence[str]) -> array[int]:
        query = "SELECT id FROM doc WHERE iri IN (SELECT value FROM json_each(?)) ORDER BY id"
        return array("I", (number for (number,) in self._connection.execute(query, (json.dumps(iris),))))


class Selection:
    """The documents that pass all `filters`, those among `docs` alone if there are such, seen in a language.

    Raises UnknownFilterError.
    """

    def __init__(
        self, connection: sqlite3.Connection, filters: Sequence[Value], language: str, docs: Iterable[int] | None = None
    ) -> None:
        self._connection = connection
        self._language = language
        self.filters: list[Filter] = []
        (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM doc").fetchone()
        bits = (2 << last) - 2 if docs is None else sum(1 << doc for doc in set(docs))
        contexts, facets = [(last + 1, 0)], set()
        for key, text in filters:
            row = connection.execute(_FIND, {"key": key, "text": text, "language": language}).fetchone()
            if row is None:
                raise UnknownFilterError(key)
            number, facet, whole, start, blob, *titles = row
            value = int.from_bytes(blob, "little") << 8 * start
            bits &= value
            self.filters.append(Filter((key, text), Title(*titles[:2]), Title(*titles[2:]), bool(whole)))
            if key in CONTEXTS:
                contexts.append((value.bit_count(), number))
            if not whole:
                facets.add(facet)
        self._bits, self._last = bits, last
        self.total = bits.bit_count()
        # Those of the narrowest context first.
        choices = [row for _, number in sorted(contexts) for row in connection.execute(_CHOICES, (language, number))]
        self._choices = list({row[0]: row for row in reversed(choices)}.values())[::-1]
        if not facets <= {row[0] for row in choices}:
            raise UnknownFilterError

    def facets(self) -> list[Facet]:
        """The facets that narrow the selection."""
        facets = []
        for _, key, members, name, tag in self._choices[:MOST_FACETS]:
            choices = [
                Choice(text, Title(shown, language), size)
                for text, start, blob, shown, language in self._connection.execute(_VALUES, (members, self._language))
                if 0 < (size := (self._bits >> 8 * start & int.from_bytes(blob, "little")).bit_count()) < self.total
            ]
            if choices:
                choices.sort(key=lambda choice: (-choice.size, choice.title))
                facets.append(Facet(key, Title(name, tag), choices[:MOST_SHOWN], max(0, len(choices) - MOST_SHOWN)))
        return facets

    def initials(self) -> list[str]:
        """The letters that names in the language begin with."""
        rows = self._connection.execute(_INITIALS, (INITIAL + self._language,))
        return [text for text, start, blob in rows if self._bits >> 8 * start & int.from_bytes(blob, "little")]

    def values(self, docs: Sequence[int]) -> Mapping[str, Mapping[int, Sequence[str]]]:
        """The values that documents have, by the key of each facet of the selection and the number of the document."""
        values: dict[str, dict[int, list[str]]] = {}
        selected = sum(1 << doc for doc in docs)
        for _, key, members, _, _ in self._choices[:MOST_FACETS]:
            by_doc = values.setdefault(key, {})
            for text, start, blob, _, _ in self._connection.execute(_VALUES, (members, self._language)):
                having = selected >> 8 * start & int.from_bytes(blob, "little")
                for doc in compress(range(8 * start, self._last + 1), _flags(having)):
                    by_doc.setdefault(doc, []).append(text)
        return values

    def sortings(self) -> list[str]:
        """The names of the orders that there are."""
        return [name for (name,) in self._connection.execute("SELECT name FROM sorting ORDER BY name")]

    def docs(self, sorting: str, start: int, count: int) -> list[int]:
        """The numbers of the documents from the one at `start`, in an order."""
        flags = _flags(self._bits).ljust(self._last + 1, b"\0")
        few = self.total < self._last // 8
        query = "SELECT iif(?, ranks, docs) FROM sorting WHERE name = ?"
        row = self._connection.execute(query, (few, sorting)).fetchone()
        numbers = _little(array("I", row[0])) if row else range(self._last + 1)
        if few:
            return sorted(compress(range(self._last + 1), flags), key=numbers.__getitem__)[start : start + count]
        count = max(0, min(count, self.total - start))
        if start <= self.total // 2:
            return list(islice(compress(numbers, map(flags.__getitem__, numbers)), start, start + count))
        numbers, before = numbers[::-1], self.total - start - count
        return list(islice(compress(numbers, map(flags.__getitem__, numbers)), before, before + count))[::-1]

    def has(self, doc: int) -> bool:
        """Whether a document is among them."""
        return bool(self._bits >> doc & 1)

    def points(self) -> tuple[list[Point], int]:
        """Where the documents are, and of how many that is known; of more than a map can show, as many at intervals."""
        asked = {"key": PLACE[0], "text": PLACE[1], "language": ""}
        row = self._connection.execute(_FIND, asked).fetchone()
        bits = self._bits & int.from_bytes(row[4], "little") << 8 * row[3] if row else 0
        total = bits.bit_count()
        docs = list(compress(range(self._last + 1), _flags(bits)))[:: -(-total // MOST_POINTS) or 1]
        query = "SELECT * FROM place WHERE doc IN (SELECT value FROM json_each(?)) ORDER BY doc"
        return [Point(*place) for place in self._connection.execute(query, (json.dumps(docs),))], total


_TO_FLAGS = bytes.maketrans(b"01", b"\0\1")


def _flags(bits: int) -> bytes:
    """The bits, the lowest first, each as a byte that is 0 or 1."""
    return f"{bits:b}"[::-1].encode().translate(_TO_FLAGS)


def _bits(docs: Sequence[int]) -> tuple[int, bytes]:
    """The byte at which the bits of sorted numbers begin, and the bytes from there."""
    start = docs[0] >> 3
    bits = bytearray((docs[-1] >> 3) - start + 1)
    for doc in docs:
        bits[(doc >> 3) - start] |= 1 << (doc & 7)
    return start, bytes(bits)


def _little(numbers: array[int]) -> array[int]:
    """Numbers with their lowest byte first, from or to the order of this machine."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
