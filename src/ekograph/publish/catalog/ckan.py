"""The datasets of the catalogue as CKAN describes its packages, for portals that harvest CKAN's API and not DCAT."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias
from uuid import NAMESPACE_URL, uuid5

from pyoxigraph import Literal, NamedNode, Triple

from ekograph.i18n import Messages
from ekograph.publish.catalog.dcat_ap import described, email, main_dataset
from ekograph.publish.exports.csvw import distinct
from ekograph.publish.publication import File, FileType, Publication
from ekograph.rdf.dataset import Dataset, Node, Term
from ekograph.rdf.texts import LABELS, local_name
from ekograph.rdf.vocab import DCAT, DCTERMS
from ekograph.rendering.representations import plain
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import PACKAGES, PUBLIC_URL

Json: TypeAlias = dict[str, Any]

_NAMES = [label.value for label in LABELS]

_LICENCES = {
    "CC_BY_4_0": ("cc-by-4.0", "Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/")
}


def export(publication: Publication) -> Iterator[Representation]:
    """The packages, which the API answers from."""
    text = json.dumps(packages(publication), ensure_ascii=False, indent=1)
    yield plain(PACKAGES, "application/json", text)


def packages(publication: Publication) -> list[Json]:
    """A package for each dataset of the catalogue."""
    packages = [_package(node, publication) for node in described(publication.site.dataset)]
    names = distinct(package["name"] for package in packages)
    return [{**package, "name": name} for package, name in zip(packages, names, strict=True)]


def _package(node: NamedNode, publication: Publication) -> Json:
    dataset = publication.site.dataset
    languages = dataset.languages
    first, identity = languages[0], str(uuid5(NAMESPACE_URL, node.value))
    licence = _licence(dataset, node)
    publishers = dataset.objects(node, DCTERMS("publisher").value)
    publisher = _named(dataset, publishers, first)
    agent = next((item.value for item in publishers if isinstance(item, NamedNode)), publisher or dataset.base)
    organization = {
        "id": str(uuid5(NAMESPACE_URL, agent)),
        "name": _name(publisher),
        "title": publisher,
        "type": "organization",
        "state": "active",
    }
    keywords = {item: _keywords(dataset, node, item) for item in languages}
    titles = {item: dataset.label(node, item).value for item in languages}
    notes = {item: _text(dataset, node, item) for item in languages}
    resources = _written_resources(dataset, node, identity, first)
    if node == main_dataset(publication):
        resources += [_resource(file, kind, publication, identity) for file, kind in publication.distributions]
    return {
        "id": identity,
        "name": _name(dataset.label(node, "en").value),
        "title": titles[first],
        "title_translated": titles,
        "notes": notes[first],
        "notes_translated": notes,
        "url": f"{PUBLIC_URL}/",
        "version": _first(dataset, node, DCAT("version")) or publication.version.name,
        "type": "dataset",
        "state": "active",
        "private": False,
        "isopen": bool(licence),
        **licence,
        "collection_type": "Open Data",
        "maintainer": _named(dataset, dataset.objects(node, DCAT("contactPoint").value), first) or publisher,
        "maintainer_email": email(dataset, node),
        "author": publisher,
        "organization": organization,
        "owner_org": organization["id"],
        "tags": [{"name": item, "display_name": item, "state": "active"} for item in keywords[first]],
        "keywords": keywords,
        "groups": [],
        "metadata_created": _first(dataset, node, DCTERMS("issued")) or _time(publication.versions[0].published),
        "metadata_modified": _first(dataset, node, DCTERMS("modified")) or _time(publication.version.published),
        "extras": [{"key": "uri", "value": node.value}, {"key": "guid", "value": node.value}],
        "num_resources": len(resources),
        "num_tags": len(keywords[first]),
        "resources": [{**item, "position": position} for position, item in enumerate(resources)],
    }


def _written_resources(dataset: Dataset, node: Node, package: str, language: str) -> list[Json]:
    """The distributions that the catalogue's authors tell of."""
    resources = []
    for distribution in dataset.objects(node, DCAT("distribution").value):
        if isinstance(distribution, Literal):
            continue
        url = _first(dataset, distribution, DCAT("downloadURL")) or _first(dataset, distribution, DCAT("accessURL"))
        media_type = _first(dataset, distribution, DCAT("mediaType")).rpartition("media-types/")[2]
        resource = {
            "id": str(uuid5(NAMESPACE_URL, f"{package}/{url or distribution}")),
            "package_id": package,
            "name": dataset.label(distribution, language).value,
            "description": _text(dataset, distribution, language),
            "url": url,
            "format": _first(dataset, distribution, DCTERMS("format")).rpartition("/")[2],
            "mimetype": media_type,
            "created": _first(dataset, distribution, DCTERMS("issued")),
            "last_modified": _first(dataset, distribution, DCTERMS("modified")),
            "state": "active",
        }
        size = _first(dataset, distribution, DCAT("byteSize"))
        resources.append({**resource, **({"size": int(size)} if size.isdecimal() else {})})
    return resources


