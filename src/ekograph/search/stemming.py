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
#: no word, but the same for both grades; what falls together besides is told apart by rank. The first
#: letter of a word is never a grade.
_GRADES = (
    (re.compile(r"([kpt])\1"), r"\1"),
    (re.compile("ng"), "nk"),
    (re.compile("mm"), "mp"),
    (re.compile("nn"), "nt"),
    (re.compile("ll"), "lt"),
    (re.compile("rr"), "rt"),
    (re.compile("(?<=[lrh])k(?=[aeiouy])"), ""),
    (re.compile(r"\Bd"), "t"),
    (re.compile(r"\Bv"), "p"),
)

#: The end of a stem, where Finnish nouns vary: talous, talouden; yritys, yrityksen; osaaminen, osaamisen.
_END = re.compile(r"(?<=\w{4})(ks|st|[aeiouy]|[stnmj])+$")
_SHORT_END = re.compile(r"(?<=\w{3})(ks|st|[aeiouy]|[stnmj])+$")

#: Words of questions and between words, which say nothing of what is looked for (Finnish, Swedish, English).
_EMPTY = frozenset(
    re.findall(
        r"\S+",
        "ja tai on ovat oli olla ei eli että se ne tämä nämä joka jotka kun jos vai myös mikä mitä mitkä mihin "
        "kuka ketä kenen kenelle ketkä missä mistä millä milloin miksi koskee kuinka miten paljonko mukana onko "
        "ovatko kuuluuko kuuluu minä minun meidän oma saako voiko entä kanssa och eller i på för av om till från "
        "med ett en den det de är har hör var vart vem vems vad vilken vilket vilka när hur varför som jag dig "
        "mig hej min mitt vi vår man kan får finns ingår också a an the and or of for in to by at from with is "
        "are be was do does did who whom whose what which where when why how my our we you it its this that there "
        "can may part included any",
    )
)


#: The endings of Finnish cases, without marks on letters, and the genitive of Swedish names.
_CASES = frozenset(
    re.findall(
        r"\w+", "n ssa sta lla lta lle ksi na a an en in on un yn han hen hin hon hun hyn seen siin ta tta ita t s"
    )
)
_LONGEST_CASE = 4


def stems_of_cases(word: str) -> list[str]:
    """What a folded word may be a case of: itself, and itself without an ending."""
    ends = range(1, min(_LONGEST_CASE, len(word) - 2) + 1)
    return [word, *(word[:-size] for size in ends if word[-size:] in _CASES)]


def words(text: str) -> list[str]:
    """The words of `text`, as they stand."""
    return _WORD.findall(text)


@lru_cache(maxsize=50_000)
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
    """The words that say what is looked for."""
    return [word for word in typed if word.casefold() not in _EMPTY]


def distance(one: str, other: str) -> int:
    """How many letters were changed, added, left out, or swapped with the next (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        last, before, row = before, row, [at]
        for to, target in enumerate(other, 1):
            row.append(min(before[to] + 1, row[-1] + 1, before[to - 1] + (letter != target)))
            if at > 1 < to and letter == other[to - 2] and target == one[at - 2]:
                row[-1] = min(row[-1], last[to - 2] + 1)
    return row[-1]


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
