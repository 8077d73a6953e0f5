"""`ekograph fmt`: the site's Turtle in one layout, each file proven to say the same as before."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

import click
from pyoxigraph import RdfFormat, parse

from ekograph import config
from ekograph.cli import fail, options
from ekograph.cli.files import replace_file
from ekograph.i18n import Messages, reader_language
from ekograph.rdf import formats
from ekograph.rdf.canonical import canonical, find_costly_blank_node
from ekograph.turtle.lines import Lines, Place, decoded
from ekograph.turtle.printer import formatted
from ekograph.turtle.reader import TurtleError
from ekograph.validation import sources
from ekograph.validation.parsing import finding_in, parsed
from ekograph.validation.report import Finding, report
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
        click.echo("".join(map(difference, done)), nl=False)
    for file in () if show_diff else changed:
        if not only_check:
            _write(file, messages)
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


def _write(file: Formatted, messages: Messages) -> None:
    try:
        replace_file(file.source.path, file.data)
    except OSError as error:
        fail(messages("cannot-write", path=file.source.name, reason=error.strerror))


#: Files outside a site, which has a base for names of graphs, are formatted too; the graph's name is not written.
_GRAPH = "urn:ekograph:file"


@dataclass(frozen=True)
class Formatted:
    """A source and the bytes it should have; with `findings`, which say why it cannot be formatted, its own."""

    source: Source
    data: bytes
    findings: tuple[Finding, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the file is not formatted yet."""
        return self.data != self.source.data


def layout(source: Source, check: Messages, messages: Messages) -> Formatted:
    """The Turtle source laid out; nothing is written. `check` and `messages` are the areas "check" and "fmt"."""
    faults = parsed(source._replace(graph=_GRAPH), check).findings
    if faults:
        return Formatted(source, source.data, tuple(faults))
    text = decoded(source.data)
    try:
        data = formatted(text).encode()
    except TurtleError as error:
        return _refused(source, Lines(text).place(error.offset), messages("unreadable"), messages)
    if data != source.data and not same(text, data.decode()):
        return _refused(source, Place(1, 1), messages("unproven"), messages)
    return Formatted(source, data)


def same(one: str, other: str) -> bool:
    """Whether two Turtle texts are proven to say the same: equal graphs, blank nodes matched by RDFC-1.0.

    A graph whose blank nodes cannot be told apart in good time is not proven equal to any.
    """
    graphs = [list(parse(text.encode(), RdfFormat.TURTLE)) for text in (one, other)]
    if any(
        find_costly_blank_node((triple.subject, triple.predicate, triple.object) for triple in graph)
        for graph in graphs
    ):
        return False
    return canonical(graphs[0]) == canonical(graphs[1])


def difference(done: Formatted) -> str:
    """What formatting changes, as a unified diff; line ends and a byte order mark are shown as escapes."""
    before, after = (_lines(data) for data in (done.source.data, done.data))
    name = done.source.name
    return "".join(unified_diff(before, after, name, name))


def _refused(source: Source, place: Place, message: str, messages: Messages) -> Formatted:
    return Formatted(source, source.data, (finding_in(source, "format", place, message, messages),))


def _lines(data: bytes) -> list[str]:
    visible = data.decode().replace("\ufeff", "\\ufeff").replace("\r", "\\r")
    return list(_ended(visible.split("\n")))


def _ended(lines: list[str]) -> Iterable[str]:
    yield from (f"{line}\n" for line in lines[:-1])
    if lines[-1]:
        yield f"{lines[-1]}\n\\ No newline at end of file\n"
