"""Codes, telephone numbers, e-mail addresses, IRIs and whole names: what is looked up as a whole, not by its words."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping

from ekograph.search.stemming import fold

#: Telephone numbers are compared from the end, from so many digits on.
SHORTEST_NUMBER = 6

#: What a document scores beyond its words when it is what was typed.
IRI, NAME, OTHER, CODE, BELOW = 60.0, 44.0, 40.0, 36.0, 10.0

_AT = re.compile(r"\s*(?:[(\[]\s*at\s*[)\]]|@)\s*", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
_NUMBER = re.compile(r"\+?[\d\s()./\u2013-]+")
_IRI = re.compile(r"<?([a-zA-Z][\w+.-]*:(?://)?[^\s<>]+)>?")


def name_key(text: str, mark: str = "=") -> str:
    """The key of a whole name; the mark of names that do not head the page is "~"."""
    return mark + " ".join(fold(text).split())


def code_keys(text: str) -> set[str]:
    """The keys of a code: as it stands, without what separates its parts, and both codes of one such as A1/A2."""
    folded = fold(text.strip())
    return {f".{form}" for part in {folded, *folded.split("/")} for form in (part, re.sub(r"[\W_]+", "", part)) if form}


def address_key(text: str) -> str:
    """The key of an e-mail address, "" for what is none."""
    address = _AT.sub("@", text.strip()).casefold()
    return address if _ADDRESS.fullmatch(address) else ""


def number_key(text: str) -> str:
    """The key of a telephone number: its digits from the end, without zeros before it; "" for what is none."""
    text = text.strip()
    digits = re.sub(r"\D", "", text.replace("(0)", "")).lstrip("0") if _NUMBER.fullmatch(text) else ""
    return f"#{digits[::-1]}" if len(digits) >= SHORTEST_NUMBER else ""


def lookup(connection: sqlite3.Connection, text: str, phrase: str) -> Mapping[int, float]:
    """What is just what was typed, or named by `phrase`, the words of it that count, and the bonus that it scores."""
    iri = _IRI.fullmatch(text)
    rows = connection.execute("SELECT id FROM doc WHERE iri = ?", (iri[1] if iri else text,)).fetchall()
    if rows:
        return {rows[0][0]: IRI}
    bonus: dict[int, float] = {}
    for doc, score in _named(connection, text, phrase):
        bonus[doc] = max(score, bonus.get(doc, 0))
    return bonus


def is_whole(text: str) -> bool:
    """Whether `text` can only be an IRI, an e-mail address or a telephone number, so that its words mean nothing."""
    return "://" in text or bool(address_key(text)) or (text[:1] in "+0" and bool(number_key(text)))


def _named(connection: sqlite3.Connection, text: str, phrase: str) -> Iterator[tuple[int, float]]:
    exact = dict.fromkeys(code_keys(text) | {address_key(text)}, CODE)
    exact |= {name_key(name, mark): score for name in (text, phrase) for mark, score in (("=", NAME), ("~", OTHER))}
    number = number_key(text)
    # The number on the page may be without the prefix that was typed.
    exact |= {number[:end]: CODE for end in range(SHORTEST_NUMBER + 2, len(number) + 1)}
    marks = ", ".join("?" * len(exact))
    for key, doc in connection.execute(f"SELECT text, doc FROM code WHERE text IN ({marks})", list(exact)):  # noqa: S608
        yield doc, exact[key]
    below = "SELECT doc FROM code WHERE text >= ? AND text < ? LIMIT 200"
    ranges = [(f".{fold(text)}.", f".{fold(text)}/", BELOW)] + ([(number, f"{number}:", CODE)] if number else [])
    for start, end, score in ranges:
        yield from ((doc, score) for (doc,) in connection.execute(below, (start, end)))
