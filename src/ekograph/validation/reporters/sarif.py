"""A report as SARIF 2.1.0 (OASIS Standard, 2020), for code scanning and editors."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from ekograph import __version__
from ekograph.validation.report import Finding, Fix, Report
from ekograph.validation.reporters.explain import explanation, title
from ekograph.validation.rules import Rule, find

_LEVELS = {"Violation": "error", "Warning": "warning", "Info": "note"}


def sarif(report: Report, rules: Sequence[Rule], fixes: Sequence[Fix], language: str) -> dict[str, object]:
    """The SARIF log of one run; of the `rules`, those are described, in `language`, that have a finding.

    `fixes` go to the findings that they mend (section 3.55).
    """
    ids = sorted({finding.rule for finding in report.findings})
    driver = {
        "name": "ekograph",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_descriptor(id_, find(rules, id_), language) for id_ in ids],
    }
    run = {
        "tool": {"driver": driver},
        "language": language,
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, ids, fixes) for finding in report.findings],
    }
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }


def _descriptor(id_: str, rule: Rule | None, language: str) -> dict[str, object]:
    """A reportingDescriptor (section 3.49): what viewers show of a rule beside its results."""
    if rule is None:
        return {"id": id_}
    return {
        "id": id_,
        "shortDescription": {"text": title(rule, language) or id_},
        "help": {"text": explanation(rule, [language])},
    }


def _result(finding: Finding, rules: list[str], fixes: Sequence[Fix]) -> dict[str, object]:
    region = {"startLine": finding.line, "startColumn": finding.column}
    location: dict[str, object] = {
        "physicalLocation": {"artifactLocation": {"uri": _uri(finding.path)}, "region": region},
    }
    if finding.focus_node:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.focus_node}]
    result: dict[str, object] = {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": _LEVELS.get(finding.severity, "warning"),
        "message": {"text": finding.message},
        "locations": [location],
    }
    changes = [_change(fix) for fix in fixes if fix.finding == finding]
    return {**result, "fixes": changes} if changes else result


def _change(fix: Fix) -> dict[str, object]:
    (line, column), (end_line, end_column) = fix.start, fix.end
    region = {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
    replacement = {"deletedRegion": region, "insertedContent": {"text": fix.text}}
    return {"artifactChanges": [{"artifactLocation": {"uri": _uri(fix.path)}, "replacements": [replacement]}]}


def _uri(path: str) -> str:
    return f"file://{quote(path)}" if path.startswith("/") else quote(path)
