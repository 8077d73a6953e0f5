"""The landing page for machines: FAIR Signposting (https://signposting.org/FAIR/) and its set of links (RFC 9264)."""

from __future__ import annotations

from typing import TypeAlias

from pyoxigraph import NamedNode

from ekograph import formats
from ekograph.addresses import PUBLIC_URL
from ekograph.publish import filetypes
from ekograph.publish.catalogue import described
from ekograph.publish.issue import Issue
from ekograph.publish.namespaces import DCTERMS
from ekograph.publish.void import PAGE as VOID_PAGE
from ekograph.weblinks import link

#: A relation, its target, and further parameters.
Pointer: TypeAlias = tuple[str, str, dict[str, str]]

_TURTLE = {"type": formats.TURTLE.media_type}


def pointers(issue: Issue) -> list[Pointer]:
    """Where a machine that has found the front page goes on."""
    found: list[Pointer] = [
        ("cite-as", issue.site.dataset.base or f"{PUBLIC_URL}/", {}),
        ("type", "https://schema.org/AboutPage", {}),
        ("type", "https://schema.org/Dataset", {}),
    ]
    for node in described(issue.site.dataset):
        found += [("license", iri, {}) for iri in _named(issue, node, "license")]
        found += [("author", iri, {}) for iri in _named(issue, node, "publisher")]
        found.append(("describedby", f"{PUBLIC_URL}/catalog.ttl", _TURTLE))
    found.append(("describedby", f"{PUBLIC_URL}{VOID_PAGE}.ttl", _TURTLE))
    found += [("item", f"{PUBLIC_URL}/dumps/{name}", {"type": kind}) for name, kind in _items(issue)]
    return found


def links(issue: Issue) -> tuple[str, ...]:
    """The pointers as values of Link, and the link to the set of them."""
    values = [link(target, relation, **more) for relation, target, more in pointers(issue)]
    return (*values, link(f"{PUBLIC_URL}/linkset.json", "linkset", type="application/linkset+json"))


def linkset(issue: Issue) -> dict[str, object]:
    """The pointers as a set of links in JSON (RFC 9264, section 4.2)."""
    targets: dict[str, object] = {"anchor": f"{PUBLIC_URL}/"}
    for relation, target, more in pointers(issue):
        known = targets.setdefault(relation, [])
        assert isinstance(known, list)  # noqa: S101 - only the anchor is text, and it is no relation
        known.append({"href": target, **more})
    return {"linkset": [targets]}


def _named(issue: Issue, node: NamedNode, name: str) -> list[str]:
    values = issue.site.dataset.objects(node, DCTERMS(name).value)
    return [each.value for each in values if isinstance(each, NamedNode)]


def _items(issue: Issue) -> list[tuple[str, str]]:
    """The dumps and their media types; a compressed one is a file of its own."""
    kinds = ((file.name, filetypes.of(file.name)) for file in issue.dumps)
    return [(name, "application/gzip" if kind.compressed else kind.media_type) for name, kind in kinds if kind]
