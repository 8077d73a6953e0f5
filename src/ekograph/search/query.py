"""Asking the index: from the words that someone typed to ranked hits, the best first."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from ekograph.search.codes import is_whole, lookup
from ekograph.search.fuzzy import forms
from ekograph.search.index import FIELDS, Said
from ekograph.search.stemming import fold, keys, significant, stems_of_cases, words

#: What is typed beyond this many words or characters is not read.
MOST_WORDS = 12
LONGEST = 200

#: Of so many words, what they may stand for is kept.
KEPT_FORMS = 500

#: What scores less than this share of the best is not shown.
WORTH = 0.15

#: Of how many documents, the best by what matched, the names are compared too.
MOST_CANDIDATES = 1000

# All that matches is ranked before anything is left out. Documents that match more of the typed words come before the
# others. A short name is more to the point than a long one; the rank of its kind breaks ties.
_CANDIDATES = """
    WITH form (word, position, quality) AS MATERIALIZED (
        SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')
        FROM json_each(:forms)
    ), best (doc, score) AS (
        SELECT doc, max(quality * CASE field {weights} END)
        FROM form CROSS JOIN posting ON posting.word = form.word GROUP BY doc, position
    ), match (doc, words, score, bonus) AS MATERIALIZED (
        SELECT doc, sum(words), sum(score), sum(bonus) FROM (
            SELECT doc, 1 AS words, score, 0 AS bonus FROM best
            UNION ALL SELECT json_extract(value, '$[0]'), 0, 0, json_extract(value, '$[1]') FROM json_each(:exact)
        ) GROUP BY doc
    )
    SELECT id, iri, page, kind, rank, types, notation, names, texts, within,
        weight * match.score * words / max(1, (SELECT max(words) FROM match)) AS score, bonus,
        coalesce(json_extract(names, '$."' || :language || '"[0]'), '') AS name
    FROM match JOIN doc ON doc.id = match.doc
    WHERE :kind IN ('', kind) OR EXISTS (SELECT 1 FROM json_each(types) WHERE value = :kind)
    ORDER BY 0.1 * rank - bonus - score / (1.02 + 0.02 * (length(name) - length(replace(name, ' ', '')))), id
    LIMIT :limit
""".replace("{weights}", " ".join(f"WHEN '{field}' THEN {weight}" for field, weight in FIELDS.items()))

_ABSENT = """
    SELECT json_extract(value, '$[0]'), name, stem FROM json_each(?) JOIN absent ON stem = json_extract(value, '$[1]')
    WHERE NOT EXISTS (SELECT 1 FROM code WHERE text IN ('=' || stem, '~' || stem))
        AND NOT EXISTS (SELECT 1 FROM word JOIN posting ON word = word.id WHERE text = stem AND field = 'name')
"""

_MATCHED = """
    SELECT doc, word FROM posting WHERE doc IN (SELECT value FROM json_each(:docs))
        AND word IN (SELECT value FROM json_each(:words))
"""


@dataclass(frozen=True)
class Hit:
    """A thing that was found: its page, what it is, its name in the reader's language, and why it was found.

    `matched` are the forms of words to mark in `name` or, when the name holds none of them, in `snippet`.
    `exact` is the bonus of search.codes for what is just what was typed. `within` names the scheme that it is in.
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
    doc: int
    exact: float = 0
    within: Said | None = None


class ListedDocument(NamedTuple):
    """A document as lists show it; `names` is a JSON object of its names by language."""

    doc: int
    iri: str
    page: str
    notation: str
    names: str

    def name(self, language: str) -> Said:
        """Its name in a language of the site."""
        names = json.loads(self.names)
        return Said(*(names.get(language) or next(iter(names.values()))))


class _Candidate(NamedTuple):
    """A document that matches: the row of the table doc, what it scores, and its name in the reader's language."""

    id: int
    iri: str
    page: str
    kind: str
    rank: int
    types: str
    notation: str
    names: str
    texts: str
    within: str
    score: float
    bonus: float
    name: str

    @property
    def order(self) -> tuple[float, str, int]:
        """A key that sorts the best first."""
        score = self.bonus + self.score / (1 + 0.02 * len(words(self.name)))
        return round(0.1 * self.rank - score, 3), self.name, self.id


