"""The terms of SHACL that the engines understand: SHACL Core and SHACL-SPARQL (W3C Recommendation, 2017)."""

from __future__ import annotations

_CLASSES = """
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
TERMS = frozenset(f"{_CLASSES} {_VALUES} {_TARGETS} {_PATHS} {_CONSTRAINTS} {_SAID}".split())

#: What each target is looked for as: the role of the term in the data.
ROLES = {"targetClass": "class", "targetSubjectsOf": "property", "targetObjectsOf": "property", "targetNode": "node"}


def nearest(term: str) -> str | None:
    """The term of SHACL that was meant by a misspelt one, or None."""
    from difflib import get_close_matches

    folded = {each.lower(): each for each in sorted(TERMS)}
    found = get_close_matches(term.lower(), folded, n=1, cutoff=0.7)
    return folded[found[0]] if found else None
