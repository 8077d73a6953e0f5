"""`ekograph export`: the published site as files for any web server."""

from __future__ import annotations

from pathlib import Path

import click

from ekograph.cli import fail, options
from ekograph.i18n import Messages, reader_language

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
    from ekograph import config
    from ekograph.plugins import load_theme
    from ekograph.publish.exports.static_site import ExportError, export
    from ekograph.snapshots.repository import SnapshotRepository
    from ekograph.snapshots.snapshot import SnapshotError

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
