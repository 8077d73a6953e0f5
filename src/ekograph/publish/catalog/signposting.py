"""The landing page for machines: FAIR Signposting (https://signposting.org/FAIR/) and its set of links (RFC 9264)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TypeAlias

from pyoxigraph import NamedNode

from ekograph.publish.catalog.dcat_ap import described
from ekograph.publish.catalog.void import PAGE as VOID_PAGE
from ekograph.publish.publication import Publication
from ekograph.rdf import formats
from ekograph.rdf.vocab import DCTERMS
from ekograph.rendering.representations import plain
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import PUBLIC_URL, link

#: A relation, its target, and further parameters.
Pointer: TypeAlias = tuple[str, str, dict[str, str]]

_TURTLE = {"type": formats.TURTLE.media_type}


def pointers(publication: Publication) -> list[Pointer]:
    """Where a machine that has found the front page goes on."""
    entries: list[Pointer] = [
        ("cite-as", publication.site.dataset.base or f"{PUBLIC_URL}/", {}),
        ("type", "https://schema.org/AboutPage", {}),
        ("type", "https://schema.org/Dataset", {}),
    ]
    for node in described(publication.site.dataset):
        entries += [("license", iri, {}) for iri in _named(publication, node, "license")]
        entries += [("author", iri, {}) for iri in _named(publication, node, "publisher")]
        entries.append(("describedby", f"{PUBLIC_URL}/catalog.ttl", _TURTLE))
    entries.append(("describedby", f"{PUBLIC_URL}{VOID_PAGE}.ttl", _TURTLE))
    # A compressed dump is a file of its own.
    entries += [
        ("item", f"{PUBLIC_URL}/dumps/{file.name}", {"type": kind.as_sent}) for file, kind in publication.distributions
    ]
    return entries


def links(publication: Publication) -> tuple[str, ...]:
    """The pointers as values of Link, and the link to the set of them."""
    values = [link(target, relation, **more) for relation, target, more in pointers(publication)]
    return (*values, link(f"{PUBLIC_URL}/linkset.json", "linkset", type="application/linkset+json"))


def export(publication: Publication) -> Iterator[Representation]:
    """The pointers as a set of links in JSON (RFC 9264, section 4.2)."""
    targets: dict[str, list[dict[str, str]]] = {}
    for relation, target, more in pointers(publication):
        targets.setdefault(relation, []).append({"href": target, **more})
    linkset = {"linkset": [{"anchor": f"{PUBLIC_URL}/", **targets}]}
    yield plain("/linkset.json", "application/linkset+json", json.dumps(linkset, indent=1))


def _named(publication: Publication, node: NamedNode, name: str) -> list[str]:
    values = publication.site.dataset.objects(node, DCTERMS(name).value)
    return [term.value for term in values if isinstance(term, NamedNode)]
