"""`ekograph check`: the data against the rules, every fault at its line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ekograph.cli import checking, fail, options
from ekograph.i18n import Messages, reader_language

if TYPE_CHECKING:
    from ekograph.validation.check import CheckOutcome
    from ekograph.validation.report import Fix
    from ekograph.validation.sources import Source

_EPILOG = """\b
Examples:
  ekograph check
  ekograph check data/contacts.ttl --lang fi
  ekograph check --format sarif > check.sarif
  ekograph check --fix

Exit status: 0 the data conforms, 1 it does not, 2 the check cannot run."""


class _CheckCommand(click.Command):
    """The command, with an option for each kind of description that the site can check."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        folder = ctx.obj if isinstance(ctx.obj, Path) else Path()
        names = sorted(path.parent.name for path in folder.glob("descriptions/*/shapes.ttl"))
        path = click.Path(path_type=Path)
        text = "Check FILE, descriptions of {} in RDF or CSV, in place of the site's data."
        options = [click.Option([f"--{name}"], type=path, metavar="FILE", help=text.format(name)) for name in names]
        return [*super().get_params(ctx), *options]


@click.command("check", cls=_CheckCommand, epilog=_EPILOG)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "full", "json", "sarif", "github"]),
    default="text",
    help="Form of the report; full is text with every finding, however many there are of one kind.",
)
@click.option("--fix", "mending", flag_value="fix", help="Mend what has one right answer, then tell what is left.")
@click.option("--diff", "mending", flag_value="diff", help="Write nothing; show what --fix would change.")
@click.option("--unsafe", is_flag=True, help="With --fix: ask about each mend that could be meant otherwise.")
@options.language
@options.engine
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - an argument for each option, as click has it
    site: Path,
    /,
    paths: tuple[Path, ...],
    form: str,
    mending: str | None,
    unsafe: bool,
    lang: str | None,
    engine: str,
    **described: Path,
) -> None:
    """Check the site's data against its rules, or PATHs (files or folders) in place of its data folder."""
    for name, path in described.items():
        if path:
            checking.check_descriptions(site, name, path, form, Messages("check", reader_language(lang)))

    def mend(
        sources: Sequence[Source], checked: CheckOutcome, check: checking.Check, messages: Messages
    ) -> tuple[Sequence[Source], CheckOutcome, Sequence[Fix]]:
        if mending:
            return *_mended(sources, checked, check, messages, show=mending == "diff", ask=unsafe), ()
        proven = form == "sarif" and checked.report.findings
        return sources, checked, _proven(sources, checked, check) if proven else ()

    checking.run(site, paths, form, lang, engine, mend)


def _mended(  # noqa: PLR0913 - what the command knows
    sources: Sequence[Source],
    outcome: CheckOutcome,
    check: checking.Check,
    messages: Messages,
    *,
    show: bool,
    ask: bool,
) -> tuple[list[Source], CheckOutcome]:
    """Write the mends that are proven, or `show` them and exit; `ask` about those that could be meant otherwise.

    Returns the sources as they are then, and their check.
    """
    from ekograph.scaffold.edits import replace_file
    from ekograph.validation.fixes import mended

    accepted = _proven(sources, outcome, check, lambda fix: ask and not show and _agreed(fix, sources, messages))
    after = mended(sources, accepted)
    changed = [(old, new) for old, new in zip(sources, after, strict=True) if old.data != new.data]
    if show:
        for old, new in changed:
            click.echo(_difference(old, new), nl=False)
        sys.exit(1 if changed else 0)
    for _, new in changed:
        try:
            replace_file(new.path, new.data)
        except OSError as error:
            fail(messages("cannot-write", path=new.name, reason=error.strerror))
    for fix in accepted:
        place = f"{fix.path}:{fix.finding.line}" if fix.finding else fix.path
        rule = f"[{fix.finding.rule}]" if fix.finding else messages("unused-prefix")
        click.echo(messages("mended", place=place, rule=rule), err=True)
    return after, check(after) if changed else outcome


def _proven(
    sources: Sequence[Source],
    outcome: CheckOutcome,
    check: checking.Check,
    agreed: Callable[[Fix], bool] = lambda _: False,
) -> list[Fix]:
    """The mends that another check proves: the safe ones, and those that are `agreed`."""
    from ekograph.validation.fixes import fixes, proven

    candidates = [fix for fix in fixes(outcome, sources) if fix.safe or agreed(fix)]
    return proven(candidates, outcome.report, sources, lambda changed: check(changed).report)


def _agreed(fix: Fix, sources: Sequence[Source], messages: Messages) -> bool:
    from ekograph.validation.fixes import mended

    (source,) = (source for source in sources if source.name == fix.path)
    (after,) = mended([source], [fix])
    click.echo(_difference(source, after), nl=False, err=True)
    return click.confirm(messages("mend-so"), default=False, err=True)


def _difference(old: Source, new: Source) -> str:
    from difflib import unified_diff

    before, after = (source.data.decode().splitlines(keepends=True) for source in (old, new))
    return "".join(unified_diff(before, after, old.name, new.name, n=1))
