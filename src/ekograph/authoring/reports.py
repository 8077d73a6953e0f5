"""What the fast engine reports, as quads with the blank nodes that were given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Quad, RdfFormat, parse

from ekograph.dataset import Term

if TYPE_CHECKING:
    import shacl

# The engine numbers the blank nodes it reads, shapes first, in the order of their appearance.
_NUMBERED = re.compile(r"[01]_b([0-9]+)$")
_LABEL = re.compile(r'(?:^|(?<= ))_:(\S+)(?= |$)|"(?:[^"\\]|\\.)*"', re.MULTILINE)


def quads(report: shacl.Report, rules: str, data: Iterable[str]) -> list[Quad]:
    """A report of the fast engine, with the blank nodes of the rules and the data as they are labelled there."""
    found = list(parse(report.serialize("ntriples"), RdfFormat.N_TRIPLES))
    if not any(isinstance(quad.object, BlankNode) and _NUMBERED.match(quad.object.value) for quad in found):
        return found
    labels = [*_in_order([rules]), *_in_order(data)]
    return [Quad(quad.subject, quad.predicate, _own(quad.object, labels)) for quad in found]


def _in_order(texts: Iterable[str]) -> list[str]:
    """The labels of the blank nodes of N-Triples, each once, as they come."""
    return list(dict.fromkeys(match[1] for text in texts for match in _LABEL.finditer(text) if match[1]))


def _own(term: Term, labels: Sequence[str]) -> Term:
    match = _NUMBERED.match(term.value) if isinstance(term, BlankNode) else None
    return BlankNode(labels[int(match[1])]) if match else term
