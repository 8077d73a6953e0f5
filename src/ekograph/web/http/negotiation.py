"""Proactive content negotiation (RFC 9110, section 12): pure functions from header values to a choice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

from ekograph.rdf.formats import Format

#: More media ranges than any client sends; what follows them is not read.
MOST_RANGES = 200

T = TypeVar("T")


class Range(NamedTuple):
    """One element of Accept, Accept-Language or Accept-Encoding: its value and its quality, 0 to 1.

    Other parameters are passed over: no format here has variants that they could choose between.
    """

    value: str
    quality: float


def ranges(lines: Iterable[str]) -> list[Range]:
    """The elements of all `lines` of a header, in order; an element that cannot be read is left out."""
    elements: list[Range] = []
    for element in split_unquoted(",".join(lines), ","):
        if len(elements) == MOST_RANGES:
            break
        value, *parameters = [part.strip() for part in split_unquoted(element, ";")]
        qualities = [part.partition("=")[2] for part in parameters if part[:2].lower() == "q="]
        quality = _quality(qualities[0]) if qualities else 1.0
        if value and quality is not None:
            elements.append(Range(value.lower(), quality))
    return elements


def choose(accept: Sequence[str], offered: Sequence[Format]) -> Format | None:
    """The offered format wanted most, or None when none is acceptable; without a readable Accept, the first.

    The most specific range that matches a format decides its quality, an alias of the media type counting
    a little less than the type itself; among equals the order of `offered` decides.
    """
    accepted = ranges(accept)
    if not accepted:
        return offered[0] if offered else None
    return _best(offered, [_format_quality(form, accepted) for form in offered])


def choose_language(accept_language: Sequence[str], offered: Sequence[str]) -> str:
    """The offered language wanted most by basic filtering and lookup (RFC 4647); the first if none is."""
    accepted = ranges(accept_language)
    if not accepted:
        return offered[0]
    return _best(offered, [_language_quality(language, accepted) for language in offered]) or offered[0]


# Browsers and libraries send a handful of values, the same with each request.
@lru_cache(maxsize=256)
def takes_gzip(accept_encoding: bytes) -> bool:
    """Whether a response may be sent with Content-Encoding: gzip (RFC 9110, section 12.5.3)."""
    qualities = {coding.value: coding.quality for coding in ranges((accept_encoding.decode("latin-1"),))}
    return qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", 0.0))) > 0


def parameters_of(text: str) -> tuple[str, dict[str, str]]:
    """A media type and its parameters (RFC 9110, section 8.3.1), the type and the names in lower case."""
    media_type, *parameters = split_unquoted(text, ";")
    pairs = (part.partition("=") for part in parameters)
    return media_type.strip().lower(), {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


def _best(offered: Sequence[T], qualities: Sequence[float]) -> T | None:
    best = max(qualities, default=0.0)
    return offered[qualities.index(best)] if best > 0 else None


def _format_quality(offered: Format, accepted: Sequence[Range]) -> float:
    """The quality that the most specific of the ranges gives a format."""
    by_rank: dict[int, float] = {}
    for element in accepted:
        rank = _specificity(offered, element)
        if rank:
            by_rank[rank] = max(by_rank.get(rank, 0.0), element.quality)
    if not by_rank:
        return 0.0
    rank = max(by_rank)
    return by_rank[rank] * (0.999 if rank == _ALIAS else 1.0)


_ALIAS = 3


def _specificity(offered: Format, element: Range) -> int:
    """How closely a range names a format: 4 by its own type, 3 by an alias, 2 by type/*, 1 by */*, 0 not."""
    if element.value == offered.media_type:
        return 4
    if element.value in offered.aliases:
        return _ALIAS
    main_type = offered.media_type.partition("/")[0]
    return 2 if element.value == f"{main_type}/*" else int(element.value == "*/*")


def _language_quality(offered: str, accepted: Sequence[Range]) -> float:
    matching = [
        (len(element.value) if element.value != "*" else 0, element.quality)
        for element in accepted
        if element.value in {"*", offered} or element.value.startswith(f"{offered}-")
    ]
    if not matching:
        return 0.0
    exact = [quality for length, quality in matching if length]
    return max(exact) if exact else matching[0][1] * 0.999


def split_unquoted(text: str, separator: str) -> list[str]:
    """`text` cut at `separator` outside quoted strings (RFC 9110, section 5.6.4)."""
    if '"' not in text:
        return text.split(separator)
    parts, start, quoted, escaped = [], 0, False, False
    for position, character in enumerate(text):
        if escaped:
            escaped = False
        elif character == "\\" and quoted:
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]


def _quality(text: str) -> float | None:
    """A qvalue (RFC 9110, section 12.4.2), or None when it is not one."""
    try:
        quality = float(text)
    except ValueError:
        return None
    return quality if 0 <= quality <= 1 else None
