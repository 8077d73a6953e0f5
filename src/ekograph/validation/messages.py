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
from ekograph.rdf.prefixes import WELL_KNOWN
from ekograph.rdf.vocab import XSD
from ekograph.validation import message_templates
from ekograph.validation.parsing import Parsed
from ekograph.validation.positions import Locator
from ekograph.validation.report import Finding, plain
from ekograph.validation.shacl.results import ValidationResult
from ekograph.validation.suggestions import KnownTerms


def findings_of(  # noqa: PLR0913 - what a message may tell of
    results: Sequence[ValidationResult],
    files: Sequence[Parsed],
    known: KnownTerms,
    show: Callable[[str], str],
    messages: Messages,
    *,
    published: Callable[[], bytes] = bytes,
) -> list[Finding]:
    """The engine's results as findings; `show` shortens IRIs.

    `known` are the names of all data, which a misspelt one may be meant for. Of values of which there are too many, one
    that is not among the `published` N-Quads is the newer.
    """
    builder = _MessageBuilder(Locator(files, results), known, show, messages, published)
    return [builder.finding(result) for result in results]


@dataclass(frozen=True)
class _MessageBuilder:
    """What is needed to tell of a finding: where things stand, what else a name could be, how IRIs are shortened."""

    locator: Locator
    names: KnownTerms
    show: Callable[[str], str]
    messages: Messages
    published: Callable[[], bytes]

    def finding(self, result: ValidationResult) -> Finding:
        """The result at its place, in words."""
        name, place = self.locator.place(result)
        message, language, mentioned = self._message(result)
        if result.component in _TOO_MANY and len(repeated := self.locator.repeated(result)) > 1:
            dataset = self.published()
            repeated.sort(key=lambda one: f"\n{one[0]} ".encode() in dataset)
            (_, name, place), *others = repeated
            places = ", ".join(f"{path}:{there.line}:{there.column}" for _, path, there in others)
            message = f"{message} {self._in(language)('also-at', places=places)}"
        meant = next(filter(None, map(self.names.nearest, mentioned)), None)
        return Finding(
            rule=result.rule,
            severity=result.severity,
            path=name,
            line=place.line,
            column=place.column,
            focus_node=plain(result.focus),
            result_path=plain(result.path),
            value=plain(self.locator.object_of(result)),
            message=f"{message} {self._asked(meant, language)}" if meant else message,
            language=language,
            suggestion=meant,
        )

    def _asked(self, meant: str, language: str) -> str:
        """The question whether that name was meant, in the language of the message that it follows."""
        return self._in(language)("did-you-mean", quoted=self.show(meant))

    def _in(self, language: str) -> Messages:
        return self.messages if language == self.messages.language else Messages("check", language)

    def _message(self, result: ValidationResult) -> tuple[str, str, list[str]]:
        """The message, its language (the reader's, where the shape has one in it), and the IRIs that it mentions."""
        mentioned, language = _at_fault(result), self.messages.language
        sentence = None if result.templates else component_sentence(result, self.show, self.messages)
        if sentence:
            return sentence, language, mentioned
        template = message_templates.chosen(result.templates, language)
        values = message_templates.extract_values(template, result.messages) if template else None
        if template and values is not None:
            text = message_templates.filled(template.value, values, self.show)
            return text, template.language or "", [*values.values(), *mentioned]
        message = message_templates.chosen(result.messages, language)
        if message is None:
            return self.messages("no-message", component=result.component), language, mentioned
        return message.value, message.language or "", mentioned


#: What a property with too many values breaks.
_TOO_MANY = frozenset(("UniqueLangConstraintComponent", "MaxCountConstraintComponent"))


def _at_fault(result: ValidationResult) -> list[str]:
    """The IRIs that a constraint of SHACL Core complains of: a value, or a property that a closed shape excludes."""
    terms = (result.path if result.component.startswith("Closed") else None, result.value)
    return [term.value for term in terms if isinstance(term, NamedNode)]


def shortener(base: str, prefixes: Mapping[str, str]) -> Callable[[str], str]:
    """A function that makes an IRI of the site, of its prefixes or of those that people know short, and no other text.

    A thing of the site is shown as the data writes it against its base: tree/oak.
    """
    spaces = sorted(((iri, f"{prefix}:") for prefix, iri in prefixes.items() if prefix), key=lambda pair: -len(pair[0]))
    if base:
        spaces.insert(0, (f"{base}id/", ""))

    def show(text: str) -> str:
        for space, short in spaces:
            local = text.removeprefix(space)
            if local != text and re.fullmatch(r"[^\s<>\"]+", local):
                return short + local
        end = max(text.rfind("#"), text.rfind("/")) + 1
        prefix = WELL_KNOWN.get(text[:end])
        return f"{prefix}:{text[end:]}" if prefix and re.fullmatch(r"[\w.-]+", text[end:]) else text

    return show


#: A value longer than this would hide the sentence around it.
_MOST = 80


def component_sentence(result: ValidationResult, show: Callable[[str], str], messages: Messages) -> str | None:
    """The sentence for the constraint component of the result; None for components that are not of SHACL Core."""
    key = f"constraint-{result.component.removesuffix('ConstraintComponent')}"
    if key not in messages:
        return None
    value = _shown(result.value if result.value is not None else result.focus, show)
    path = show(result.path.value) if result.path else messages("constraint-path")
    return messages(key, path=path, value=value, limit=", ".join(_shown(term, show) for term in result.limit))


def _shown(term: Term | str, show: Callable[[str], str]) -> str:
    if isinstance(term, NamedNode):
        return show(term.value)
    text = term.value if isinstance(term, Literal) and not _is_text(term) else plain(term) or ""
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"


def _is_text(term: Literal) -> bool:
    return bool(term.language) or term.datatype == XSD("string")
