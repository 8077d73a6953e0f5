"""A report as SARIF 2.1.0 (OASIS Standard, 2020), for code scanning and editors."""

from __future__ import annotations

from urllib.parse import quote

from ekograph import __version__
from ekograph.authoring.report import Report, Result

_LEVELS = {"Violation": "error", "Warning": "warning", "Info": "note"}


def sarif(report: Report) -> dict[str, object]:
    """The SARIF log of one run."""
    rules = sorted({each.rule for each in report.results})
    driver = {
        "name": "ekograph",
        "version": __version__,
        "rules": [{"id": rule} for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, rules) for each in report.results],
    }
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }


def _result(result: Result, rules: list[str]) -> dict[str, object]:
    region = {"startLine": result.line, "startColumn": result.column}
    location: dict[str, object] = {
        "physicalLocation": {"artifactLocation": {"uri": _uri(result.path)}, "region": region},
    }
    if result.focus_node:
        location["logicalLocations"] = [{"fullyQualifiedName": result.focus_node}]
    return {
        "ruleId": result.rule,
        "ruleIndex": rules.index(result.rule),
        "level": _LEVELS.get(result.severity, "warning"),
        "message": {"text": result.message},
        "locations": [location],
    }


def _uri(path: str) -> str:
    return f"file://{quote(path)}" if path.startswith("/") else quote(path)
