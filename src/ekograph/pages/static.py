"""The files that pages use: each is served under a name that holds the digest of its content.

The query editor is among them where set-up built it (npm run build); the SPARQL page is a plain form without it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

#: The files and their media types.
_TYPES = {
    "style.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "sparql.js": "text/javascript; charset=utf-8",
    "search.js": "text/javascript; charset=utf-8",
}
_BUILT = {
    "editor.css": "text/css; charset=utf-8",
    "editor.js": "text/javascript; charset=utf-8",
}


def static_files() -> Iterator[tuple[str, str, bytes]]:
    """The address (/static/…), the Content-Type and the content of every file that pages use.

    The address changes with the content, so that a copy of it may be kept for ever.
    """
    for name, address in addresses().items():
        yield address, (_TYPES | _BUILT)[name], _content(name)


@cache
def addresses() -> Mapping[str, str]:
    """The address of each file by its plain name."""
    return {name: _address(name) for name in (*_TYPES, *_built())}


def _address(name: str) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"/static/{stem}.{hashlib.sha256(_content(name)).hexdigest()[:12]}.{suffix}"


def _built() -> Iterable[str]:
    """The files of the editor: all of them or none."""
    return _BUILT if all(_file(name).is_file() for name in _BUILT) else ()


def _content(name: str) -> bytes:
    return _file(name).read_bytes()


def _file(name: str) -> Traversable:
    folder = files("ekograph.pages") / "static"
    return folder / "built" / name if name in _BUILT else folder / name
