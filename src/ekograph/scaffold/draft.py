"""A new thing in RDF, with its gaps, and as Turtle for the file that it goes into.

Proposals of slugs and notations, made of names.
The terms that new things are described with.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from ekograph.rdf.dataset import DCTERMS, SKOS
from ekograph.rdf.vocab import XSD
from ekograph.turtle.printer import formatted

#: The beginning of the comment that marks a gap.
GAP = "# gap:"

_LOCAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class DraftRow:
    """A property with its values; `gap` says what belongs in the place of a value that the check refuses."""

    predicate: str
    values: tuple[NamedNode | Literal, ...]
    gap: str = ""


@dataclass(frozen=True)
class RecordDraft:
    """A thing to be written: its IRI, its types, its rows in the order in which they are written."""

    iri: NamedNode
    types: tuple[NamedNode, ...]
    rows: tuple[DraftRow, ...]


@dataclass(frozen=True)
class DraftNames:
    """How a file abbreviates IRIs: its base ("" for none) and its prefixes."""

    base: str
    prefixes: Mapping[str, str]

    def write(self, term: NamedNode | Literal) -> str:
        """The term in Turtle."""
        if isinstance(term, Literal):
            text, mark, datatype = str(term).rpartition("^^")
            written = f"{text}^^{self.write(term.datatype)}" if mark and datatype == str(term.datatype) else str(term)
            return term.value if term.datatype == XSD("integer") else written
        for prefix, namespace in self.prefixes.items():
            local = term.value.removeprefix(namespace)
            if local != term.value and _LOCAL.fullmatch(local):
                return f"{prefix}:{local}"
        within = self.base.endswith("/") and term.value.startswith(self.base)
        relative = term.value.removeprefix(self.base) if within else ""
        return f"<{relative}>" if relative and ":" not in relative else str(term)


def turtle(draft: RecordDraft, names: DraftNames) -> str:
    """The statement of the draft, formatted."""
    lines = [f"{names.write(draft.iri)} a {' , '.join(map(names.write, draft.types))} ;"]
    for row in draft.rows:
        values = " , ".join(map(names.write, row.values))
        comment = f" {GAP} {row.gap}" if row.gap else ""
        lines.append(f"{names.write(NamedNode(row.predicate))} {values} ;{comment}")
    return formatted("\n".join([*lines, "."]))


def namespaces(draft: RecordDraft) -> set[str]:
    """The namespaces of the draft's properties and classes."""
    terms = [*(row.predicate for row in draft.rows), *(each.value for each in draft.types)]
    return {re.sub(r"[^/#]*$", "", each) for each in terms}


def text(value: str, language: str = "fi") -> Literal:
    """A text in a language."""
    return Literal(value, language=language)


def text_row(predicate: str, value: str, gap: str, language: str | None = "fi") -> DraftRow:
    """A row of one text; without the text a gap: empty text is a fault."""
    literal = Literal(value, language=language) if language else Literal(value)
    return DraftRow(predicate, (literal,), "" if value else gap)


def link_row(predicate: str, targets: tuple[NamedNode, ...], gap: str, missing: NamedNode) -> DraftRow:
    """A row of links; without any a gap: a link to what nothing describes is a fault."""
    return DraftRow(predicate, targets) if targets else DraftRow(predicate, (missing,), gap)


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


#: Prefixes of the namespaces below, for a file that does not declare them yet.
PREFIXES = {
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": DCTERMS,
    "org": "http://www.w3.org/ns/org#",
    "skos": SKOS,
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}

PREF_LABEL = f"{SKOS}prefLabel"
NOTATION = f"{SKOS}notation"
IN_SCHEME = f"{SKOS}inScheme"
TOP_CONCEPT_OF = f"{SKOS}topConceptOf"
BROADER = f"{SKOS}broader"
CONCEPT = NamedNode(f"{SKOS}Concept")
CONCEPT_SCHEME = NamedNode(f"{SKOS}ConceptScheme")
DATE = XSD("date")
TITLE = f"{DCTERMS}title"
SOURCE = f"{DCTERMS}source"
SPATIAL = f"{DCTERMS}spatial"
TEMPORAL = f"{DCTERMS}temporal"
IS_PART_OF = f"{DCTERMS}isPartOf"
LOCATION = NamedNode(f"{DCTERMS}Location")
CONTACT_POINT = f"{PREFIXES['dcat']}contactPoint"
MEMBER_OF = f"{PREFIXES['org']}memberOf"
ORGANIZATION = NamedNode(f"{PREFIXES['org']}Organization")
TELEPHONE = f"{PREFIXES['cv']}telephone"
INDIVIDUAL = NamedNode(f"{PREFIXES['vcard']}Individual")
FULL_NAME, GIVEN_NAME, FAMILY_NAME, JOB_TITLE, HAS_TELEPHONE, HAS_EMAIL = (
    PREFIXES["vcard"] + name for name in ("fn", "given-name", "family-name", "title", "hasTelephone", "hasEmail")
)
