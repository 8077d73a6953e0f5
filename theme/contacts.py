"""Contact points as a page shows them: name, post, organisation, and how to reach them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode

from ekograph.rdf.texts import Text
from ekograph.rendering import terms
from ekograph.rendering.view import View, contact_address

from . import agreements as eko


@dataclass(frozen=True)
class Contact:
    """One contact point; telephones and e-mails are pairs of an address and the text shown for it."""

    node: NamedNode
    job: Text | None
    organisations: tuple[NamedNode, ...]
    telephones: tuple[tuple[str, str], ...]
    emails: tuple[tuple[str, str], ...]


def contact(view: View, node: NamedNode) -> Contact:
    """The contact point `node`."""
    telephones = [(number, number.partition(":")[2]) for number in _addresses(view, node, terms.TELEPHONE)]
    printed = view.dataset.literals(node, (eko.PRINTED_TELEPHONE,))
    if len(telephones) == len(printed) == 1:
        telephones = [(telephones[0][0], printed[0].value)]
    return Contact(
        node,
        view.dataset.text(node, (terms.JOB_TITLE,), view.language),
        tuple(view.site.named(node, eko.MEMBER_OF)),
        tuple(telephones),
        tuple((address, address.partition(":")[2]) for address in _addresses(view, node, terms.EMAIL)),
    )


def contacts(view: View, nodes: Iterable[NamedNode]) -> list[Contact]:
    """Several contact points."""
    return [contact(view, node) for node in nodes]


def keeper(view: View) -> Contact | None:
    """Whom to write to about the site: the contact point of its catalogue."""
    site = view.site
    nodes = (node for catalogue in site.catalogues for node in site.named(catalogue, eko.CONTACTED_AT))
    first = next(nodes, None)
    return contact(view, first) if first else None


def _addresses(view: View, node: NamedNode, predicate: str) -> list[str]:
    """The telephone numbers or e-mail addresses that a link may lead to."""
    values = (value.value for value in view.dataset.objects(node, predicate) if isinstance(value, NamedNode))
    return [value for value in values if contact_address(value)]