def _named(dataset: Dataset, nodes: Sequence[Term], language: str) -> str:
    """The name of the first of `nodes`, "" where there is none; a blank node without one has none."""
    for node in nodes:
        if isinstance(node, Literal):
            return node.value
        label = dataset.label(node, language).value
        return label if isinstance(node, NamedNode) or dataset.literals(node, _NAMES) else ""
    return ""


def _first(dataset: Dataset, node: Node, predicate: NamedNode) -> str:
    """The first value of a property as text, or ""."""
    return next((term.value for term in dataset.objects(node, predicate.value) if not isinstance(term, Triple)), "")


def _resource(file: File, kind: FileType, publication: Publication, package: str) -> Json:
    dataset = publication.site.dataset
    what = {item: dataset.label(NamedNode(file.about), item).value if file.about else "" for item in dataset.languages}
    names = {language: kind.title(Messages("publish", language), what[language]) for language in dataset.languages}
    return {
        "id": str(uuid5(NAMESPACE_URL, f"{package}/{file.name}")),
        "package_id": package,
        "name": names[dataset.languages[0]],
        "name_translated": names,
        "url": f"{PUBLIC_URL}/dumps/{file.name}",
        "format": f"{kind.label}.{file.name.rpartition('.')[2]}" if kind.packed else kind.label,
        "mimetype": kind.as_sent,
        "size": file.size,
        "hash": f"sha256:{file.sha256}",
        "created": _time(publication.versions[0].published),
        "last_modified": _time(file.modified or publication.version.published),
        "state": "active",
    }


def _time(moment: str) -> str:
    """A time as CKAN writes it: UTC without saying so."""
    return f"{moment.removesuffix('Z')}.000000"


def _name(title: str) -> str:
    """A name as CKAN takes it: 2 to 100 of a-z, 0-9, - and _."""
    plain = "".join(item if item.isascii() and item.isalnum() else "-" for item in title.lower())
    return "-".join(filter(None, plain.split("-")))[:100].ljust(2, "_")


def _text(dataset: Dataset, node: Node, language: str) -> str:
    values = dataset.text(node, (DCTERMS("description").value,), language)
    return values.value if values else ""


def _keywords(dataset: Dataset, node: Node, language: str) -> list[str]:
    values = (item for item in dataset.objects(node, DCAT("keyword").value) if isinstance(item, Literal))
    return [item.value for item in values if item.language in {language, None}]


def _licence(dataset: Dataset, node: Node) -> Json:
    """The licence under the names that CKAN knows it by."""
    for item in dataset.objects(node, DCTERMS("license").value):
        if isinstance(item, NamedNode):
            identity, title, url = _LICENCES.get(local_name(item), ("notspecified", item.value, item.value))
            return {"license_id": identity, "license_title": title, "license_url": url}
    return {}
