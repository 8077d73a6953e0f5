"""`ekograph rollback`: put the snapshot before the current one back in service."""

from __future__ import annotations

from pathlib import Path

import click

from ekograph.cli import fail, options
from ekograph.i18n import Messages, reader_language


@click.command(
    "rollback",
    epilog="Example: ekograph rollback\n\nExit status: 0 done, 2 there is no snapshot to go back to.",
)
@options.language
@click.pass_obj
def command(site: Path, lang: str | None) -> None:
    """Make the snapshot that was published before the current one; a server follows at once."""
    from ekograph import config
    from ekograph.snapshots.repository import SnapshotRepository
    from ekograph.snapshots.snapshot import SnapshotError

    messages = Messages("publish", reader_language(lang))
    settings = config.load(site)
    repository = SnapshotRepository(settings.snapshots_dir)
    if repository.current_name() is None:
        fail(messages("nothing_published", path=settings.snapshots_dir))
    try:
        with repository.locked():
            snapshot = repository.roll_back()
    except SnapshotError:
        fail(messages("nothing_before", name=repository.current_name()))
    except OSError as error:
        fail(messages("cannot_write", path=error.filename or settings.snapshots_dir, reason=error.strerror))
    click.echo(messages("rolled_back", name=snapshot.name, published=snapshot.manifest.published))
