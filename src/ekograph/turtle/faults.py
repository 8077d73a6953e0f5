"""The faults of a Turtle text: one for each slip of the pen, at the slip rather than where a parser stumbled over it.

The tree's reader finds the parts that are no statements. The rest is left to pyoxigraph, which knows what else is
wrong: undeclared prefixes, invalid IRIs, escapes and language tags. What follows from another fault is not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pyoxigraph import RdfFormat, parse

from ekograph.turtle.lines import Lines, Place
from ekograph.turtle.reader import statements
from ekograph.turtle.tokens import words
from ekograph.turtle.tree import Directive, Entry, Faulty

#: So many faults of a text are told.
MOST_FAULTS = 20
#: So much text after a fault shows what was meant.
_WINDOW = 400
_TERMS = frozenset(("iri", "name", "blank", "string", "integer", "decimal", "double"))
_CURLY_QUOTES = frozenset("“”„‟‘’‚«»″")
_CLOSING = {"[": "]", "(": ")", "{|": "|}", "<<": ">>", "<<(": ")>>"}
#: A line in a string of several lines that is Turtle: the string has taken in what should stand after it.
_TURTLE_LINE = re.compile(r"^[ \t]*(?:@prefix|@base|<[^>\s]+>|[\w.-]*:[\w.-]+|a)[ \t].*[;.,][ \t]*$", re.MULTILINE)
_CONFLICT = re.compile(r"^<{7} .*$(?=[\s\S]*^={7}\s*$[\s\S]*^>{7} )", re.MULTILINE)
_DECLARED = re.compile(r"([\w.-]*)\s*:?\s*<")

#: What pyoxigraph says (its own English), and our key for it; the group is what is quoted.
_SAID = (
    (r"The prefix (?P<found>[^ ]*): has not been declared", "prefix"),
    (r"No scheme found", "relative"),
    (r"Invalid IRI", "iri"),
    (r"A dot is expected", "dot"),
    (r"(?P<found>.*) is not a valid predicate", "predicate"),
    (r"(?P<found>.*) is not a valid subject", "subject"),
    (r"(?P<found>.*) is not a valid RDF object", "object"),
    (r"should end with a '\]'", "bracket"),
    (r"Unexpected end", "end"),
    (r"Unexpected line jump|new line", "line-end"),
    (r"Unexpected escape character '(?P<found>.*)'", "escape"),
    (r"datatype IRI", "datatype"),
    (r"language|subtag", "language"),
    (r"(PREFIX|BASE|VERSION) (keyword|declaration)", "declaration"),
)


class Fault(NamedTuple):
    """A fault at an offset of the text: `key` names it (as the message "syntax-KEY"), `quoted` is put in there.

    `followers` is how many more faults follow from it or repeat it.
    """

    offset: int
    key: str
    quoted: str = ""
    followers: int = 0


class Broken(NamedTuple):
    """A part of a text that is no statement, and the entry before it."""

    entry: Faulty
    previous: Entry | None


def find_faults(text: str) -> list[Fault]:
    """The faults of a text that pyoxigraph refuses, in their order; an empty list if no place can be told."""
    sound, broken, blanked = list[Entry](), list[Broken](), text
    last: Entry | None = None
    for entry in statements(text):
        if isinstance(entry, Faulty) and not accepted(text[entry.start : entry.end]):
            broken.append(Broken(entry, last))
            part = re.sub(r"[^\r\n]", " ", text[entry.start : entry.end])
            blanked = blanked[: entry.start] + part + blanked[entry.end :]
        else:
            sound.append(entry)
        last = entry
    return faults_of(text, broken, _errors(blanked, sound))


def faults_of(text: str, broken: Sequence[Broken], errors: Iterable[tuple[int, str]]) -> list[Fault]:
    """The faults of a text: those of its broken parts, and `errors`, the first of each sound statement.

    An error is an offset and what pyoxigraph says.
    """
    if "<<<<<<< " in text and (conflict := _CONFLICT.search(text)):
        return [Fault(conflict.start(), "conflict")]
    faults: list[Fault] = []
    for part in broken:
        if isinstance(part.previous, Faulty) and part.entry.expected == "subject" and faults:
            faults[-1] = faults[-1]._replace(followers=faults[-1].followers + 1)
        elif len(faults) < MOST_FAULTS:
            faults.append(_Slip(text, *part).fault())
    faults += _semantic(text, errors, " ".join(text[part.entry.start : part.entry.end] for part in broken))
    return sorted(faults)[:MOST_FAULTS]


def read_message(said: str) -> tuple[str, str]:
    """The key of a fault that pyoxigraph tells of, and what is quoted; the key "other" for what is not known."""
    said = re.sub(r"^Parser error .*?: ", "", said, count=1)
    for pattern, key in _SAID:
        match = re.search(pattern, said, re.DOTALL)
        if match:
            return key, match.groupdict().get("found") or ""
    return "other", ""


def accepted(part: str) -> bool:
    """Whether pyoxigraph reads this part of a text as statements, whatever its prefixes stand for."""
    prefixes = {match[1] for match in re.finditer(r"([\w.-]*):", part)}
    head = "".join(f"@prefix {prefix}: <x:> .\n" for prefix in prefixes if re.fullmatch(r"(?:[^\W\d_][\w-]*)?", prefix))
    try:
        for _ in parse(f"{head}{part}".encode(), RdfFormat.TURTLE, base_iri="x:y"):
            pass
    except (SyntaxError, MemoryError):
        return False
    return True


def _semantic(text: str, errors: Iterable[tuple[int, str]], broken: str) -> list[Fault]:
    """The faults that errors of sound statements tell of, repetitions counted at the first."""
    declared = {match[1] for match in _DECLARED.finditer(broken)}
    faults: dict[tuple[str, str], Fault] = {}
    for offset, said in errors:
        key, quoted = read_message(said)
        if (key == "prefix" and quoted in declared) or (key == "relative" and "base" in broken.lower()):
            continue
        if key == "other":
            quoted = text[offset:].partition("\n")[0]
        same = (key, quoted if key == "prefix" else "" if key == "relative" else str(offset))
        first = faults.get(same)
        faults[same] = first._replace(followers=first.followers + 1) if first else Fault(offset, key, quoted)
    return list(faults.values())


def _errors(text: str, sound: Iterable[Entry]) -> Iterator[tuple[int, str]]:
    """The first error of each of these entries, of a text without the others."""
    if first_error("", text) is None:
        return
    # After an error, pyoxigraph can be wrong about places: each entry is read by itself, after the declarations.
    head = ""
    for entry in sound:
        part = text[entry.start : entry.end]
        error = first_error(head, part)
        if error:
            yield entry.start + error[0], error[1]
        elif isinstance(entry, Directive):
            head += f"{part}\n"


def first_error(head: str, part: str) -> tuple[int, str] | None:
    """The first error of pyoxigraph in a part of a text that stands after declarations: its offset there, its words."""
    try:
        for _ in parse(f"{head}{part}".encode(), RdfFormat.TURTLE):
            pass
    except SyntaxError as error:
        place = Place((error.lineno or 1) - head.count("\n"), error.offset or 1)
        return Lines(part).offset(place), str(error.msg)
    except MemoryError:  # a token above the parser's limit
        pass
    return None


class _Slip:
    """A part of a text that is no statement, and what was most likely meant."""

    def __init__(self, text: str, entry: Faulty, previous: Entry | None) -> None:
        self._text = text
        self._entry = entry
        self._previous = previous
        end = max(entry.end, entry.at) + _WINDOW
        tokens = [token._replace(start=token.start + entry.start) for token in words(text[entry.start : end])]
        at = next((n for n, token in enumerate(tokens) if token.start >= entry.at), len(tokens) - 1)
        self._before, self._token, self._after = tokens[:at], tokens[at], tokens[at + 1 : at + 3]

    def fault(self) -> Fault:
        """The fault, at the first place that fits what is there."""
        expected = self._entry.expected
        ways = [self._quote, self._stray, self._stop_too_early]
        if expected in _CLOSING.values():
            ways += [self._bracket]
        elif expected in {"separator", "object", "verb"}:
            ways += [self._wrong_mark, self._missing_value]
        if expected == "separator":
            ways += [self._missing_mark]
        fault = next(filter(None, (way() for way in ways)), None)
        return fault or self._plain(expected)

    def _quote(self) -> Fault | None:
        """A quote is missing: a string ends nowhere, or has taken in what comes after it."""
        for token in self._before:
            if token.kind == "string" and token.text[:3] in {'"""', "'''"} and _TURTLE_LINE.search(token.text):
                return Fault(token.start, "quote")
        if self._token.kind == "unclosed":
            return Fault(self._token.start, "quote" if self._token.text[:3] in {'"""', "'''"} else "line-end")
        last = self._before[-1] if self._before else None
        if last and last.kind == "string" and last.end == self._token.start and self._token.kind in {"word", "name"}:
            return Fault(last.start, "quote")
        return None

    def _stray(self) -> Fault | None:
        token = self._token
        if token.text in _CURLY_QUOTES:
            return Fault(token.start, "curly", token.text)
        if token.kind == "broken":
            return Fault(token.start, "iri")
        if token.kind == "stray" and self._entry.expected == "separator" and token.text != "@":
            return Fault(token.start, "other", self._text[token.start :].partition("\n")[0])
        return None

    def _stop_too_early(self) -> Fault | None:
        """The statement before this one goes on here, indented, after a full stop in the place of ; or , ."""
        previous, start = self._previous, self._entry.start
        between = self._text[previous.end : start] if previous else ""
        goes_on = between.count("\n") == 1 and self._text[start : self._entry.end].endswith(".")
        if previous and goes_on and self._column(start) > self._column(previous.start):
            at_start = len(self._before) <= 2 + (self._token.text == ".")
            return Fault(previous.end - 1, "stop") if at_start else None
        return None

    def _wrong_mark(self) -> Fault | None:
        """A mark stands for another: , for ; or ; for , or ; for a full stop."""
        marks = [n for n, token in enumerate(self._before) if token.text in {",", ";"}]
        if not marks:
            return None
        last, since = self._before[marks[-1]], self._before[marks[-1] + 1 :]
        literal = self._token.kind in _TERMS or self._token.text in _CLOSING
        if not since:
            after_text = len(self._before) > 1 and self._before[-2].kind in {"string", "language"}
            wrong = (
                literal and after_text
                if last.text == ";"
                else self._token.kind == "mark" and self._token.text not in _CLOSING
            )
            return Fault(last.start, "semicolon" if last.text == ";" else "comma") if wrong else None
        first = since[0]
        if last.text == "," and len(since) == 1 and first.kind in {"iri", "name"} and literal:
            meant = first.new_line or self._token.kind not in {"iri", "name"}
            return Fault(last.start, "comma") if meant else None
        if last.text == ";" and first.new_line and self._column(first.start) <= self._column(self._entry.start):
            begins = self._token.text == "a" or (len(since) == 2 and literal)
            return Fault(last.start, "semicolon") if begins else None
        return None

    def _missing_value(self) -> Fault | None:
        """A predicate ends its line without a value, and the next predicate is taken for it."""
        if self._entry.expected == "separator" and len(self._before) > 2:
            verb, value = self._before[-2:]
            alone = self._before[-3].text == ";" or len(self._before) == 3
            following = self._token.kind in _TERMS or self._token.text in {*_CLOSING, "a", "true", "false"}
            if alone and value.new_line and value.kind in {"iri", "name"} and following:
                return Fault(verb.end, "object", value.text)
        if self._entry.expected == "object" and self._token.new_line and self._token.kind == "mark" and self._before:
            return Fault(self._before[-1].end, "object", self._token.text or "")
        return None

    def _missing_mark(self) -> Fault | None:
        """The full stop, semicolon or comma between two things is missing: the place is the end of the first."""
        last, token = self._before[-1], self._token
        if token.kind == "end" or token.start >= self._entry.end:
            return Fault(last.end, "dot")
        if token.kind in {"word", "language", "stray"} and token.text != "a":
            return Fault(token.start, "language" if last.kind == "string" else "other", token.text)
        if self._goes_on():
            return Fault(last.end, "no-semicolon")
        if token.kind in _TERMS or token.text in _CLOSING:
            return Fault(last.end, "no-comma")
        return None

    def _goes_on(self) -> bool:
        """Whether a predicate and a value come where the fault is."""
        value = self._after[0] if self._after else self._token
        verb = self._token.text == "a" or self._token.kind in {"iri", "name"}
        return verb and (value.kind in _TERMS or value.text in {*_CLOSING, "true", "false"})

    def _bracket(self) -> Fault | None:
        """A bracket that ends nowhere: it should end on its line, or before the first line not indented below it."""
        if self._goes_on():
            return Fault(self._before[-1].end, "no-semicolon") if self._entry.expected != ")" else None
        comma = self._token.text == "," and self._after and self._after[0].kind in _TERMS
        if comma or (self._token.text not in {".", ";", ",", ""} and not self._token.new_line):
            return None
        open_brackets: list[int] = []
        for n, token in enumerate(self._before):
            if token.text in _CLOSING:
                open_brackets.append(n)
            elif token.text in _CLOSING.values() and open_brackets:
                open_brackets.pop()
        if not open_brackets:
            return None
        first = open_brackets[-1]
        inner = [*self._before[first + 1 :], self._token]
        line_start = self._text.rfind("\n", 0, self._before[first].start) + 1
        indent = len(self._text[line_start:]) - len(self._text[line_start:].lstrip(" \t"))
        spread = inner[0].new_line
        ends = (n for n, t in enumerate(inner) if t.new_line and (not spread or self._column(t.start) <= indent))
        n = next(ends, len(inner) - 1)
        last = ([self._before[first], *inner][: n + 1])[-1]
        return Fault(last.end, "bracket", _CLOSING[self._before[first].text])

    def _plain(self, expected: str) -> Fault:
        """What was expected, at the token that was not."""
        token = self._token
        if token.kind == "end":
            return Fault(self._before[-1].end if self._before else token.start, "end")
        if expected == ".":
            return Fault(self._before[-1].end, "dot")
        if token.kind == "language" and expected == "subject":
            return Fault(token.start, "declaration")
        key = {"verb": "predicate", "IRI": "declaration", ")": "member", "]": "other"}.get(expected, expected)
        key = "declaration" if key == "prefix" else "other" if key in {"separator", "|}", ">>", ")>>"} else key
        return Fault(token.start, key, self._text[token.start :].partition("\n")[0] if key == "other" else token.text)

    def _column(self, offset: int) -> int:
        return offset - self._text.rfind("\n", 0, offset) - 1
