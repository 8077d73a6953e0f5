"""SHACL validation by either engine.

The rules in parts that can be validated at once: what these find together is what all of the rules find.
What the fast engine reports, as quads with the blank nodes that were given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from pyoxigraph import BlankNode, Literal, Quad, RdfFormat, parse

from ekograph.rdf.dataset import Dataset, Node, Term
from ekograph.runtime import BackgroundTask
from ekograph.validation.shacl.shapes import SH, TARGETS, ShapesError, ShapesGraph, ntriples

if TYPE_CHECKING:
    import shacl

    from ekograph.validation.shacl.results import ValidationResult

ENGINES = ("shacl", "pyshacl")
#: From this size of the data on, in bytes, it pays to ask which rules the engine can be spared, and to let it read the
#: data from a file.
_LARGE = 2_000_000


#: The report of the fast engine, its rules, and its data, as it had read them: N-Triples.
EngineReport: TypeAlias = "tuple[shacl.Report, str, Sequence[bytes]]"


def validate(
    texts: Sequence[bytes], shapes: ShapesGraph, engine: str, large_from: int = _LARGE
) -> list[ValidationResult]:
    """What the engine finds in N-Triples, of which no two texts share a blank node. Raises ShapesError."""
    return start(texts, shapes, engine, large_from)()


def start(
    texts: Sequence[bytes], shapes: ShapesGraph, engine: str, large_from: int = _LARGE, memory_mb: int = 1000
) -> Callable[[], list[ValidationResult]]:
    """Start what `validate` does, and return what waits for its outcome: the fast engine works beside Python."""
    if engine == "pyshacl":
        from ekograph.validation.shacl import pyshacl_engine

        data = parse(b"".join(texts), RdfFormat.N_TRIPLES)
        return lambda: _read([pyshacl_engine.report(data, shapes)], texts, shapes)
    try:
        large = sum(map(len, texts)) >= large_from
        reports = _start_on_file(texts, shapes, memory_mb) if large else _start_on_text(texts, shapes)
    except ValueError as error:
        # EngineReport only when it is asked for: before that comes what the check itself has to say of the rules.
        return partial(_refuse, error)
    return partial(_outcome, reports, texts, shapes)


def _start_on_text(texts: Sequence[bytes], shapes: ShapesGraph) -> Callable[[], Iterable[EngineReport]]:
    """The fast engine on half of the rules each in two threads. Raises ValueError, as what is returned does.

    The threads only run the engine: for each step in Python they would wait up to 5 ms until the check lets them in.
    """
    import shacl

    text = b"".join(texts).decode()
    try:
        # Reading each query beforehand, to see whether it needs mending, would take longer.
        parts = [ntriples(part) for part in halves(shapes.stated)]
        compiled = [shacl.Shapes.from_text(part, format="ntriples") for part in parts]
    except ValueError:
        parts = [ntriples(part) for part in halves(shapes.runnable)]
        compiled = [shacl.Shapes.from_text(part, format="ntriples") for part in parts]
    running = [BackgroundTask(partial(rules.validate_text, text, format="ntriples")) for rules in compiled]
    return lambda: ((task.outcome(), part, texts) for task, part in zip(running, parts, strict=True))


def _start_on_file(texts: Sequence[bytes], shapes: ShapesGraph, memory_mb: int) -> Callable[[], Iterable[EngineReport]]:
    """The engine on a file of large data, for the rules that find something and those that only it can answer."""
    return BackgroundTask(partial(_of_file, texts, shapes, memory_mb)).outcome


def _of_file(texts: Sequence[bytes], shapes: ShapesGraph, memory_mb: int) -> list[EngineReport]:
    from tempfile import NamedTemporaryFile

    import shacl

    from ekograph.validation.shacl.prefilter import needed

    with NamedTemporaryFile(suffix=".nt") as file:
        file.writelines(texts)
        file.flush()
        rules = ntriples(needed(shapes.runnable, Path(file.name), memory_mb))
        return [(shacl.Shapes.from_text(rules, format="ntriples").validate_file(file.name), rules, texts)]


def _outcome(
    reports: Callable[[], Iterable[EngineReport]], texts: Sequence[bytes], shapes: ShapesGraph
) -> list[ValidationResult]:
    try:
        with_results = [report for report in reports() if report[0].results]
    except ValueError as error:
        _refuse(error)
    return _read(starmap(quads, with_results), texts, shapes) if with_results else []


def _refuse(error: ValueError) -> NoReturn:
    raise ShapesError(str(error)) from error


def _read(reports: Iterable[Sequence[Quad]], texts: Sequence[bytes], shapes: ShapesGraph) -> list[ValidationResult]:
    from ekograph.validation.shacl.results import read

    return [finding for report in reports for finding in read(report, texts, shapes)]


#: What a shape apart from all others may have: targets, constraints in SPARQL, and what is said of their results.
_APART = frozenset(SH + name for name in (*TARGETS, "sparql", "severity", "message", "name", "description"))


def halves(graph: Dataset) -> list[Sequence[Quad]]:
    """The shapes without every other one of those that only ask in SPARQL, and these, if there are any."""
    apart = [node for node in dict.fromkeys(quad.subject for quad in graph.quads) if _is_apart(node, graph)]
    moved = apart[::2]
    if not moved:
        return [graph.quads]
    left_out = set(moved)
    left = [quad for quad in graph.quads if quad.subject not in left_out]
    return [left, [quad for node in _reached(moved, graph) for quad in graph.quads_of(node)]]


def _is_apart(node: Node, graph: Dataset) -> bool:
    """Whether a node is a shape that asks in SPARQL, has nothing else to check, and is part of no other shape."""
    predicates = {quad.predicate.value for quad in graph.quads_of(node)}
    only = all(name in _APART or not name.startswith(SH) for name in predicates)
    return only and f"{SH}sparql" in predicates and not graph.quads_to(node)


def _reached(starts: Iterable[Node], graph: Dataset) -> Iterable[Node]:
    """The nodes, and all that what is said of them leads to."""
    nodes = dict.fromkeys(starts)
    pending = list(nodes)
    while pending:
        for quad in graph.quads_of(pending.pop()):
            if not isinstance(quad.object, Literal) and quad.object not in nodes:
                nodes[quad.object] = None
                pending.append(quad.object)
    return nodes


# The engine numbers the blank nodes it reads, shapes first, in the order of their appearance.
_NUMBERED = re.compile(r"[01]_b([0-9]+)$")
_LABEL = re.compile(r'(?:^|(?<= ))_:(\S+)(?= |$)|"(?:[^"\\]|\\.)*"', re.MULTILINE)


def quads(report: shacl.Report, rules: str, data: Sequence[bytes]) -> list[Quad]:
    """A report of the fast engine, with the blank nodes of the rules and the data as they are labelled there."""
    reported = list(parse(report.serialize("ntriples"), RdfFormat.N_TRIPLES))
    if not any(isinstance(quad.object, BlankNode) and _NUMBERED.match(quad.object.value) for quad in reported):
        return reported
    labels = list(dict.fromkeys(label for text in (rules.encode(), *data) for label in _labels(text)))
    return [Quad(quad.subject, quad.predicate, _restored_label(quad.object, labels)) for quad in reported]


def _labels(ntriples: bytes) -> Iterator[str]:
    """The labels of the blank nodes, as they come."""
    for line in ntriples.splitlines() if b"_:" in ntriples else ():
        if b"_:" in line:
            yield from (match[1] for match in _LABEL.finditer(line.decode()) if match[1])


def _restored_label(term: Term, labels: Sequence[str]) -> Term:
    match = _NUMBERED.match(term.value) if isinstance(term, BlankNode) else None
    return BlankNode(labels[int(match[1])]) if match else term
