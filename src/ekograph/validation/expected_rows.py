"""The rows that a site expects of its example queries: queries/NAME.csv beside queries/NAME.rq."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pyoxigraph import Quad, QueryResultsFormat

from ekograph.i18n import Messages
from ekograph.rdf.queries import asking
from ekograph.validation.report import Finding
from ekograph.validation.sources import shown

#: So many rows are told that should not be there; a wrong query can have any number of them.
_MOST = 3


def find_unexpected(root: Path, quads: Callable[[], Sequence[Quad]], messages: Messages) -> list[Finding]:
    """Findings for rows that a query of the site in `root` has and should not have, or should have and has not.

    Their order counts where the query orders them. `quads` gives the dataset; it is called if a query has such a file.
    """
    files = [path for path in sorted((root / "queries").glob("*.csv")) if path.with_suffix(".rq").is_file()]
    ask = asking(quads()) if files else None
    findings: list[Finding] = []
    for path in files if ask else ():
        query = path.with_suffix(".rq").read_text(encoding="utf-8")
        try:
            answer = (ask(query).serialize(format=QueryResultsFormat.CSV) or b"") if ask else b""
        except (SyntaxError, ValueError) as error:
            at = path.with_suffix(".rq")
            findings.append(_finding(at, 1, messages("gate-expected-query", reason=str(error)), messages))
            continue
        expected = path.read_text(encoding="utf-8-sig").splitlines()
        in_order = bool(re.search(r"(?i)\border\s+by\b", query))
        faults = _differences(expected, answer.decode().splitlines(), in_order=in_order)
        findings += [_finding(path, line, messages(key, row=row), messages) for line, key, row in faults]
    return findings


def _differences(expected: Sequence[str], rows: Sequence[str], *, in_order: bool) -> Iterator[tuple[int, str, str]]:
    """The line, the key of the message and the row of each difference."""
    lacking, further = Counter(expected) - Counter(rows), Counter(rows) - Counter(expected)
    for line, row in enumerate(expected, 1):
        if lacking[row] > 0:
            lacking[row] -= 1
            yield line, "gate-expected-lacking", row
    for row in list(further.elements())[:_MOST]:
        yield len(expected), "gate-expected-further", row
    if in_order and Counter(expected) == Counter(rows) and list(expected) != list(rows):
        line = next(line for line, pair in enumerate(zip(expected, rows, strict=True), 1) if pair[0] != pair[1])
        yield line, "gate-expected-order", rows[line - 1]


def _finding(path: Path, line: int, message: str, messages: Messages) -> Finding:
    place = (shown(path), line, 1)
    return Finding("gate-expected-rows", "Violation", *place, None, None, None, message, messages.language)
