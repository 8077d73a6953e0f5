"""The place of each finding: the faulty triple's own, or, for something missing, that of the thing that lacks it."""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import NamedNode, Quad

from ekograph.authoring.places import Places
from ekograph.authoring.shacl import Finding
from ekograph.authoring.sources import Source
from ekograph.authoring.text import Place
from ekograph.dataset import TYPE, Term

_ABOUT_THE_PROPERTY = {"ClosedConstraintComponent", "SPARQLConstraintComponent"}


class Locator:
    """Finds places in the sources of a check; reads only those files that a finding leads to."""

    def __init__(self, sources: Sequence[Source], quads: Sequence[Quad]) -> None:
        self._places: dict[str, list[Places]] = {}
        by_graph: dict[str, list[Quad]] = {}
        for quad in quads:
            by_graph.setdefault(getattr(quad.graph_name, "value", ""), []).append(quad)
        for source in sources:
            places = Places(source, by_graph.get(source.graph, []))
            self._places.setdefault(source.graph, []).append(places)
        self._by_subject: dict[Term, list[Quad]] = {}
        for quad in quads:
            self._by_subject.setdefault(quad.subject, []).append(quad)
        self._quads = quads

    def place(self, finding: Finding) -> tuple[str, Place]:
        """The name of the file and the place in it."""
        return (
            self._of_triple(finding)
            or self._of_property(finding)
            or self._of_thing(finding.focus)
            or self._of_value(finding)
            or self._anywhere()
        )

    def object_of(self, finding: Finding) -> Term | str | None:
        """The value as a term, where the engine's message gave only its text."""
        if not isinstance(finding.value, str) or finding.path is None:
            return finding.value
        for quad in self._by_subject.get(finding.focus, ()):
            if quad.predicate == finding.path and getattr(quad.object, "value", None) == finding.value:
                return quad.object
        return finding.value

    def _of_triple(self, finding: Finding) -> tuple[str, Place] | None:
        if finding.path is None or finding.value is None:
            return None
        for quad in self._by_subject.get(finding.focus, ()):
            if quad.predicate != finding.path:
                continue
            if finding.value not in (quad.object, getattr(quad.object, "value", None)):
                continue
            for places in self._files(quad):
                if finding.component == "ClosedConstraintComponent":
                    found = places.of_predicate(finding.focus, finding.path, quad.object)
                else:
                    found = places.of_object(finding.focus, finding.path, quad.object)
                if found:
                    return places.source.name, found
        return None

    def _of_property(self, finding: Finding) -> tuple[str, Place] | None:
        """The property that a thing has wrongly, or once too often."""
        if finding.path is None or finding.component.startswith(("MinCount", "QualifiedMinCount", "HasValue")):
            return None
        stated = [q for q in self._by_subject.get(finding.focus, ()) if q.predicate == finding.path]
        for quad in reversed(stated):
            for places in self._files(quad):
                if finding.component in _ABOUT_THE_PROPERTY:
                    found = places.of_predicate(finding.focus, finding.path)
                else:
                    found = places.of_last_object(finding.focus, finding.path)
                if found:
                    return places.source.name, found
        return None

    def _of_thing(self, thing: Term) -> tuple[str, Place] | None:
        stated = sorted(self._by_subject.get(thing, ()), key=lambda quad: quad.predicate != TYPE)
        for quad in stated:
            for places in self._files(quad):
                if found := places.of_subject(thing):
                    return places.source.name, found
        return None

    def _of_value(self, finding: Finding) -> tuple[str, Place] | None:
        """Where the thing, described nowhere, is pointed to; else where the value is."""
        wanted = [finding.focus, finding.value]
        for term in wanted:
            for quad in self._quads:
                if term is not None and term in (quad.object, quad.predicate):
                    places = next(iter(self._files(quad)), None)
                    if places and not isinstance(term, str):
                        return places.source.name, places.of_term(term)
        return None

    def _anywhere(self) -> tuple[str, Place]:
        every = [places.source for group in self._places.values() for places in group]
        data = [source for source in every if source.kind == "data"]
        return (data or every)[0].name, Place(1, 1)

    def _files(self, quad: Quad) -> list[Places]:
        graph = quad.graph_name
        return self._places.get(graph.value, []) if isinstance(graph, NamedNode) else []
