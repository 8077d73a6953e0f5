"""`ekograph export`: the published site as files, with the addresses and bytes that it has when it is served.

What only the server answers is left out of its pages. Beside them is configuration for nginx and Apache: types,
redirects from things to their pages, negotiation.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from urllib.parse import unquote

import click

from ekograph import config
from ekograph.cli import fail, options
from ekograph.i18n import Messages, reader_language
from ekograph.plugins import Theme, load_theme
from ekograph.publish.exports.dumps import FOLDER
from ekograph.rdf import formats
from ekograph.rendering.layout import environment, site_of
from ekograph.rendering.representations import ThingRepresentations
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import Representation, Snapshot, SnapshotError
from ekograph.urls import GONE, PUBLIC_URL, VERSION, with_files_of

_EPILOG = """\b
Example:
  ekograph publish && ekograph export /srv/ekograph --public-url https://data.example.fi

The folder holds nginx.conf and .htaccess, with which nginx and Apache choose format and language as the server does.
Queries, the search, and the answers of CKAN's API, OAI-PMH and Memento's time gate need the server.

Exit status: 0 written, 2 it cannot be."""


@click.command("export", epilog=_EPILOG)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--public-url", help="Where the files will be served; without it, the setting public_url.")
@options.language
@click.pass_obj
def command(site: Path, folder: Path, public_url: str | None, lang: str | None) -> None:
    """Write the current snapshot to FOLDER as files with the same addresses and bytes as the server gives."""
    messages = Messages("publish", reader_language(lang))
    settings = config.load(site, public_url=public_url)
    if not settings.public_url:
        fail(messages("export_needs_url"))
    try:
        repository = SnapshotRepository(settings.snapshots_dir)
        snapshot = repository.current()
        if snapshot is None:
            fail(messages("nothing_published", path=settings.snapshots_dir))
        earlier = (repository.find(name) for name in dict.fromkeys(repository.history()))
        count = export(snapshot, filter(None, earlier), folder.absolute(), settings.public_url, load_theme(settings))
    except ExportError as error:
        fail(messages("export_elsewhere", path=error))
    except SnapshotError as error:
        fail(str(error))
    except OSError as error:
        fail(messages("export_cannot_write", path=error.filename or folder, reason=error.strerror))
    click.echo(messages("exported", count=count, path=folder, name=snapshot.name))


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
        count = 0
        for name, content in _files(snapshot, kept, public_url, theme or Theme()):
            path = draft / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            count += 1
        _replace(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return count


def _files(snapshot: Snapshot, kept: Iterable[Snapshot], public_url: str, theme: Theme) -> Iterator[tuple[str, bytes]]:
    """The name and the content of each file."""
    yield from _printed(snapshot, public_url)
    if snapshot.manifest.large:
        # Pages of its things are not printed but made here.
        site = site_of(snapshot, theme)
        for thing in site.dataset.things():
            yield from (_file(planned.printed(), public_url) for planned in ThingRepresentations(site, thing).planned())
    yield from _dumps(snapshot)
    for older in kept:
        for name, content in chain(_printed(older, public_url, older.name), _dumps(older)):
            yield f"{VERSION}/{older.name}/{name}".lstrip("/"), content
    languages = snapshot.manifest.languages
    table = next((printed.body for printed in snapshot.printed(GONE)), b"{}")
    gone = {page: entry.get("moved", "") for page, entry in json.loads(table).items()}
    yield NGINX, _configuration("nginx.conf", languages, gone)
    yield APACHE, _configuration("htaccess", languages, gone)
    yield MARK, f"{snapshot.name}\n".encode()


def _printed(snapshot: Snapshot, public_url: str, version: str = "") -> Iterator[tuple[str, bytes]]:
    """What is printed, as it is now or as it is at the addresses of a version."""
    for printed in snapshot.printed():
        if printed.content_type in _FOR_PEOPLE and _SERVED.match(printed.address):
            continue
        body = with_files_of(version, printed.body) if version else printed.body
        yield _file(replace(printed, body=body), public_url)


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


#: The types of the files in an export beside those of RDF, by suffix.
_PAGES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_TYPES = {
    "atom": "application/atom+xml",
    "csv": "text/csv",
    "gz": "application/gzip",
    "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet",
    "zst": "application/zstd",
    "link": "application/link-format",
    "zip": "application/zip",
    "json": "application/json",
    "txt": "text/plain",
    "xml": "application/xml",
}
#: Documents of which whoever accepts anything gets RDF.
_FOR_HARVESTERS = ("catalog", r"\.well-known/void", r"ldes(/[0-9a-f-]+)?")


def _configuration(template: str, languages: Sequence[str], gone: Mapping[str, str]) -> bytes:
    """What a web server is to be told; `gone` are the pages of what is described no more, and where each has moved."""
    rdf = {form.suffix: form.media_type for form in formats.RDF}
    values = {
        "languages": languages,
        "gone": {unquote(page): target for page, target in gone.items()},
        "rdf": [(suffix, media_type.replace("+", r"\+").replace(".", r"\.")) for suffix, media_type in rdf.items()],
        "types": {**_PAGES, **rdf, **_TYPES},
        "harvested": "|".join(_FOR_HARVESTERS),
        "quoted": lambda text: json.dumps(text, ensure_ascii=False),
        "escaped": re.escape,
    }
    return environment().get_template(template).render(**values).encode()