class Index:
    """An index opened for reading; for one thread at a time."""

    def __init__(self, path: Path) -> None:
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self.connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        # People look for the same words, and to find what a word may stand for takes most of the time.
        self._forms = lru_cache(KEPT_FORMS)(partial(forms, self.connection))

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def names(self, language: str) -> dict[str, str]:
        """The names of the classes by their IRI, and that of the site by ""."""
        return dict(self.connection.execute("SELECT iri, text FROM name WHERE language = ? ORDER BY iri", (language,)))

    def documents(self, docs: Sequence[int]) -> list[ListedDocument]:
        """The documents of these numbers, in their order."""
        query = "SELECT id, iri, page, notation, names FROM doc WHERE id IN (SELECT value FROM json_each(?))"
        rows = {row[0]: ListedDocument(*row) for row in self.connection.execute(query, (json.dumps(docs),))}
        return [rows[doc] for doc in docs]

    def named(self, iri: str) -> list[ListedDocument]:
        """The document of the thing of that IRI, if there is one."""
        return self._listed("iri = ?", iri)

    def sample(self, kind: str, most: int) -> list[ListedDocument]:
        """Documents of a class, or of any where it is "", at most so many, from all over the index."""
        # Numbers that are far apart, so that the first ones are not all of one kind.
        of_kind = "(?1 = '' OR EXISTS (SELECT 1 FROM json_each(types) WHERE value = ?1))"
        return self._listed(f"{of_kind} ORDER BY id * 7919 % 1009, id LIMIT ?2", kind, most)

    def _listed(self, condition: str, *values: str | int) -> list[ListedDocument]:
        query = f"SELECT id, iri, page, notation, names FROM doc WHERE {condition}"  # noqa: S608 - one of those above
        return [ListedDocument(*row) for row in self.connection.execute(query, values)]

    def absent(self, text: str) -> list[str]:
        """The names among the words of `text` of what the site knows to have nothing about."""
        return list(dict.fromkeys(self._absent(significant(words(text[:LONGEST])[:MOST_WORDS])).values()))

    def _absent(self, typed: Sequence[str]) -> dict[str, str]:
        """The words that are forms of a name that is known to be absent, each with that name; names here go before."""
        stems = [(word, stem) for word in typed for stem in stems_of_cases(fold(word))]
        rows = self.connection.execute(_ABSENT, (json.dumps(stems),)).fetchall()
        return {word: name for word, name, _ in sorted(rows, key=lambda row: len(row[2]))}

    def search(self, text: str, language: str, limit: int = 20, kind: str = "") -> list[Hit]:
        """The things that `text` names, the best first, at most `limit`; only those of `kind`, unless it is "".

        `kind` is one of the groups of results or the IRI of a class.
        """
        text = text[:LONGEST].strip()
        typed = [] if is_whole(text) else significant(words(text)[:MOST_WORDS])
        absent = self._absent(typed)
        by_position = [
            {} if word in absent else self._forms(word, unfinished=position == len(typed))
            for position, word in enumerate(typed, 1)
        ]
        # Beside a word that is nowhere, the name of a class says nothing of what is looked for.
        if not all(by_position) and all(any(form.generic for form in by.values()) for by in by_position if by):
            by_position = []
        exact = lookup(self.connection, text, " ".join(typed))
        parameters = {
            "forms": json.dumps([(word, at, by[word].quality) for at, by in enumerate(by_position) for word in by]),
            "exact": json.dumps(list(exact.items())),
            "language": language,
            "kind": kind,
            "limit": MOST_CANDIDATES,
        }
        rows = map(_Candidate._make, self.connection.execute(_CANDIDATES, parameters))
        ranked = sorted(rows, key=lambda candidate: candidate.order)
        least = WORTH * max((candidate.score for candidate in ranked), default=0)
        best = [candidate for candidate in ranked if candidate.bonus or candidate.score >= least][:limit]
        texts = {word: form.text for by_word in by_position for word, form in by_word.items()}
        matched: dict[int, set[str]] = {hit.id: {fold(text)} if hit.bonus else set() for hit in best}
        parameters = {"docs": json.dumps(list(matched)), "words": json.dumps(list(texts))}
        for doc, word in self.connection.execute(_MATCHED, parameters):
            matched[doc].add(texts[word])
        return [_hit(candidate, frozenset(matched[candidate.id]), language) for candidate in best]


def _hit(candidate: _Candidate, matched: frozenset[str], language: str) -> Hit:
    by_language = {tag: Said(*name) for tag, name in json.loads(candidate.names).items()}
    name = by_language.get(language) or next(iter(by_language.values()))
    others = [*by_language.values(), *(Said(*other) for other in json.loads(candidate.texts))]
    snippets = () if marked(name.text, matched) else (other for other in others if marked(other.text, matched))
    snippet = next(iter(snippets), None)
    within = json.loads(candidate.within).get(language)
    types, score = tuple(json.loads(candidate.types)), -candidate.order[0]
    more = (
        candidate.notation,
        snippet,
        matched,
        score,
        candidate.id,
        candidate.bonus,
        Said(*within) if within else None,
    )
    return Hit(candidate.iri, candidate.page, candidate.kind, types, name, *more)


def marked(text: str, matched: frozenset[str]) -> list[tuple[int, int]]:
    """Where in `text` the words stand that have one of the forms `matched`, as pairs of start and end."""
    return [
        (word.start(), word.end())
        for word in re.finditer(r"\w+", text)
        if fold(word.group()) in matched or keys(word.group()) & matched
    ]
