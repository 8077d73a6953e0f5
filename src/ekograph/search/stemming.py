"""Words as the search compares them: folded, stemmed, and with the gradation of Finnish evened out."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snowballstemmer import stemmer

_STEMMERS = {"fi": "finnish", "sv": "swedish", "en": "english"}

_WORD = re.compile(r"\w+")

#: Consonant gradation (Finnish: kaupunki, kaupungin): each pair of grades is brought to one form. The result is
#: no word, but the same for both grades; what falls together besides is told apart by rank.
_GRADES = (
    (re.compile(r"([kpt])\1"), r"\1"),
    (re.compile("ng"), "nk"),
    (re.compile("mm"), "mp"),
    (re.compile("nn"), "nt"),
    (re.compile("ll"), "lt"),
    (re.compile("rr"), "rt"),
    (re.compile("(?<=[lrh])k(?=[aeiouy])"), ""),
    (re.compile("d"), "t"),
    (re.compile("v"), "p"),
)

#: The end of a stem, where Finnish nouns vary: talous, talouden; yritys, yrityksen; osaaminen, osaamisen.
_END = re.compile(r"(?<=\w{4})(ks|st|[aeiouy]|[stnmj])+$")
_SHORT_END = re.compile(r"(?<=\w{3})(ks|st|[aeiouy]|[stnmj])+$")

#: Words of questions and between words, which say nothing of what is looked for.
_EMPTY = frozenset(
    re.findall(
        r"\S+",
        "ja tai on ei ovat mikä mitä mitkä kuka kenen kenelle ketkä missä mistä mihin millä koskee kuinka miten "
        "och eller i på för av om till en ett den det är som vem vad vilken vilket vilka var hur "
        "the a an and or of for in on to by is are who whom what which where how do does my",
    )
)


def words(text: str) -> list[str]:
    """The words of `text`, as they stand."""
    return _WORD.findall(text)


def fold(text: str) -> str:
    """`text` in lower case and without marks on letters: Åbo and abo are one."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@lru_cache(maxsize=50_000)
def keys(word: str, language: str = "") -> frozenset[str]:
    """The forms under which `word` is found; without a language, those of all languages."""
    languages = [language] if language in _STEMMERS else list(_STEMMERS)
    lower = word.casefold()
    return frozenset({key(_stemmer(spoken).stemWord(lower)) for spoken in languages} | {key(lower)})


def key(stem: str) -> str:
    """A stem with both grades and all endings of its noun brought to one form."""
    return _END.sub("", _even(stem))


def heads(word: str) -> frozenset[str]:
    """The shortest forms of `word`: a compound that it is the head of ends in one of these."""
    stems = (_stemmer(language).stemWord(word.casefold()) for language in _STEMMERS)
    return frozenset(_SHORT_END.sub("", _even(stem)) for stem in stems)


def significant(typed: list[str]) -> list[str]:
    """The words that say what is looked for; all, when none does."""
    return [word for word in typed if word.casefold() not in _EMPTY] or typed


def deletions(word: str) -> set[str]:
    """`word`, and what is left of it when one letter is taken out: two words one letter apart share one of these."""
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


def within_one(one: str, other: str) -> bool:
    """Whether the words differ in at most one letter changed, added, left out, or swapped with the next."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        return True
    rest, others = one[start:], other[start:]
    swapped = rest[:2] == others[1::-1] and rest[2:] == others[2:]
    return swapped or rest[1:] == others[1:] or rest[1:] == others or rest == others[1:]


def _even(stem: str) -> str:
    form = fold(stem)
    for pattern, replacement in _GRADES:
        form = pattern.sub(replacement, form)
    return form


@cache
def _stemmer(language: str) -> stemmer:
    # Loading takes 20 ms, which a server that is never searched need not spend.
    from snowballstemmer import stemmer

    return stemmer(_STEMMERS[language])
