"""Checks of the shapes themselves: those that would let everything pass are findings.

The terms of SHACL that the engines understand: SHACL Core and SHACL-SPARQL (W3C Recommendation, 2017), and those of
SHACL 1.2 (W3C Working Drafts, 2025) that the fast engine does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from ekograph.i18n import Messages
from ekograph.rdf.dataset import Dataset
from ekograph.rdf.vocab import TYPE
from ekograph.turtle.lines import Place
from ekograph.validation.parsing import Parsed
from ekograph.validation.report import Finding
from ekograph.validation.shacl.shapes import CLASSES, SH, SHAPES, TARGETS, ShapesGraph
from ekograph.validation.term_faults import ENDS, TermFault, at_terms, grouped

if TYPE_CHECKING:
    from ekograph.validation.suggestions import KnownTerms


def find_vacuous_shapes(
    files: Sequence[Parsed], shapes: ShapesGraph, known: Sequence[bytes], base: str, messages: Messages
) -> list[Finding]:
    """The faults of the shapes: none at all, misspelt terms, targets that `known` lacks, queries that do not parse.

    `shapes` is all that the files say, `known` the ontology and the data, as N-Triples. Of files without a shape
    under `base` there are only warnings, one for each rule: others' shapes are used as they are.
    """
    if not any(quad.predicate.value.removeprefix(SH) in TARGETS for quad in shapes.stated.quads):
        name, severity = (files[0].source.name, "Violation") if files else ("shapes", "Warning")
        message = messages("gate-no-shapes")
        return [Finding("gate-no-shapes", severity, name, 1, 1, None, None, None, message, messages.language)]
    terms = _KnownTerms(known)
    findings = []
    for file in files:
        of_site = bool(base) and _has_shape_under(base, file.ntriples)
        named = {match[1].decode() for match in _NAMED.finditer(file.ntriples)}
        # Reading triples takes long, and most of them say nothing that is looked for here.
        lines = (line for line in file.ntriples.splitlines(keepends=True) if _TARGET_OR_SHAPE.search(line))
        quads = list(parse(b"".join(lines), RdfFormat.N_TRIPLES))
        faults = list(_unknown_terms(file.quads, messages)) if named - TERMS else []
        faults += [*_targets(quads, terms, messages, hints=of_site), *_idle(quads, shapes.graph, messages)]
        if shapes.unreadable_queries:
            faults += _queries(file.quads, shapes, messages)
        findings += at_terms(faults if of_site else [*grouped(faults, messages)], file, messages)
    return findings


_NAMED = re.compile(rb"<%s([^>]*)>" % re.escape(SH.encode()))
_TARGET_OR_SHAPE = re.compile(rb"<%s(target|NodeShape>|PropertyShape>)" % re.escape(SH.encode()))


def _has_shape_under(base: str, ntriples: bytes) -> bool:
    """Whether a subject under `base` is a shape, or has a property of one."""
    start, shacl = re.escape(f"<{base}".encode()), re.escape(SH.encode())
    shape = rb"^%s[^>]*> <(%s|[^>]*> <%s(Node|Property)Shape>)" % (start, shacl, shacl)
    return bool(re.search(shape, ntriples, re.MULTILINE))


class _KnownTerms:
    """The terms that ontology and data use, by role, looked for in their N-Triples."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        self._texts = texts
        self._known: dict[tuple[str, str], bool] = {}

    def has(self, iri: str, role: str) -> bool:
        """Whether it is the subject or object of a statement, or the predicate, if that is its role."""
        if (iri, role) not in self._known:
            name, or_says = f"<{iri}> ".encode(), role == "property"
            self._known[iri, role] = any(
                text.startswith(name) or b"\n" + name in text or _leads_to(name, text, or_says) for text in self._texts
            )
        return self._known[iri, role]

    def near(self, iri: str, role: str) -> str | None:
        """The term of that role nearest to a misspelt one, or None."""
        return self._by_role[role].nearest(iri)

    @cached_property
    def _by_role(self) -> Mapping[str, KnownTerms]:
        from ekograph.validation.suggestions import KnownTerms

        terms: dict[str, set[str]] = {"property": set(), "node": set()}
        for quad in (quad for text in self._texts for quad in parse(text, RdfFormat.N_TRIPLES)):
            terms["property"].add(quad.predicate.value)
            terms["node"].update(end.value for end in (quad.subject, quad.object) if isinstance(end, NamedNode))
        return {role: KnownTerms(terms["node"] | terms.get(role, set())) for role in ("class", "node", "property")}


#: What follows the object of a statement.
_END = re.compile(rb"\.\n")


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


