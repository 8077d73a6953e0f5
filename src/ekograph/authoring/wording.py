"""Words for a constraint whose shape has no message of its own: one sentence for each component of SHACL Core."""

from __future__ import annotations

from collections.abc import Callable

from pyoxigraph import Literal, NamedNode

from ekograph.authoring.findings import Finding
from ekograph.authoring.flaws import plain
from ekograph.authoring.terms import XSD
from ekograph.dataset import Term
from ekograph.i18n import Messages

#: A value longer than this would hide the sentence around it.
_MOST = 80


def worded(finding: Finding, show: Callable[[str], str], say: Messages) -> str | None:
    """The sentence for the constraint component of the finding; None for components that are not of SHACL Core."""
    key = f"constraint-{finding.component.removesuffix('ConstraintComponent')}"
    if key not in say:
        return None
    value = finding.value if finding.value is not None else finding.focus
    path = show(finding.path.value) if finding.path else say("constraint-path")
    return say(key, path=path, value=_shown(value, show), limit=", ".join(_shown(each, show) for each in finding.limit))


def _shown(term: Term | str, show: Callable[[str], str]) -> str:
    if isinstance(term, NamedNode):
        return show(term.value)
    text = term.value if isinstance(term, Literal) and not _is_text(term) else plain(term) or ""
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"


def _is_text(term: Literal) -> bool:
    return bool(term.language) or term.datatype.value == f"{XSD}string"
