"""What a check found: results, and whether the data conforms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Result(NamedTuple):
    """One fault at its place.

    `rule` is the id of the rule; `severity` is Violation, Warning or Info (SHACL, section 3.6); `line` and
    `column` count from 1, columns in characters; IRIs stand bare, other terms as in N-Triples; what there is
    not is None. `language` is the tag of the message's language, `suggestion` the IRI that was meant by a
    misspelt one.
    """

    rule: str
    severity: str
    path: str
    line: int
    column: int
    focus_node: str | None
    result_path: str | None
    value: str | None
    message: str
    language: str
    suggestion: str | None = None


class Report(NamedTuple):
    """The results of one check, by file; in each first what is misspelt, then by line and column."""

    conforms: bool
    results: tuple[Result, ...]


def report(results: Iterable[Result]) -> Report:
    """The report of these results, sorted and each told once; it conforms if there are none (SHACL, 3.6.1)."""
    ordered = sorted(set(results), key=_order)
    return Report(not ordered, tuple(ordered))


def _order(result: Result) -> tuple[str, bool, int, int, str, str, str]:
    """A misspelt name comes first in its file: other faults there are often its consequences."""
    return (
        result.path,
        result.suggestion is None,
        result.line,
        result.column,
        result.rule,
        result.focus_node or "",
        result.message,
    )
