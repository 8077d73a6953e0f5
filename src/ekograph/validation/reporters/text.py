"""A report as text for a terminal, as JSON, and as annotations of GitHub; SARIF has a module of its own."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from ekograph.i18n import Messages
from ekograph.turtle.lines import BOM, Lines
from ekograph.validation.report import Finding, Fix, Report
from ekograph.validation.sources import Source

#: A source line is shown up to this width, around the fault.
_WIDTH = 120
_BOLD, _RED, _YELLOW, _CYAN, _GREEN, _OFF = "\033[1m", "\033[31m", "\033[33m", "\033[36m", "\033[32m", "\033[0m"


#: Of more findings of one rule about one property than this only the first is shown, and one line counts the others.
_MOST_ALIKE = 50


def render(  # noqa: PLR0913 - what a form may need
    report: Report,
    form: str,
    sources: Sequence[Source],
    messages: Messages,
    *,
    fixes: Sequence[Fix] = (),
    colour: bool = False,
) -> str:
    """The report in the form "text", "full", "json", "sarif" or "github", ending in a line break.

    Text shows one finding of a rule that has very many; what is full shows them all. SARIF carries the `fixes`.
    """
    if form == "json":
        return json.dumps(as_json(report), ensure_ascii=False, indent=2) + "\n"
    if form == "sarif":
        from ekograph.validation.reporters.sarif import sarif
        from ekograph.validation.rules import of_sources

        return (
            json.dumps(sarif(report, of_sources(sources), fixes, messages.language), ensure_ascii=False, indent=2)
            + "\n"
        )
    if form == "github":
        return "".join(map(_annotation, report.findings)) + f"{summary(report, messages)}\n"
    return _text(report, sources, messages, colour=colour, whole=form == "full")


def as_json(report: Report) -> dict[str, object]:
    """The report as JSON has it."""
    return {"conforms": report.conforms, "results": [as_object(finding) for finding in report.findings]}


def summary(report: Report, messages: Messages) -> str:
    """The closing sentence: how many faults in how many files, or that the data conforms."""
    blocking = [finding for finding in report.findings if finding.blocks]
    warnings = len(report.findings) - len(blocking)
    noted = f" {messages('warnings', count=warnings)}" if warnings else ""
    if report.conforms:
        return messages("conforms") + noted
    files = len({finding.path for finding in blocking})
    text = messages("summary", faults=messages("faults", count=len(blocking)), files=messages("files", count=files))
    return text + noted


def as_object(finding: Finding) -> dict[str, object]:
    """The finding as JSON has it."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "focusNode": finding.focus_node,
        "resultPath": finding.result_path,
        "value": finding.value,
        "message": finding.message,
        "language": finding.language,
    }


def _text(report: Report, sources: Sequence[Source], messages: Messages, *, colour: bool, whole: bool) -> str:
    by_name = {source.name: source for source in sources}
    # A shape without rules of its own tells of several properties.
    alike = attrgetter("rule", "result_path")
    counts = Counter(map(alike, report.findings))
    many = {} if whole else {key: count for key, count in counts.items() if count > _MOST_ALIKE}
    firsts = {alike(finding): finding for finding in reversed(report.findings)}
    shown = [one for one in report.findings if alike(one) not in many or one is firsts[alike(one)]]
    parts: list[str] = []
    for path, group in groupby(shown, key=attrgetter("path")):
        lines = _lines(by_name.get(path))
        for finding in group:
            parts += _entry(finding, lines, colour=colour)
            if count := many.get(alike(finding)):
                parts.append(f"    {messages('many-alike', count=count - 1, rule=finding.rule)}\n")
        parts.append("\n")
    closing = summary(report, messages)
    return "".join(parts) + _paint(closing, _GREEN if report.conforms else _BOLD, colour=colour) + "\n"


def _lines(source: Source | None) -> Lines:
    return Lines(source.data.decode("utf-8", "replace").removeprefix(BOM) if source else "")


def _entry(finding: Finding, lines: Lines, *, colour: bool) -> Iterator[str]:
    place = _paint(f"{finding.path}:{finding.line}:{finding.column}:", _BOLD, colour=colour)
    rule = _paint(f"[{finding.rule}]", _RED if finding.severity == "Violation" else _YELLOW, colour=colour)
    yield f"{place} {rule} {visible(finding.message)}\n"
    line = lines.line(finding.line)
    if line.strip():
        shown, at = _window(line, finding.column - 1)
        yield f"    {visible(shown)}\n    {_indent(shown[:at])}{_paint('^', _CYAN, colour=colour)}\n"


def _window(line: str, at: int) -> tuple[str, int]:
    """A stretch of a long line around the offset `at`, and the offset in it."""
    if len(line) <= _WIDTH:
        return line, at
    start = max(0, min(at - _WIDTH // 2, len(line) - _WIDTH))
    return line[start : start + _WIDTH], at - start


def _indent(before: str) -> str:
    """White space as wide as the text on a terminal: tabs stay tabs, wide characters take two columns."""
    return "".join(
        char if char == "\t" else "" if unicodedata.combining(char) else "  " if _wide(char) else " " for char in before
    )


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}


def visible(text: str) -> str:
    """The text without characters that would command the terminal."""
    return "".join(
        char if char == "\t" or unicodedata.category(char) not in {"Cc", "Cs"} else "\ufffd" for char in text
    )


def _paint(text: str, code: str, *, colour: bool) -> str:
    return f"{code}{text}{_OFF}" if colour else text


def _annotation(finding: Finding) -> str:
    """A workflow command of GitHub Actions: ::error file=…,line=…,col=…,title=…::message."""
    kind = {"Violation": "error", "Warning": "warning"}.get(finding.severity, "notice")
    place = f"file={_property(finding.path)},line={finding.line},col={finding.column},title={_property(finding.rule)}"
    return f"::{kind} {place}::{_escaped(finding.message)}\n"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
