"""Follows every link of a served site, and looks at every page that it finds."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urldefrag, urljoin

from tests.conftest import Server

#: No page is longer than this, in bytes.
LONGEST_PAGE = 200_000

_LINK = re.compile(r'<(?:a|link|script|img)\b[^>]*?\s(?:href|src)="([^"]*)"')
_HEADER_LINK = re.compile(r"<([^>]*)>; rel=\"(?:describedby|alternate|item|timemap|linkset)")
_LOCATION = re.compile(r"<loc>([^<]*)</loc>")


def crawl(server: Server, most: int) -> tuple[set[str], list[str]]:
    """The paths of the pages that can be reached, up to `most` of them, and what is wrong with them."""
    pending, seen, pages, faults = ["/", "/sitemap.xml"], {"/", "/sitemap.xml"}, set(), []
    while pending:
        path = pending.pop(0)
        reply = server.get(path, accept="text/html" if path == "/" else None)
        content_type = reply.headers.get("content-type", "")
        if reply.status >= 400:
            faults.append(f"{path}: {reply.status}")
        links = _HEADER_LINK.findall(reply.headers.get("link", ""))
        if content_type.startswith("text/html"):
            pages.add(path)
            links += _LINK.findall(reply.text)
            if len(reply.body) > LONGEST_PAGE:
                faults.append(f"{path}: {len(reply.body)} bytes")
        elif content_type.startswith("application/xml") and "sitemap" in path:
            links += _LOCATION.findall(reply.text)
        elif reply.status in {301, 302, 303}:
            links.append(reply.headers["location"])
        for link in links:
            address, _ = urldefrag(urljoin(server.url + path, unescape(link)))
            target = address.removeprefix(server.url)
            outside = not address.startswith(f"{server.url}/") or "?" in target
            if not outside and target not in seen and len(seen) < most:
                seen.add(target)
                pending.append(target)
    return pages, faults