def _unknown_terms(quads: Iterable[Quad], messages: Messages) -> Iterator[TermFault]:
    texts: dict[str, str] = {}
    for quad in quads:
        for end, term in zip(ENDS, quad.triple, strict=True):
            local = term.value.removeprefix(SH) if isinstance(term, NamedNode) and term.value.startswith(SH) else ""
            if local and local not in TERMS:
                if local not in texts and local in LATER:
                    texts[local] = messages("gate-later-term", term=f"sh:{local}")
                if local not in texts:
                    near = nearest(local)
                    hint = f" {messages('did-you-mean', quoted=f'sh:{near}')}" if near else ""
                    texts[local] = messages("gate-unknown-term", term=f"sh:{local}") + hint
                severity = "Info" if local in LATER else "Violation"
                yield TermFault("gate-unknown-term", quad, end, texts[local], severity=severity)


def _targets(quads: Iterable[Quad], known: _KnownTerms, messages: Messages, *, hints: bool) -> Iterator[TermFault]:
    for quad in quads:
        role = ROLES.get(quad.predicate.value.removeprefix(SH))
        if role is None or not isinstance(quad.object, NamedNode):
            continue
        iri = quad.object.value
        if known.has(iri, role):
            continue
        near = known.near(iri, role) if hints else None
        hint = f" {messages('did-you-mean', quoted=f'<{near}>')}" if near else ""
        yield TermFault("gate-unknown-target", quad, "object", messages(f"gate-unknown-{role}", iri=iri) + hint)


def _idle(quads: Iterable[Quad], graph: Dataset, messages: Messages) -> Iterator[TermFault]:
    """Shapes that nothing leads to: without a target and part of no other shape."""
    for quad in quads:
        if quad.predicate != TYPE or getattr(quad.object, "value", "") not in SHAPES:
            continue
        shape = quad.subject
        targeted = any(stated.predicate.value.removeprefix(SH) in TARGETS for stated in graph.quads_of(shape))
        if not (targeted or graph.quads_to(shape) or CLASSES & set(graph.types(shape))):
            yield TermFault("gate-no-target", quad, "subject", messages("gate-no-target"))


def _queries(quads: Iterable[Quad], shapes: ShapesGraph, messages: Messages) -> Iterator[TermFault]:
    for quad in quads:
        if error := shapes.unreadable_queries.get(quad.triple):
            line = error.lineno or 1
            within = Place(line, error.offset or 1) if line > 1 else None
            yield TermFault("gate-query", quad, "object", messages("gate-query"), within)


_SHACL_CLASSES = """
    Shape NodeShape PropertyShape PropertyGroup PrefixDeclaration ConstraintComponent Parameter Parameterizable
    Validator SPARQLConstraint SPARQLAskValidator SPARQLSelectValidator SPARQLAskExecutable SPARQLSelectExecutable
    SPARQLExecutable NodeKind Severity ValidationReport ValidationResult AbstractResult
"""
_VALUES = """
    BlankNode IRI Literal BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral Info Warning Violation
"""
_PATHS = "path inversePath alternativePath zeroOrMorePath oneOrMorePath zeroOrOnePath"
_CONSTRAINTS = """
    class datatype nodeKind minCount maxCount minExclusive minInclusive maxExclusive maxInclusive minLength
    maxLength pattern flags languageIn uniqueLang equals disjoint lessThan lessThanOrEquals not and or xone node
    property qualifiedValueShape qualifiedMinCount qualifiedMaxCount qualifiedValueShapesDisjoint closed
    ignoredProperties hasValue in sparql select ask update prefixes declare prefix namespace
    validator nodeValidator propertyValidator parameter optional labelTemplate
"""
_OF_1_2 = """
    ShapeClass ByTypes Debug Trace singleLine subsetOf minListLength maxListLength uniqueMembers memberShape someValue
    rootClass reifierShape reificationRequired expression
"""
_LATER = """
    uniqueValuesFor nodeByExpression TripleTerm shape values agentInstruction codeIdentifier intent conformanceDisallows
    closedExcept resultAnnotation union intersection filterShape nodes
"""
_SAID = "name description order group defaultValue message severity deactivated shapesGraph entailment"

#: Terms of SHACL 1.2 (W3C Working Drafts, 2025) that the fast engine knows.
TERMS_OF_1_2 = frozenset(_OF_1_2.split())
TERMS = TARGETS | TERMS_OF_1_2 | frozenset(f"{_SHACL_CLASSES} {_VALUES} {_PATHS} {_CONSTRAINTS} {_SAID}".split())
#: Terms of SHACL 1.2 that have no effect yet.
LATER = frozenset(_LATER.split())

#: What each target is looked for as: the role of the term in the data.
ROLES = {"targetClass": "class", "targetSubjectsOf": "property", "targetObjectsOf": "property", "targetNode": "node"}


def nearest(term: str) -> str | None:
    """The term of SHACL that was meant by a misspelt one, or None."""
    from difflib import get_close_matches

    folded = {name.lower(): name for name in sorted(TERMS)}
    near = get_close_matches(term.lower(), folded, n=1, cutoff=0.7)
    return folded[near[0]] if near else None
