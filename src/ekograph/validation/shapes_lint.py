"""The guard of the gate itself: shapes that would let everything pass are results, not a pass.

The terms of SHACL that the engines understand: SHACL Core and SHACL-SPARQL (W3C Recommendation, 2017).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from ekograph.i18n import Messages
from ekograph.rdf.dataset import RDFS, TYPE, Dataset
from ekograph.turtle.lines import Place
from ekograph.validation.parsing import Parsed
from ekograph.validation.report import Result
from ekograph.validation.shacl.shapes import SH, prefixes
from ekograph.validation.term_findings import ENDS, TermFinding, results

_OWL = "http://www.w3.org/2002/07/owl#"
_CLASSES = {f"{RDFS}Class", f"{_OWL}Class"}
_SHAPES = {f"{SH}NodeShape", f"{SH}PropertyShape"}


def find_vacuous_shapes(files: Sequence[Parsed], graph: Dataset, known: Sequence[bytes], say: Messages) -> list[Result]:
    """The faults of the shapes: none at all, misspelt terms, targets that `known` lacks, queries that do not parse.

    `graph` is all that the files say, `known` the ontology and the data, as N-Triples.
    """
    if not any(q.predicate.value.removeprefix(SH) in TARGETS for q in graph.quads):
        return [_no_shapes(files, say)]
    terms = _Known(known)
    found = []
    for each in files:
        flaws = [*_unknown_terms(each.quads, say), *_targets(each.quads, terms, say)]
        flaws += [*_idle(each.quads, graph, say), *_queries(each.quads, graph, say)]
        found += results(flaws, each, say)
    return found


class _Known:
    """The terms that ontology and data use, by role, looked for in their N-Triples."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        self._texts = texts
        self._found: dict[tuple[str, str], bool] = {}

    def has(self, iri: str, role: str) -> bool:
        """Whether it is the subject or object of a statement, or the predicate, if that is its role."""
        if (iri, role) not in self._found:
            name, or_says = f"<{iri}> ".encode(), role == "property"
            self._found[iri, role] = any(_leads_to(name, each, or_says) or _said_of(name, each) for each in self._texts)
        return self._found[iri, role]

    def near(self, iri: str, role: str) -> str | None:
        """The term of that role nearest to a misspelt one, or None."""
        from ekograph.validation.suggestions import KnownTerms

        return KnownTerms(self._terms["node"] | self._terms.get(role, set())).nearest(iri)

    @cached_property
    def _terms(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {"property": set(), "node": set()}
        for quad in (quad for text in self._texts for quad in parse(text, RdfFormat.N_TRIPLES)):
            found["property"].add(quad.predicate.value)
            found["node"].update(each.value for each in (quad.subject, quad.object) if isinstance(each, NamedNode))
        return found


#: What follows the object of a statement.
_END = re.compile(rb"\.\n")


def _said_of(name: bytes, nquads: bytes) -> bool:
    """Whether a term, with the space after it, is the subject of a line."""
    return nquads.startswith(name) or b"\n" + name in nquads


def _leads_to(name: bytes, nquads: bytes, or_says: bool) -> bool:
    """Whether a term, with the space after it, is the object of a line, or, if asked for, its property."""
    sought = b" " + name
    at = nquads.find(sought)
    while at >= 0:
        if _END.match(nquads, at + len(sought)):
            return True
        if or_says and b" " not in nquads[nquads.rfind(b"\n", 0, at) + 1 : at]:
            return True
        at = nquads.find(sought, at + 1)
    return False


def _no_shapes(files: Sequence[Parsed], say: Messages) -> Result:
    name = files[0].source.name if files else "shapes"
    return Result("gate-no-shapes", "Violation", name, 1, 1, None, None, None, say("gate-no-shapes"), say.language)


def _unknown_terms(quads: Iterable[Quad], say: Messages) -> Iterator[TermFinding]:
    for quad in quads:
        for end, term in zip(ENDS, quad.triple, strict=True):
            local = term.value.removeprefix(SH) if isinstance(term, NamedNode) and term.value.startswith(SH) else ""
            if local and local not in TERMS:
                near = nearest(local)
                hint = f" {say('did-you-mean', found=f'sh:{near}')}" if near else ""
                yield TermFinding("gate-unknown-term", quad, end, say("gate-unknown-term", term=f"sh:{local}") + hint)


def _targets(quads: Iterable[Quad], known: _Known, say: Messages) -> Iterator[TermFinding]:
    for quad in quads:
        role = ROLES.get(quad.predicate.value.removeprefix(SH))
        if role is None or not isinstance(quad.object, NamedNode):
            continue
        iri = quad.object.value
        if known.has(iri, role):
            continue
        near = known.near(iri, role)
        hint = f" {say('did-you-mean', found=f'<{near}>')}" if near else ""
        yield TermFinding("gate-unknown-target", quad, "object", say(f"gate-unknown-{role}", iri=iri) + hint)


def _idle(quads: Iterable[Quad], graph: Dataset, say: Messages) -> Iterator[TermFinding]:
    """Shapes that nothing leads to: without a target and part of no other shape."""
    for quad in quads:
        if quad.predicate != TYPE or getattr(quad.object, "value", "") not in _SHAPES:
            continue
        shape = quad.subject
        targeted = any(q.predicate.value.removeprefix(SH) in TARGETS for q in graph.quads_of(shape))
        if not (targeted or graph.quads_to(shape) or _CLASSES & set(graph.types(shape))):
            yield TermFinding("gate-no-target", quad, "subject", say("gate-no-target"))


def _queries(quads: Iterable[Quad], graph: Dataset, say: Messages) -> Iterator[TermFinding]:
    empty = Store()
    for quad in quads:
        if quad.predicate.value not in {f"{SH}select", f"{SH}ask"} or not isinstance(quad.object, Literal):
            continue
        head = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in prefixes(quad.subject, graph).items())
        try:
            empty.query(head + quad.object.value.replace("$PATH", "<x:path>"))
        except SyntaxError as error:
            line = error.lineno or 1
            within = Place(line, error.offset or 1) if line > 1 else None
            yield TermFinding("gate-query", quad, "object", say("gate-query"), within)


