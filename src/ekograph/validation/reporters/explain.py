"""Rules in words: for a terminal, as a list, and as the page docs/rules.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import fill

from ekograph.i18n import LANGUAGES, Messages
from ekograph.validation.rules import Rule, Texts

#: Lines are broken at this width, which fits a terminal of 80 columns.
_WIDTH = 78
_COLOURS = {"-": "\033[31m", "+": "\033[32m"}


def explanation(rule: Rule, languages: Sequence[str], *, colour: bool = False) -> str:
    """The rule in words in each of the languages, then its example."""
    parts = ["\n".join(_words(rule, language)) for language in _offered(rule, languages)]
    if rule.example:
        messages = Messages("explain", languages[0])
        parts.append("\n".join([messages("example"), "", *_example(rule.example, colour=colour)]))
    return "\n\n".join(parts) + "\n"


def listed(rules: Sequence[Rule], language: str) -> str:
    """The rules, one a line: id and name."""
    width = max(len(rule.id) for rule in rules)
    lines = [f"{rule.id:{width}}  {title(rule, language)}" for rule in rules]
    return "\n".join([*lines, "", Messages("explain", language)("more")]) + "\n"


def page(rules: Sequence[Rule]) -> str:
    """All rules as Markdown, each in all its languages."""
    areas = {language: Messages("explain", language) for language in LANGUAGES}
    head = ["# Säännöt · Regler · Rules", *(messages("introduction") for messages in areas.values())]
    return "\n\n".join([*head, *(_section(rule) for rule in rules)]) + "\n"


def _offered(rule: Rule, languages: Sequence[str]) -> list[str]:
    """Those of the languages that the rule is told in, else the first that it is."""
    there = rule.languages()
    return [language for language in languages if language in there] or there[:1]


def _words(rule: Rule, language: str) -> Iterator[str]:
    name = title(rule, language)
    yield f"{rule.id}  {name}"
    for text in filter(None, [_text(rule.reason, language), *_messages(rule, language)]):
        if text != name:
            yield fill(text, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def title(rule: Rule, language: str) -> str:
    """The name of the rule in one line; of a rule without one, what its first message says."""
    return _text(rule.name, language) or next(iter(_messages(rule, language)), "")


def _messages(rule: Rule, language: str) -> list[str]:
    return list(dict.fromkeys(filter(None, (_text(texts, language) for texts in rule.messages))))


def _text(texts: Texts, language: str) -> str:
    order = (language, "en", "", *texts)
    return next((texts[tag] for tag in order if tag in texts), "")


def _example(example: str, *, colour: bool) -> Iterator[str]:
    for line in example.splitlines():
        code = _COLOURS.get(line[:1], "") if colour else ""
        yield f"  {code}{line}\033[0m" if code else f"  {line}".rstrip()


def _section(rule: Rule) -> str:
    parts = [f"## {rule.id}"]
    for language in rule.languages():
        name, reason = title(rule, language), _text(rule.reason, language)
        parts.append(f"**{name}** ({language or 'und'}). {_markdown(reason)}".strip())
        parts.append("\n".join(f"- {_markdown(text)}" for text in _messages(rule, language)))
    if rule.example:
        parts.append(f"```diff\n{rule.example}\n```")
    return "\n\n".join(filter(None, parts))


def _markdown(text: str) -> str:
    """The text with the characters escaped that Markdown or HTML would take for their own."""
    return "".join(f"\\{character}" if character in "\\`*_<>[]" else character for character in text)
