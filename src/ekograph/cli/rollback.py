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
    """Make the snapshot that was published before the current one; a server follows at once.

    Then the same is published as a new version, so that feeds tell what was taken back.
    """
    from ekograph import config
    from ekograph.config import ConfigError
    from ekograph.snapshots.bucket import repository_of
    from ekograph.snapshots.repository import NothingBeforeError
    from ekograph.snapshots.snapshot import SnapshotError
    from ekograph.validation.sources import SourceError

    messages = Messages("publish", reader_language(lang))
    settings = config.load(site)
    repository = repository_of(settings)
    try:
        with repository.locked():
            if repository.current_name() is None:
                fail(messages("nothing_published", path=settings.snapshots_dir))
            latest = repository.latest()
            snapshot = repository.roll_back()
            # The way back comes first: it needs nothing of what may be broken.
            click.echo(messages("rolled_back", name=snapshot.name, published=snapshot.manifest.published))
            try:
                if latest:
                    from ekograph.publish.restore import restore

                    restore(settings, repository, snapshot, latest)
            except (ConfigError, SourceError, SnapshotError, OSError) as error:
                click.echo(messages("rolled_back_untold", reason=error), err=True)
            if settings.remote_endpoint and (current := repository.current()):
                from ekograph.publish.pipeline import StoreError, fill_store

                try:
                    fill_store(settings, current)
                except StoreError as error:
                    fail(messages("store_failed", reason=error))
    except NothingBeforeError:
        fail(messages("nothing_before", name=repository.current_name()))
    except OSError as error:
        fail(messages("cannot_write", path=error.filename or settings.snapshots_dir, reason=error.strerror))
