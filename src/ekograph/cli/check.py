"""ekograph check: the data against the rules, every fault at its line."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import click

from ekograph.cli import options

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
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    help="Form of the report.",
)
@options.language
@options.engine
@click.pass_obj
def command(site: Path, paths: tuple[Path, ...], form: str, lang: str | None, engine: str) -> None:
    """Check the site's data against its rules, or PATHs (files or folders) in place of its data folder."""
    if engine == "shacl":
        # What is made here lasts until the end, and none of it is a cycle.
        gc.disable()
    try:
        conforms = _checked(site, paths, form, lang, engine)
    finally:
        gc.enable()
    sys.exit(0 if conforms else 1)


def _checked(site: Path, paths: tuple[Path, ...], form: str, lang: str | None, engine: str) -> bool:
    """Check, print the report, and tell whether the data conforms."""
    from ekograph import config
    from ekograph.authoring import check, rendering, sources
    from ekograph.cli import fail
    from ekograph.cli.terminal import colour, progress
    from ekograph.i18n import Messages, reader_language

    language = reader_language(lang)
    say = Messages("check", language)
    settings = config.load(site)
    try:
        collected = sources.collect(settings, paths)
        checked = check.check(collected, settings, language, engine, lambda step: progress(say(f"step-{step}")))
    except sources.SourceError as error:
        fail(say(error.key, **error.values))
    rendered = rendering.render(checked.report, form, collected, say, colour=colour())
    progress("")
    click.echo(rendered, nl=False, color=True)
    if checked.suppressed:
        click.echo(say("suppressed", count=checked.suppressed), err=True)
    return checked.report.conforms
