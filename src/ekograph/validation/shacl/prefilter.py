"""Which rules in SPARQL need an engine at all: those that one query over all data finds something for.

A store answers such a rule for the whole graph in one pass over its indexes, in a third of the memory of an engine,
whose time may grow with the square of the data. Where the store finds nothing, and with data that conforms it never
does, the rule is left out of what the SHACL engine is given; where it finds something, the engine alone says what.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryDirectory

from pyoxigraph import Literal, Quad, QuerySolutions, RdfFormat, Store, parse

from ekograph.rdf.dataset import Dataset
from ekograph.rdf.lexical import typed_literals
from ekograph.rdf.vocab import TYPE, XSD
from ekograph.runtime import BackgroundTask
from ekograph.validation.shacl.shapes import SH, prefixes

#: What a query has that only an engine answers: terms bound beforehand (SHACL, section 5.3.1), other places.
_FOR_AN_ENGINE = re.compile(r"\$PATH|[$?](this|shapesGraph|currentShape)\b|\b(SERVICE|FROM|VALUES)\b", re.IGNORECASE)
# Where a query may name the focus node and still not depend on it: among what it gives, and what it groups by.
_FREE = re.compile(r"\bSELECT\b[^{}]*|\bGROUP\s+BY(\s+[$?]\w+)+", re.IGNORECASE)

#: The forms of typed literals that a store keeps as they are written; others it may write its own way.
_KEPT = {
    b"integer": re.compile(rb"0|-?[1-9][0-9]*"),
    b"decimal": re.compile(rb"-?(0|[1-9][0-9]*)\.[0-9]*[1-9]"),
    b"boolean": re.compile(rb"true|false"),
    b"date": re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    b"gYear": re.compile(rb"[0-9]{4}"),
    b"anyURI": re.compile(rb".*"),
    b"string": re.compile(rb".*"),
}
_NEVER = re.compile(rb"(?!)")


#: A store in memory is so many times as large as its N-Triples; one on the disk takes in so many at once.
_LARGER, _AT_ONCE = 3, 100_000


def needed(shapes: Dataset, data: Path, memory_mb: int = 1000) -> list[Quad]:
    """The shapes without the rules that find nothing in a file of N-Triples.

    The store is on the disk where it would take more than `memory_mb` MB: queries take some five times as long there.
    """
    rules = {quad: text for quad, text in _in_sparql(shapes) if not _FOR_AN_ENGINE.search(_core(text))}
    if not rules or not _is_kept(data):
        return list(shapes.quads)
    with ExitStack() as stack:
        if data.stat().st_size * _LARGER > memory_mb * 1_000_000:
            store = Store(stack.enter_context(TemporaryDirectory(dir=data.parent)))
            quads = parse(path=data, format=RdfFormat.N_TRIPLES)
            while part := list(islice(quads, _AT_ONCE)):
                store.bulk_extend(part)
        else:
            store = Store()
            if any(map(has_any_predicate, rules.values())):
                store.load(path=data, format=RdfFormat.N_TRIPLES, lenient=True)
            else:
                store.load(input=_lines_for(rules.values(), data), format=RdfFormat.N_TRIPLES, lenient=True)
        # The store lets Python go on, so that two threads ask it at once: each takes the next rule that is left.
        left = iter(rules.items())
        tasks = [BackgroundTask(lambda: [rule for rule, text in left if not _finds(store, text)]) for _ in range(2)]
        idle = {rule for task in tasks for rule in task.outcome()}
    return [quad for quad in shapes.quads if quad not in idle]


def _in_sparql(graph: Dataset) -> Iterator[tuple[Quad, str]]:
    """What gives a shape a constraint in SPARQL, and the query of that, whole."""
    for quad in graph.quads:
        if quad.predicate.value == f"{SH}sparql" and not isinstance(quad.object, Literal):
            texts = [text.value for text in graph.objects(quad.object, f"{SH}select") if isinstance(text, Literal)]
            head = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in prefixes(quad.object, graph).items())
            if len(texts) == 1:
                yield quad, head + texts[0]


def _core(text: str) -> str:
    """A query without its IRIs, texts and comments, and where naming the focus node changes nothing without that."""
    return _FREE.sub("", re.sub(r'<[^<>]*>|"[^"]*"|#[^\n]*', "", text))


def _is_kept(data: Path) -> bool:
    """Whether a store keeps all literals of a file as they are written."""
    with data.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as lines:
        start = len(XSD.iri)
        return all(_KEPT.get(name[start:], _NEVER).fullmatch(text) for text, name in set(typed_literals(lines)))


#: What a query has whose solutions may depend on triples of any predicate: one that is a variable, after a subject or
#: within a list of predicates, or a path that is negated or of any length.
_TERM = r"(?:[?$]\w|\w*:|\[|\(|[0-9]|true|false)"
_ANY_PREDICATE = re.compile(
    rf"(?:[?$]\w+|\w*:[\w.-]*|\])\s+[?$]\w+\s+{_TERM}|[;\[]\s*[?$]\w+\s+{_TERM}"
    rf"|\)\s+[?$]\w+\s+{_TERM}[^\s{{}}]*\s*[.;,}}]|![\s(:^\w]|[\w:)]\s*[*?+](?![\w$])"
)
_NAME = re.compile(r"<([^<>\s]*)>|\b([\w.-]*):([\w.-]*)|\ba\b")


def has_any_predicate(query: str) -> bool:
    """Whether the solutions of a query may depend on triples of any predicate; errs on the safe side."""
    return bool(_ANY_PREDICATE.search(_core(re.sub(r'<[^<>]*>|"[^"]*"', ":x", query))))


def _lines_for(queries: Iterable[str], data: Path) -> bytes:
    """Those lines of a file of N-Triples that the queries may speak of, by their predicates."""
    predicates: set[bytes] = {f"<{TYPE.value}>".encode()}
    for query in queries:
        predicates.update(f"<{iri}>".encode() for iri in names_in(query))
    with data.open("rb") as file:
        return b"".join(line for line in file if line.split(b" ", 2)[1] in predicates)


def names_in(query: str) -> Iterator[str]:
    """The IRIs that a query names, those of its prefixes among them."""
    declared = dict(re.findall(r"(?i)\bPREFIX\s+([\w.-]*):\s*<([^<>\s]*)>", query))
    for iri, prefix, local in _NAME.findall(query):
        yield iri or declared.get(prefix, "") + local


#: What the store answers faster in other words of the same meaning: which terms stand in one place of all triples,
#: where it would filter each triple, not each term, and alternatives in a path, which it would follow from all nodes.
_TERMS = re.compile(
    r"(?i)SELECT\s+DISTINCT\s+(?:[$?]this\s+)?([$?]\w+)\s+WHERE\s*(\{\s*[$?]\w+\s+(?:a|[$?]\w+)\s+[$?]\w+\s*\})"
)
_PATHS = re.compile(r"([$?]\w+)\s+(\w*:[\w-]+(?:\|\w*:[\w-]+)+)\s+([$?]\w+)\s*(?:\.|(?=\}))")


def _reworded(query: str) -> str:
    def union(path: re.Match[str]) -> str:
        return " UNION ".join(f"{{ {path[1]} {name} {path[3]} }}" for name in path[2].split("|"))

    return _PATHS.sub(union, _TERMS.sub(r"SELECT \1 WHERE \2 GROUP BY \1", query))


def _finds(store: Store, text: str) -> bool:
    """Whether a query has a solution; one that cannot be asked is taken to have, and left to the engine."""
    try:
        solutions = store.query(_reworded(text))
    except (SyntaxError, ValueError, OSError):
        return True
    return not isinstance(solutions, QuerySolutions) or next(solutions, None) is not None
