"""From tokens of Turtle to RDF terms, by the prefixes and the base in force."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

XSD = "http://www.w3.org/2001/XMLSchema#"
_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)


def unescaped(text: str) -> str:
    """The text with its string escapes and code points (Turtle, section 6.4) put in."""
    return _ESCAPED.sub(_character, text) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    code = match.group(1) or match.group(2)
    return chr(int(code, 16)) if code else _ESCAPES[match.group(3)]


def string(token: str) -> str:
    """The value of a string token, short or long."""
    quotes = 3 if token[:3] in {'"""', "'''"} else 1
    return unescaped(token[quotes:-quotes])


def iri(token: str, base: str) -> NamedNode:
    """The IRI of a token such as <place/imatra>, resolved against `base` ("" for none)."""
    reference = unescaped(token[1:-1])
    return NamedNode(_resolved(reference, base) if base else reference)


def prefixed(token: str, prefixes: Mapping[str, str]) -> NamedNode:
    """The IRI of a prefixed name. Raises KeyError for a prefix that is not declared."""
    prefix, _, local = token.partition(":")
    return NamedNode(prefixes[prefix] + re.sub(r"\\(.)", r"\1", local))


def literal(kind: str, token: str) -> Literal:
    """The literal of a number (of the kind "integer", "decimal" or "double")."""
    return Literal(token, datatype=NamedNode(XSD + kind))


def _resolved(reference: str, base: str) -> str:
    """RFC 3986, section 5, as the parser of record does it, so that no second opinion arises."""
    quad = next(parse(f"<{reference}> <x:p> <x:o> .", RdfFormat.TURTLE, base_iri=base))
    return str(quad.subject.value)
