"""From findings of an engine to results for people: at a place, in one language, with short IRIs.

Words for a constraint whose shape has no message of its own: one sentence for each component of SHACL Core.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from ekograph.i18n import Messages
from ekograph.rdf.dataset import Term
from ekograph.rdf.vocab import XSD
from ekograph.validation import message_templates
from ekograph.validation.parsing import Parsed
from ekograph.validation.positions import Locator
from ekograph.validation.report import Result
from ekograph.validation.shacl.results import Finding
from ekograph.validation.suggestions import KnownTerms, known_terms
from ekograph.validation.term_findings import plain


def results_of(
    findings: Sequence[Finding],
    files: Sequence[Parsed],
    known: Sequence[bytes],
    show: Callable[[str], str],
    say: Messages,
) -> list[Result]:
    """The findings as results; `show` shortens IRIs.

    `known` are the N-Triples of all data, whose names a misspelt one may be meant for.
    """
    builder = _MessageBuilder(Locator(files, findings), KnownTerms(known_terms(known)), show, say)
    return [builder.result(finding) for finding in findings]


@dataclass(frozen=True)
class _MessageBuilder:
    """What is needed to tell of a finding: where things stand, what else a name could be, how IRIs are shortened."""

    locator: Locator
    names: KnownTerms
    show: Callable[[str], str]
    say: Messages

    def result(self, finding: Finding) -> Result:
        """The finding at its place, in words."""
        name, place = self.locator.place(finding)
        message, language, mentioned = self._message(finding)
        meant = next(filter(None, map(self.names.nearest, mentioned)), None)
        return Result(
            rule=finding.rule,
            severity=finding.severity,
            path=name,
            line=place.line,
            column=place.column,
            focus_node=plain(finding.focus),
            result_path=plain(finding.path),
            value=plain(self.locator.object_of(finding)),
            message=f"{message} {self._asked(meant, language)}" if meant else message,
            language=language,
            suggestion=meant,
        )

    def _asked(self, meant: str, language: str) -> str:
        """The question whether that name was meant, in the language of the message that it follows."""
        say = self.say if language == self.say.language else Messages("check", language)
        return say("did-you-mean", found=self.show(meant))

    def _message(self, finding: Finding) -> tuple[str, str, list[str]]:
        """The message, its language (the reader's, where the shape has one in it), and the IRIs that it mentions."""
        mentioned = _at_fault(finding)
        words = None if finding.templates else worded(finding, self.show, self.say)
        if words:
            return words, self.say.language, mentioned
        template = message_templates.chosen(finding.templates, self.say.language)
        values = message_templates.extract_values(template, finding.messages) if template else None
        if template and values is not None:
            said = message_templates.filled(template.value, values, self.show)
            return said, template.language or "", [*values.values(), *mentioned]
        given = message_templates.chosen(finding.messages, self.say.language)
        if given is None:
            return self.say("no-message", component=finding.component), self.say.language, mentioned
        return given.value, given.language or "", mentioned


def _at_fault(finding: Finding) -> list[str]:
    """The IRIs that a constraint of SHACL Core complains of: a value, or a property that a closed shape excludes."""
    terms = (finding.path if finding.component.startswith("Closed") else None, finding.value)
    return [each.value for each in terms if isinstance(each, NamedNode)]


def shortener(base: str, prefixes: Mapping[str, str]) -> Callable[[str], str]:
    """A function that makes an IRI of the site or of its prefixes short; other text stays as it is.

    A thing of the site is shown as the data writes it against its base: priority/lahti/kiertotalous.
    """
    spaces = sorted(((iri, f"{prefix}:") for prefix, iri in prefixes.items() if prefix), key=lambda pair: -len(pair[0]))
    if base:
        spaces.insert(0, (f"{base}id/", ""))

    def show(text: str) -> str:
        for space, short in spaces:
            local = text.removeprefix(space)
            if local != text and re.fullmatch(r"[^\s<>\"]+", local):
                return short + local
        return text

    return show


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
    return bool(term.language) or term.datatype == XSD("string")
