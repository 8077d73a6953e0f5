"""`ekograph check`: the data against the rules, every fault at its line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ekograph.cli import fail, options
from ekograph.cli.terminal import colour, progress
from ekograph.i18n import Messages, reader_language

_EPILOG = """\b
Examples:
  ekograph check
  ekograph check data/contacts.ttl --lang fi
  ekograph check --format sarif > check.sarif

Exit status: 0 the data conforms, 1 it does not, 2 the check cannot run."""


@click.command("check", epilog=_EPILOG)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "full", "json", "sarif", "github"]),
    default="text",
    help="Form of the report; full is text with every finding, however many there are of one kind.",
)
@options.language
@options.engine
@click.pass_obj
def command(site: Path, paths: tuple[Path, ...], form: str, lang: str | None, engine: str) -> None:
    """Check the site's data against its rules, or PATHs (files or folders) in place of its data folder."""
    from ekograph import config, runtime
    from ekograph.validation import check, sources
    from ekograph.validation.reporters import text

    messages = Messages("check", reader_language(lang))
    settings = config.load(site)
    if engine == "shacl":  # pySHACL makes cycles
        runtime.disable_gc()
    try:
        collected = sources.collect(settings, paths)
        checked = check.check(
            collected, settings, messages.language, engine, lambda step: progress(messages(f"step-{step}"))
        )
    except sources.SourceError as error:
        fail(messages(error.key, **error.values))
    finally:
        runtime.enable_gc()
    rendered = text.render(checked.report, form, collected, messages, colour=colour())
    progress("")
    click.echo(rendered, nl=False)
    if checked.suppressed:
        click.echo(messages("suppressed", count=checked.suppressed), err=True)
    sys.exit(0 if checked.report.conforms else 1)
