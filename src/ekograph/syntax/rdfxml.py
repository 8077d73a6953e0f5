"""RDF 1.1 XML, plain: one rdf:Description for each subject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from ekograph.dataset import RDF, Node, Term
from ekograph.syntax.arrangement import Graph, arranged
from ekograph.syntax.names import xml_name

_STRING = "http://www.w3.org/2001/XMLSchema#string"
# Names that the grammar gives a meaning of their own (section 5.1); as properties they cannot be written.
_RESERVED = {f"{RDF}{name}" for name in ("RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "li")} | {
    f"{RDF}{name}" for name in ("Description", "aboutEach", "aboutEachPrefix", "bagID")
}
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Carriage returns, and line ends in attributes, would be changed by a reader if they stood as they are.
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
)


class NotExpressibleError(ValueError):
    """Triples that RDF/XML has no way to write."""


def rdf_xml(quads: Iterable[Quad], prefixes: Mapping[str, str], first: Node | None = None) -> str:
    """The triples of `quads` as RDF/XML.

    Raises NotExpressibleError for a property whose IRI does not end in an XML name, and for characters that
    XML 1.0 does not have.
    """
    graph = arranged(quads, first)
    namespaces = _namespaces(graph, prefixes)
    head = "".join(f'\n  xmlns:{prefix}="{_escaped(iri)}"' for iri, prefix in namespaces.items())
    body = "".join(_description(subject, graph, namespaces) for subject in graph)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{head}>\n{body}</rdf:RDF>\n'


def _namespaces(graph: Graph, prefixes: Mapping[str, str]) -> dict[str, str]:
    """The prefix of each namespace that the properties need, sorted by prefix; rdf is always among them."""
    known = {iri: prefix for prefix, iri in sorted(prefixes.items(), reverse=True) if _is_prefix(prefix)}
    needed = sorted({_name(each)[0] for description in graph.values() for each in description} - {RDF})
    chosen = {RDF: "rdf"}
    for namespace in needed:
        chosen[namespace] = known.get(namespace) or f"ns{len(chosen)}"
    return dict(sorted(chosen.items(), key=lambda item: item[1]))


def _is_prefix(prefix: str) -> bool:
    """Whether `prefix` can be one here: not empty, not reserved by XML, not like those made up here."""
    return re.fullmatch(r"(?!xml|rdf$|ns[0-9])[A-Za-z_][A-Za-z0-9_.\-]*", prefix) is not None


def _name(predicate: NamedNode) -> tuple[str, str]:
    name = xml_name(predicate.value)
    if name is None or predicate.value in _RESERVED:
        raise NotExpressibleError(f"the property {predicate.value} cannot be written in RDF/XML")
    return name


def _description(subject: Node, graph: Graph, namespaces: Mapping[str, str]) -> str:
    lines = [f"  <rdf:Description {_reference(subject, 'about')}>\n"]
    for predicate, objects in graph[subject].items():
        namespace, local = _name(predicate)
        lines += [f"    {_property(f'{namespaces[namespace]}:{local}', each)}\n" for each in objects]
    return "".join([*lines, "  </rdf:Description>\n"])


def _property(name: str, value: Term) -> str:
    if not isinstance(value, Literal):
        return f"<{name} {_reference(value, 'resource')}/>"
    if value.language:
        kind = f' xml:lang="{value.language}"'
    else:
        kind = "" if value.datatype.value == _STRING else f' rdf:datatype="{_escaped(value.datatype.value)}"'
    return f"<{name}{kind}>{_escaped(value.value)}</{name}>"


def _reference(node: Term, attribute: str) -> str:
    if isinstance(node, NamedNode):
        return f'rdf:{attribute}="{_escaped(node.value)}"'
    if isinstance(node, BlankNode):
        return f'rdf:nodeID="{node.value}"'
    raise NotExpressibleError(f"{node} cannot be written in RDF/XML")


def _escaped(text: str) -> str:
    if _ILLEGAL.search(text):
        raise NotExpressibleError(f"XML has no way to write a character of {text[:60]!r}")
    return text.translate(_ESCAPES)
