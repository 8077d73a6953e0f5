"""What no shape can state of data: that there is none, or that it holds what cannot be published or named."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from ekograph.config import Settings
from ekograph.i18n import Messages
from ekograph.rdf.canonical import find_costly_blank_node, with_blank_nodes
from ekograph.rdf.formats import HTML, MARKDOWN, RDF
from ekograph.rdf.lexical import is_well_formed, typed_literals
from ekograph.rdf.vocab import XSD
from ekograph.turtle.lines import Place
from ekograph.urls import PUBLIC_URL, is_own, path_for
from ekograph.validation.parsing import Parsed, finding_in
from ekograph.validation.report import Finding
from ekograph.validation.sources import Source
from ekograph.validation.term_faults import ENDS, TermFault, at_terms, grouped

#: Characters that XML 1.0 cannot carry (section 2.2), and with it RDF/XML and SPARQL's XML results.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CATALOGUE, _EMAIL = b"<http://www.w3.org/ns/dcat#Catalog>", b"<http://www.w3.org/2006/vcard/ns#hasEmail>"
#: Schemes of IRIs that name or locate things.
SCHEMES = frozenset(
    (
        "http",
        "https",
        "mailto",
        "tel",
        "urn",
        "info",
        "tag",
        "geo",
        "doi",
        "did",
        "ark",
        "ni",
        "ftp",
        "sip",
        "xmpp",
        "pkg",
    )
)
#: Schemes of IRIs that run or hold something, or name a file of this machine; of all others there is a warning.
_UNSAFE = frozenset(("javascript", "vbscript", "data", "file", "blob"))

#: Nobody harvests what is named under a host that is kept for examples (RFC 2606).
_OF_AN_EXAMPLE = re.compile(r"<https?://(?:[^/]*\.)?(?:example(?:\.(?:com|net|org))?|localhost|test|invalid)(?::\d+)?/")

#: Of how many characters a message shows a literal at most.
_MOST_SHOWN = 80

#: What N-Triples have where something may be unfit: an escape other than of a line, "<" and no such scheme.
_ESCAPED = re.compile(rb"\\[^tnr\"\\]")
_SUBJECT = re.compile(rb"^<([^<>]*\.[a-z]{2,6})> ", re.MULTILINE)
_END_OF_FILE = re.compile(rf"\.(?:{'|'.join(form.suffix for form in (HTML, MARKDOWN, *RDF))})> ".encode())
_STRANGE = re.compile(rb"<(?!(?i:%s):)" % b"|".join(sorted(scheme.encode() for scheme in SCHEMES)))


def find_unpublishable(files: Sequence[Parsed], messages: Messages) -> list[Finding]:
    """The findings for data that is empty, or has characters or IRIs unfit to publish."""
    data = [file for file in files if file.source.kind == "data"]
    if not any(file.ntriples for file in data):
        name = data[0].source.name if data else "data"
        message = messages("gate-empty")
        return [Finding("gate-empty", "Violation", name, 1, 1, None, None, None, message, messages.language)]
    findings = []
    for file in files:
        lines = file.ntriples
        if PUBLIC_URL.encode() in lines:
            findings += at_terms([*_reserved(file.quads, messages)], file, messages)
        if (b"\\" in lines and _ESCAPED.search(lines)) or _STRANGE.search(lines):
            findings += at_terms([*_characters(file.quads, messages), *_schemes(file.quads, messages)], file, messages)
        pairs = {pair for pair in typed_literals(lines) if b"\\" not in pair[0]}
        if wrong := {pair for pair in pairs if not is_well_formed(*map(bytes.decode, pair))}:
            findings += at_terms([*_ill_typed(file.quads, wrong, messages)], file, messages)
    return findings


def _ill_typed(quads: Iterable[Quad], wrong: Container[tuple[bytes, bytes]], messages: Messages) -> Iterator[TermFault]:
    """Literals whose text is none of their datatype's: RDF has them (RDF 1.1, section 3.3), and no reader a value."""
    faults: dict[str, list[TermFault]] = {}
    for quad in quads:
        term = quad.object
        if isinstance(term, Literal) and (term.value.encode(), term.datatype.value.encode()) in wrong:
            datatype = term.datatype.value
            message = messages(
                "gate-literal", text=term.value[:_MOST_SHOWN], datatype=f"xsd:{datatype.removeprefix(XSD.iri)}"
            )
            faults.setdefault(datatype, []).append(TermFault("gate-literal", quad, "object", message))
    for same in faults.values():
        yield from grouped(same, messages)


