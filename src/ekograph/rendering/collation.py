"""The order of names in a language, and of notations: 1.2 before 1.10, å ä ö at the end of the Finnish alphabet."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TypeAlias

Key: TypeAlias = tuple[tuple[int, int, str], ...]

# Letters that are letters of their own, after z (CLDR: the alphabets of Finnish, Swedish, Danish and Norwegian,
# Estonian); in other languages they are variants of the letter below their mark.
_AFTER_Z = {
    **dict.fromkeys(("fi", "sv"), "åäö"),
    **dict.fromkeys(("da", "nb", "nn", "no"), "æøå"),
    "et": "õäöü",
}
_PARTS = re.compile(r"\d+|\D")


def natural(text: str) -> Key:
    """A key that compares runs of digits by their number."""
    return tuple((0, int(part), part) if part.isdecimal() else (1, 0, part) for part in _PARTS.findall(text[:200]))


@lru_cache(65536)
def collated(text: str, language: str) -> tuple[str, str]:
    """A key for the order of names in `language`: letters before case and marks; the text itself decides at last."""
    if text.isascii():
        return text[:200].casefold(), text
    late = _AFTER_Z.get(language, "")
    letters = []
    for letter in unicodedata.normalize("NFC", text[:200].casefold()):
        if letter in late:
            # No letter of a name has a code point as high.
            letters.append(chr(0x10F000 + late.index(letter)))
        else:
            letters += [part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part)]
    return "".join(letters), text


def initial(text: str, language: str) -> str:
    """The letter that a name stands under in an index: in capitals, without marks; "#" for what begins with none."""
    first = next((letter for letter in text.casefold() if letter.isalnum()), "")
    if first.isdecimal() or not first:
        return "#"
    if first in _AFTER_Z.get(language, ""):
        return first.upper()
    return unicodedata.normalize("NFKD", first)[0].upper()
