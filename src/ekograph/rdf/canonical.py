"""Statements as the lines of their N-Quads: in canonical order and labels (RDFC-1.0), and without their graphs.

A line is a statement, and nothing in it but the last characters ends it, so that a site of a million statements is
sorted, joined and stripped of its graphs as text, in C. Only lines with blank nodes are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import CanonicalizationAlgorithm, Quad, RdfFormat, parse, serialize
from pyoxigraph import Dataset as QuadSet

_BLANK = b"_:"
#: So much text is taken apart into lines at a time.
_PART = 1 << 22


def canonical(quads: Iterable[Quad]) -> bytes:
    """The quads as sorted N-Quads, their blank nodes named by RDFC-1.0."""
    return joined([serialize(quads, format=RdfFormat.N_QUADS) or b""])


def joined(texts: Iterable[bytes]) -> bytes:
    """N-Quads of several files as one canonical text; no two of them share a blank node by chance."""
    # In the order in which they come, which is nearly sorted.
    lines: dict[bytes, None] = {}
    marked: list[bytes] = []
    for text in texts:
        found = text.splitlines(keepends=True)
        if _may_have_blank_nodes(text):
            marked += [line for line in found if _BLANK in line]
            found = [line for line in found if _BLANK not in line]
        lines.update(dict.fromkeys(found))
    if marked:
        # Statements without blank nodes have no part in how these are named (RDFC-1.0, section 4.4).
        statements = QuadSet(parse(b"".join(marked), RdfFormat.N_QUADS))
        statements.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        named = serialize(statements, format=RdfFormat.N_QUADS) or b""
        lines.update(dict.fromkeys(named.splitlines(keepends=True)))
    return b"".join(sorted(lines))


def with_blank_nodes(nquads: bytes) -> list[Quad]:
    """The quads that may have a blank node, in the order of the text."""
    if not _may_have_blank_nodes(nquads):
        return []
    lines = (line for line in nquads.splitlines(keepends=True) if _BLANK in line)
    return list(parse(b"".join(lines), RdfFormat.N_QUADS))


def _may_have_blank_nodes(nquads: bytes) -> bool:
    """Whether what begins a label is in the text; a single byte is found ten times as fast as two."""
    return _BLANK[:1] in nquads and _BLANK in nquads


def triples(nquads: bytes) -> Iterator[bytes]:
    """The N-Triples of sorted N-Quads of named graphs, each once, in parts."""
    start, last = 0, b""
    while start < len(nquads):
        end = nquads.find(b"\n", start + _PART) + 1 or len(nquads)
        # The graph is what begins with the last "<"; the same statement in several graphs comes in lines that follow.
        each_once = dict.fromkeys(line[: line.rindex(b" <")] for line in nquads[start:end].splitlines())
        each_once.pop(last, None)
        if each_once:
            last = next(reversed(each_once))
            yield b" .\n".join([*each_once, b""])
        start = end