_SHACL_CLASSES = """
    Shape NodeShape PropertyShape PropertyGroup PrefixDeclaration ConstraintComponent Parameter Parameterizable
    Validator SPARQLConstraint SPARQLAskValidator SPARQLSelectValidator SPARQLAskExecutable SPARQLSelectExecutable
    SPARQLExecutable NodeKind Severity ValidationReport ValidationResult AbstractResult
"""
_VALUES = """
    BlankNode IRI Literal BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral Info Warning Violation
"""
_TARGETS = "targetNode targetClass targetSubjectsOf targetObjectsOf"
_PATHS = "path inversePath alternativePath zeroOrMorePath oneOrMorePath zeroOrOnePath"
_CONSTRAINTS = """
    class datatype nodeKind minCount maxCount minExclusive minInclusive maxExclusive maxInclusive minLength
    maxLength pattern flags languageIn uniqueLang equals disjoint lessThan lessThanOrEquals not and or xone node
    property qualifiedValueShape qualifiedMinCount qualifiedMaxCount qualifiedValueShapesDisjoint closed
    ignoredProperties hasValue in sparql select ask prefixes declare prefix namespace
    validator nodeValidator propertyValidator parameter optional labelTemplate
"""
_SAID = "name description order group defaultValue message severity deactivated shapesGraph entailment"

TARGETS = frozenset(_TARGETS.split())
TERMS = frozenset(f"{_SHACL_CLASSES} {_VALUES} {_TARGETS} {_PATHS} {_CONSTRAINTS} {_SAID}".split())

#: What each target is looked for as: the role of the term in the data.
ROLES = {"targetClass": "class", "targetSubjectsOf": "property", "targetObjectsOf": "property", "targetNode": "node"}


def nearest(term: str) -> str | None:
    """The term of SHACL that was meant by a misspelt one, or None."""
    from difflib import get_close_matches

    folded = {each.lower(): each for each in sorted(TERMS)}
    found = get_close_matches(term.lower(), folded, n=1, cutoff=0.7)
    return folded[found[0]] if found else None
