"""SHACL validation by either engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Quad, RdfFormat, parse

from ekograph.authoring import splitting
from ekograph.authoring.later import Later
from ekograph.authoring.shapes import ShapesError, ShapesGraph, ntriples
from ekograph.dataset import Term

if TYPE_CHECKING:
    from ekograph.authoring.findings import Finding

ENGINES = ("shacl", "pyshacl")
#: From this size of the data on, in characters, it pays to ask which rules the engine can be spared, and not to read
#: the data twice for two cores.
_LARGE = 2_000_000


def findings(data: str, shapes: ShapesGraph, engine: str) -> list[Finding]:
    """What the engine finds in `data`, which is N-Triples. Raises ShapesError."""
    return begun(data, shapes, engine)()


def begun(data: str, shapes: ShapesGraph, engine: str) -> Callable[[], list[Finding]]:
    """Begin what `findings` does, and return what waits for its outcome: the fast engine works beside Python."""
    if engine == "pyshacl":
        from ekograph.authoring import reference

        return lambda: _read([reference.report(parse(data, RdfFormat.N_TRIPLES), shapes)], data, shapes)
    reports = [Later(partial(_report, data, rules)) for rules in _parts(data, shapes)]
    return lambda: _read([each.outcome() for each in reports], data, shapes)


def _read(reports: Iterable[Sequence[Quad]], data: str, shapes: ShapesGraph) -> list[Finding]:
    from ekograph.authoring.findings import read

    return [each for report in reports for each in read(report, data, shapes)]


def _parts(data: str, shapes: ShapesGraph) -> list[str]:
    """The rules for the engine, as N-Triples: of small data in two parts that together say what all say."""
    if len(data) < _LARGE:
        return [ntriples(part) for part in splitting.halves(shapes.graph)]
    from ekograph.authoring import screening

    return [ntriples(screening.needed(shapes, data))]


def _report(text: str, rules: str) -> list[Quad]:
    """The validation report of the Rust engine, with blank nodes under their own labels again."""
    import shacl

    try:
        report = shacl.Shapes.from_text(rules, format="ntriples").validate_text(text, format="ntriples")
    except ValueError as error:
        raise ShapesError(str(error)) from error
    quads = list(parse(report.serialize("ntriples"), RdfFormat.N_TRIPLES))
    if not any(isinstance(q.object, BlankNode) and _NUMBERED.match(q.object.value) for q in quads):
        return quads
    labels = _in_order(rules) + _in_order(text)
    return [Quad(quad.subject, quad.predicate, _own(quad.object, labels)) for quad in quads]


# The engine numbers the blank nodes it reads, shapes first, in the order of their appearance.
_NUMBERED = re.compile(r"[01]_b([0-9]+)$")
_LABEL = re.compile(r'(?:^|(?<= ))_:(\S+)(?= |$)|"(?:[^"\\]|\\.)*"', re.MULTILINE)


def _in_order(text: str) -> list[str]:
    """The labels of the blank nodes of an N-Triples text, each once, as they come."""
    return list(dict.fromkeys(match[1] for match in _LABEL.finditer(text) if match[1]))


def _own(term: Term, labels: Sequence[str]) -> Term:
    match = _NUMBERED.match(term.value) if isinstance(term, BlankNode) else None
    return BlankNode(labels[int(match[1])]) if match else term
