"""Search inside queries: the property text:query of Jena, answered from the site's own search index.

    ?thing text:query "words"
    (?thing ?score) text:query ("words" 20 "lang:sv")

It becomes VALUES before the engine gets the query (https://jena.apache.org/documentation/query/text-query.html).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from ekograph.engine.diagnostics.lexer import TEXT_SEARCH, place, tokens
from ekograph.web.http.problems import Problem, ProblemError

#: Things of one search: where no number stands, and at most.
FEW, MOST = 100, 1000
#: Searches of one query.
_MOST_SEARCHES = 20

#: Finds things by words, in a language ("" for any), at most so many: their IRIs and scores.
Search = Callable[[str, str, int], Iterable[tuple[str, float]]]

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def rewritten(text: str, search: Search) -> str:
    """The query with the things in place of each search; raises ProblemError where one is not understood."""
    parts = list(tokens(text))
    names, end, pieces, searches = {f"<{TEXT_SEARCH}query>"}, 0, [], 0
    for number, part in enumerate(parts):
        before = parts[number - 2][0].upper() if number > 1 else ""
        if part[0] == f"<{TEXT_SEARCH}>" and before == "PREFIX":
            names.add(f"{parts[number - 1][0]}query")
        elif part[0] in names:
            searches += 1
            start, variables = _subject(parts, number)
            stop, (words, limit, language) = _object(parts, number)
            if start < 0 or stop < 0 or searches > _MOST_SEARCHES:
                spot = place(text, part.start())
                raise ProblemError(Problem(400, "text_search", {}, {"line": spot.line, "column": spot.column}))
            rows = (
                f"(<{iri}> {score:g})" if len(variables) > 1 else f"(<{iri}>)"
                for iri, score in search(words, language, limit)
            )
            pieces += [text[end:start], f"VALUES ({' '.join(variables)}) {{ {' '.join(rows)} }}"]
            end = stop
    return "".join([*pieces, text[end:]])


def _subject(parts: Sequence[re.Match[str]], number: int) -> tuple[int, list[str]]:
    """Where the subject of a search begins, and its variables; -1 for anything else."""
    first = number - 1
    if first >= 0 and parts[first][0] == ")":
        first = next((at for at in range(first, max(first - 4, -1), -1) if parts[at][0] == "("), -1)
    named = parts[max(first, 0) : number]
    variables = [part[0] for part in named if part.lastgroup == "variable"]
    others = [part for part in named if part[0] not in {"(", ")"} and part.lastgroup != "variable"]
    is_plain = first >= 0 and 1 <= len(variables) <= 2 and not others
    begins = first == 0 or parts[first - 1][0] in {"{", "}", "."} if first >= 0 else False
    return (parts[first].start() if is_plain and begins else -1), variables


def _object(parts: Sequence[re.Match[str]], number: int) -> tuple[int, tuple[str, int, str]]:
    """Where the object of a search ends; its words, how many things are wanted, and in which language."""
    last = number + 1
    if last < len(parts) and parts[last][0] == "(":
        last = next((at for at in range(last, min(last + 6, len(parts))) if parts[at][0] == ")"), -1)
    elif last + 1 < len(parts) and parts[last + 1].lastgroup == "language":
        last += 1
    values = parts[number + 1 : last + 1]
    strings = [_unquoted(part[0]) for part in values if part.lastgroup == "string"]
    numbers = [int(part[0]) for part in values if part.lastgroup == "number" and part[0].isdigit()]
    tags = [part[0][1:] for part in values if part.lastgroup == "language"]
    tags += [string.removeprefix("lang:") for string in strings[1:] if string.startswith("lang:")]
    follows = parts[last + 1][0] if 0 < last < len(parts) - 1 else ""
    if last < 0 or not strings or follows in {";", ","}:
        return -1, ("", 0, "")
    most = min(numbers[0], MOST) if numbers else FEW
    return parts[last].end(), (strings[0], most, tags[0] if tags else "")


def _unquoted(literal: str) -> str:
    quotes = literal[:3] if literal[:3] in {'"""', "'''"} else literal[:1]
    inner = literal.removeprefix(quotes).removesuffix(quotes)
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), inner, flags=re.DOTALL)
