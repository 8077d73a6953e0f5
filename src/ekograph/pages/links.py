"""The addresses that pages link to: the page of a thing in the reader's language, or the web."""

from __future__ import annotations

from pyoxigraph import NamedNode

from ekograph.addresses import path_of
from ekograph.pages.site import Site

#: Schemes that a link may lead to; anything else, such as javascript:, stays text.
_WEB = frozenset({"http", "https"})
_CONTACT = frozenset({"tel", "mailto"})


def in_language(path: str, language: str) -> str:
    """The address of the page at `path` (a fragment may follow it) in `language`."""
    page, hash_, fragment = path.partition("#")
    name = f"{page}index" if page.endswith("/") else page
    return f"{name}.{language}.html{hash_}{fragment}"


def page_of(site: Site, node: NamedNode, language: str) -> str | None:
    """The address of the page that this site has of `node`, in `language`, or None."""
    if not site.has_page(node):
        return None
    return in_language(path_of(node.value, site.dataset.base), language)


def address_of(site: Site, node: NamedNode, language: str) -> str | None:
    """Where a link about `node` leads: its page here, else its own address on the web; None if it has neither."""
    return page_of(site, node, language) or web_address(node.value)


def web_address(iri: str) -> str | None:
    """`iri` if it can be visited."""
    return iri if _scheme(iri) in _WEB else None


def contact_address(iri: str) -> str | None:
    """`iri` if it is a telephone number or an e-mail address, or can be visited."""
    return iri if _scheme(iri) in _WEB | _CONTACT else None


def _scheme(iri: str) -> str:
    return iri.partition(":")[0].lower()
