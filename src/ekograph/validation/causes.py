"""What findings follow from: of one slip one finding is told, and the others are named under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import groupby, islice
from operator import attrgetter
from typing import NamedTuple, TypeGuard

from pyoxigraph import NamedNode

from ekograph.i18n import Messages
from ekograph.validation.check import CheckOutcome
from ekograph.validation.fixes import Check, as_beside, described_as, fixes, mended, without_place
from ekograph.validation.report import SEVERITIES, Finding, Fix, Report
from ekograph.validation.sources import Source

#: Among more findings than this nobody looks for one slip; each mend that is tried costs a check.
_MOST_FINDINGS, _MOST_TRIALS = 200, 5
#: Names that differ by so many letters at one place may be one with a slip in it.
_MOST_LETTERS = 2
#: As many links beside one are tried in its place.
_MOST_NEIGHBOURS = 2
#: Of more bytes of sources than this a check takes too long to be done again and again.
_MOST_BYTES = 2_000_000

_PLACE = attrgetter("path", "line", "column")


def folded(outcome: CheckOutcome, sources: Sequence[Source], check: Check, messages: Messages) -> Report:
    """The report of a check without the findings that follow from others, which say how many do, and of which rules.

    A finding follows from another if mending that one makes it go too, if both are told at the same link, or if both
    say the same of the same thing.
    """
    findings = outcome.report.findings
    if not 1 < len(findings) <= _MOST_FINDINGS or sum(len(source.data) for source in sources) > _MOST_BYTES:
        return outcome.report
    folding = _Folding(findings)
    for trial in islice(_trials(outcome, sources, folding), _MOST_TRIALS):
        folding.follow(trial.cause, trial.gone(outcome.report, check(mended(sources, trial.mends))))
    folding.join(_PLACE, lambda finding: _is_iri(finding.value))
    folding.join(attrgetter("path", "rule", "focus_node", "message"))
    return Report(outcome.report.conforms, tuple(folding.report(messages)))


def _trials(outcome: CheckOutcome, sources: Sequence[Source], folding: _Folding) -> Iterator[_Trial]:
    """What others may follow from.

    First a wrong namespace, which makes all names of a file others. Then, where several links lead to what nothing
    describes, the name of what is described instead. Then what is wrong at its own place.
    """
    candidates = [(fix, fix.finding) for fix in fixes(outcome, sources) if fix.finding]
    yield from (_Trial.of(fix, finding) for fix, finding in candidates if finding.rule == "gate-namespace")
    links: dict[tuple[str, str], list[Finding]] = {}
    for finding in folding.findings:
        for value, meant in _names(finding, folding.findings):
            links.setdefault((value, meant), []).append(finding)
    for (value, meant), leading in links.items():
        mends = described_as(NamedNode(value), NamedNode(meant), leading[0], sources)
        about = next((finding for finding in folding.findings if finding.focus_node == meant), None)
        if mends and (about or len(set(map(_PLACE, leading))) > 1):
            line, column = mends[0].start
            here = leading[0]._replace(path=mends[0].path, line=line, column=column)
            yield _Trial(about or here, mends, leading)
    yield from (_Trial.of(fix, finding) for fix, finding in candidates if folding.is_cause(finding))
    # What a link that leads nowhere should lead to is not known, but what its neighbours lead to may do as well.
    for finding in folding.findings:
        if _is_iri(finding.value):
            beside = islice(as_beside(finding, sources), _MOST_NEIGHBOURS)
            yield from (_Trial.of(fix, finding) for fix in beside if folding.is_cause(finding))


def _names(finding: Finding, findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """What nothing describes as it should be, and each name under which it may be described instead."""
    for name in dict.fromkeys((finding.value, finding.focus_node)):
        if _is_iri(name) and finding.suggestion:
            yield name, finding.suggestion
        for other in {one.focus_node for one in findings} - {finding.focus_node, name}:
            if _is_iri(name) and _is_iri(other) and _differ_at_one_place(name, other):
                yield name, other


class _Trial(NamedTuple):
    """A finding that others may follow from, mends that would show it, and the findings that go if it is so."""

    cause: Finding
    mends: Sequence[Fix]
    goes: Sequence[Finding]

    @classmethod
    def of(cls, fix: Fix, finding: Finding) -> _Trial:
        """That all follows from the finding that a fix mends."""
        return cls(finding, [fix], [finding])

    def gone(self, before: Report, after: Report) -> list[Finding]:
        """All findings that go with the mends; none if others come, or if some stay that should go."""
        left, had = (Counter(map(without_place, report.findings)) for report in (after, before))
        if left - had or any(left[without_place(finding)] for finding in self.goes):
            return []
        return [finding for finding in before.findings if not left[without_place(finding)]]


class _Folding:
    """Findings, those of them that are told, and those that follow from each."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = list(findings)
        self.followers: dict[Finding, list[Finding]] = {}

    def is_cause(self, finding: Finding) -> bool:
        """Whether a finding follows from no other, as far as is known, and it is not known what follows from it."""
        return finding in self.findings and finding not in self.followers

    def follow(self, cause: Finding, gone: Sequence[Finding]) -> None:
        """Tell the cause alone of what goes with it."""
        others = [finding for finding in gone if finding != cause]
        if others:
            self.followers[cause] = others
            self.findings = [cause, *(one for one in self.findings if one != cause and one not in others)]

    def join(self, key: Callable[[Finding], Hashable], applies: Callable[[Finding], bool] = lambda _: True) -> None:
        """Tell one of the findings with the same key, rather one that others follow from, or that has a suggestion."""
        for _, group in groupby(sorted(filter(applies, self.findings), key=_sortable(key)), key=key):
            first, *others = sorted(group, key=lambda one: (one not in self.followers, one.suggestion is None))
            if others:
                self.follow(first, [*self.followers.get(first, ()), *others])

    def report(self, messages: Messages) -> Iterator[Finding]:
        """The findings that are told, by file, in each first those that others follow from."""
        for one in sorted(self.findings, key=lambda one: (one.path, not (one in self.followers or one.suggestion))):
            followers = self.followers.get(one, ())
            if followers:
                rules = ", ".join(sorted({follower.rule for follower in followers}))
                message = f"{one.message} {messages('followers', count=len(followers), rules=rules)}"
                # What brings about a violation is none the less for being a warning by itself.
                severe = any(follower.blocks for follower in followers)
                yield one._replace(message=message, severity=SEVERITIES["violation"] if severe else one.severity)
            else:
                yield one


def _is_iri(value: str | None) -> TypeGuard[str]:
    """Whether the value of a finding is an IRI, which stands bare."""
    return bool(value) and not str(value).startswith(('"', "_:", "<<"))


def _differ_at_one_place(one: str, other: str) -> bool:
    """Whether one name becomes the other by a few letters in one place."""
    if one == other or abs(len(one) - len(other)) > _MOST_LETTERS:
        return False
    same = _same_start(one, other) + _same_start(one[::-1], other[::-1])
    return max(len(one), len(other)) - same <= _MOST_LETTERS


def _same_start(one: str, other: str) -> int:
    apart = (at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right)
    return next(apart, min(len(one), len(other)))


def _sortable(key: Callable[[Finding], Hashable]) -> Callable[[Finding], str]:
    return lambda finding: repr(key(finding))
