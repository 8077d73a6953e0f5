"""What publication adds to what was written: the inverse links that SKOS tools look for."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse, serialize

from ekograph.authoring.canonical import canonical
from ekograph.dataset import SKOS

#: What is written, and its inverse, which is added (SKOS S8 and S25).
INVERSES = {
    NamedNode(f"{SKOS}broader"): NamedNode(f"{SKOS}narrower"),
    NamedNode(f"{SKOS}topConceptOf"): NamedNode(f"{SKOS}hasTopConcept"),
}


def derived(quads: Iterable[Quad], base: str) -> Iterator[Quad]:
    """The inverses that are not stated yet, in the graph `{base}graph/derived`."""
    of_interest = {*INVERSES, *INVERSES.values()}
    stated = {quad.triple for quad in quads if quad.predicate in of_interest}
    graph = NamedNode(f"{base}graph/derived")
    for triple in sorted(stated, key=str):
        inverse = INVERSES.get(triple.predicate)
        if inverse is None or isinstance(triple.object, Literal):
            continue
        quad = Quad(triple.object, inverse, triple.subject, graph)
        if quad.triple not in stated:
            yield quad


def with_derived(quads: Sequence[Quad], nquads: bytes, base: str) -> tuple[bytes, Iterable[Quad]]:
    """The dataset with what is derived from it, as canonical N-Quads (RDFC-1.0) and as sorted quads.

    `quads` are sorted, and what reading the canonical `nquads` gives.
    """
    added = sorted(derived(quads, base), key=str)
    if any(isinstance(each, BlankNode) for quad in added for each in (quad.subject, quad.object)):
        whole = canonical([*quads, *added])
        return whole, parse(whole, RdfFormat.N_QUADS)
    # Quads without blank nodes change no label (RDFC-1.0, section 4.4), so that nothing need be written anew.
    new = (serialize(added, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    lines = sorted([*nquads.splitlines(keepends=True), *new])
    return b"".join(lines), heapq.merge(quads, added, key=str)
