"""`ekograph publish`: check the sources and make their snapshot the current one."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from ekograph.cli import options
from ekograph.cli.terminal import colour, progress
from ekograph.i18n import Messages, reader_language

if TYPE_CHECKING:
    from ekograph.publish.pipeline import Outcome

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
    from ekograph import config
    from ekograph.publish.pipeline import publish
    from ekograph.runtime import stop_search
    from ekograph.validation.sources import SourceError

    say = Messages("publish", reader_language(lang))
    settings = config.load(site)
    stop_search()
    begun = time.monotonic()
    try:
        outcome = publish(settings, language=say.language, engine=engine, on_step=lambda step: progress(say(step)))
    except SourceError as error:
        _fail(Messages("check", say.language)(error.key, **error.values))
    except OSError as error:
        _fail(say("cannot_write", path=error.filename or settings.snapshots_dir, reason=error.strerror))
    progress("")
    sys.exit(_report(outcome, say, time.monotonic() - begun))


def _report(outcome: Outcome, say: Messages, seconds: float) -> int:
    """Say what came of it; returns the exit status."""
    words = Messages("check", say.language)
    if outcome.suppressed:
        click.echo(words("suppressed", count=outcome.suppressed), err=True)
    if outcome.snapshot is None:
        from ekograph.validation.reporters.text import render

        click.echo(render(outcome.report, "text", outcome.sources, words, colour=colour()), nl=False)
        click.echo(say("not_published"), err=True)
        return 1
    manifest = outcome.snapshot.manifest
    key = "published" if outcome.new else "unchanged"
    click.echo(say(key, name=manifest.name, triples=manifest.triples, seconds=f"{seconds:.1f}"))
    return 0


def _fail(text: str) -> NoReturn:
    from ekograph.cli import fail

    progress("")
    fail(text)
