"""The RDF representations of what a page tells: the same triples in every format, the same bytes on any machine."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from ekograph.rdf import formats
from ekograph.rdf.dataset import Node
from ekograph.rdf.formats import Format
from ekograph.rdf.texts import LABELS
from ekograph.rdf.vocab import RDF, TYPE

Statement = TypeVar("Statement", Triple, Quad)

WRITERS = {
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

# What the names of elements begin with (XML 1.0, section 2.3), as every edition has it but for the colon.
_NAME_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e\u0388-\u038a"
    "\u038e-\u03a1\u03a3-\u03ce\u0401-\u040c\u040e-\u044f\u0451-\u045c\u045e-\u0481\u05d0-\u05ea\u0621-\u063a"
    "\u0641-\u064a\u3041-\u3094\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3"
)
# How an IRI must end to be a property in RDF/XML, the names that its grammar keeps for itself (section 5.1), and what
# XML 1.0 does not have.
_XML_NAME = re.compile(rf"[{_NAME_START}][{_NAME_START}0-9.\u00b7\u0300-\u036f-]*\Z")
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RESERVED = {
    f"{RDF}{name}"
    for name in ("RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "li", "Description")
} | {f"{RDF}{name}" for name in ("aboutEach", "aboutEachPrefix", "bagID")}


class NotExpressibleError(ValueError):
    """Triples that a format has no way to write."""


def rdf(quads: Iterable[Quad], form: Format, prefixes: Mapping[str, str], first: Node | None = None) -> bytes:
    """`quads` in the RDF format `form`, what is said of `first` first.

    TriG and N-Quads keep the names of the graphs; the other formats give the union of the graphs as the default
    graph, JSON-LD too, since most of its readers take one graph. Raises NotExpressibleError where RDF/XML has no
    way to write them, and KeyError for what is not an RDF format.
    """
    if form is formats.N_QUADS:
        return n_quads(quads)
    if form is formats.N_TRIPLES:
        return n_triples(quads)
    if form is formats.TRIG:
        return written(_arranged(set(quads), first), form, prefixes)
    triples = _arranged({quad.triple for quad in quads}, first)
    return _json_ld(triples, prefixes) if form is formats.JSON_LD else written(triples, form, prefixes)


def expressible(quads: Iterable[Quad], form: Format) -> bool:
    """Whether `form` has a way to write `quads`."""
    try:
        if form is formats.RDF_XML:
            _refuse_what_xml_cannot_say(quads)
        if form is formats.JSON_LD:
            _refuse_triple_terms(quads)
    except NotExpressibleError:
        return False
    return True


def n_triples(quads: Iterable[Quad]) -> bytes:
    """The triples of `quads` as sorted canonical N-Triples."""
    return _serialized(sorted({quad.triple for quad in quads}, key=str), RdfFormat.N_TRIPLES)


def n_quads(quads: Iterable[Quad]) -> bytes:
    """`quads` as sorted canonical N-Quads."""
    return _serialized(sorted(set(quads), key=str), RdfFormat.N_QUADS)


def written(statements: Sequence[Statement], form: Format, prefixes: Mapping[str, str]) -> bytes:
    """`statements`, in their order, in an RDF format; JSON-LD comes expanded. Raises NotExpressibleError."""
    used = _used(prefixes, statements)
    if form is formats.JSON_LD:
        _refuse_triple_terms(statements)
    if form is formats.RDF_XML:
        _refuse_what_xml_cannot_say(statements)
        return _with_sorted_namespaces(_serialized(statements, RdfFormat.RDF_XML, used))
    return with_sorted_prefixes(_serialized(statements, WRITERS[form], used))


def _serialized(statements: Sequence[Statement], form: RdfFormat, prefixes: Mapping[str, str] | None = None) -> bytes:
    return serialize(statements, format=form, prefixes=dict(prefixes or {})) or b""


def _arranged(statements: Iterable[Statement], first: Node | None) -> list[Statement]:
    """By graph and subject, `first` before the others; of each subject the types first, then the names."""

    def place(element: Statement) -> tuple[str, bool, str, int, str, str]:
        graph = str(element.graph_name) if isinstance(element, Quad) else ""
        rank = _RANKS.get(element.predicate, len(_RANKS))
        return graph, element.subject != first, str(element.subject), rank, element.predicate.value, str(element.object)

    return sorted(statements, key=place)


def _json_ld(triples: Sequence[Triple], prefixes: Mapping[str, str]) -> bytes:
    """Compacted with the prefixes as an inline context, so that no reader has to fetch one (JSON-LD 1.1, section 4.1).

    This is the Compaction Algorithm (JSON-LD 1.1 API, section 6.1) for a context of nothing but prefixes.
    """
    nodes = json.loads(_serialized(triples, RdfFormat.JSON_LD))
    context = _used(prefixes, triples)
    # Beside the prefix "geo", a reader would expand the IRI <geo:60.1,24.9>.
    schemes = {iri.partition(":")[0] for iri in _iris(triples) if not iri.partition(":")[2].startswith("//")}
    context = {prefix: namespace for prefix, namespace in context.items() if prefix not in schemes}

    def compact(iri: str, *, term: bool = False) -> str:
        names = [
            f"{prefix}:{iri[len(namespace) :]}"
            for prefix, namespace in context.items()
            if iri.startswith(namespace) and iri != namespace
        ]
        names += [prefix for prefix, namespace in context.items() if term and iri == namespace]
        return min(names, key=lambda name: (len(name), name), default=iri)

    def compact_value(value: dict[str, str]) -> str | dict[str, str]:
        if value.keys() == {"@value"}:
            return value["@value"]
        return {
            key: compact(text, term=key == "@type") if key in {"@id", "@type"} else text for key, text in value.items()
        }

    graph = []
    for node in nodes:
        types = node.pop(TYPE.value, [])
        entry = {"@id": compact(node.pop("@id"))}
        if types and all("@id" in value for value in types):
            entry["@type"] = _single([compact(value["@id"], term=True) for value in types])
        elif types:
            node[TYPE.value] = types
        for predicate in sorted(node):
            entry[compact(predicate, term=True)] = _single([compact_value(value) for value in node[predicate]])
        graph.append(entry)
    document = {"@context": context, "@graph": graph} if context else {"@graph": graph}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _single(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _iris(triples: Iterable[Triple]) -> set[str]:
    return {node.value for triple in triples for node in _named(triple)}


def _used(prefixes: Mapping[str, str], statements: Sequence[Statement]) -> dict[str, str]:
    """The prefixes whose namespaces occur; of two for one namespace, the first in the alphabet.

    The empty prefix is left out, which JSON-LD does not have.
    """
    return used_by({_namespace(node) for statement in statements for node in _named(statement)}, prefixes)


def used_by(namespaces: Container[str], prefixes: Mapping[str, str]) -> dict[str, str]:
    """The prefixes of `namespaces`, as they are written."""
    by_namespace = {iri: prefix for prefix, iri in sorted(prefixes.items(), reverse=True) if prefix}
    return {prefix: iri for iri, prefix in sorted(by_namespace.items()) if iri in namespaces}


def _named(element: Triple | Quad) -> list[NamedNode]:
    datatype = getattr(element.object, "datatype", None)
    return [
        node for node in (element.subject, element.predicate, element.object, datatype) if isinstance(node, NamedNode)
    ]


def _namespace(node: NamedNode) -> str:
    return node.value[: max(map(node.value.rfind, "#/:")) + 1]


def _refuse_what_xml_cannot_say(statements: Iterable[Triple | Quad]) -> None:
    """Raise NotExpressibleError for a property whose IRI is no XML name, and for characters that XML does not have."""
    statements = [*statements, *(term for statement in statements for term in _triple_terms(statement))]
    for predicate in dict.fromkeys(statement.predicate.value for statement in statements):
        if not _XML_NAME.search(predicate) or predicate in _RESERVED:
            raise NotExpressibleError(f"RDF/XML cannot write the property {predicate}")
    for item in statements:
        if isinstance(item.object, Literal) and NOT_XML.search(item.object.value):
            raise NotExpressibleError(f"XML does not have a character of {item.object.value[:60]!r}")


def _refuse_triple_terms(statements: Iterable[Triple | Quad]) -> None:
    """Raise NotExpressibleError for triple terms, which JSON-LD 1.1 does not have."""
    if any(isinstance(statement.object, Triple) for statement in statements):
        raise NotExpressibleError("JSON-LD cannot write triple terms")


def _triple_terms(statement: Triple | Quad) -> Iterator[Triple]:
    """The triple terms in a statement, at any depth."""
    term = statement.object
    while isinstance(term, Triple):
        yield term
        term = term.object


def with_sorted_prefixes(body: bytes) -> bytes:
    """Turtle or TriG as it is published, or the beginning of such; what begins with no prefixes stays as it is."""
    head = _TURTLE_PREFIXES.match(body)
    return b"".join([*sorted(head[0].splitlines(keepends=True)), b"\n", body[head.end() :]]) if head else body


def _with_sorted_namespaces(body: bytes) -> bytes:
    before, root, rest = body.partition(b"<rdf:RDF")
    attributes, end, after = rest.partition(b">")
    # A carriage return as it is would be read as a line feed (XML 1.0, section 2.11).
    after = after.replace(b"\r", b"&#13;")
    return b"".join([before, root, *sorted(_XML_PREFIXES.findall(attributes)), end, after])
