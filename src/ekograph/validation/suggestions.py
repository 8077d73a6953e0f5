"""The names that a site knows, and which of them a misspelt one was meant to be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, RdfFormat, parse

from ekograph.rdf.vocab import DCTERMS, RDFS, TYPE

#: Comparing takes 20 us a name; in a namespace above this size a fault would take long to tell.
_MOST = 5_000
#: A slip adds or loses no more letters than this.
_LETTERS = 2
#: Shares of a name that must be alike: in the last part, and in the whole where the last part is the same.
_LOCAL, _WHOLE = 0.75, 0.8
_KNOWING = frozenset((f"{RDFS}isDefinedBy", TYPE.value))
_REFERENCES = f"{DCTERMS}references"


class KnownTerms:
    """IRIs, indexed by their namespace and by their last part."""

    def __init__(self, iris: Iterable[str]) -> None:
        self._known = frozenset(iris)
        self._by_space: dict[str, dict[str, str]] = {}
        self._by_local: dict[str, list[str]] = {}
        self._nearest: dict[str, str | None] = {}
        for iri in sorted(self._known):
            space, local = split(iri)
            self._by_space.setdefault(space, {})[local.casefold()] = iri
            self._by_local.setdefault(local.casefold(), []).append(iri)

    def nearest(self, iri: str) -> str | None:
        """The known IRI that was meant by an unknown one: a slip in the last part or in the namespace; or None."""
        if iri not in self._nearest:
            self._nearest[iri] = None if iri in self._known else self._near(*split(iri))
        return self._nearest[iri]

    def _near(self, space: str, local: str) -> str | None:
        from difflib import get_close_matches

        if not space or not local:
            return None
        folded = local.casefold()
        same = get_close_matches(space + local, self._by_local.get(folded, ()), n=1, cutoff=_WHOLE)
        if same:
            return same[0]
        near = self._by_space.get(space, {})
        alike = [name for name in near if abs(len(name) - len(folded)) <= _LETTERS] if len(near) <= _MOST else []
        matches = get_close_matches(folded, alike, n=1, cutoff=_LOCAL)
        return near[matches[0]] if matches else None


def known_terms(texts: Iterable[bytes]) -> Iterator[str]:
    """The IRIs that N-Triples vouch for: things with a type, terms of an ontology, terms that it refers to."""
    names = [f"> <{iri}> ".encode() for iri in (*_KNOWING, _REFERENCES)]
    for text in texts:
        lines = (line for line in text.splitlines(keepends=True) if any(name in line for name in names))
        for quad in parse(b"".join(lines), RdfFormat.N_TRIPLES):
            if quad.predicate.value in _KNOWING and isinstance(quad.subject, NamedNode):
                yield quad.subject.value
            elif quad.predicate.value == _REFERENCES and isinstance(quad.object, NamedNode):
                yield quad.object.value


def split(iri: str) -> tuple[str, str]:
    """The namespace of an IRI, up to its last # or /, and what follows."""
    match = re.fullmatch(r"(.*[#/])([^#/]*)", iri, re.DOTALL)
    return (match[1], match[2]) if match else ("", iri)
