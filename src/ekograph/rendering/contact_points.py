"""Contact points as a page shows them: name, post, organisation, and how to reach them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from ekograph.rdf.dataset import Text
from ekograph.rendering import terms
from ekograph.rendering import view as view_module
from ekograph.rendering.view import View


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
    return Contact(
        node,
        view.dataset.text(node, (terms.JOB_TITLE,), view.language),
        tuple(view.site.named(node, terms.MEMBER_OF)),
        tuple(_telephones(view, node)),
        tuple((each, each.partition(":")[2]) for each in _addresses(view, node, terms.EMAIL)),
    )


def contacts(view: View, nodes: Iterable[NamedNode]) -> list[Contact]:
    """Several contact points."""
    return [contact(view, each) for each in nodes]


def _telephones(view: View, node: NamedNode) -> Iterable[tuple[str, str]]:
    """Each number with its printed form, where there is just one of both."""
    numbers = _addresses(view, node, terms.TELEPHONE)
    printed = [each.value for each in view.dataset.objects(node, terms.PRINTED_TELEPHONE) if isinstance(each, Literal)]
    if len(numbers) == len(printed) == 1:
        return [(numbers[0], printed[0])]
    return [(each, each.partition(":")[2]) for each in numbers]


def _addresses(view: View, node: NamedNode, predicate: str) -> list[str]:
    found = (each.value for each in view.dataset.objects(node, predicate) if isinstance(each, NamedNode))
    return [each for each in found if view_module.contact_address(each)]
