"""What search engines read in a page: a thing in schema.org's terms, as JSON-LD."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from pyoxigraph import Literal, NamedNode

from ekograph.addresses import PUBLIC_URL, path_of
from ekograph.dataset import LABELS, SKOS, Dataset, Node

Json: TypeAlias = dict[str, Any]

# Inline: a remote context makes readers fetch it, or fail.
_CONTEXT = {"@vocab": "https://schema.org/"}
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


def of_thing(node: NamedNode, dataset: Dataset, language: str) -> Json:
    """One thing of the site, for its page."""
    kinds = dataset.types(node)
    name = dataset.label(node, language).value
    others = [
        each.value for label in LABELS for each in dataset.objects(node, label.value) if isinstance(each, Literal)
    ]
    return without_empty(
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


def without_empty(found: Json) -> Json:
    """What there is: members without a value are left out."""
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}


def _nodes(dataset: Dataset, node: Node, predicate: str) -> list[NamedNode]:
    return [each for each in dataset.objects(node, predicate) if isinstance(each, NamedNode)]
