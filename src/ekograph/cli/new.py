"""ekograph new: an agreement, a priority or a contact point, asked for and written where it belongs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from ekograph.cli import fail
from ekograph.i18n import LANGUAGES, Messages, reader_language
from ekograph.scaffold.edits import Edits
from ekograph.scaffold.fields import Answers, Field, RecordType
from ekograph.scaffold.record_types import KINDS
from ekograph.scaffold.site_data import EditableSite, NewError, read

_EPILOG = """\b
Examples:
  ekograph new agreement --label Oulu --place Oulu --authority uudenmaan-liitto
  ekograph new priority --agreement oulu --label "Vihreä vety"
  ekograph new contact --authority etela-karjalan-liitto

On a terminal, what is not given as an option is asked for. What stays open is a
gap, marked by a comment "# gap: …"; ekograph check names each until it is filled.

\b
Exit status: 0 written, 1 the sources have faults of syntax, 2 nothing could be written."""


def _command(kind: RecordType) -> click.Command:
    """The command that makes a thing of a kind, with an option for each field."""
    help_texts = Messages("new", "en")
    options: list[click.Parameter] = [
        click.Option([f"--{each.name}"], multiple=True, help=_sentence(help_texts(f"{kind.name}.{each.name}")))
        for each in kind.fields
    ]
    languages = click.Choice(LANGUAGES)
    options.append(
        click.Option(["--lang"], type=languages, help="Language of messages; without it, that of the locale.")
    )
    return click.Command(
        kind.name, params=options, callback=_callback(kind), help=help_texts(kind.name), epilog=_epilog(kind)
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _epilog(kind: RecordType) -> str:
    examples = [line for line in _EPILOG.splitlines() if f"new {kind.name}" in line]
    return "\n".join(["\b", "Example:", *examples])


def _callback(kind: RecordType) -> Callable[..., None]:
    @click.pass_obj
    def run(folder: Path, /, lang: str | None, **options: Any) -> None:
        say = Messages("new", reader_language(lang))
        site = _site(folder, say)
        given = {name.replace("_", "-"): values for name, values in options.items() if values}
        _check_counts(kind, given, say)
        try:
            _make(kind, site, _answers(kind, site, given, say), say)
        except NewError as error:
            fail(say(error.key, **error.values))

    return run


def _site(folder: Path, say: Messages) -> EditableSite:
    """The site, if its sources can be read and its ontology has what is to be made."""
    from ekograph import config
    from ekograph.validation.report import report
    from ekograph.validation.reporters.text import render
    from ekograph.validation.sources import SourceError

    check = Messages("check", say.language)
    settings = config.load(folder)
    if not settings.base:
        fail(say("no-base", path=settings.root / config.FILE_NAME))
    try:
        site = read(settings, check)
    except SourceError as error:
        fail(check(error.key, **error.values))
    if site.faults:
        click.echo(render(report(site.faults), "text", site.files, check), nl=False, err=True)
        sys.exit(1)
    if not site.dataset.quads_of(site.term("Agreement")):
        fail(say("no-class", iri=site.term("Agreement").value))
    return site


def _check_counts(kind: RecordType, given: Answers, say: Messages) -> None:
    for each in kind.fields:
        if not each.several and len(given.get(each.name, ())) > 1:
            fail(say("once", option=f"--{each.name}"))


def _answers(kind: RecordType, site: EditableSite, given: Answers, say: Messages) -> Answers:
    """The answers to all fields: as given, as asked for, or as proposed."""
    found: dict[str, tuple[str, ...]] = {}
    missing: list[Field] = []
    for each in kind.fields:
        if each.name in given:
            values = _split(each, given[each.name])
            for value in () if missing else values:
                each.check(site, found, value)
        elif _interactive():
            values = _asked(kind, each, site, found, say)
        else:
            values = () if missing else each.propose(site, found)
        # What would be proposed, were another answer there, is not missing.
        if each.needed and not any(values) and not (missing and each.proposes):
            missing.append(each)
        found[each.name] = values
    if missing:
        fail(_missing(kind, missing, say))
    return found


def _missing(kind: RecordType, fields: list[Field], say: Messages) -> str:
    lines = [f"  --{each.name}  {say(f'{kind.name}.{each.name}')}" for each in fields]
    return "\n".join([say("missing"), *lines])


def _interactive() -> bool:
    return sys.stdin.isatty()


def _asked(kind: RecordType, field: Field, site: EditableSite, found: Answers, say: Messages) -> tuple[str, ...]:
    """What is typed in answer, asked for again until it can be used; Enter takes the proposal, or leaves a gap."""
    proposal = ", ".join(field.propose(site, found))
    if field.name == "kind" and not proposal:
        return ()
    while True:
        typed = click.prompt(say(f"{kind.name}.{field.name}"), default=proposal, show_default=bool(proposal))
        values = _split(field, (typed,))
        try:
            for value in values:
                field.check(site, found, value)
        except NewError as error:
            click.echo(say(error.key, **error.values), err=True)
            continue
        if values or not field.needed:
            return values
        click.echo(say("needed"), err=True)


def _split(field: Field, given: Sequence[str]) -> tuple[str, ...]:
    """The answers without white space around them; several may stand in one, between commas."""
    parts = [part for each in given for part in (each.split(",") if field.several else [each])]
    return tuple(filter(None, map(str.strip, parts)))


def _make(kind: RecordType, site: EditableSite, answers: Answers, say: Messages) -> None:
    """Write the thing, and say what is where and what is still open."""
    from ekograph.cli.files import replace_file
    from ekograph.validation.sources import shown

    edits = Edits(site)
    iri = kind.write(edits, answers, say)
    for path, text in edits.after.items():
        try:
            replace_file(path, text.encode())
        except OSError as error:
            fail(say("cannot-write", path=shown(path), reason=error.strerror))
    click.echo(say("written", iri=iri.value))
    for path in edits.after:
        click.echo(f"  {shown(path)}")
    _tell_gaps(edits, say)


def _tell_gaps(edits: Edits, say: Messages) -> None:
    from ekograph.scaffold.draft import GAP
    from ekograph.validation.sources import shown

    gaps = [
        f"  {shown(path)}:{number}: {line.partition(GAP)[2].strip()}"
        for path, text in edits.after.items()
        for number, line in enumerate(text.splitlines(), 1)
        if GAP in line
    ]
    click.echo(say("gaps", count=len(gaps)) if gaps else say("no-gaps"))
    for each in gaps:
        click.echo(each)


command = click.Group("new", commands={each.name: _command(each) for each in KINDS}, epilog=_EPILOG)
command.help = "Write a new agreement, priority or contact point where it belongs, and mark what is still open."
