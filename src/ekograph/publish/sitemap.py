"""For search engines: the list of pages (https://www.sitemaps.org) and what robots should leave alone (RFC 9309)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from ekograph.snapshot import PUBLIC_URL

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
"""

#: Queries cost time and lead to no end of addresses; old versions are not what people look for.
ROBOTS = f"""User-agent: *
Disallow: /sparql?query=
Disallow: /search?q=
Disallow: /version/
Disallow: /api/
Disallow: /oai

Sitemap: {PUBLIC_URL}/sitemap.xml
"""


def sitemap(pages: Iterable[tuple[str, str]], languages: Sequence[str]) -> str:
    """The sitemap of `pages`: the stem of each page's addresses, and when it last changed (ISO 8601)."""
    entries = (entry for stem, changed in pages for entry in _entries(stem, changed, languages))
    return "".join([_HEAD, *entries, "</urlset>\n"])


def _entries(stem: str, changed: str, languages: Sequence[str]) -> Iterator[str]:
    """One entry for each language, with the others as its alternates (hreflang)."""
    addresses = {language: f"{PUBLIC_URL}{stem}.{language}.html" for language in languages}
    alternates = "".join(_alternate(language, address) for language, address in _with_default(addresses, stem).items())
    for address in addresses.values():
        yield f" <url>\n  <loc>{escape(address)}</loc>\n  <lastmod>{changed}</lastmod>\n{alternates} </url>\n"


def _with_default(addresses: Mapping[str, str], stem: str) -> Mapping[str, str]:
    page = "/" if stem == "/index" else stem
    return {**addresses, "x-default": f"{PUBLIC_URL}{page}"}


def _alternate(language: str, address: str) -> str:
    return f'  <xhtml:link rel="alternate" hreflang="{language}" href={quoteattr(address)}/>\n'
