"""A new thing in RDF, with its gaps, and as Turtle for the file that it goes into."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from ekograph.authoring.formatting import formatted
from ekograph.authoring.terms import XSD

#: The beginning of the comment that marks a gap.
GAP = "# gap:"

_LOCAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Row:
    """A property with its values; `gap` says what belongs in the place of a value that the check refuses."""

    predicate: str
    values: tuple[NamedNode | Literal, ...]
    gap: str = ""


@dataclass(frozen=True)
class Draft:
    """A thing to be written: its IRI, its types, its rows in the order in which they are written."""

    iri: NamedNode
    types: tuple[NamedNode, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Names:
    """How a file abbreviates IRIs: its base ("" for none) and its prefixes."""

    base: str
    prefixes: Mapping[str, str]

    def write(self, term: NamedNode | Literal) -> str:
        """The term in Turtle."""
        if isinstance(term, Literal):
            text, mark, datatype = str(term).rpartition("^^")
            written = f"{text}^^{self.write(term.datatype)}" if mark and datatype == str(term.datatype) else str(term)
            return term.value if term.datatype.value == f"{XSD}integer" else written
        for prefix, namespace in self.prefixes.items():
            local = term.value.removeprefix(namespace)
            if local != term.value and _LOCAL.fullmatch(local):
                return f"{prefix}:{local}"
        within = self.base.endswith("/") and term.value.startswith(self.base)
        relative = term.value.removeprefix(self.base) if within else ""
        return f"<{relative}>" if relative and ":" not in relative else str(term)


def turtle(draft: Draft, names: Names) -> str:
    """The statement of the draft, formatted."""
    lines = [f"{names.write(draft.iri)} a {' , '.join(map(names.write, draft.types))} ;"]
    for row in draft.rows:
        values = " , ".join(map(names.write, row.values))
        comment = f" {GAP} {row.gap}" if row.gap else ""
        lines.append(f"{names.write(NamedNode(row.predicate))} {values} ;{comment}")
    return formatted("\n".join([*lines, "."]))


def namespaces(draft: Draft) -> set[str]:
    """The namespaces of the draft's properties and classes."""
    terms = [*(row.predicate for row in draft.rows), *(each.value for each in draft.types)]
    return {re.sub(r"[^/#]*$", "", each) for each in terms}


def text(value: str, language: str = "fi") -> Literal:
    """A text in a language."""
    return Literal(value, language=language)


def text_row(predicate: str, value: str, gap: str, language: str | None = "fi") -> Row:
    """A row of one text; without the text a gap: empty text is a fault."""
    literal = Literal(value, language=language) if language else Literal(value)
    return Row(predicate, (literal,), "" if value else gap)


def link_row(predicate: str, targets: tuple[NamedNode, ...], gap: str, missing: NamedNode) -> Row:
    """A row of links; without any a gap: a link to what nothing describes is a fault."""
    return Row(predicate, targets) if targets else Row(predicate, (missing,), gap)
