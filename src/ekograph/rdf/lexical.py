"""The lexical forms of datatypes: which texts XML Schema 1.1, part 2, has for a value of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from ekograph.rdf.vocab import XSD

if TYPE_CHECKING:
    from mmap import mmap

_YEAR = r"-?(?:[1-9]\d{3,}|0\d{3})"
_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_ZONE = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))"
_CLOCK = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_DATE = f"(?P<year>{_YEAR})-(?P<month>{_MONTH})-(?P<day>{_DAY})"
_DECIMAL = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"
_MONTHS, _DAYS = r"(?:\d+Y(?:\d+M)?|\d+M)", r"(?:\d+D)"
_HOURS = r"(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)"
_BASE64 = "[A-Za-z0-9+/]"

_PATTERNS: Mapping[str, str] = {
    "boolean": "true|false|1|0",
    "decimal": _DECIMAL,
    **dict.fromkeys(("double", "float"), rf"{_DECIMAL}(?:[Ee][+-]?\d+)?|[+-]?INF|NaN"),
    "date": f"{_DATE}{_ZONE}?",
    "dateTime": f"{_DATE}T{_CLOCK}{_ZONE}?",
    "dateTimeStamp": f"{_DATE}T{_CLOCK}{_ZONE}",
    "time": f"{_CLOCK}{_ZONE}?",
    "gYear": f"{_YEAR}{_ZONE}?",
    "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}?",
    "gMonth": f"--{_MONTH}{_ZONE}?",
    "gDay": f"---{_DAY}{_ZONE}?",
    "gMonthDay": f"--(?P<month>{_MONTH})-(?P<day>{_DAY}){_ZONE}?",
    "duration": f"-?P(?=.){_MONTHS}?{_DAYS}?{_HOURS}?",
    "dayTimeDuration": f"-?P(?=.){_DAYS}?{_HOURS}?",
    "yearMonthDuration": f"-?P{_MONTHS}",
    "hexBinary": "(?:[0-9A-Fa-f]{2})*",
    "base64Binary": f"(?:{_BASE64}{{4}})*(?:{_BASE64}{{2}}==|{_BASE64}{{3}}=)?",
    "language": "[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*",
}
_INTEGER = r"([+-]?)0*(\d+)"
#: The least and the greatest value of each kind of integer.
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "integer": (float("-inf"), float("inf")),
    "nonNegativeInteger": (0, float("inf")),
    "positiveInteger": (1, float("inf")),
    "nonPositiveInteger": (float("-inf"), 0),
    "negativeInteger": (float("-inf"), -1),
    **{name: (-(1 << bits), (1 << bits) - 1) for name, bits in (("long", 63), ("int", 31), ("short", 15), ("byte", 7))},
    **{f"unsigned{name}": (0, (1 << bits) - 1) for name, bits in (("Long", 64), ("Int", 32), ("Short", 16))},
    "unsignedByte": (0, 255),
}
#: No bounded integer has more digits; Python does not read numbers of thousands of digits.
_MOST_DIGITS = 20
#: The calendar repeats after so many years.
_CYCLE = 400


_DATATYPE = re.compile(rb'"\^\^<(%s\w+)>' % XSD.iri.encode())


def typed_literals(ntriples: bytes | mmap) -> Iterator[tuple[bytes, bytes]]:
    """The text, escaped as it is there, and the datatype of each literal of N-Triples that has one of XML Schema."""
    for match in _DATATYPE.finditer(ntriples):
        yield ntriples[ntriples.rfind(b'"', 0, match.start()) + 1 : match.start()], match[1]


# Compiling all of them takes as long as checking a small site.
@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def is_well_formed(text: str, datatype: str) -> bool:
    """Whether `text` is a lexical form of the datatype with IRI `datatype`; true of those that are not of XML Schema.

    White space is let pass where XML Schema collapses it (section 4.3.6): at both ends, and within base64.
    """
    name, text = datatype.removeprefix(XSD.iri), text.strip(" \t\n\r")
    if name in _BOUNDS:
        integer, (least, most) = _compiled(_INTEGER).fullmatch(text), _BOUNDS[name]
        return integer is not None and least <= int(integer[1] + integer[2][: _MOST_DIGITS + 1]) <= most
    if name not in _PATTERNS:
        return True
    match = _compiled(_PATTERNS[name]).fullmatch("".join(text.split()) if name == "base64Binary" else text)
    if not match or "day" not in (parts := match.groupdict()):
        return match is not None
    # Where no year is named, February has 29 days. Four digits of a year tell where in the cycle it is.
    year = int(parts.get("year", "0")[-4:]) % _CYCLE + _CYCLE
    try:
        date(year, int(parts["month"]), int(parts["day"]))
    except ValueError:
        return False
    return True
