"""A report as text for a terminal, as JSON, and as annotations of GitHub; SARIF has a module of its own."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby

from ekograph.i18n import Messages
from ekograph.turtle.lines import BOM, Lines
from ekograph.validation.report import Report, Result
from ekograph.validation.sources import Source

#: A source line is shown up to this width, around the fault.
_WIDTH = 120
_BOLD, _RED, _YELLOW, _CYAN, _GREEN, _OFF = "\033[1m", "\033[31m", "\033[33m", "\033[36m", "\033[32m", "\033[0m"


def render(report: Report, form: str, sources: Sequence[Source], say: Messages, *, colour: bool = False) -> str:
    """The report in the form "text", "json", "sarif" or "github", ending in a line break."""
    if form == "json":
        return json.dumps(as_json(report), ensure_ascii=False, indent=2) + "\n"
    if form == "sarif":
        from ekograph.validation.reporters.sarif import sarif
        from ekograph.validation.rules import of_sources

        return json.dumps(sarif(report, of_sources(sources), say.language), ensure_ascii=False, indent=2) + "\n"
    if form == "github":
        return "".join(map(_annotation, report.results)) + f"{summary(report, say)}\n"
    return _text(report, sources, say, colour=colour)


def as_json(report: Report) -> dict[str, object]:
    """The report as JSON has it."""
    return {"conforms": report.conforms, "results": [_object(each) for each in report.results]}


def summary(report: Report, say: Messages) -> str:
    """The closing sentence: how many faults in how many files, or that the data conforms."""
    if report.conforms:
        return say("conforms")
    files = len({each.path for each in report.results})
    return say("summary", faults=say("faults", count=len(report.results)), files=say("files", count=files))


def _object(result: Result) -> dict[str, object]:
    return {
        "rule": result.rule,
        "severity": result.severity,
        "path": result.path,
        "line": result.line,
        "column": result.column,
        "focusNode": result.focus_node,
        "resultPath": result.result_path,
        "value": result.value,
        "message": result.message,
        "language": result.language,
    }


def _text(report: Report, sources: Sequence[Source], say: Messages, *, colour: bool) -> str:
    by_name = {source.name: source for source in sources}
    parts = []
    for path, group in groupby(report.results, key=lambda result: result.path):
        lines = _lines(by_name.get(path))
        parts += ["".join(_entry(result, lines, colour=colour)) for result in group]
        parts.append("\n")
    closing = summary(report, say)
    return "".join(parts) + _paint(closing, _GREEN if report.conforms else _BOLD, colour=colour) + "\n"


def _lines(source: Source | None) -> Lines:
    return Lines(source.data.decode("utf-8", "replace").removeprefix(BOM) if source else "")


def _entry(result: Result, lines: Lines, *, colour: bool) -> Iterator[str]:
    place = _paint(f"{result.path}:{result.line}:{result.column}:", _BOLD, colour=colour)
    rule = _paint(f"[{result.rule}]", _RED if result.severity == "Violation" else _YELLOW, colour=colour)
    yield f"{place} {rule} {_visible(result.message)}\n"
    line = lines.line(result.line)
    if line.strip():
        shown, at = _window(line, result.column - 1)
        yield f"    {_visible(shown)}\n    {_indent(shown[:at])}{_paint('^', _CYAN, colour=colour)}\n"


def _window(line: str, at: int) -> tuple[str, int]:
    """A stretch of a long line around the offset `at`, and the offset in it."""
    if len(line) <= _WIDTH:
        return line, at
    start = max(0, min(at - _WIDTH // 2, len(line) - _WIDTH))
    return line[start : start + _WIDTH], at - start


def _indent(before: str) -> str:
    """White space as wide as the text on a terminal: tabs stay tabs, wide characters take two columns."""
    return "".join(
        each if each == "\t" else "" if unicodedata.combining(each) else "  " if _wide(each) else " " for each in before
    )


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}


def _visible(text: str) -> str:
    """The text without characters that would command the terminal."""
    return "".join(
        each if each == "\t" or unicodedata.category(each) not in {"Cc", "Cs"} else "\ufffd" for each in text
    )


def _paint(text: str, code: str, *, colour: bool) -> str:
    return f"{code}{text}{_OFF}" if colour else text


def _annotation(result: Result) -> str:
    """A workflow command of GitHub Actions: ::error file=…,line=…,col=…,title=…::message."""
    kind = {"Violation": "error", "Warning": "warning"}.get(result.severity, "notice")
    place = f"file={_property(result.path)},line={result.line},col={result.column},title={_property(result.rule)}"
    return f"::{kind} {place}::{_escaped(result.message)}\n"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
