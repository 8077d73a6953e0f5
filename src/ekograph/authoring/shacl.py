"""SHACL validation by either engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Quad, RdfFormat, parse

from ekograph.authoring import splitting
from ekograph.authoring.canonical import triples
from ekograph.authoring.later import Later
from ekograph.authoring.shapes import ShapesError, ShapesGraph, ntriples
from ekograph.dataset import Term

if TYPE_CHECKING:
    import shacl

    from ekograph.authoring.findings import Finding

ENGINES = ("shacl", "pyshacl")
#: From this size of the data on, in bytes, it pays to ask which rules the engine can be spared, not to read the data
#: twice for two cores, and to let the engine read them from a file.
_LARGE = 2_000_000


def findings(nquads: bytes, shapes: ShapesGraph, engine: str, large_from: int = _LARGE) -> list[Finding]:
    """What the engine finds in `nquads`, which are canonical and of named graphs. Raises ShapesError."""
    return begun(nquads, shapes, engine, large_from)()


def begun(nquads: bytes, shapes: ShapesGraph, engine: str, large_from: int = _LARGE) -> Callable[[], list[Finding]]:
    """Begin what `findings` does, and return what waits for its outcome: the fast engine works beside Python."""
    if engine == "pyshacl":
        from ekograph.authoring import reference

        data = parse(b"".join(triples(nquads)), RdfFormat.N_TRIPLES)
        return lambda: _read([reference.report(data, shapes)], nquads, shapes)
    if len(nquads) < large_from:
        text = b"".join(triples(nquads)).decode()
        reports = [Later(partial(_of_text, text, ntriples(part))) for part in splitting.halves(shapes.graph)]
    else:
        reports = [Later(partial(_of_file, nquads, shapes))]
    return lambda: _read([each.outcome() for each in reports], nquads, shapes)


def _read(reports: Iterable[Sequence[Quad]], nquads: bytes, shapes: ShapesGraph) -> list[Finding]:
    from ekograph.authoring.findings import read

    return [each for report in reports for each in read(report, nquads, shapes)]


def _of_text(text: str, rules: str) -> list[Quad]:
    """The report of the fast engine on some of the rules."""
    report = _report(rules, lambda shapes: shapes.validate_text(text, format="ntriples"))
    return _under_own_labels(report, rules, [text])


def _of_file(nquads: bytes, shapes: ShapesGraph) -> list[Quad]:
    """Its report on large data, without the rules that would take it long and find nothing; Python holds no copy."""
    from tempfile import NamedTemporaryFile

    from ekograph.authoring import screening

    with NamedTemporaryFile(suffix=".nt") as file:
        file.writelines(triples(nquads))
        file.flush()
        rules = ntriples(screening.needed(shapes, Path(file.name)))
        report = _report(rules, lambda shapes: shapes.validate_file(file.name))
        return _under_own_labels(report, rules, (part.decode() for part in triples(nquads)))


def _report(rules: str, validate: Callable[[shacl.Shapes], shacl.Report]) -> list[Quad]:
    import shacl

    try:
        report = validate(shacl.Shapes.from_text(rules, format="ntriples"))
    except ValueError as error:
        raise ShapesError(str(error)) from error
    return list(parse(report.serialize("ntriples"), RdfFormat.N_TRIPLES))


# The engine numbers the blank nodes it reads, shapes first, in the order of their appearance.
_NUMBERED = re.compile(r"[01]_b([0-9]+)$")
_LABEL = re.compile(r'(?:^|(?<= ))_:(\S+)(?= |$)|"(?:[^"\\]|\\.)*"', re.MULTILINE)


def _under_own_labels(report: list[Quad], rules: str, data: Iterable[str]) -> list[Quad]:
    """The report with the blank nodes of the rules and the data as they are labelled there."""
    if not any(isinstance(quad.object, BlankNode) and _NUMBERED.match(quad.object.value) for quad in report):
        return report
    labels = [*_in_order([rules]), *_in_order(data)]
    return [Quad(quad.subject, quad.predicate, _own(quad.object, labels)) for quad in report]


def _in_order(texts: Iterable[str]) -> list[str]:
    """The labels of the blank nodes of N-Triples, each once, as they come."""
    return list(dict.fromkeys(match[1] for text in texts for match in _LABEL.finditer(text) if match[1]))


def _own(term: Term, labels: Sequence[str]) -> Term:
    match = _NUMBERED.match(term.value) if isinstance(term, BlankNode) else None
    return BlankNode(labels[int(match[1])]) if match else term
