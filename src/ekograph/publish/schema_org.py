"""What search engines read in a page: the dataset and its things in schema.org's terms, as JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from pyoxigraph import Literal, NamedNode

from ekograph.addresses import path_of
from ekograph.dataset import LABELS, SKOS, Dataset, Node
from ekograph.publish import filetypes
from ekograph.publish.catalogue import described
from ekograph.publish.issue import Issue
from ekograph.publish.namespaces import DCAT, DCTERMS
from ekograph.snapshot import PUBLIC_URL

Json: TypeAlias = dict[str, Any]

# Inline: a remote context makes readers fetch it, or fail.
_CONTEXT = {"@vocab": "https://schema.org/"}
#: The pages of licences, by the codes of the EU's table, which search engines do not know.
_LICENCES = {
    "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0": "https://creativecommons.org/licenses/by/4.0/",
    "http://publications.europa.eu/resource/authority/licence/CC0": "https://creativecommons.org/publicdomain/zero/1.0/",
}
#: The types of schema.org for the classes of others; what has none is a Thing.
_TYPES = {
    f"{SKOS}Concept": "DefinedTerm",
    f"{SKOS}ConceptScheme": "DefinedTermSet",
    "http://purl.org/dc/terms/Location": "Place",
    "http://www.w3.org/ns/org#Organization": "Organization",
    "http://www.w3.org/2006/vcard/ns#Individual": "ContactPoint",
}
_PARTS = (f"{SKOS}broader", f"{SKOS}inScheme", "http://purl.org/dc/terms/isPartOf")
_SAME = (f"{SKOS}exactMatch", "http://www.w3.org/2002/07/owl#sameAs", "https://schema.org/sameAs")


def with_data(page: bytes, data: Json | None) -> bytes:
    """The page with `data` in its head; in text, no sequence of characters ends the element that holds it."""
    if not data:
        return page
    text = json.dumps({"@context": _CONTEXT, **data}, ensure_ascii=False).replace("<", "\\u003c")
    return page.replace(b"</head>", f'<script type="application/ld+json">{text}</script>\n</head>'.encode(), 1)


def of_dataset(issue: Issue, language: str) -> Json | None:
    """The dataset that the catalogue lists, for the front page; None without a catalogue."""
    dataset = issue.site.dataset
    node = next(iter(described(dataset)), None)
    if node is None:
        return None
    names = [each.value for each in _literals(dataset, node, "title")]
    name = dataset.label(node, language).value
    return _without_empty(
        {
            "@type": "Dataset",
            "@id": node.value,
            "name": name,
            "alternateName": [each for each in names if each != name],
            "description": _text(dataset, node, "description", language),
            "url": f"{PUBLIC_URL}/",
            "identifier": node.value,
            "license": _licence(dataset, node),
            "keywords": [each.value for each in _literals(dataset, node, "keyword", DCAT.iri)],
            "creator": _publisher(dataset, node, language),
            "publisher": _publisher(dataset, node, language),
            "isAccessibleForFree": True,
            "inLanguage": list(dataset.languages),
            "datePublished": issue.versions[0].published,
            "dateModified": issue.version.published,
            "version": issue.version.name,
            "temporalCoverage": _period(dataset, node),
            "spatialCoverage": _places(dataset, node, language),
            "isBasedOn": [each.value for each in _nodes(dataset, node, "http://www.w3.org/ns/prov#wasDerivedFrom")],
            "includedInDataCatalog": {"@type": "DataCatalog", "url": f"{PUBLIC_URL}/catalog"},
            "distribution": _downloads(issue),
        }
    )


def of_thing(node: NamedNode, dataset: Dataset, language: str) -> Json:
    """One thing of the site, for its page."""
    kinds = dataset.types(node)
    name = dataset.label(node, language).value
    others = [
        each.value for label in LABELS for each in dataset.objects(node, label.value) if isinstance(each, Literal)
    ]
    return _without_empty(
        {
            "@type": next((_TYPES[kind] for kind in _TYPES if kind in kinds), "Thing"),
            "@id": node.value,
            "name": name,
            "alternateName": [each for each in dict.fromkeys(others) if each != name],
            "url": f"{PUBLIC_URL}{path_of(node.value, dataset.base)}",
            "additionalType": kinds,
            "isPartOf": [{"@id": each.value} for part in _PARTS for each in _nodes(dataset, node, part)],
            "sameAs": [each.value for same in _SAME for each in _nodes(dataset, node, same)],
        }
    )


def _without_empty(found: Json) -> Json:
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}


def _literals(dataset: Dataset, node: Node, name: str, namespace: str = DCTERMS.iri) -> list[Literal]:
    return [each for each in dataset.objects(node, f"{namespace}{name}") if isinstance(each, Literal)]


def _nodes(dataset: Dataset, node: Node, predicate: str) -> list[NamedNode]:
    return [each for each in dataset.objects(node, predicate) if isinstance(each, NamedNode)]


def _text(dataset: Dataset, node: Node, name: str, language: str) -> str:
    found = dataset.text(node, (f"{DCTERMS.iri}{name}",), language)
    return found.value if found else ""


def _licence(dataset: Dataset, node: Node) -> str:
    found = [each.value for each in _nodes(dataset, node, DCTERMS("license").value)]
    return _LICENCES.get(found[0], found[0]) if found else ""


def _publisher(dataset: Dataset, node: Node, language: str) -> Json:
    for each in _nodes(dataset, node, DCTERMS("publisher").value):
        return {"@type": "Organization", "@id": each.value, "name": dataset.label(each, language).value}
    return {}


def _period(dataset: Dataset, node: Node) -> str:
    """The first period, as an interval (ISO 8601)."""
    for period in _nodes(dataset, node, DCTERMS("temporal").value):
        ends = [_literals(dataset, period, name, DCAT.iri) for name in ("startDate", "endDate")]
        return "/".join(each[0].value if each else ".." for each in ends)
    return ""


def _places(dataset: Dataset, node: Node, language: str) -> Sequence[Mapping[str, str]]:
    places = _nodes(dataset, node, DCTERMS("spatial").value)
    return [{"@type": "Place", "name": dataset.label(each, language).value} for each in places]


def _downloads(issue: Issue) -> list[Json]:
    found = []
    for file in issue.dumps:
        kind = filetypes.of(file.name)
        if kind:
            found.append(
                {
                    "@type": "DataDownload",
                    "contentUrl": f"{PUBLIC_URL}/dumps/{file.name}",
                    "encodingFormat": "application/gzip" if kind.compressed else kind.media_type,
                    "contentSize": f"{file.size} B",
                    "sha256": file.sha256,
                }
            )
    return found
