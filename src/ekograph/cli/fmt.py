"""`ekograph fmt`: the site's Turtle in one layout, each file proven to say the same as before."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path

import click

from ekograph import config
from ekograph.cli import fail, options
from ekograph.i18n import Messages, reader_language
from ekograph.rdf import formats
from ekograph.scaffold.edits import Formatted, layout, replace_file
from ekograph.validation import sources
from ekograph.validation.report import report
from ekograph.validation.reporters.text import render
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
    messages, check_messages = (Messages(area, reader_language(lang)) for area in ("fmt", "check"))
    files = _sources(config.load(site), paths, check_messages, messages)
    done = [layout(source, check_messages, messages) for source in files]
    changed = [file for file in done if file.changed]
    if show_diff:
        click.echo("".join(map(_difference, done)), nl=False)
    for file in () if show_diff else changed:
        if not only_check:
            try:
                replace_file(file.source.path, file.data)
            except OSError as error:
                fail(messages("cannot-write", path=file.source.name, reason=error.strerror))
        click.echo(messages("would-format" if only_check else "formatted", path=file.source.name))
    faults = report(finding for file in done for finding in file.findings)
    if not faults.conforms:
        text = render(faults, "text", [file.source for file in done], check_messages)
        click.echo(text, nl=False, err=True)
    if not show_diff and changed:
        click.echo(messages("summary-check" if only_check else "summary-written", count=len(changed)))
    elif not show_diff and faults.conforms:
        click.echo(messages("nothing", count=len(done)))
    sys.exit(1 if not faults.conforms or (changed and (only_check or show_diff)) else 0)


def _sources(
    settings: config.Settings, paths: Sequence[Path], check_messages: Messages, messages: Messages
) -> list[Source]:
    """The Turtle files that are meant; fails for a named file of another format."""
    try:
        collected = sources.collect(settings, paths)
    except sources.SourceError as error:
        fail(check_messages(error.key, **error.values))
    files: dict[Path, Source] = {}
    for source in collected:
        if source.format == formats.TURTLE and (source.kind == "data" or not paths):
            # A file is named twice when its folder is named too.
            files[source.path.resolve()] = source
        elif source.path in paths and source.kind == "data":
            fail(messages("not-turtle", path=source.name))
    return list(files.values())


def _difference(done: Formatted) -> str:
    """What formatting changes, as a unified diff; line ends and a byte order mark are shown as escapes."""
    before, after = (_visible(data) for data in (done.source.data, done.data))
    return "".join(unified_diff(before, after, done.source.name, done.source.name))


def _visible(data: bytes) -> list[str]:
    *lines, last = data.decode().replace("\ufeff", "\\ufeff").replace("\r", "\\r").split("\n")
    return [*(f"{line}\n" for line in lines), *([f"{last}\n\\ No newline at end of file\n"] if last else [])]
