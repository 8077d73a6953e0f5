"""Statements as the lines of their N-Quads, in canonical order and labels (RDFC-1.0).

A line is a statement, and nothing in it but the last characters ends it, so that a site of a million statements is
sorted and joined as text, in C. Only lines with blank nodes are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, NamedNode, Quad, RdfFormat, parse, serialize
from pyoxigraph import Dataset as QuadSet

from ekograph.rdf.dataset import Term

_BLANK = b"_:"


def canonical(quads: Iterable[Quad]) -> bytes:
    """The quads as sorted N-Quads, their blank nodes named by RDFC-1.0."""
    return joined([serialize(quads, format=RdfFormat.N_QUADS) or b""])


def joined(texts: Iterable[bytes]) -> bytes:
    """N-Quads of several files as one canonical text; no two of them share a blank node by chance."""
    # In the order in which they come, which is nearly sorted.
    lines: dict[bytes, None] = {}
    marked: list[bytes] = []
    for text in texts:
        lines_of = text.splitlines(keepends=True)
        if _may_have_blank_nodes(text):
            marked += [line for line in lines_of if _BLANK in line]
            lines_of = [line for line in lines_of if _BLANK not in line]
        lines.update(dict.fromkeys(lines_of))
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


def graph_of(line: bytes) -> bytes:
    """The IRI or the blank node that names the graph of a statement in canonical N-Quads; b"" for the default graph."""
    value = line.split(b" ", 2)[2]
    if value.startswith(b'"'):
        value = value[value.rindex(b'"') + 1 :]
    elif value.startswith(b"<<("):
        value = value[value.rindex(b")>>") :]
    _, *names, _ = value.split(b" ")
    return names[0] if names else b""


def _may_have_blank_nodes(nquads: bytes) -> bool:
    """Whether what begins a label is in the text; a single byte is found ten times as fast as two."""
    return _BLANK[:1] in nquads and _BLANK in nquads


def find_costly_blank_node(triples: Iterable[tuple[Term, NamedNode, Term]]) -> BlankNode | None:
    """A blank node of a tangle that would take canonicalisation (RDFC-1.0) minutes or for ever, or None.

    Its cost explodes with the number of linked nodes of which the same is said (RDF Dataset Canonicalization,
    section 7.1): here a dozen may be linked in any way, a hundred in chains and trees.
    """
    triples = list(triples)
    colours = _refined(triples, {end: 0 for item in triples for end in item[::2] if isinstance(end, BlankNode)})
    alike = Counter(colours.values())
    links = [
        (subject, value)
        for subject, _, value in triples
        if isinstance(subject, BlankNode) and isinstance(value, BlankNode)
        if alike[colours[subject]] > 1 and alike[colours[value]] > 1
    ]
    return next((tangle[0] for tangle, count in _linked(links) if _costly(len(tangle), count)), None)


def _costly(nodes: int, links: int) -> bool:
    return nodes > 12 and (nodes > 100 or links > nodes)


def _linked(links: Sequence[tuple[BlankNode, BlankNode]]) -> Iterator[tuple[list[BlankNode], int]]:
    """The groups of linked nodes, and how many links each has."""
    near: dict[BlankNode, list[BlankNode]] = {}
    for one, other in links:
        near.setdefault(one, []).append(other)
        near.setdefault(other, []).append(one)
    seen: set[BlankNode] = set()
    for start in near:
        if start in seen:
            continue
        group, pending = [], [start]
        seen.add(start)
        while pending:
            node = pending.pop()
            group.append(node)
            fresh = [item for item in dict.fromkeys(near[node]) if item not in seen]
            seen.update(fresh)
            pending += fresh
        yield group, sum(len(near[item]) for item in group) // 2


def _refined(
    triples: Iterable[tuple[Term, NamedNode, Term]], colours: Mapping[BlankNode, int]
) -> Mapping[BlankNode, int]:
    seen: dict[BlankNode, list[int]] = {node: [] for node in colours}
    for subject, predicate, value in triples:
        if isinstance(subject, BlankNode):
            seen[subject].append(hash(("out", predicate, _colour(value, colours))))
        if isinstance(value, BlankNode):
            seen[value].append(hash(("in", predicate, _colour(subject, colours))))
    return {node: hash((colours[node], tuple(sorted(said)))) for node, said in seen.items()}


def _colour(term: Term, colours: Mapping[BlankNode, int]) -> object:
    return colours[term] if isinstance(term, BlankNode) else term
