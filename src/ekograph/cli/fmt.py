"""ekograph fmt: the site's Turtle in one layout."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ekograph.cli import options
from ekograph.i18n import Messages, reader_language

if TYPE_CHECKING:
    from ekograph.config import Settings
    from ekograph.validation.formatting import Formatted
    from ekograph.validation.sources import Source

_EPILOG = """\b
Examples:
  ekograph fmt
  ekograph fmt --check data shapes
  ekograph fmt --diff data/contacts.ttl

The graph stays the same, and so does every comment. Without PATH, the folders ontology, data and shapes.

\b
Exit status: 0 all is formatted (now); 1 a file is not (--check, --diff) or has a syntax fault;
2 the command cannot run."""


@click.command("fmt", epilog=_EPILOG)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Write nothing; name the files that are not formatted.")
@click.option("--diff", "show_diff", is_flag=True, help="Write nothing; show what would change.")
@options.language
@click.pass_obj
def command(site: Path, paths: tuple[Path, ...], only_check: bool, show_diff: bool, lang: str | None) -> None:
    """Format Turtle files (PATHs, files or folders): each predicate on a line, values below each other."""
    from ekograph import config
    from ekograph.validation import formatting as fmt

    say, check = (Messages(area, reader_language(lang)) for area in ("fmt", "check"))
    done = [fmt.layout(source, check, say) for source in _sources(config.load(site), paths, check, say)]
    if show_diff:
        click.echo("".join(map(fmt.difference, done)), nl=False)
    elif only_check:
        _print_result(done, "would-format", say)
    else:
        _write(done, say)
    faulty = _tell_faults(done, check)
    if not show_diff:
        _summarise(done, say, written=not only_check)
    changed = any(each.changed for each in done)
    sys.exit(1 if faulty or (changed and (only_check or show_diff)) else 0)


def _sources(settings: Settings, paths: Sequence[Path], check: Messages, say: Messages) -> list[Source]:
    """The Turtle files that are meant; a file of another format cannot be."""
    from ekograph.cli import fail
    from ekograph.rdf import formats
    from ekograph.validation import sources

    try:
        found = sources.collect(settings, paths)
    except sources.SourceError as error:
        fail(check(error.key, **error.values))
    wanted = [each for each in found if each.kind == "data" or not paths]
    given = {path for path in paths if path.is_file()}
    for each in wanted:
        if each.format != formats.TURTLE and each.path in given:
            fail(say("not-turtle", path=each.name))
    # A file is given twice when its folder is given too.
    return list({each.path.resolve(): each for each in wanted if each.format == formats.TURTLE}.values())


def _write(done: Sequence[Formatted], say: Messages) -> None:
    from ekograph.cli import fail
    from ekograph.cli.files import replace_file

    for each in done:
        if each.changed:
            try:
                replace_file(each.source.path, each.data)
            except OSError as error:
                fail(say("cannot-write", path=each.source.name, reason=error.strerror))
    _print_result(done, "formatted", say)


def _print_result(done: Sequence[Formatted], key: str, say: Messages) -> None:
    for each in done:
        if each.changed:
            click.echo(say(key, path=each.source.name))


def _tell_faults(done: Sequence[Formatted], check: Messages) -> bool:
    """Show why files could not be formatted, as `check` does; whether there were any."""
    from ekograph.validation.report import report
    from ekograph.validation.reporters.text import render

    found = report(finding for each in done for finding in each.findings)
    if not found.conforms:
        click.echo(render(found, "text", [each.source for each in done], check), nl=False, err=True)
    return not found.conforms


def _summarise(done: Sequence[Formatted], say: Messages, *, written: bool) -> None:
    changed = sum(each.changed for each in done)
    faulty = sum(bool(each.findings) for each in done)
    if changed:
        click.echo(say("summary-written" if written else "summary-check", count=changed))
    elif not faulty:
        click.echo(say("nothing", count=len(done)))
