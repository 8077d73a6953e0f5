"""Messages of SHACL-SPARQL constraints: what stood in their places, found by laying the template over the text.

Engines fill {?name} and {$name} in sh:message (SHACL, section 5.3.2) and keep only the outcome; the values are
wanted again, to be shown shortened and to find the faulty triple.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from pyoxigraph import Literal

_PLACE = re.compile(r"\{[?$](\w+)\}")


def values(template: str, text: str) -> dict[str, str] | None:
    """The values of the places of `template` in `text`, or None where it is not the origin of the text."""
    match = _pattern(template).fullmatch(text)
    return None if match is None else match.groupdict()


def extract_values(template: Literal, texts: Iterable[Literal]) -> dict[str, str] | None:
    """The values of the places of `template` in the message made from it, or None if none of these was.

    pySHACL drops the language of a message when it fills its places.
    """
    for message in texts:
        if message.language in (None, template.language):
            bound = values(template.value, message.value)
            if bound is not None:
                return bound
    return None


def filled(template: str, bound: Mapping[str, str], show: Callable[[str], str]) -> str:
    """The text of `template` with the values, each as `show` makes it; places without a value stay."""
    return _PLACE.sub(lambda place: show(bound[place[1]]) if place[1] in bound else place[0], template)


def mask_placeholders(template: str) -> str:
    """The text of `template` with … in its places."""
    return _PLACE.sub("…", template)


def chosen(messages: Iterable[Literal], language: str) -> Literal | None:
    """The message in `language`, else in English, else without a language, else the first; None of none."""
    by_tag: dict[str, Literal] = {}
    for message in messages:
        by_tag.setdefault((message.language or "").split("-")[0], message)
    order: Sequence[str] = (language, "en", "", *by_tag)
    return next((by_tag[tag] for tag in order if tag in by_tag), None)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """A pattern of the texts that the template gives; a place that comes again must have the same value."""
    parts, seen, end = [], set[str](), 0
    for place in _PLACE.finditer(template):
        name = place[1]
        parts += [
            re.escape(template[end : place.start()]),
            f"(?P={name})" if name in seen else f"(?P<{name}>.*?)",
        ]
        seen.add(name)
        end = place.end()
    return re.compile("".join([*parts, re.escape(template[end:])]), re.DOTALL)
