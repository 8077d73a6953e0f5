"""Flaws of single triples that are told apart from SHACL: what is wrong, and which of its terms shows where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from typing import Literal as OneOf

from pyoxigraph import NamedNode, Quad

from ekograph.i18n import Messages
from ekograph.rdf.dataset import Term
from ekograph.turtle.lines import Place
from ekograph.validation.report import Result

if TYPE_CHECKING:
    from ekograph.validation.parsing import Parsed
    from ekograph.validation.positions import Positions

End: TypeAlias = OneOf["subject", "predicate", "object"]
ENDS: tuple[End, ...] = ("subject", "predicate", "object")


class TermFinding(NamedTuple):
    """A flaw of a triple; `end` is the term that is shown, `within` a place in its text where one is known."""

    rule: str
    quad: Quad
    end: End
    message: str
    within: Place | None = None


def results(flaws: Sequence[TermFinding], file: Parsed, say: Messages) -> list[Result]:
    """The flaws as results at their places in the file; without any, nothing is loaded that finds places."""
    if not flaws:
        return []
    from ekograph.validation.positions import Positions

    places = Positions(file.source, {flaw.quad.subject for flaw in flaws})
    return [_result(flaw, places, say) for flaw in flaws]


def _result(flaw: TermFinding, places: Positions, say: Messages) -> Result:
    quad = flaw.quad
    return Result(
        flaw.rule,
        "Violation",
        places.source.name,
        *_place(flaw, places),
        plain(quad.subject),
        plain(quad.predicate),
        plain(quad.object),
        flaw.message,
        say.language,
    )


def _place(flaw: TermFinding, places: Positions) -> Place:
    quad = flaw.quad
    if flaw.end == "subject":
        found = places.of_subject(quad.subject)
    elif flaw.end == "predicate":
        found = places.of_predicate(quad.subject, quad.predicate, quad.object)
    else:
        found = places.of_object(quad.subject, quad.predicate, quad.object)
    start = found or Place(1, 1)
    if flaw.within is None:
        return start
    return Place(start.line + flaw.within.line - 1, flaw.within.column)


def plain(term: Term | str | None) -> str | None:
    """A term for a report: an IRI bare, other terms as in N-Triples."""
    if term is None or isinstance(term, str):
        return term
    return term.value if isinstance(term, NamedNode) else str(term)
