"""The guard of the gate itself: shapes that would let everything pass are results, not a pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import Literal, NamedNode, Quad, Store

from ekograph.authoring import vocabulary
from ekograph.authoring.flaws import ENDS, Flaw, results
from ekograph.authoring.names import Names
from ekograph.authoring.places import Places
from ekograph.authoring.report import Result
from ekograph.authoring.shapes import SH, prefixes
from ekograph.authoring.syntax import Parsed
from ekograph.authoring.text import Place
from ekograph.dataset import RDFS, TYPE, Dataset
from ekograph.i18n import Messages

_OWL = "http://www.w3.org/2002/07/owl#"
_CLASSES = {f"{RDFS}Class", f"{_OWL}Class"}
_SHAPES = {f"{SH}NodeShape", f"{SH}PropertyShape"}


def vacuous(files: Sequence[Parsed], known: Iterable[Quad], say: Messages) -> list[Result]:
    """The faults of the shapes: none at all, misspelt terms, targets unknown to `known`, queries that do not parse."""
    graph = Dataset((q for each in files for q in each.quads), base="", prefixes={}, languages=())
    if not any(q.predicate.value.removeprefix(SH) in vocabulary.TARGETS for q in graph.quads):
        return [_no_shapes(files, say)]
    terms = _Known(known)
    found = []
    for each in files:
        flaws = [*_unknown_terms(each.quads, say), *_targets(each.quads, terms, say)]
        flaws += [*_idle(each.quads, graph, say), *_queries(each.quads, graph, say)]
        found += results(flaws, Places(each.source, each.quads), say)
    return found


class _Known:
    """The terms that ontology and data use, by role."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self.nodes: set[str] = set()
        self.classes: set[str] = set()
        self.properties: set[str] = set()
        for quad in quads:
            self.properties.add(quad.predicate.value)
            self.nodes.add(getattr(quad.subject, "value", ""))
            if isinstance(quad.object, NamedNode):
                self.nodes.add(quad.object.value)
                if quad.predicate == TYPE:
                    self.classes.add(quad.object.value)

    def near(self, iri: str, role: str) -> str | None:
        """The term of that role nearest to a misspelt one, or None."""
        terms = {"class": self.classes | self.nodes, "property": self.properties | self.nodes}.get(role, self.nodes)
        return Names(terms).nearest(iri)


def _no_shapes(files: Sequence[Parsed], say: Messages) -> Result:
    name = files[0].source.name if files else "shapes"
    return Result("gate-no-shapes", "Violation", name, 1, 1, None, None, None, say("gate-no-shapes"), say.language)


def _unknown_terms(quads: Iterable[Quad], say: Messages) -> Iterator[Flaw]:
    for quad in quads:
        for end, term in zip(ENDS, quad.triple, strict=True):
            local = term.value.removeprefix(SH) if isinstance(term, NamedNode) and term.value.startswith(SH) else ""
            if local and local not in vocabulary.TERMS:
                near = vocabulary.nearest(local)
                hint = f" {say('did-you-mean', found=f'sh:{near}')}" if near else ""
                yield Flaw("gate-unknown-term", quad, end, say("gate-unknown-term", term=f"sh:{local}") + hint)


def _targets(quads: Iterable[Quad], known: _Known, say: Messages) -> Iterator[Flaw]:
    for quad in quads:
        role = vocabulary.ROLES.get(quad.predicate.value.removeprefix(SH))
        if role is None or not isinstance(quad.object, NamedNode):
            continue
        iri = quad.object.value
        if iri in known.nodes or iri in (known.properties if role == "property" else known.classes):
            continue
        near = known.near(iri, role)
        hint = f" {say('did-you-mean', found=f'<{near}>')}" if near else ""
        yield Flaw("gate-unknown-target", quad, "object", say(f"gate-unknown-{role}", iri=iri) + hint)


def _idle(quads: Iterable[Quad], graph: Dataset, say: Messages) -> Iterator[Flaw]:
    """Shapes that nothing leads to: without a target and part of no other shape."""
    for quad in quads:
        if quad.predicate != TYPE or getattr(quad.object, "value", "") not in _SHAPES:
            continue
        shape = quad.subject
        targeted = any(q.predicate.value.removeprefix(SH) in vocabulary.TARGETS for q in graph.quads_of(shape))
        if not (targeted or graph.quads_to(shape) or _CLASSES & set(graph.types(shape))):
            yield Flaw("gate-no-target", quad, "subject", say("gate-no-target"))


def _queries(quads: Iterable[Quad], graph: Dataset, say: Messages) -> Iterator[Flaw]:
    for quad in quads:
        if quad.predicate.value not in {f"{SH}select", f"{SH}ask"} or not isinstance(quad.object, Literal):
            continue
        head = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in prefixes(quad.subject, graph).items())
        try:
            Store().query(head + quad.object.value.replace("$PATH", "<x:path>"))
        except SyntaxError as error:
            line = error.lineno or 1
            within = Place(line, error.offset or 1) if line > 1 else None
            yield Flaw("gate-query", quad, "object", say("gate-query"), within)
