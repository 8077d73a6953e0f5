"""The one table of vocabularies: namespaces, their prefixes, and facts in their terms."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple


class Namespace(str):
    """An IRI that terms are named under: `DCAT("Dataset")` is a node, `f"{DCAT}Dataset"` its IRI."""

    __slots__ = ()

    def __call__(self, name: str) -> NamedNode:
        """The term of that name."""
        return NamedNode(self + name)

    @property
    def iri(self) -> str:
        """The IRI itself."""
        return str(self)


CV = Namespace("http://data.europa.eu/m8g/")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
ORG = Namespace("http://www.w3.org/ns/org#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
PROV = Namespace("http://www.w3.org/ns/prov#")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SCHEMA = Namespace("https://schema.org/")
SHACL = Namespace("http://www.w3.org/ns/shacl#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
SKOS_XL = Namespace("http://www.w3.org/2008/05/skos-xl#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
VOID = Namespace("http://rdfs.org/ns/void#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")

#: Prefixes for documents that are written with these.
PREFIXES: dict[str, str] = {
    "dcat": DCAT.iri,
    "dcterms": DCTERMS.iri,
    "foaf": FOAF.iri,
    "owl": OWL.iri,
    "rdfs": RDFS.iri,
    "skos": SKOS.iri,
    "spdx": SPDX.iri,
    "void": VOID.iri,
    "xsd": XSD.iri,
}

TYPE = RDF("type")


def facts(
    subject: NamedNode | BlankNode | Triple, *said: tuple[NamedNode, NamedNode | BlankNode | Literal | Triple]
) -> Iterator[Quad]:
    """What is `said` of `subject`, pairs of a property and its value."""
    for predicate, value in said:
        yield Quad(subject, predicate, value)


def integer(number: int) -> Literal:
    """A count or size, as xsd:nonNegativeInteger."""
    return Literal(str(number), datatype=XSD("nonNegativeInteger"))


def moment(text: str) -> Literal:
    """A time in the form of xsd:dateTime."""
    return Literal(text, datatype=XSD("dateTime"))


def part(subject: NamedNode, name: str) -> BlankNode:
    """A blank node that is the same in every run: the part `name` of `subject`."""
    import hashlib

    return BlankNode(f"b{hashlib.sha256(f'{subject.value} {name}'.encode()).hexdigest()[:16]}")
