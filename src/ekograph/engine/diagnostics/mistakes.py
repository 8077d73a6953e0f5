"""Recognises the usual mistakes in a query that the parser has refused, by its tokens.

The parser says where it gave up; a person would name the mistake, and often its place, differently. Where that is not
certain, the parser's words stand.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from types import MappingProxyType
from typing import Any, NamedTuple

from ekograph.engine.diagnostics.lexer import place, tokens

_WORDS = """
    ABS ADJUST ALL AS ASC ASK AVG BASE BIND BNODE BOUND BY CEIL COALESCE CONCAT CONSTRUCT CONTAINS COUNT DATATYPE
    DAY DESC DESCRIBE DISTINCT ENCODE_FOR_URI EXISTS FALSE FILTER FLOOR FROM GRAPH GROUP GROUP_CONCAT HASLANG
    HASLANGDIR HAVING HOURS IF IN IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISTRIPLE ISURI LANG LANGDIR LANGMATCHES
    LATERAL LCASE LIMIT MAX MD5 MIN MINUS MINUTES MONTH NAMED NOT NOW OBJECT OFFSET OPTIONAL ORDER PREDICATE PREFIX
    RAND REDUCED REGEX REPLACE ROUND SAMETERM SAMPLE SECONDS SELECT SEPARATOR SERVICE SHA1 SHA256 SHA384 SHA512
    SILENT STR STRAFTER STRBEFORE STRDT STRENDS STRLANG STRLANGDIR STRLEN STRSTARTS STRUUID SUBJECT SUBSTR SUM
    TIMEZONE TRIPLE TRUE TZ UCASE UNDEF UNION URI UUID VALUES VERSION WHERE YEAR
