"""What publication adds to what was written: the inverse links that SKOS tools look for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Quad

from ekograph.dataset import SKOS

#: What is written, and its inverse, which is added (SKOS S8 and S25).
INVERSES = {
    NamedNode(f"{SKOS}broader"): NamedNode(f"{SKOS}narrower"),
    NamedNode(f"{SKOS}topConceptOf"): NamedNode(f"{SKOS}hasTopConcept"),
}


def derived(quads: Iterable[Quad], base: str) -> Iterator[Quad]:
    """The inverses that are not stated yet, in the graph `{base}graph/derived`."""
    stated = {quad.triple for quad in quads}
    graph = NamedNode(f"{base}graph/derived")
    for triple in sorted(stated, key=str):
        inverse = INVERSES.get(triple.predicate)
        if inverse is None or isinstance(triple.object, Literal):
            continue
        quad = Quad(triple.object, inverse, triple.subject, graph)
        if quad.triple not in stated:
            yield quad
