"""Numbers and dates as readers of Finnish, Swedish and English write them."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {
    "sv": "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december",
    "en": "January|February|March|April|May|June|July|August|September|October|November|December",
}
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")

#: Between groups of three digits; Finnish and Swedish use a space that does not break.
_GROUP = {"en": ","}


def number(text: str, language: str) -> str:
    """A number in its lexical form of XML Schema, as it is written in `language`; other text as it is."""
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", text):
        return text
    whole, dot, fraction = text.partition(".")
    grouped = f"{int(whole):,}".replace(",", _GROUP.get(language, "\N{NO-BREAK SPACE}"))
    mark = "." if language == "en" else ","
    return f"{grouped}{mark}{fraction}" if dot else grouped


def day(text: str, language: str) -> str:
    """The date that `text` (xsd:date or xsd:dateTime) begins with, written out; other text as it is."""
    found = _DATE.match(text)
    if not found:
        return text
    try:
        given = date(*map(int, found.groups()))
    except ValueError:
        return text
    if language in _MONTHS:
        return f"{given.day} {_MONTHS[language].split('|')[given.month - 1]} {given.year}"
    return f"{given.day}.{given.month}.{given.year}"
