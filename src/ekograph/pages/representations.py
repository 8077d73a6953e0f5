"""The RDF representations of what a page tells: the same triples in every format, the same bytes on any machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, serialize

from ekograph import formats
from ekograph.dataset import LABELS, TYPE, Node
from ekograph.formats import Format

Statement = Quad | Triple

_WRITERS = {
    formats.TURTLE: RdfFormat.TURTLE,
    formats.TRIG: RdfFormat.TRIG,
    formats.N_TRIPLES: RdfFormat.N_TRIPLES,
    formats.N_QUADS: RdfFormat.N_QUADS,
    formats.JSON_LD: RdfFormat.JSON_LD,
    formats.RDF_XML: RdfFormat.RDF_XML,
}
_RANKS = {TYPE: 0} | {label: rank for rank, label in enumerate(LABELS, 1)}

# pyoxigraph writes the prefixes in an order that changes from run to run; these find them, to be sorted.
_TURTLE_PREFIXES = re.compile(rb"\A(?:@prefix [^\n]*\n)+")
_XML_PREFIXES = re.compile(rb' xmlns:[^=]+="[^"]*"')


class NotExpressibleError(ValueError):
    """Triples that RDF/XML has no way to write."""


def rdf(quads: Iterable[Quad], form: Format, prefixes: Mapping[str, str], first: Node | None = None) -> bytes:
    """`quads` in the RDF format `form`, what is said of `first` first.

    TriG and N-Quads keep the names of the graphs; the other formats give the union of the graphs as the default
    graph, JSON-LD too, since most of its readers take one graph. Raises NotExpressibleError where RDF/XML has no
    way to write them, and KeyError for what is not an RDF format.
    """
    keeps_graphs = form in {formats.TRIG, formats.N_QUADS}
    statements = arranged(set(quads) if keeps_graphs else {quad.triple for quad in quads}, first)
    used = _used(prefixes, statements)
    if form is formats.JSON_LD:
        return _json_ld(statements, used)
    if form is formats.RDF_XML:
        _refuse_what_xml_cannot_name(statements)
    written = serialize(statements, format=_WRITERS[form], prefixes=used)
    return _with_sorted_prefixes(written, form)


def arranged(statements: Iterable[Statement], first: Node | None = None) -> list[Statement]:
    """`statements` by graph and subject, `first` before the others; of each the types first, then the names."""

    def place(each: Statement) -> tuple[str, bool, str, int, str, str]:
        graph = str(each.graph_name) if isinstance(each, Quad) else ""
        rank = _RANKS.get(each.predicate, len(_RANKS))
        return graph, each.subject != first, str(each.subject), rank, each.predicate.value, str(each.object)

    return sorted(statements, key=place)


def _used(prefixes: Mapping[str, str], statements: Sequence[Statement]) -> dict[str, str]:
    """The prefixes whose namespaces occur in the statements; of two for one namespace, the first in the alphabet."""
    namespaces = {_namespace(node) for each in statements for node in _named(each)}
    by_namespace = {iri: prefix for prefix, iri in sorted(prefixes.items(), reverse=True)}
    return {prefix: iri for iri, prefix in sorted(by_namespace.items()) if iri in namespaces}


def _named(each: Statement) -> list[NamedNode]:
    literal_type = getattr(each.object, "datatype", None)
    return [node for node in (each.subject, each.predicate, each.object, literal_type) if isinstance(node, NamedNode)]


def _namespace(node: NamedNode) -> str:
    return node.value[: max(map(node.value.rfind, "#/:")) + 1]


def _json_ld(statements: Sequence[Statement], prefixes: Mapping[str, str]) -> bytes:
    """Compacted, with its context inside, so that no reader fetches one (JSON-LD 1.1, section 4.1)."""
    from pyld import jsonld

    expanded = json.loads(serialize(statements, format=RdfFormat.JSON_LD))
    compacted: dict[str, Any] = jsonld.compact(expanded, dict(prefixes), {"graph": True})
    return (json.dumps(compacted, ensure_ascii=False, indent=1) + "\n").encode()


def _refuse_what_xml_cannot_name(statements: Iterable[Statement]) -> None:
    """Raise NotExpressibleError for a property whose IRI does not end in an XML name (RDF/XML, section 7)."""
    for predicate in dict.fromkeys(each.predicate.value for each in statements):
        if not re.search(r"[^\W\d][\w.-]*\Z", predicate):
            raise NotExpressibleError(f"RDF/XML cannot write the property {predicate}")


def _with_sorted_prefixes(written: bytes, form: Format) -> bytes:
    if form in {formats.TURTLE, formats.TRIG}:
        head = _TURTLE_PREFIXES.match(written)
        if head is None:
            return written
        return b"".join([*sorted(head[0].splitlines(keepends=True)), b"\n", written[head.end() :]])
    if form is formats.RDF_XML:
        head, mark, rest = written.partition(b">\n<rdf:RDF")
        attributes, end, body = rest.partition(b">")
        return head + mark + b"".join(sorted(_XML_PREFIXES.findall(attributes))) + end + body
    return written
