"""From findings of an engine to results for people: at a place, in one language, with short IRIs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode

from ekograph.authoring import templates
from ekograph.authoring.findings import Finding
from ekograph.authoring.flaws import plain
from ekograph.authoring.locate import Locator
from ekograph.authoring.names import Names
from ekograph.authoring.report import Result
from ekograph.authoring.wording import worded
from ekograph.i18n import Messages


@dataclass(frozen=True)
class Telling:
    """What is needed to tell of a finding: where things stand, what else a name could be, how IRIs are shortened."""

    locator: Locator
    names: Names
    show: Callable[[str], str]
    say: Messages

    def results(self, findings: Iterable[Finding]) -> list[Result]:
        """The findings as results."""
        return [self._result(each) for each in findings]

    def _result(self, finding: Finding) -> Result:
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
        template = templates.chosen(finding.templates, self.say.language)
        values = templates.bound(template, finding.messages) if template else None
        if template and values is not None:
            said = templates.filled(template.value, values, self.show)
            return said, template.language or "", [*values.values(), *mentioned]
        given = templates.chosen(finding.messages, self.say.language)
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
