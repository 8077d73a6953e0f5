"""The shapes graph as the checker needs it: which rule a shape belongs to, what its messages are, and what is run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import groupby
from operator import attrgetter

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, serialize

from ekograph.rdf.dataset import Dataset, Node, Term
from ekograph.rdf.vocab import RDF, RDFS, TYPE
from ekograph.validation.report import GATE

SH = "http://www.w3.org/ns/shacl#"
TARGETS = frozenset(("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf", "targetWhere"))
CLASSES = frozenset((f"{RDFS}Class", "http://www.w3.org/2002/07/owl#Class", f"{SH}ShapeClass"))
SHAPES = frozenset((f"{SH}NodeShape", f"{SH}PropertyShape"))
#: Prefixes that pySHACL knows in a query that does not declare them: rdflib's.
_COMMON = {
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "sh": SH,
    "skos": "http://www.w3.org/2004/02/skos/core#",
}


class ShapesError(Exception):
    """A shapes graph that the engine refuses; the text is the engine's own, in English."""


class ShapesGraph:
    """The triples of all shapes files; immutable. `file_prefixes` are those that the files declare."""

    def __init__(self, quads: Iterable[Quad], file_prefixes: Mapping[str, str] | None = None) -> None:
        self.graph = Dataset(quads, base="", prefixes={}, languages=())
        self._prefixes = {**_COMMON, **(file_prefixes or {})}
        self._store = Store()
        self._heads: dict[tuple[Term, ...], str] = {}

    def messages(self, source: Node) -> list[Literal]:
        """The sh:message values of a shape or constraint."""
        return [text for text in self.graph.objects(source, f"{SH}message") if isinstance(text, Literal)]

    def rule(self, source: Node) -> str:
        """The id of the rule of a shape: the end of its IRI, or of the nearest shape around it, up to a dash.

        Those that come with the program have dashes in their ids.
        """
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
        return local if local.startswith(GATE) else local.partition("-")[0] or local

    def limits(self, shape: Node, component: str) -> tuple[Term, ...]:
        """What the constraint component compares with: the values of its parameter, or the members of that list."""
        name = component.removesuffix("ConstraintComponent")
        limits: list[Term] = []
        for term in self.graph.objects(shape, SH + name[:1].lower() + name[1:]):
            limits += self._members(term)
        return tuple(limits)

    def _members(self, term: Term) -> Iterator[Term]:
        """The members of an RDF list; of what is none, the term itself."""
        seen = set[Term]()
        while isinstance(term, BlankNode) and term not in seen and (first := self.graph.objects(term, f"{RDF}first")):
            seen.add(term)
            yield first[0]
            term = next(iter(self.graph.objects(term, f"{RDF}rest")), term)
        if not seen:
            yield term

    @cached_property
    def stated(self) -> Dataset:
        """The shapes with all their targets: a class that is one is its own, an owl:Class too (SHACL, 2.1.3.3)."""
        targets = list(self._implicit_targets())
        quads = [*self.graph.quads, *targets]
        return Dataset(quads, base="", prefixes={}, languages=()) if targets else self.graph

    @cached_property
    def runnable(self) -> Dataset:
        """What is `stated` as both engines understand it alike.

        Queries are mended that pySHACL takes and the standard does not, and constraints left out whose query is none.
        """
        mended = {quad: text for quad, text in self._queries.items() if text and text != _value(quad)}
        broken = {triple.subject for triple in self.unreadable_queries}
        if not (mended or broken):
            return self.stated
        quads = [
            Quad(quad.subject, quad.predicate, Literal(mended[quad]), quad.graph_name) if quad in mended else quad
            for quad in self.stated.quads
            if not (quad.predicate.value == f"{SH}sparql" and quad.object in broken)
        ]
        return Dataset(quads, base="", prefixes={}, languages=())

    def _implicit_targets(self) -> Iterator[Quad]:
        for quad in self.graph.quads:
            if quad.predicate == TYPE and getattr(quad.object, "value", "") in CLASSES:
                predicates = {stated.predicate.value for stated in self.graph.quads_of(quad.subject)}
                if SHAPES & set(self.graph.types(quad.subject)) or any(name.startswith(SH) for name in predicates):
                    yield Quad(quad.subject, NamedNode(f"{SH}targetClass"), quad.subject, quad.graph_name)

    @cached_property
    def unreadable_queries(self) -> dict[Triple, SyntaxError]:
        """What gives a node a query that no engine reads, with what pyoxigraph says of it."""
        unread = (quad for quad, text in self._queries.items() if text is None)
        errors = ((quad, self._error(self._head(quad) + _value(quad))) for quad in unread)
        return {quad.triple: error for quad, error in errors if error}

    @cached_property
    def _queries(self) -> dict[Quad, str | None]:
        """What gives a node a query, and that query as the engines read it, None if they do not."""
        queries = (quad for quad in self.graph.quads if quad.predicate.value in {f"{SH}select", f"{SH}ask"})
        return {quad: self._mended(quad, _value(quad)) for quad in queries if _value(quad)}

    def _head(self, quad: Quad) -> str:
        owners = tuple(self.graph.objects(quad.subject, f"{SH}prefixes"))
        if owners not in self._heads:
            declared = prefixes(quad.subject, self.graph).items()
            self._heads[owners] = "".join(f"PREFIX {name}: <{iri}> " for name, iri in declared)
        return self._heads[owners]

    def _mended(self, quad: Quad, text: str) -> str | None:
        """The query, or what pySHACL makes of it: with prefixes of the file, grouped by its focus node too."""
        head = self._head(quad)
        if self._error(head + text) is None:
            return text
        more = "".join(f"PREFIX {name}: <{iri}> " for name, iri in self._prefixes.items() if f"{name}:" in text)
        grouped = re.sub(r"\bGROUP\s+BY\b(?![^{}]*\$this)", "GROUP BY $this", text, flags=re.IGNORECASE)
        variants = (more + text, grouped, more + grouped)
        return next((variant for variant in variants if self._error(head + variant) is None), None)

    def _error(self, query: str) -> SyntaxError | None:
        """What pyoxigraph says of a query that it cannot read."""
        try:
            self._store.query(query.replace("$PATH", "<x:path>"))
        except SyntaxError as error:
            return error
        return None


def _value(quad: Quad) -> str:
    return quad.object.value if isinstance(quad.object, Literal) else ""


def ntriples(quads: Iterable[Quad]) -> str:
    """The triples of `quads`, which are sorted, each once, without their graphs, as N-Triples."""
    triples = (triple for triple, _ in groupby(quads, key=attrgetter("triple")))
    return (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode()


def prefixes(source: Node, graph: Dataset) -> Mapping[str, str]:
    """The prefixes that sh:prefixes and sh:declare give a constraint (SHACL, section 5.2.1)."""
    declared = {}
    for owner in graph.objects(source, f"{SH}prefixes"):
        for declaration in graph.objects(owner, f"{SH}declare") if not isinstance(owner, Literal) else ():
            if not isinstance(declaration, Literal):
                prefix, namespace = (_text(graph, declaration, name) for name in ("prefix", "namespace"))
                declared[prefix] = namespace
    return declared


def _text(graph: Dataset, node: Node, name: str) -> str:
    texts = (term.value for term in graph.objects(node, SH + name) if isinstance(term, Literal | NamedNode))
    return next(texts, "")
