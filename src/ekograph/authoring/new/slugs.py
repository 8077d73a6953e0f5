"""Proposals of slugs and notations, made of names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

#: Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "ß": "ss", "đ": "d", "ł": "l", "ŋ": "n", "ŧ": "t"})
#: A slug is read aloud and typed: so many characters of a long name are enough.
_LONGEST = 40


def slug(name: str) -> str:
    """A slug of the name: lower-case ASCII, words joined by hyphens; what stands in parentheses is left out.

    "Vihreä vety (P2X)" gives "vihrea-vety"; a name without any Latin letter or digit gives "".
    """
    bare = re.sub(r"\([^()]*\)", " ", name)
    plain = unicodedata.normalize("NFKD", (bare if bare.strip() else name).lower().translate(_LETTERS))
    words = re.findall(r"[a-z0-9]+", "".join(each for each in plain if not unicodedata.combining(each)))
    found = "-".join(words)
    return found if len(found) <= _LONGEST else found[: _LONGEST + 1].rpartition("-")[0] or found[:_LONGEST]


def free(proposal: str, taken: Collection[str]) -> str:
    """The proposal, or with the lowest number from 2 that makes it free."""
    found, number = proposal, 2
    while found in taken:
        found, number = f"{proposal}-{number}", number + 1
    return found


def notation(name: str, taken: Collection[str]) -> str:
    """Three capital letters of the name, or more of them where those are taken: "Oulu" gives "OUL"."""
    letters = slug(name).replace("-", "").upper()
    lengths = (letters[:length] for length in range(3, len(letters) + 1))
    return next((each for each in lengths if each not in taken), letters if letters not in taken else "")
