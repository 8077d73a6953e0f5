"""ekograph check: the data against the rules, every fault at its line."""

from __future__ import annotations

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
    from ekograph.cli import checking

    sys.exit(0 if checking.run(site, paths, form, lang, engine) else 1)
