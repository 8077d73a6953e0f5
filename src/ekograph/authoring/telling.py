"""From findings of an engine to results for people: at a place, in one language, with short IRIs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ekograph.authoring import templates
from ekograph.authoring.flaws import plain
from ekograph.authoring.locate import Locator
from ekograph.authoring.report import Result
from ekograph.authoring.shacl import Finding
from ekograph.i18n import Messages


@dataclass(frozen=True)
class Telling:
    """What is needed to tell of a finding: where things stand, how IRIs are shortened, the reader's language."""

    locator: Locator
    show: Callable[[str], str]
    say: Messages

    def results(self, findings: Iterable[Finding]) -> list[Result]:
        """The findings as results."""
        return [self._result(each) for each in findings]

    def _result(self, finding: Finding) -> Result:
        name, place = self.locator.place(finding)
        message, language = self._message(finding)
        return Result(
            rule=finding.rule,
            severity=finding.severity,
            path=name,
            line=place.line,
            column=place.column,
            focus_node=plain(finding.focus),
            result_path=plain(finding.path),
            value=plain(self.locator.object_of(finding)),
            message=message,
            language=language,
        )

    def _message(self, finding: Finding) -> tuple[str, str]:
        """The message and its language: the reader's, where the shape has one in it."""
        template = templates.chosen(finding.templates, self.say.language)
        values = templates.bound(template, finding.messages) if template else None
        if template and values is not None:
            return templates.filled(template.value, values, self.show), template.language or ""
        said = templates.chosen(finding.messages, self.say.language)
        if said is None:
            return self.say("no-message", component=finding.component), self.say.language
        return said.value, said.language or ""


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
