"""The static export: the published site as files with the addresses and bytes it has when it is served.

What only the server answers is left out of its pages.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from urllib.parse import unquote

from ekograph.plugins import Theme
from ekograph.publish.exports import webservers
from ekograph.publish.exports.dumps import FOLDER
from ekograph.rdf import formats
from ekograph.rendering.layout import site_of
from ekograph.rendering.representations import ThingRepresentations
from ekograph.snapshots.snapshot import Representation, Snapshot
from ekograph.urls import GONE, PUBLIC_URL, VERSION, with_files_of

#: In every export, so that a later one may replace it.
MARK = ".ekograph-export"

#: What people read, the pages among it that only the server answers, and what is marked as such in templates.
_FOR_PEOPLE = {formats.HTML.content_type, formats.MARKDOWN.content_type}
_SERVED = re.compile(r"/(sparql|search|browse|check)[./]")
_LIVE = re.compile(rb"<!--live-->.*?<!--/live-->\n?", re.DOTALL)
_LINK = re.compile(rb'<a href="/(?:sparql|search|browse|check)[./?][^>]*>(.*?)</a>')
_LISTED = re.compile(rb"<li>" + _LINK.pattern + rb"[^<]*</li>\n")

#: Configuration for web servers, beside the files.
NGINX = "nginx.conf"
APACHE = ".htaccess"


class ExportError(Exception):
    """A folder that an export must not replace; the argument is its path."""


def export(
    snapshot: Snapshot, kept: Iterable[Snapshot], target: Path, public_url: str, theme: Theme | None = None
) -> int:
    """Write the site of `snapshot` to `target`, to be served at `public_url`; returns the number of files.

    `kept` are the snapshots that have addresses of their own, below /version. `target` may be missing, empty or an
    earlier export, which is replaced when the new one is whole. Raises ExportError for another folder and OSError when
    the disk does not take the files.
    """
    if target.exists() and any(target.iterdir()) and not (target / MARK).exists():
        raise ExportError(str(target))
    draft = target.with_name(f".{target.name}-{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        files = _files(snapshot, kept, public_url, theme or Theme())
        count = sum(1 for name, content in files if _write(draft, name, content))
        _replace(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return count


def _files(snapshot: Snapshot, kept: Iterable[Snapshot], public_url: str, theme: Theme) -> Iterator[tuple[str, bytes]]:
    """The name and the content of each file."""
    site = chain(_printed(snapshot, public_url), _things(snapshot, public_url, theme), _dumps(snapshot))
    for older in kept:
        folder = f"{VERSION}/{older.name}/".lstrip("/")
        site = chain(site, _below(folder, chain(_printed(older, public_url, older.name), _dumps(older))))
    languages = snapshot.manifest.languages
    yield from site
    table = next((printed.body for printed in snapshot.printed(GONE)), b"{}")
    gone = {page: entry.get("moved", "") for page, entry in json.loads(table).items()}
    yield NGINX, webservers.nginx(languages, gone).encode()
    yield APACHE, webservers.apache(languages, gone).encode()
    yield MARK, f"{snapshot.name}\n".encode()


def _below(folder: str, files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    return ((folder + name, content) for name, content in files)


def _printed(snapshot: Snapshot, public_url: str, version: str = "") -> Iterator[tuple[str, bytes]]:
    """What is printed, as it is now or as it is at the addresses of a version."""
    for printed in snapshot.printed():
        if printed.content_type in _FOR_PEOPLE and _SERVED.match(printed.address):
            continue
        body = with_files_of(version, printed.body) if version else printed.body
        yield _file(replace(printed, body=body), public_url)


def _things(snapshot: Snapshot, public_url: str, theme: Theme) -> Iterator[tuple[str, bytes]]:
    """Of a large site, the pages of things, which are not printed but made here."""
    if snapshot.manifest.large:
        site = site_of(snapshot, theme)
        for thing in site.dataset.things():
            yield from (_file(planned.printed(), public_url) for planned in ThingRepresentations(site, thing).planned())


def _dumps(snapshot: Snapshot) -> Iterator[tuple[str, bytes]]:
    names = (name for name in snapshot.manifest.files if name.startswith(f"{FOLDER}/"))
    return ((name, (snapshot.path / name).read_bytes()) for name in names)


def _file(printed: Representation, public_url: str) -> tuple[str, bytes]:
    body = without_server(printed.body) if printed.content_type == formats.HTML.content_type else printed.body
    return _name(printed.address), body.replace(PUBLIC_URL.encode(), public_url.encode())


def without_server(page: bytes) -> bytes:
    """A page without what only the server answers: the search, lists, the query form, and what leads to them."""
    return _LINK.sub(rb"\1", _LISTED.sub(b"", _LIVE.sub(b"", page)))


def _name(address: str) -> str:
    """The file for an address: web servers decode the path before they look for it."""
    parts = [unquote(part) for part in address.strip("/").split("/")]
    if any(part in {"", ".", ".."} or "/" in part or "\0" in part for part in parts):
        raise OSError(None, "no file can have this address", address)
    return "/".join(parts)


def _write(folder: Path, name: str, content: bytes) -> bool:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True


def _replace(draft: Path, target: Path) -> None:
    """Put `draft` in the place of `target`."""
    if target.exists():
        aside = target.with_name(f".{target.name}-{os.getpid()}-aside")
        target.rename(aside)
        draft.rename(target)
        shutil.rmtree(aside, ignore_errors=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.rename(target)
