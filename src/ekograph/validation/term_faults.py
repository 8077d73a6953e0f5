"""Faults of single triples that are told apart from SHACL: what is wrong, and which of its terms shows where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from pyoxigraph import Quad

from ekograph.i18n import Messages
from ekograph.turtle.lines import Place
from ekograph.validation.report import Finding, plain

if TYPE_CHECKING:
    from ekograph.validation.parsing import Parsed
    from ekograph.validation.positions import Positions

End: TypeAlias = Literal["subject", "predicate", "object"]
ENDS: tuple[End, ...] = ("subject", "predicate", "object")


class TermFault(NamedTuple):
    """A fault of a triple; `end` is the term that is shown, `within` a place in its text where one is known."""

    rule: str
    quad: Quad
    end: End
    message: str
    within: Place | None = None
    severity: str = "Violation"


def grouped(faults: Iterable[TermFault], messages: Messages) -> Iterator[TermFault]:
    """Faults that are not the site's own as warnings, one for each rule, which counts the others."""
    for _, group in groupby(sorted(faults, key=attrgetter("rule")), key=attrgetter("rule")):
        first, *others = group
        more = f" {messages('more-like-it', count=len(others))}" if others else ""
        yield first._replace(severity="Warning", message=first.message + more)


def at_terms(faults: Sequence[TermFault], file: Parsed, messages: Messages) -> list[Finding]:
    """The faults at their places in the file; without any, nothing is loaded that finds places."""
    if not faults:
        return []
    from ekograph.validation.positions import Positions

    positions = Positions(file.source, {fault.quad.subject for fault in faults})
    return [
        Finding(
            fault.rule,
            fault.severity,
            file.source.name,
            *_place(fault, positions),
            plain(fault.quad.subject),
            plain(fault.quad.predicate),
            plain(fault.quad.object),
            fault.message,
            messages.language,
        )
        for fault in faults
    ]


def _place(fault: TermFault, positions: Positions) -> Place:
    quad = fault.quad
    if fault.end == "subject":
        start = positions.of_subject(quad.subject)
    elif fault.end == "predicate":
        start = positions.of_predicate(quad.subject, quad.predicate, quad.object)
    else:
        start = positions.of_object(quad.subject, quad.predicate, quad.object)
    line, column = start or Place(1, 1)
    return Place(line + fault.within.line - 1, fault.within.column) if fault.within else Place(line, column)
