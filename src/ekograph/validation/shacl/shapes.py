"""The shapes graph as the checker needs it: which rule a shape belongs to, and what its messages are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, serialize

from ekograph.rdf.dataset import RDF, Dataset, Node, Term

SH = "http://www.w3.org/ns/shacl#"


class ShapesError(Exception):
    """A shapes graph that the engine refuses; the text is the engine's own, in English."""


class ShapesGraph:
    """The triples of all shapes files; immutable."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self.graph = Dataset(quads, base="", prefixes={}, languages=())

    def messages(self, source: Node) -> list[Literal]:
        """The sh:message values of a shape or constraint."""
        return [each for each in self.graph.objects(source, f"{SH}message") if isinstance(each, Literal)]

    def rule(self, source: Node) -> str:
        """The id of the rule of a shape: the end of its IRI, or of the nearest shape around it, up to a dash."""
        node, seen = source, set[Node]()
        while isinstance(node, BlankNode) and node not in seen:
            seen.add(node)
            around = self.graph.quads_to(node)
            if not around:
                break
            node = around[0].subject
        if not isinstance(node, NamedNode):
            return "shape"
        local = node.value.rstrip("/#").rpartition("#")[2].rpartition("/")[2]
        return local.partition("-")[0] or local

    def limits(self, shape: Node, component: str) -> tuple[Term, ...]:
        """What the constraint component compares with: the values of its parameter, or the members of that list."""
        name = component.removesuffix("ConstraintComponent")
        found: list[Term] = []
        for term in self.graph.objects(shape, SH + name[:1].lower() + name[1:]):
            found += self._members(term)
        return tuple(found)

    def _members(self, term: Term) -> Iterator[Term]:
        """The members of an RDF list; of what is none, the term itself."""
        seen = set[Term]()
        while isinstance(term, BlankNode) and term not in seen and (first := self.graph.objects(term, f"{RDF}first")):
            seen.add(term)
            yield first[0]
            term = next(iter(self.graph.objects(term, f"{RDF}rest")), term)
        if not seen:
            yield term


def ntriples(quads: Iterable[Quad]) -> str:
    """The triples of `quads`, which are sorted, each once, without their graphs, as N-Triples."""
    triples = (triple for triple, _ in groupby(quads, key=attrgetter("triple")))
    return (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode()


def prefixes(source: Node, graph: Dataset) -> Mapping[str, str]:
    """The prefixes that sh:prefixes and sh:declare give a constraint (SHACL, section 5.2.1)."""
    found = {}
    for owner in graph.objects(source, f"{SH}prefixes"):
        for declaration in graph.objects(owner, f"{SH}declare") if not isinstance(owner, Literal) else ():
            if not isinstance(declaration, Literal):
                prefix, namespace = (_text(graph, declaration, name) for name in ("prefix", "namespace"))
                found[prefix] = namespace
    return found


def _text(graph: Dataset, node: Node, name: str) -> str:
    return next((each.value for each in graph.objects(node, SH + name) if isinstance(each, Literal | NamedNode)), "")
