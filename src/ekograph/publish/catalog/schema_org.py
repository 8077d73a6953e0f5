"""What search engines read in a page: the dataset and its things in schema.org's terms, as JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from ekograph.publish.catalog.dcat_ap import main_dataset
from ekograph.publish.publication import Publication
from ekograph.rdf import formats
from ekograph.rdf.dataset import Dataset, Node
from ekograph.rdf.vocab import DCAT, DCTERMS
from ekograph.rendering.representations import Json, plain, without_empty
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import PUBLIC_URL

#: The pages of licences, by the codes of the EU's table, which search engines do not know.
_LICENCES = {
    "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0": "https://creativecommons.org/licenses/by/4.0/",
    "http://publications.europa.eu/resource/authority/licence/CC0": "https://creativecommons.org/publicdomain/zero/1.0/",
}


#: The context that readers of Croissant expect, in the document itself.
_CROISSANT = {
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "citeAs": "cr:citeAs",
    "conformsTo": "dct:conformsTo",
}


def of_dataset(publication: Publication, language: str) -> Json | None:
    """The dataset that the catalogue lists, for the front page; None without a catalogue."""
    dataset = publication.site.dataset
    node = main_dataset(publication)
    if node is None:
        return None
    names = [term.value for term in _literals(dataset, node, "title")]
    name, description = dataset.label(node, language).value, dataset.text(node, (f"{DCTERMS}description",), language)
    licences = [term.value for term in _nodes(dataset, node, DCTERMS("license").value)]
    publisher = [
        {"@type": "Organization", "@id": term.value, "name": dataset.label(term, language).value}
        for term in _nodes(dataset, node, DCTERMS("publisher").value)[:1]
    ]
    places = _nodes(dataset, node, DCTERMS("spatial").value)
    return without_empty(
        {
            "@type": "Dataset",
            "@id": node.value,
            "name": name,
            "alternateName": [term for term in names if term != name],
            "description": description.value if description else "",
            "url": f"{PUBLIC_URL}/",
            "identifier": node.value,
            "license": _LICENCES.get(licences[0], licences[0]) if licences else "",
            "keywords": [term.value for term in _literals(dataset, node, "keyword", DCAT.iri)],
            "creator": publisher[0] if publisher else {},
            "publisher": publisher[0] if publisher else {},
            "isAccessibleForFree": True,
            "inLanguage": list(dataset.languages),
            "datePublished": publication.versions[0].published,
            "dateModified": publication.version.published,
            "version": publication.version.name,
            "temporalCoverage": _period(dataset, node),
            "spatialCoverage": [{"@type": "Place", "name": dataset.label(term, language).value} for term in places],
            "isBasedOn": [term.value for term in _nodes(dataset, node, "http://www.w3.org/ns/prov#wasDerivedFrom")],
            "includedInDataCatalog": {"@type": "DataCatalog", "url": f"{PUBLIC_URL}/catalog"},
            "distribution": [
                {
                    "@type": "DataDownload",
                    "contentUrl": f"{PUBLIC_URL}/dumps/{file.name}",
                    "encodingFormat": kind.as_sent,
                    "contentSize": f"{file.size} B",
                    "sha256": file.sha256,
                }
                for file, kind in publication.distributions
            ],
        }
    )


def export(publication: Publication) -> Iterator[Representation]:
    """The dataset of the catalogue in Croissant (https://docs.mlcommons.org/croissant/docs/croissant-spec.html)."""
    language = publication.site.dataset.languages[0]
    if data := of_dataset(publication, language):
        names = [item["contentUrl"].rpartition("/")[2] for item in data["distribution"]]
        members = ("contentUrl", "contentSize", "encodingFormat", "sha256")
        files = [
            {"@type": "cr:FileObject", "@id": name, "name": name} | {member: item[member] for member in members}
            for name, item in zip(names, data["distribution"], strict=True)
        ]
        document = {
            "@context": {"@language": language, **_CROISSANT},
            **{name: value for name, value in data.items() if name not in {"@id", "includedInDataCatalog"}},
            "@type": "sc:Dataset",
            "conformsTo": "http://mlcommons.org/croissant/1.0",
            "citeAs": f"{data['name']}, {PUBLIC_URL}/, {data['dateModified']}",
            "version": f"1.{len(publication.versions)}.0",
            "distribution": files,
        }
        yield plain("/croissant.jsonld", formats.JSON_LD.media_type, json.dumps(document, ensure_ascii=False, indent=1))


def _literals(dataset: Dataset, node: Node, name: str, namespace: str = DCTERMS.iri) -> list[Literal]:
    return [term for term in dataset.objects(node, f"{namespace}{name}") if isinstance(term, Literal)]


def _nodes(dataset: Dataset, node: Node, predicate: str) -> list[NamedNode]:
    return [term for term in dataset.objects(node, predicate) if isinstance(term, NamedNode)]


def _period(dataset: Dataset, node: Node) -> str:
    """The first period, as an interval (ISO 8601)."""
    for period in _nodes(dataset, node, DCTERMS("temporal").value):
        ends = [_literals(dataset, period, name, DCAT.iri) for name in ("startDate", "endDate")]
        return "/".join(term[0].value if term else ".." for term in ends)
    return ""
