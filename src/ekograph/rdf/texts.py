"""Names and texts of things: the properties that give them, and the language that stands in for a missing one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ekograph.rdf.vocab import DCTERMS, RDFS, SHACL, SKOS, SKOS_XL, VCARD

#: Properties that name a thing, the most telling first.
LABELS = tuple(
    map(
        NamedNode,
        (
            f"{SKOS}prefLabel",
            f"{DCTERMS}title",
            f"{RDFS}label",
            f"{VCARD}fn",
            "http://xmlns.com/foaf/0.1/name",
            "https://schema.org/name",
            "http://schema.org/name",
            "http://purl.org/dc/elements/1.1/title",
            f"{SHACL}name",
            # Labels that are things of their own (SKOS-XL).
            f"{SKOS_XL}prefLabel",
            f"{SKOS_XL}literalForm",
        ),
    )
)


def text_of(literal: Literal, unofficial: Container[object] = ()) -> Text:
    """A literal as text: unofficial if it is among those, or a translation by its tag (BCP 47, extension T)."""
    tag = literal.language or ""
    official = "-t-" not in tag and literal not in unofficial
    return Text(literal.value, tag, official, str(literal.direction or ""))


def local_name(node: NamedNode | BlankNode | Triple) -> str:
    """The end of an IRI, after its last slash or hash; of a blank node, its label."""
    if isinstance(node, Triple):
        return str(node)
    return node.value.rstrip("/#").rpartition("#")[2].rpartition("/")[2] or node.value


class Text(NamedTuple):
    """Some text, its language tag ("" for none), and whether it is a translation without official standing.

    `direction` is "ltr" or "rtl" where the literal says so (RDF 1.2), else "".
    """

    value: str
    language: str
    official: bool = True
    direction: str = ""


class LanguageOrder:
    """The order in which languages stand in for one that is missing: the site's, none, the most frequent others.

    `languages` are those of the site, `tags` counts the language tags of all literals, None where there is none.
    """

    def __init__(self, languages: Sequence[str], tags: Mapping[str | None, int]) -> None:
        spoken: Counter[str] = Counter()
        for tag, count in tags.items():
            spoken[_spoken(tag or "")] += count
        others = sorted((tag for tag in spoken if tag), key=lambda tag: (-spoken[tag], tag))
        self._ranks = {tag: rank for rank, tag in enumerate(dict.fromkeys([*languages, "", *others]))}

    def nearest(self, literals: Sequence[Literal], language: str, unofficial: Container[object] = ()) -> Text:
        """The one of `literals` that is in `language` or the nearest there is, official where there is a choice."""
        distance = partial(self.distance, language=language, unofficial=unofficial)
        return text_of(literals[0] if len(literals) == 1 else min(literals, key=distance), unofficial)

    def distance(self, literal: Literal, language: str, unofficial: Container[object]) -> tuple[int, bool, int, str]:
        """How far the text of `literal` is from `language`: a key to sort by, the nearest first."""
        tag = literal.language or ""
        spoken = _spoken(tag)
        after = -1 if spoken == language else self._ranks.get(spoken, len(self._ranks))
        return (after, literal in unofficial, len(tag), literal.value)


def _spoken(tag: str) -> str:
    """The language of a tag, without script, region and extensions (BCP 47)."""
    return tag.split("-", maxsplit=1)[0].lower()