"""

#: The words of a query, and the functions that are written as words.
KEYWORDS = frozenset(_WORDS.split())

#: Functions that are applied to the solutions of a group.
_AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})

_CLOSED_BY = {"(": ")", "[": "]", "{": "}"}
_AFTER_GROUP = frozenset({"HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"})
_TERMS = frozenset({"iri", "string", "variable", "name", "number"})

_PLACE = re.compile(r"error at (\d+):(\d+): ")
_CLOSED = re.compile(r"""("{3}|'{3}|"(?!"")|'(?!''))(?:[^\\]|\\.)*?\1""", re.DOTALL)
_PART = re.compile(r"\w+|\W")
_IRI_BEGINS = re.compile(r"<(?:https?://|urn:|mailto:)")

# The parser often gives up a little after the mistake.
_TOKENS_AFTER = 4
_ALIKE = 0.7
_LONGEST = 40


class Mistake(NamedTuple):
    """A mistake: its kind, which names its message, where it starts, and the values of the message."""

    kind: str
    start: int
    values: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int

    @property
    def is_term(self) -> bool:
        return self.kind in _TERMS or self.text == "a" or self.word in {"TRUE", "FALSE"}

    @property
    def word(self) -> str:
        return self.text.upper() if self.kind == "word" else ""


def mistake(text: str, reason: str) -> tuple[str, dict[str, Any]] | None:
    """The kind and the values of the mistake for which the parser refused `text`, if it is a usual one."""
    position = _PLACE.match(reason)
    if not position:
        return None
    at = _offset(text, int(position[1]), int(position[2]))
    read = list(_split(text))
    fault = _first(text, read, at, reason)
    if fault is None:
        return None
    where = place(text, fault.start)
    return fault.kind, {"line": where.line, "column": where.column, **fault.values}


def _first(text: str, read: Sequence[_Token], at: int, reason: str) -> Mistake | None:
    if not read:
        return Mistake("nothing", 0)
    if "unbound" in reason and (fault := _ungrouped(read)):
        return fault
    unclosed, seen_at = _unclosed(read, len(text))
    near = read[: sum(token.start < at for token in read) + 1]
    return (
        _broken_token(text, near)
        or (unclosed if at >= seen_at else None)
        or _misspelt(near)
        or _in_select(near)
        or _bare_filter(near)
        or _bare_group(near)
        or _wrong_triple(read, at)
        or (unclosed if unclosed and unclosed.start < at else None)
    )


def _split(text: str) -> Iterator[_Token]:
    """The tokens of a query; a dot at the end of a name or a number is one by itself."""
    for match in tokens(text):
        kind, matched, start = str(match.lastgroup), match[0], match.start()
        if kind == "run":
            for part in _PART.finditer(matched):
                yield _Token("word" if part[0][0].isalpha() else "mark", part[0], start + part.start())
            continue
        kind = "name" if kind in {"local", "default"} else kind
        whole = matched.rstrip(".") if kind in {"name", "number"} else matched
        yield _Token(kind, whole, start)
        if len(whole) < len(matched):
            yield _Token("mark", ".", start + len(whole))


def _broken_token(text: str, near: Sequence[_Token]) -> Mistake | None:
    """A string or an IRI that does not end."""
    for token in near:
        if token.kind == "string" and not _CLOSED.fullmatch(token.text):
            mark = token.text[0]
            return Mistake("unclosed_string", token.start, {"mark": mark * 3 if token.text[:3] == mark * 3 else mark})
        if token.text == "<" and _IRI_BEGINS.match(text, token.start):
            return Mistake("unclosed_iri", token.start)
    return None


def _unclosed(read: Sequence[_Token], end: int) -> tuple[Mistake | None, int]:
    """The first bracket without its other half, and where that is seen."""
    open_ones: list[_Token] = []
    for token in read:
        if token.kind != "mark":
            continue
        if token.text in _CLOSED_BY:
            open_ones.append(token)
        elif token.text in _CLOSED_BY.values():
            if not open_ones:
                return Mistake("unopened", token.start, {"mark": token.text}), token.start
            if _CLOSED_BY[open_ones[-1].text] != token.text:
                return _without_end(open_ones[-1]), token.start
            open_ones.pop()
    return (_without_end(open_ones[-1]), end) if open_ones else (None, end)


def _without_end(opening: _Token) -> Mistake:
    return Mistake("unclosed", opening.start, {"mark": opening.text, "closing": _CLOSED_BY[opening.text]})


def _in_select(near: Sequence[_Token]) -> Mistake | None:
    """What is selected with commas, without brackets, or without a name of its own."""
    depth: int | None = None
    for before, token in pairwise(near):
        if before.word == "SELECT":
            depth = 0
        if depth is None:
            continue
        if depth == 0 and token.word in _AGGREGATES:
            return Mistake("unnamed", token.start, {"function": token.word})
        if depth == 0 and token.text == ",":
            return Mistake("comma", token.start)
        if depth == 1 and token.kind == "variable" and before.text == ")":
            return Mistake("missing_as", token.start, {"variable": token.text})
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.text == "{" or token.word in {"WHERE", "FROM"}:
            depth = None
    return None


def _bare_filter(near: Sequence[_Token]) -> Mistake | None:
    """A condition without its brackets."""
    for before, token in pairwise(near):
        if before.word == "FILTER" and (token.kind in {"variable", "string", "number"} or token.text == "!"):
            return Mistake("bare_filter", token.start)
    return None


def _bare_group(near: Sequence[_Token]) -> Mistake | None:
    """A part of the pattern without its braces."""
    for before, token in pairwise(near):
        if before.word in {"OPTIONAL", "MINUS", "UNION", "EXISTS"} and token.text != "{":
            return Mistake("bare_group", token.start, {"word": before.word})
    return None


def _misspelt(near: Sequence[_Token]) -> Mistake | None:
    """A word that SPARQL does not have, and the one that may be meant."""
    if any(token.text == "\\" for token in near):  # escapes cut words in two
        return None
    for token in near:
        if token.word and not token.is_term and token.word not in KEYWORDS:
            word = token.text[:_LONGEST]
            meant = difflib.get_close_matches(word.upper(), sorted(KEYWORDS), 1, _ALIKE)
            if meant:
                return Mistake("misspelt", token.start, {"word": word, "meant": meant[0]})
            return Mistake("unknown_word", token.start, {"word": word})
    return None


class _Bracket:
    """What is between two brackets: how many terms of a triple have come, or None where there are no triples."""

    def __init__(self, terms: int | None) -> None:
        self.terms = terms
        self.clause = ""


def _wrong_triple(read: Sequence[_Token], at: int) -> Mistake | None:
    """A triple that is not whole, or goes on where a dot or a semicolon is missing, about where the parser gave up."""
    if any(token.text == "~" or (token.text, after.text) == ("<", "<") for token, after in pairwise(read)):
        return None  # triples in triples are not counted here
    frames = [_Bracket(None)]
    joined = False
    last = sum(token.start < at for token in read)
    for number, token in enumerate(read[: last + 1]):
        frame = frames[-1]
        near = last - number <= _TOKENS_AFTER + 1
        if token.is_term and frame.terms is not None:
            frame.terms += not joined
            if frame.terms > 3 and near:
                return Mistake("missing_dot", token.start)
        elif token.kind == "mark":
            if frame.terms == 2 and token.text in {".", ";", ",", "}", "]"} and near:
                return Mistake("incomplete_triple", token.start)
            _mark(frames, token.text, joined=joined)
        elif token.word:
            frame.terms = None
            frame.clause = token.word if token.word in {"FILTER", "BIND", "VALUES", "SELECT"} else frame.clause
        joined = token.text in {"/", "|", "^"} and (joined or token.text != "^" or read[number - 1].text == "^")
    return None


def _mark(frames: list[_Bracket], mark: str, *, joined: bool) -> None:
    """Count on after a bracket or a mark between the terms of triples."""
    frame = frames[-1]
    if mark in _CLOSED_BY:
        if frame.terms is not None and mark != "{":
            frame.terms += not joined
        # Braces in the middle of a triple hold no triples.
        group = None if frame.clause == "VALUES" or frame.terms in {1, 2} else 0
        inside = {"(": None, "[": 1, "{": group}[mark]
        frames.append(_Bracket(None if mark == "[" and frame.terms is None else inside))
    elif mark in _CLOSED_BY.values():
        if len(frames) > 1:
            frames.pop()
        frame = frames[-1]
        if len(frames) > 1 and (mark == "}" or (mark == ")" and frame.clause in {"FILTER", "BIND"})):
            frame.terms, frame.clause = 0, ""
    elif frame.terms is not None:
        frame.terms = {".": 0, ";": 1, ",": 2 if frame.terms == 3 else None}.get(mark, frame.terms)
    elif mark == "." and len(frames) > 1:
        frame.terms, frame.clause = 0, ""


def _ungrouped(read: Sequence[_Token]) -> Mistake | None:
    """A variable that is selected, but is not what a query with groups groups by."""
    selects = [number for number, token in enumerate(read) if token.word == "SELECT"]
    if len(selects) != 1:  # of several, this does not know which GROUP BY is whose
        return None
    after = read[selects[0] + 1 :]
    selected = [*takewhile(lambda token: token.text != "{" and token.word not in {"WHERE", "FROM"}, after)]
    groups = [number for number, token in enumerate(after) if token.word == "GROUP"]
    by = takewhile(lambda token: token.word not in _AFTER_GROUP, after[groups[0] :] if groups else ())
    grouped = {token.text[1:] for token in by if token.kind == "variable"}
    depth = 0
    for token in selected:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.kind == "variable" and not depth and token.text[1:] not in grouped:
            return Mistake("ungrouped", token.start, {"variable": token.text})
    return None


def _offset(text: str, line: int, column: int) -> int:
    """The offset of a line and a column."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1 or len(text)
    return start + column - 1
