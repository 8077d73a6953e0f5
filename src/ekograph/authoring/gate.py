"""Guards of the gate itself: shapes that would let everything pass, and data that no reader should be given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from pyoxigraph import Literal, NamedNode, Quad, Store

from ekograph.authoring import vocabulary
from ekograph.authoring.places import Places
from ekograph.authoring.report import Result
from ekograph.authoring.shapes import SH, ShapesGraph
from ekograph.authoring.syntax import Parsed
from ekograph.authoring.text import Place
from ekograph.dataset import RDFS, TYPE, Dataset, Node, Term
from ekograph.i18n import Messages

_OWL = "http://www.w3.org/2002/07/owl#"
_CLASSES = {f"{RDFS}Class", f"{_OWL}Class"}
_SHAPES = {f"{SH}NodeShape", f"{SH}PropertyShape"}

#: Characters that XML 1.0 cannot carry (section 2.2), and with it RDF/XML and SPARQL's XML results.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
#: Schemes of IRIs that name or locate things; others (javascript:, data:, file:) run or hold something.
SCHEMES = frozenset(
    {"http", "https", "mailto", "tel", "urn", "info", "tag", "geo", "doi", "did", "ark", "ni", "ftp", "sip", "xmpp"}
)


def shapes_results(files: Sequence[Parsed], known: Iterable[Quad], say: Messages) -> list[Result]:
    """The faults of the shapes: none at all, misspelt terms, targets unknown to `known`, queries that do not parse."""
    graph = Dataset((q for each in files for q in each.quads), base="", prefixes={}, languages=())
    if not any(q.predicate.value.removeprefix(SH) in vocabulary.TARGETS for q in graph.quads):
        return [_no_shapes(files, say)]
    terms = _Known(known)
    found = []
    for each in files:
        places = Places(each.source, each.quads)
        found += [_result(places, rule, quad, text, say) for rule, quad, text in _unknown_terms(each.quads, say)]
        found += [_result(places, rule, quad, text, say) for rule, quad, text in _targets(each.quads, terms, say)]
        found += [_result(places, rule, quad, text, say) for rule, quad, text in _idle(each.quads, graph, say)]
        found += list(_queries(each.quads, graph, places, say))
    return found


def data_results(files: Sequence[Parsed], say: Messages) -> list[Result]:
    """The faults of the data that no shape can tell: none at all, characters or IRIs that are unfit to publish."""
    data = [each for each in files if each.source.kind == "data"]
    if not any(each.quads for each in data):
        name = data[0].source.name if data else "data"
        return [Result("gate-empty", "Violation", name, 1, 1, None, None, None, say("gate-empty"), say.language)]
    return [result for each in files for result in _unfit(each, say)]


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
        found = get_close_matches(iri, sorted(terms), n=1, cutoff=0.9)
        return found[0] if found else None


def _no_shapes(files: Sequence[Parsed], say: Messages) -> Result:
    name = files[0].source.name if files else "shapes"
    return Result("gate-no-shapes", "Violation", name, 1, 1, None, None, None, say("gate-no-shapes"), say.language)


def _unknown_terms(quads: Iterable[Quad], say: Messages) -> Iterator[tuple[str, Quad, str]]:
    for quad in quads:
        for term in (quad.predicate, quad.object):
            local = term.value.removeprefix(SH) if isinstance(term, NamedNode) and term.value.startswith(SH) else ""
            if local and local not in vocabulary.TERMS:
                near = vocabulary.nearest(local)
                hint = f" {say('did-you-mean', found=f'sh:{near}')}" if near else ""
                yield "gate-unknown-term", quad, say("gate-unknown-term", term=f"sh:{local}") + hint


def _targets(quads: Iterable[Quad], known: _Known, say: Messages) -> Iterator[tuple[str, Quad, str]]:
    for quad in quads:
        role = vocabulary.ROLES.get(quad.predicate.value.removeprefix(SH))
        if role is None or not isinstance(quad.object, NamedNode):
            continue
        iri = quad.object.value
        if iri in known.nodes or iri in (known.properties if role == "property" else known.classes):
            continue
        near = known.near(iri, role)
        hint = f" {say('did-you-mean', found=f'<{near}>')}" if near else ""
        yield "gate-unknown-target", quad, say(f"gate-unknown-{role}", iri=iri) + hint


def _idle(quads: Iterable[Quad], graph: Dataset, say: Messages) -> Iterator[tuple[str, Quad, str]]:
    """Shapes that nothing leads to: without a target and part of no other shape."""
    for quad in quads:
        if quad.predicate != TYPE or getattr(quad.object, "value", "") not in _SHAPES:
            continue
        shape = quad.subject
        targeted = any(q.predicate.value.removeprefix(SH) in vocabulary.TARGETS for q in graph.quads_of(shape))
        if not (targeted or graph.quads_to(shape) or _CLASSES & set(graph.types(shape))):
            yield "gate-no-target", quad, say("gate-no-target")


def _queries(quads: Iterable[Quad], graph: Dataset, places: Places, say: Messages) -> Iterator[Result]:
    for quad in quads:
        if quad.predicate.value not in {f"{SH}select", f"{SH}ask"} or not isinstance(quad.object, Literal):
            continue
        head = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in _prefixes(quad.subject, graph).items())
        try:
            Store().query(head + quad.object.value.replace("$PATH", "<x:path>"))
        except SyntaxError as error:
            place = places.of_object(quad.subject, quad.predicate, quad.object) or Place(1, 1)
            if error.lineno and error.lineno > 1:
                place = Place(place.line + error.lineno - 1, error.offset or 1)
            yield _at(places, "gate-query", quad, place, say("gate-query"), say)


def _prefixes(source: Node, graph: Dataset) -> Mapping[str, str]:
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


def _unfit(file: Parsed, say: Messages) -> Iterator[Result]:
    places = Places(file.source, file.quads)
    for quad in file.quads:
        if isinstance(quad.object, Literal) and (match := _NOT_IN_XML.search(quad.object.value)):
            code = f"U+{ord(match.group()):04X}"
            yield _result(places, "gate-character", quad, say("gate-character", code=code), say)
        for term in (quad.subject, quad.predicate, quad.object):
            if isinstance(term, NamedNode) and (scheme := term.value.partition(":")[0].lower()) not in SCHEMES:
                yield _result(places, "gate-scheme", quad, say("gate-scheme", scheme=scheme), say, at=term)


def _result(places: Places, rule: str, quad: Quad, message: str, say: Messages, *, at: Term | None = None) -> Result:
    """A result at the object of a triple, or at its property or subject if that is `at` or no term of ours."""
    misspelt = rule == "gate-unknown-term" and quad.predicate.value.removeprefix(SH) not in vocabulary.TERMS
    if at == quad.subject:
        place = places.of_subject(quad.subject)
    elif at == quad.predicate or (misspelt and quad.predicate.value.startswith(SH)):
        place = places.of_predicate(quad.subject, quad.predicate, quad.object)
    elif rule == "gate-no-target":
        place = places.of_subject(quad.subject)
    else:
        place = places.of_object(quad.subject, quad.predicate, quad.object)
    return _at(places, rule, quad, place or Place(1, 1), message, say)


def _at(places: Places, rule: str, quad: Quad, place: Place, message: str, say: Messages) -> Result:
    return Result(
        rule,
        "Violation",
        places.source.name,
        *place,
        plain(quad.subject),
        plain(quad.predicate),
        plain(quad.object),
        message,
        say.language,
    )


def plain(term: Term | str | None) -> str | None:
    """A term for a report: an IRI bare, other terms as in N-Triples."""
    if term is None or isinstance(term, str):
        return term
    return term.value if isinstance(term, NamedNode) else str(term)
