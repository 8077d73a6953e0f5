"""What a check found: findings, and whether the data conforms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pyoxigraph import NamedNode

from ekograph.rdf.dataset import Term
from ekograph.turtle.lines import Place

#: The rules that come with the program begin so.
GATE = "gate-"
#: How much a finding matters (SHACL, section 2.1.4), by the word that ekograph.toml has for it; "off" is not told.
SEVERITIES: Mapping[str, str] = {"violation": "Violation", "warning": "Warning", "info": "Info", "off": ""}


class Finding(NamedTuple):
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

    @property
    def blocks(self) -> bool:
        """Whether data with this finding does not conform: any result of a shape blocks, of the gate a violation."""
        return self.severity == SEVERITIES["violation"] or not self.rule.startswith(GATE)


class Report(NamedTuple):
    """The findings of one check, by file; in each first what is misspelt, then by line and column."""

    conforms: bool
    findings: tuple[Finding, ...]


class Fix(NamedTuple):
    """A stretch of a source, from `start` to before `end`, and the text to have in its place.

    `finding` is what it mends, None for what only tidies. What is not `safe` is somebody's to decide.
    """

    path: str
    start: Place
    end: Place
    text: str
    finding: Finding | None
    safe: bool = True


def report(findings: Iterable[Finding], severity: Mapping[str, str] | None = None) -> Report:
    """The report of these findings, sorted and each once; it conforms if none of them blocks (SHACL, 3.6.1).

    `severity` has words of SEVERITIES for rules of the gate whose findings matter more or less than they do here.
    """
    words = severity or {}
    weighed = (
        finding._replace(severity=SEVERITIES[words[finding.rule]]) if finding.rule in words else finding
        for finding in findings
    )
    ordered = sorted({finding for finding in weighed if finding.severity}, key=_order)
    return Report(not any(finding.blocks for finding in ordered), tuple(ordered))


def _order(finding: Finding) -> tuple[str, bool, int, int, str, str, str]:
    """A misspelt name comes first in its file: other faults there are often its consequences."""
    return (
        finding.path,
        finding.suggestion is None,
        finding.line,
        finding.column,
        finding.rule,
        finding.focus_node or "",
        finding.message,
    )


def plain(term: Term | str | None) -> str | None:
    """A term for a report: an IRI bare, other terms as in N-Triples."""
    if term is None or isinstance(term, str):
        return term
    return term.value if isinstance(term, NamedNode) else str(term)
