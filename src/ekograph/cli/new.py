"""ekograph new: a record of a type that the site's theme knows, asked for and written where it belongs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ekograph import config
from ekograph.cli import fail, options
from ekograph.i18n import Messages, reader_language
from ekograph.plugins import load_theme

if TYPE_CHECKING:
    from ekograph.scaffold.records import Answers, EditableSite, Field, RecordType

_EPILOG = """Example: ekograph new book --title "Moby-Dick"

\b
On a terminal, what is not given as an option is asked for, question by question;
? explains one. What is written passes ekograph check as it is.

\b
Exit status: 0 written, 1 the sources have faults of syntax, 2 nothing could be written."""


class RecordTypes(click.Group):
    """A command for each type of record that the theme of the site knows."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the types."""
        return [kind.name for kind in _types(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command that writes a record of a type."""
        kinds = _types(ctx)
        if not kinds:
            key = "no-types" if config.load(_folder(ctx)).base else "no-base"
            fail(Messages("new", reader_language())(key, path=_folder(ctx) / config.FILE_NAME))
        return next((_command(kind, _messages(_folder(ctx), "en")) for kind in kinds if kind.name == cmd_name), None)


def _folder(ctx: click.Context) -> Path:
    return ctx.obj if isinstance(ctx.obj, Path) else Path()


def _types(ctx: click.Context) -> Sequence[RecordType]:
    return load_theme(config.load(_folder(ctx))).record_types()


def _messages(folder: Path, language: str) -> Messages:
    """The messages of the command, with those of the theme."""
    theme = config.load(folder).theme_dir
    return Messages("new", language, theme and theme / "locales")


def _command(kind: RecordType, help_texts: Messages) -> click.Command:
    """The command that makes a thing of a kind, with an option for each field."""
    epilog = f"\b\nExample:\n  ekograph new {kind.name} {kind.example}" if kind.example else None
    command = options.language(click.command(kind.name, help=help_texts(kind.name), epilog=epilog)(_callback(kind)))
    texts = [help_texts(f"{kind.name}.{field.name}") for field in kind.fields]
    command.params[:0] = [
        click.Option([f"--{field.name}"], multiple=True, help=f"{text[0].upper()}{text[1:]}.")
        for field, text in zip(kind.fields, texts, strict=True)
    ]
    return command


def _callback(kind: RecordType) -> Callable[..., None]:
    @click.pass_obj
    def run(folder: Path, /, lang: str | None, **values: Any) -> None:
        from ekograph.scaffold.records import NewError

        messages = _messages(folder, reader_language(lang))
        site = _site(folder, kind, messages)
        answers = {name.replace("_", "-"): texts for name, texts in values.items() if texts}
        for field in kind.fields:
            if not field.several and len(answers.get(field.name, ())) > 1:
                fail(messages("once", option=f"--{field.name}"))
        try:
            _make(kind, site, _answers(kind, site, answers, messages), messages)
        except NewError as error:
            fail(messages(error.key, **error.values))

    return run


def _site(folder: Path, kind: RecordType, messages: Messages) -> EditableSite:
    """The site, if its sources can be read and its ontology has what is to be made."""
    from ekograph.scaffold.records import read
    from ekograph.validation.report import report
    from ekograph.validation.reporters.text import render
    from ekograph.validation.sources import SourceError

    check = Messages("check", messages.language)
    settings = config.load(folder)
    if not settings.base:
        fail(messages("no-base", path=settings.root / config.FILE_NAME))
    try:
        site = read(settings, check)
    except SourceError as error:
        fail(check(error.key, **error.values))
    if site.faults:
        click.echo(render(report(site.faults), "text", site.files, check), nl=False, err=True)
        sys.exit(1)
    if kind.needs and not site.dataset.quads_of(site.term(kind.needs)):
        fail(messages("no-class", iri=site.term(kind.needs).value))
    return site


def _answers(kind: RecordType, site: EditableSite, options: Answers, messages: Messages) -> Answers:
    """The answers to all fields: as the options say, as asked for, or as proposed."""
    answers: dict[str, tuple[str, ...]] = {}
    missing: list[Field] = []
    on_terminal = sys.stdin.isatty()
    if on_terminal:
        click.echo(messages("how-to-answer"))
    for field in kind.fields:
        values: tuple[str, ...] = ()
        if field.name in options:
            values = _split(field, options[field.name])
            for value in () if missing else values:
                field.check(site, answers, value)
        elif not field.asked(site, answers):
            pass
        elif on_terminal:
            values = _asked(kind, field, site, answers, messages)
        elif not (missing and field.proposes):  # what would be proposed, were another answer there, is not missing
            values = field.propose(site, answers)
            if field.needed and not any(values):
                missing.append(field)
        answers[field.name] = values
    if missing:
        lines = [f"  --{field.name}  {messages(f'{kind.name}.{field.name}')}" for field in missing]
        fail("\n".join([messages("missing"), *lines]))
    return answers


def _asked(kind: RecordType, field: Field, site: EditableSite, answers: Answers, messages: Messages) -> tuple[str, ...]:
    """What is typed in answer, asked for again until it can be used; Enter takes the proposal, ? explains."""
    from ekograph.scaffold.records import NewError

    proposal = ", ".join(field.propose(site, answers))
    while True:
        typed = click.prompt(messages(f"{kind.name}.{field.name}"), default=proposal, show_default=bool(proposal))
        values = _split(field, (typed,))
        key = f"{kind.name}.{field.name}.help"
        if typed.strip() == "?" and key in messages:
            click.echo(messages(key))
        try:
            for value in values:
                field.check(site, answers, value)
        except NewError as error:
            click.echo(messages(error.key, **error.values), err=True)
            continue
        if typed.strip() == "?":
            continue
        if values or not field.needed:
            return values
        click.echo(messages("needed"), err=True)


def _split(field: Field, texts: Sequence[str]) -> tuple[str, ...]:
    """The answers without white space around them; several may stand in one, between commas."""
    parts = [part for text in texts for part in (text.split(",") if field.several else [text])]
    return tuple(filter(None, map(str.strip, parts)))


def _make(kind: RecordType, site: EditableSite, answers: Answers, messages: Messages) -> None:
    """Write the thing, and say what is where."""
    from ekograph.scaffold.edits import replace_file
    from ekograph.scaffold.records import Edits
    from ekograph.validation.sources import shown

    edits = Edits(site, kind.prefixes)
    iri = kind.write(edits, answers, messages)
    for path, text in edits.after.items():
        try:
            replace_file(path, text.encode())
        except OSError as error:
            fail(messages("cannot-write", path=shown(path), reason=error.strerror))
    click.echo(messages("written", iri=iri.value))
    for path in edits.after:
        click.echo(f"  {shown(path)}")
    click.echo(messages("done"))


command = RecordTypes("new", epilog=_EPILOG)
command.help = "Write a new record of a type that the site knows where it belongs, and mark what is still open."