def find_moved_pages(files: Sequence[Parsed], settings: Settings, messages: Messages) -> list[Finding]:
    """The hints for things whose names end like files of others, so that their pages have other addresses."""
    faults = []
    for file in files:
        like_files = _END_OF_FILE.search(file.ntriples)
        subjects = dict.fromkeys(m[1].decode() for m in _SUBJECT.finditer(file.ntriples)) if like_files else ()
        paths = {iri: path_for(iri, settings.base, settings.own) for iri in subjects if file.source.kind == "data"}
        moved = {iri: path for iri, path in paths.items() if path.endswith("~") and is_own(iri, settings.base)}
        quads = {quad.subject: quad for quad in reversed(file.quads)} if moved else {}
        hints = [
            TermFault("gate-address", quads[node], "subject", messages("gate-address", path=path), severity="Info")
            for iri, path in moved.items()
            if (node := NamedNode(iri)) in quads
        ]
        faults += at_terms(hints, file, messages)
    return faults


def find_no_contact(files: Sequence[Parsed], messages: Messages) -> list[Finding]:
    """The finding for a catalogue whose keeper has no address, which OAI-PMH demands (section 3.1.1)."""
    if any(_EMAIL in file.ntriples for file in files):
        return []
    catalogues = ((file, quad) for file in files if _CATALOGUE in file.ntriples for quad in file.quads)
    for file, quad in catalogues:
        if str(quad.object) == _CATALOGUE.decode() and not _OF_AN_EXAMPLE.match(str(quad.subject)):
            fault = TermFault("gate-contact", quad, "subject", messages("gate-contact"), severity="Info")
            return at_terms([fault], file, messages)
    return []


def _characters(quads: Iterable[Quad], messages: Messages) -> Iterator[TermFault]:
    for quad in quads:
        if isinstance(quad.object, Literal) and (match := _NOT_IN_XML.search(quad.object.value)):
            code = f"U+{ord(match.group()):04X}"
            yield TermFault("gate-character", quad, "object", messages("gate-character", code=code))


def _reserved(quads: Iterable[Quad], messages: Messages) -> Iterator[TermFault]:
    """What holds the text that stands for the address of a copy until it is served: it would be changed with it."""
    for quad in quads:
        for end, term in zip(ENDS, quad.triple, strict=True):
            if isinstance(term, NamedNode | Literal) and PUBLIC_URL in term.value:
                yield TermFault("gate-reserved", quad, end, messages("gate-reserved", text=PUBLIC_URL))


def _schemes(quads: Iterable[Quad], messages: Messages) -> Iterator[TermFault]:
    unknown: dict[str, list[TermFault]] = {}
    for quad in quads:
        for end, term in zip(ENDS, quad.triple, strict=True):
            scheme = term.value.partition(":")[0].lower() if isinstance(term, NamedNode) else "urn"
            if scheme in _UNSAFE:
                yield TermFault("gate-scheme", quad, end, messages("gate-scheme", scheme=scheme))
            elif scheme not in SCHEMES:
                message = messages("gate-scheme-unknown", scheme=scheme)
                unknown.setdefault(scheme, []).append(TermFault("gate-scheme", quad, end, message))
    for faults in unknown.values():
        yield from grouped(faults, messages)


def find_unnameable(files: Sequence[Parsed], messages: Messages) -> list[Finding]:
    """The findings for files that share a graph, and for blank nodes that cannot be named in good time."""
    return [*_namesakes(files, messages), *(finding for file in files for finding in _tangles(file, messages))]


def _namesakes(files: Sequence[Parsed], messages: Messages) -> Iterator[Finding]:
    """A graph is named after its file without folder and suffix, so that two files can have one name."""
    first: dict[str, Source] = {}
    for source in (file.source for file in files):
        other = first.setdefault(source.graph, source)
        if other is not source:
            message = messages("gate-same-graph", other=other.name, graph=source.graph)
            yield finding_in(source, "gate-same-graph", Place(1, 1), message, messages)


def _tangles(file: Parsed, messages: Messages) -> list[Finding]:
    linked = [quad for quad in with_blank_nodes(file.ntriples) if BlankNode in map(type, (quad.subject, quad.object))]
    node = find_costly_blank_node((quad.subject, quad.predicate, quad.object) for quad in linked)
    if node is None:
        return []
    quad = next(quad for quad in linked if quad.subject == node)
    return at_terms([TermFault("gate-blank-nodes", quad, "subject", messages("gate-blank-nodes"))], file, messages)
