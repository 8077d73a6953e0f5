"""The place of each finding: the faulty triple's own, or, for something missing, that of the thing that lacks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pyoxigraph import NamedNode, Quad

from ekograph.authoring.places import START, Places
from ekograph.authoring.text import Place
from ekograph.rdf.dataset import TYPE, Term
from ekograph.validation.shacl.results import Finding
from ekograph.validation.sources import Source

#: Something is missing; what is there is not at fault.
_MISSING = ("MinCount", "QualifiedMinCount", "HasValue")
#: The property itself is at fault, whatever its value.
_ABOUT_THE_PROPERTY = ("ClosedConstraintComponent", "SPARQLConstraintComponent")


class Locator:
    """Finds places in the sources of a check; reads only those files that a finding leads to."""

    def __init__(self, sources: Sequence[Source], quads: Sequence[Quad]) -> None:
        by_graph: dict[str, list[Quad]] = {}
        self._by_subject: dict[Term, list[Quad]] = {}
        for quad in quads:
            by_graph.setdefault(_graph(quad), []).append(quad)
            self._by_subject.setdefault(quad.subject, []).append(quad)
        self._quads = quads
        self._sources = sources
        self._places: dict[str, list[Places]] = {}
        for source in sources:
            places = Places(source, by_graph.get(source.graph, []))
            self._places.setdefault(source.graph, []).append(places)

    def place(self, finding: Finding) -> tuple[str, Place]:
        """The name of the file and the place in it."""
        return (
            self._of_triple(finding)
            or self._of_property(finding)
            or self._of_thing(finding.focus)
            or self._of_mention(finding.focus)
            or self._of_mention(finding.value)
            or self._anywhere()
        )

    def object_of(self, finding: Finding) -> Term | str | None:
        """The value as a term; of what the engine's message gave as text, the one that is an object here."""
        if finding.value is not None and not isinstance(finding.value, str):
            return finding.value
        wanted = (finding.value,) if finding.value is not None else finding.mentioned
        objects = [quad.object for quad in self._stated(finding)] if wanted else []
        return next((each for text in wanted for each in objects if _is(each, text)), finding.value)

    def _stated(self, finding: Finding) -> list[Quad]:
        """The triples of the thing and the property at fault."""
        return [q for q in self._by_subject.get(finding.focus, ()) if q.predicate == finding.path]

    def _of_triple(self, finding: Finding) -> tuple[str, Place] | None:
        value = self.object_of(finding)
        if value is None:
            return None
        found = [quad for quad in self._stated(finding) if _is(quad.object, value)]
        if finding.component == "ClosedConstraintComponent":
            return self._first(found, lambda quad, places: places.of_predicate(*quad.triple))
        return self._first(found, lambda quad, places: places.of_object(*quad.triple))

    def _of_property(self, finding: Finding) -> tuple[str, Place] | None:
        """The property that a thing has wrongly, or its last object, which is one too many."""
        if finding.component.startswith(_MISSING):
            return None
        stated = self._stated(finding)
        if finding.component in _ABOUT_THE_PROPERTY:
            return self._first(stated, lambda quad, places: places.of_predicate(quad.subject, quad.predicate))
        stated.sort(key=self._position, reverse=True)
        return self._first(stated, lambda quad, places: places.of_last_object(quad.subject, quad.predicate))

    def _of_thing(self, thing: Term) -> tuple[str, Place] | None:
        """Where the thing is described: in the file that types it, else in another."""
        stated = sorted(self._by_subject.get(thing, ()), key=lambda quad: quad.predicate != TYPE)
        return self._first(stated, lambda quad, places: places.of_subject(quad.subject))

    def _of_mention(self, term: Term | str | None) -> tuple[str, Place] | None:
        """Where a term that nothing describes is said."""
        if term is None or isinstance(term, str):
            return None
        saying = [quad for quad in self._quads if term in (quad.object, quad.predicate)]
        return self._first(saying, lambda _, places: places.of_term(term))

    def _anywhere(self) -> tuple[str, Place]:
        """The start of the data: for what is stated nowhere."""
        data = [source for source in self._sources if source.kind == "data"]
        return (data or self._sources)[0].name, START

    def _first(self, quads: Iterable[Quad], ask: Callable[[Quad, Places], Place | None]) -> tuple[str, Place] | None:
        for quad in quads:
            for places in self._places.get(_graph(quad), ()):
                found = ask(quad, places)
                if found:
                    return places.source.name, found
        return None

    def _position(self, quad: Quad) -> int:
        """The number of the source in the order in which they are read."""
        return next((n for n, source in enumerate(self._sources) if source.graph == _graph(quad)), 0)


def _graph(quad: Quad) -> str:
    return quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""


def _is(term: Term, value: Term | str | None) -> bool:
    return value in (term, getattr(term, "value", None))
