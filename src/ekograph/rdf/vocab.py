"""The vocabularies that the press writes about the dataset in, and facts in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from ekograph.rdf.dataset import RDF, Node, Term


@dataclass(frozen=True)
class Namespace:
    """An IRI that terms are named under: `DCAT("Dataset")`."""

    iri: str

    def __call__(self, name: str) -> NamedNode:
        """The term of that name."""
        return NamedNode(self.iri + name)


DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
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

TYPE = NamedNode(f"{RDF}type")


def facts(subject: Node, *said: tuple[NamedNode, Term]) -> Iterator[Quad]:
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
    return BlankNode(f"b{hashlib.sha256(f'{subject.value} {name}'.encode()).hexdigest()[:16]}")
