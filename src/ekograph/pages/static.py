"""The files that pages use: each is served under a name that holds the digest of its content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

#: The files and their media types.
_TYPES = {
    "style.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "sparql.js": "text/javascript; charset=utf-8",
    "search.js": "text/javascript; charset=utf-8",
}


def static_files() -> Iterator[tuple[str, str, bytes]]:
    """The address (/static/…), the Content-Type and the content of every file that pages use.

    The address changes with the content, so that a copy of it may be kept for ever.
    """
    for name, media_type in _TYPES.items():
        yield addresses()[name], media_type, _content(name)


@cache
def addresses() -> Mapping[str, str]:
    """The address of each file by its plain name."""
    return {name: _address(name) for name in _TYPES}


def _address(name: str) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"/static/{stem}.{hashlib.sha256(_content(name)).hexdigest()[:12]}.{suffix}"


def _content(name: str) -> bytes:
    return (files("ekograph.pages") / "static" / name).read_bytes()
