"""`ekograph publish`: check the sources and make their snapshot the current one."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from ekograph.cli import fail, options
from ekograph.cli.terminal import colour, progress
from ekograph.i18n import Messages, reader_language

_EPILOG = """\b
Examples:
  ekograph publish
  ekograph --site ../other publish --lang fi

Exit status: 0 published or already there, 1 the data does not conform, 2 it cannot be published."""


@click.command("publish", epilog=_EPILOG)
@options.language
@options.engine
@click.pass_obj
def command(site: Path, lang: str | None, engine: str) -> None:
    """Check the data and, if it conforms, publish it as a snapshot; else the last good one stays."""
    from ekograph import config, runtime
    from ekograph.publish.pipeline import publish
    from ekograph.validation.reporters.text import render
    from ekograph.validation.sources import SourceError

    messages = Messages("publish", reader_language(lang))
    check_messages = Messages("check", messages.language)
    settings = config.load(site)
    runtime.disable_gc()
    start = time.monotonic()
    try:
        outcome = publish(
            settings, language=messages.language, engine=engine, on_step=lambda step: progress(messages(step))
        )
    except SourceError as error:
        progress("")
        fail(check_messages(error.key, **error.values))
    except OSError as error:
        progress("")
        fail(messages("cannot_write", path=error.filename or settings.snapshots_dir, reason=error.strerror))
    progress("")
    if outcome.suppressed:
        click.echo(check_messages("suppressed", count=outcome.suppressed), err=True)
    if outcome.snapshot is None:
        click.echo(render(outcome.report, "text", outcome.sources, check_messages, colour=colour()), nl=False)
        click.echo(messages("not_published"), err=True)
        sys.exit(1)
    manifest, seconds = outcome.snapshot.manifest, f"{time.monotonic() - start:.1f}"
    key = "published" if outcome.new else "unchanged"
    click.echo(messages(key, name=manifest.name, triples=manifest.triples, seconds=seconds))
