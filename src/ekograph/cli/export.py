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
from ekograph.rendering.layout import site_of
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
    yield NGINX, nginx(languages, gone).encode()
    yield APACHE, apache(languages, gone).encode()
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


#: The types of the other files in an export, by suffix.
_TYPES = {
    "atom": "application/atom+xml",
    "csv": "text/csv",
    "gz": "application/gzip",
    "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet",
    "zst": "application/zstd",
    "link": "application/link-format",
    "zip": "application/zip",
}
#: Where things are; what lies there is told of at /doc/.
_THINGS, _PAGES = "/id/", "/doc/"
#: Documents of which whoever accepts anything gets RDF.
_FOR_HARVESTERS = ("catalog", r"\.well-known/void", r"ldes(/[0-9a-f-]+)?")


def nginx(languages: Sequence[str], gone: Mapping[str, str]) -> str:
    """For nginx: a file to include in the `http` context, with the root of the export to be filled in.

    `gone` are the pages of what is described no more, and where each has moved to, or "".
    """
    ends = "|".join(item.suffix for item in formats.RDF)
    left = "".join(
        f"    {json.dumps(unquote(page), ensure_ascii=False)} {json.dumps(target or '410')};\n"
        for page, target in gone.items()
    )
    suffixes = "".join(f'    "~*{_pattern(item)}" .{item.suffix};\n' for item in formats.RDF)
    spoken = "".join(f'    "~*^{item}" {item};\n' for item in languages)
    types = "".join(f"        {media_type} {suffix};\n" for suffix, media_type in _media_types().items())
    harvested = "|".join(_FOR_HARVESTERS)
    return f"""# Put this into the http context of nginx and set server_name and root.
map $http_accept_language $ekograph_language {{
    default {languages[0]};
{spoken}}}
map $http_accept $ekograph_page {{
    default .$ekograph_language.html;
{suffixes}    "~*text/html" .$ekograph_language.html;
}}
map $http_accept $ekograph_data {{
    default .ttl;
    "~*text/html" .$ekograph_language.html;
{suffixes}}}
map $uri $ekograph_stem {{
    default $uri;
    "~^(?<ekograph_base>.+?)(?<ekograph_form>(\\.[a-z-]+)?\\.html|\\.({ends}))$" $ekograph_base;
}}
map $ekograph_stem $ekograph_left {{
    default "";
{left}}}
server {{
    listen 80;
    server_name data.example.fi;
    root /srv/ekograph;
    charset utf-8;
    charset_types text/html text/turtle text/csv text/plain;
    default_type application/octet-stream;
    types {{
{types}    }}
    add_header Access-Control-Allow-Origin "*" always;
    add_header X-Content-Type-Options nosniff always;
    add_header Vary "Accept, Accept-Language" always;
    if ($ekograph_left = 410) {{ return 410; }}
    if ($ekograph_left) {{ return 301 $ekograph_left$ekograph_form; }}
    location = / {{ try_files /index.$ekograph_language.html =404; }}
    if ($request_uri ~ ^{_THINGS}(.*)$) {{ return 303 $scheme://$http_host{_PAGES}$1; }}
    location = /sitemap.xml {{ types {{ }} default_type application/xml; }}
    location = /linkset.json {{ types {{ }} default_type application/linkset+json; }}
    location ~ ^/({harvested})$ {{ try_files $uri$ekograph_data =404; }}
    location / {{ try_files $uri $uri$ekograph_page $uri.$ekograph_language.html =404; }}
    location ~ /\\.ekograph-export|/nginx\\.conf|/\\.htaccess {{ return 404; }}
}}
"""


def apache(languages: Sequence[str], gone: Mapping[str, str]) -> str:
    """For Apache with mod_rewrite and mod_headers: the .htaccess of the export; `gone` as for nginx."""
    left = "".join(
        f"RewriteRule ^{re.escape(unquote(page)[1:])}((\\.[a-z-]+){{0,2}})$ "
        + (f"{target}$1 [R=301,NE,L]\n" if target else "- [G,L]\n")
        for page, target in gone.items()
    )
    types = "".join(f"AddType {media_type} .{suffix}\n" for suffix, media_type in _media_types().items())
    spoken = "".join(
        f"RewriteCond %{{HTTP:Accept-Language}} ^{item}\nRewriteRule ^ - [E=LANG:{item}]\n" for item in languages[1:]
    )
    rules = "".join(
        f"RewriteCond %{{HTTP_ACCEPT}} {_pattern(form)} [NC]\n"
        f"RewriteCond %{{REQUEST_FILENAME}}.{form.suffix} -f\n"
        f"RewriteRule ^(.*)$ $1.{form.suffix} [L]\n"
        for form in formats.RDF
    )
    harvested = "|".join(_FOR_HARVESTERS)
    return f"""Options -MultiViews -Indexes
AddDefaultCharset Off
AddCharset utf-8 .html .ttl .csv .txt
{types}<Files "linkset.json">
ForceType application/linkset+json
</Files>
Header always set Access-Control-Allow-Origin "*"
Header always set X-Content-Type-Options nosniff
Header always append Vary "Accept, Accept-Language"
RewriteEngine On
RewriteRule ^(nginx\\.conf|\\.ekograph-export|\\.htaccess)$ - [R=404,L]
RewriteCond %{{THE_REQUEST}} "^[A-Z]+ (?:https?://[^/ ]+)?{_THINGS}([^ ?]*)"
RewriteRule ^{_THINGS[1:]} {_PAGES}%1 [R=303,NE,L]
{left}RewriteRule ^ - [E=LANG:{languages[0]}]
{spoken}RewriteRule ^$ index.%{{ENV:LANG}}.html [L]
RewriteCond %{{REQUEST_FILENAME}} -f
RewriteRule ^ - [L]
{rules}RewriteCond %{{HTTP_ACCEPT}} !text/html [NC]
RewriteRule ^({harvested})$ $1.ttl [L]
RewriteCond %{{REQUEST_FILENAME}}.%{{ENV:LANG}}.html -f
RewriteRule ^(.*)$ $1.%{{ENV:LANG}}.html [L]
"""


def _media_types() -> dict[str, str]:
    """The media type of every suffix."""
    pages = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    rdf = {item.suffix: item.media_type for item in formats.RDF}
    return {**pages, **rdf, **_TYPES, "json": "application/json", "txt": "text/plain", "xml": "application/xml"}


def _pattern(form: formats.Format) -> str:
    return form.media_type.replace("+", r"\+").replace(".", r"\.")
