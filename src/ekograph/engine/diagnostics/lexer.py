"""Examines the text of a query without parsing it: one pass over its tokens, linear in its length.

It decides how an error is reported, never what a query may do: a worker can reach nothing, whatever it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"})
_VOLATILE = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE"})
_PROLOGUE = frozenset({"PREFIX", "BASE", "VERSION"})

#: What begins the names of the properties that search, which the web process replaces before a worker gets a query.
TEXT_SEARCH = "http://jena.apache.org/text#"

# An unterminated string extends to the end of its line or of the text: so no alternative is tried twice, and the pass
# stays linear. For the same reason a run of letters, dots and dashes is taken whole; it is the prefix of a name if a
# colon follows, else words with marks between them. Groups are not possessive, since Python before 3.11.5 keeps what an
# alternative of one has taken before it failed (https://github.com/python/cpython/issues/106052).
_TOKEN = re.compile(
    r"""
      (?P<space>\s++)
    | (?P<comment>\#[^\r\n]*+)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*+>)
    | (?P<string>
          \"{3}(?:[^"\\]++|(?:\\.)++|"(?!""))*(?:\"{3})?
        | '{3}(?:[^'\\]++|(?:\\.)++|'(?!''))*(?:'{3})?
        | "(?:[^"\\\r\n]++|(?:\\.)++)*"?
        | '(?:[^'\\\r\n]++|(?:\\.)++)*'?)
    | (?P<variable>[?$]\w++)
    | (?P<language>@[A-Za-z][A-Za-z0-9-]*+)
    | (?P<run>[^\W\d][\w.·-]*+)(?P<local>:(?:[\w:.·-]++|%[0-9A-Fa-f]{2}|\\.)*)?+
    | (?P<default>:(?:[\w:.·-]++|%[0-9A-Fa-f]{2}|\\.)*)
    | (?P<number>[+-]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)

_WORD = re.compile(r"\w+")

# The declarations and comments before the query form, and the form.
_BEGINNING = re.compile(
    r"(?:\s++|\#[^\r\n]*+|PREFIX\s++[\w.-]*+:\s*+<[^<>\s]*+>|BASE\s++<[^<>\s]*+>)*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b",
    re.IGNORECASE,
)

# A query containing none of these words needs no tokenising beyond its query form.
_NOTABLE = ("SERVICE", "FROM", *_VOLATILE)


#: Queries nested deeper are refused before they are parsed; nobody writes such by hand.
MAX_DEPTH = 100

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


@dataclass(frozen=True)
class QueryPosition:
    """A position in a text: line and column from 1, the column in characters."""

    line: int
    column: int


@dataclass(frozen=True)
class Scan:
    """What the lexer sees in a query: its form ("" if there is none), and what matters for how it is answered."""

    form: str
    #: The keyword of SPARQL Update that it starts with, or "".
    update: str
    #: Where it calls another endpoint.
    service: QueryPosition | None
    #: Whether it names its own dataset with FROM.
    dataset: bool
    #: Whether its answer may differ the next time (RAND, NOW, UUID, BNODE).
    volatile: bool


# Nearly all queries are like these.
_PLAIN = {form: Scan(form, "", None, dataset=False, volatile=False) for form in _FORMS}


def scan(text: str) -> Scan:
    """What the lexer sees in `text`, which need not be a query at all."""
    beginning = _BEGINNING.match(text)
    if beginning and not any(map(text.upper().__contains__, _NOTABLE)):
        return _PLAIN[beginning[1].upper()]
    words = list(_words(text))
    verb = next((word for word, _ in words if word not in _PROLOGUE), "")
    seen = {word for word, _ in words}
    service = next((start for word, start in words if word == "SERVICE"), None)
    return Scan(
        form=verb if verb in _FORMS else "",
        update=verb if verb in _UPDATES else "",
        service=None if service is None else place(text, service),
        dataset="FROM" in seen,
        volatile=not seen.isdisjoint(_VOLATILE),
    )


def undeclared(text: str, known: Container[str]) -> tuple[str, QueryPosition] | None:
    """The first prefix that is used but neither declared in `text` nor `known`, and where."""
    declared: set[str] = set()
    after_keyword = False
    for match in _TOKEN.finditer(text):
        if match.lastgroup in {"space", "comment"}:
            continue
        prefix = "" if match["default"] else match["run"] if match["local"] else None
        if prefix is not None and after_keyword:
            declared.add(prefix)
        elif prefix not in {None, "_"} and prefix not in declared and prefix not in known:
            return str(prefix), place(text, match.start())
        after_keyword = (match["run"] or "").upper() == "PREFIX"
    return None


def isolate_dataset(text: str, nothing: str) -> str:
    """`text` with the graph `nothing` added by FROM or FROM NAMED, if only the other of the two is there.

    This changes nothing by SPARQL 1.1 Query, section 13.2; it is for stores that show graphs the query does not name.
    """
    words = list(_words(text))
    places = [number for number, (word, _) in enumerate(words) if word == "FROM"]
    named = [number + 1 < len(words) and words[number + 1][0] == "NAMED" for number in places]
    if not places or (any(named) and not all(named)):
        return text
    start = words[places[0]][1]
    return f"{text[:start]}FROM {'' if all(named) else 'NAMED '}<{nothing}> {text[start:]}"


def depth_exceeds(text: str, limit: int) -> bool:
    """Whether brackets, triple terms or negations are nested deeper than `limit` levels."""
    count = text.count
    if len(text) <= limit or count("(") + count("{") + count("[") + count("<<") + count("!") <= limit:
        return False
    depth = negations = 0
    before = ""
    for token in tokens(text):
        mark = token[0] if token.lastgroup == "mark" else ""
        # Two angle brackets begin or end a triple term; one alone compares.
        pair, before = before + mark, mark if before + mark not in {"<<", ">>"} else ""
        negations = negations + 1 if mark == "!" else 0
        depth += (mark in _OPENING or pair == "<<") - (mark in _CLOSING or pair == ">>")
        if depth + negations > limit:
            return True
    return False


def tokens(text: str) -> Iterator[re.Match[str]]:
    """Every token but spaces and comments; the name of its last group is its kind."""
    return (match for match in _TOKEN.finditer(text) if match.lastgroup not in {"space", "comment"})


def place(text: str, offset: int) -> QueryPosition:
    """The line and column of an offset."""
    start = text.rfind("\n", 0, offset) + 1
    return QueryPosition(text.count("\n", 0, offset) + 1, offset - start + 1)


def _words(text: str) -> Iterator[tuple[str, int]]:
    """Every bare word in upper case, and where it begins."""
    for match in _TOKEN.finditer(text):
        if match["run"] and not match["local"]:
            for word in _WORD.finditer(match["run"]):
                yield word[0].upper(), match.start() + word.start()
