"""The datasets of the catalogue as records of OAI-PMH 2.0, in Dublin Core and in DCAT-AP (as RDF/XML)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeAlias
from xml.sax.saxutils import escape

from pyoxigraph import Literal, NamedNode, Quad

from ekograph.publish.catalog.dcat_ap import catalogue, described, email
from ekograph.publish.publication import Publication
from ekograph.rdf import formats
from ekograph.rdf.dataset import Dataset, Term
from ekograph.rdf.vocab import DCAT, DCTERMS, FOAF, PREFIXES
from ekograph.rendering.rdf_writers import rdf
from ekograph.rendering.representations import plain
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import RECORDS

Json: TypeAlias = dict[str, Any]

_OAI_DC = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/oai_dc/'
    ' http://www.openarchives.org/OAI/2.0/oai_dc.xsd">'
)
#: The protocol wants an address; this one nobody has (RFC 2606).
_NO_EMAIL = "not-given@example.invalid"

#: The elements of Dublin Core, and the properties they are filled from.
_ELEMENTS = {
    "title": DCTERMS("title"),
    "description": DCTERMS("description"),
    "subject": DCAT("keyword"),
    "publisher": DCTERMS("publisher"),
    "language": DCTERMS("language"),
    "rights": DCTERMS("license"),
    "coverage": DCTERMS("spatial"),
    "source": DCTERMS("source"),
}


def export(publication: Publication) -> Iterator[Representation]:
    """The repository, which requests are answered from."""
    text = json.dumps(repository(publication, catalogue(publication)), ensure_ascii=False, indent=1)
    yield plain(RECORDS, "application/json", text)


def repository(issue: Publication, catalogued: list[Quad]) -> Json:
    """What the repository answers from: its name, its first date, and its records."""
    first, last = issue.versions[0].published, issue.version.published
    dataset = issue.site.dataset
    listed = described(dataset)
    name = dataset.label(listed[0], "en").value if listed else "ekograph"
    records = [
        {
            "identifier": node.value,
            "datestamp": last,
            "metadata": {"oai_dc": _dublin_core(node, dataset, last), "dcat_ap": _dcat_ap(issue, catalogued)},
        }
        for node in listed
    ]
    return {"name": name, "email": email(dataset) or _NO_EMAIL, "earliest": first, "records": records}


def _dublin_core(node: NamedNode, dataset: Dataset, modified: str) -> str:
    elements = "".join(_elements(node, dataset))
    identifier = f"<dc:identifier>{escape(node.value)}</dc:identifier><dc:type>Dataset</dc:type>"
    return f"{_OAI_DC}{elements}{identifier}<dc:date>{modified[:10]}</dc:date></oai_dc:dc>"


def _elements(node: NamedNode, dataset: Dataset) -> Iterator[str]:
    for name, predicate in _ELEMENTS.items():
        for value in _values(node, predicate, dataset):
            if isinstance(value, Literal):
                language = f' xml:lang="{value.language}"' if value.language else ""
                yield f"<dc:{name}{language}>{escape(value.value)}</dc:{name}>"
            elif isinstance(value, NamedNode):
                yield f"<dc:{name}>{escape(value.value)}</dc:{name}>"


def _values(node: NamedNode, predicate: NamedNode, dataset: Dataset) -> Iterator[Term]:
    """The values of the property; of a publisher its names, if it has any."""
    for value in dataset.objects(node, predicate.value):
        names = () if isinstance(value, Literal) else dataset.objects(value, FOAF("name").value)
        yield from names or (value,)


def _dcat_ap(issue: Publication, catalogue: list[Quad]) -> str:
    """The catalogue as RDF/XML without the declaration, so that it can stand inside a record."""
    text = rdf(catalogue, formats.RDF_XML, {**PREFIXES, **issue.prefixes}).decode()
    return text.partition("?>")[2].lstrip()
