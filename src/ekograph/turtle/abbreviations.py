"""How a Turtle text abbreviates IRIs, for terms that are written into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from ekograph.turtle.reader import parse
from ekograph.turtle.tree import Directive
from ekograph.turtle.triples import XSD, Namespaces

_LOCAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Abbreviations:
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


def abbreviations(text: str) -> Abbreviations:
    """Those that are declared at the end of the text."""
    namespaces = Namespaces()
    for entry in parse(text).entries:
        if isinstance(entry, Directive):
            namespaces.declare(entry)
    return Abbreviations(namespaces.base, namespaces.prefixes)
