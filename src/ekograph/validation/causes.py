"""What findings follow from: of one slip one finding is told, and the others are named under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from ekograph.i18n import Messages
from ekograph.validation.check import CheckOutcome
from ekograph.validation.fixes import Check, fixes, mended, without_place
from ekograph.validation.report import SEVERITIES, Finding, Report
from ekograph.validation.sources import Source

#: Among more findings than this nobody looks for one slip; each mend that is tried costs a check.
_MOST_FINDINGS, _MOST_TRIALS = 200, 5
#: Of more bytes of sources than this a check takes too long to be done again and again.
_MOST_BYTES = 2_000_000


def folded(outcome: CheckOutcome, sources: Sequence[Source], check: Check, messages: Messages) -> Report:
    """The report of a check without the findings that follow from others, which say how many do, and of which rules.

    A finding follows from another if mending that one makes it go too, or if both are told at the same link.
    """
    findings = list(outcome.report.findings)
    followers: dict[Finding, list[Finding]] = {}
    if 1 < len(findings) <= _MOST_FINDINGS and sum(len(source.data) for source in sources) <= _MOST_BYTES:
        trials = 0
        for fix in fixes(outcome, sources):
            cause = fix.finding
            if cause in findings and cause not in followers and len(findings) > 1 and trials < _MOST_TRIALS:
                trials += 1
                followers[cause] = _gone(cause, outcome.report, check(mended(sources, [fix])))
                findings = [finding for finding in findings if finding not in followers[cause]]
    for _, group in groupby(sorted(findings, key=_place), key=_place):
        first, *others = sorted(group, key=lambda finding: (finding not in followers, finding.suggestion is None))
        if others and not (first.value or '"').startswith('"'):
            followers[first] = [*followers.get(first, ()), *others]
            findings = [finding for finding in findings if finding not in others]
    findings.sort(key=lambda finding: (finding.path, not (followers.get(finding) or finding.suggestion)))
    return Report(outcome.report.conforms, tuple(_told(one, followers.get(one), messages) for one in findings))


_place = attrgetter("path", "line", "column")


def _gone(cause: Finding, before: Report, after: Report) -> list[Finding]:
    """The findings that go with their cause; none if that stays, or if others come."""
    left, had = (Counter(map(without_place, report.findings)) for report in (after, before))
    if left[without_place(cause)] or left - had:
        return []
    return [finding for finding in before.findings if finding != cause and not left[without_place(finding)]]


def _told(finding: Finding, followers: Sequence[Finding] | None, messages: Messages) -> Finding:
    if not followers:
        return finding
    rules = ", ".join(sorted({follower.rule for follower in followers}))
    message = f"{finding.message} {messages('followers', count=len(followers), rules=rules)}"
    # What brings about a violation is none the less for being a warning where it brings about nothing.
    severity = SEVERITIES["violation"] if any(follower.blocks for follower in followers) else finding.severity
    return finding._replace(message=message, severity=severity)
