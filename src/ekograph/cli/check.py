"""`ekograph check`: the data against the rules, every fault at its line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from ekograph.cli import fail, options
from ekograph.cli.terminal import colour, progress
from ekograph.i18n import Messages, reader_language

if TYPE_CHECKING:
    from ekograph.config import Settings
    from ekograph.validation.check import CheckOutcome
    from ekograph.validation.descriptions import Assessment
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
    from ekograph import config, runtime
    from ekograph.validation import check, sources
    from ekograph.validation.reporters import text

    messages = Messages("check", reader_language(lang))
    settings = config.load(site)
    for name, path in described.items():
        if path:
            _check_descriptions(settings, name, path, form, messages)
    if engine == "shacl":  # pySHACL makes cycles
        runtime.disable_gc()

    def checked_of(collected: Sequence[Source]) -> CheckOutcome:
        return check.check(
            collected, settings, messages.language, engine, lambda step: progress(messages(f"step-{step}"))
        )

    try:
        collected = sources.collect(settings, paths)
        checked = checked_of(collected)
        fixes: Sequence[Fix] = ()
        if mending:
            collected, checked = _mended(collected, checked, checked_of, messages, show=mending == "diff", ask=unsafe)
        elif form == "sarif" and checked.report.findings:
            fixes = _proven(collected, checked, checked_of)
    except sources.SourceError as error:
        fail(messages(error.key, **error.values))
    finally:
        runtime.enable_gc()
    rendered = text.render(checked.report, form, collected, messages, fixes=fixes, colour=colour())
    progress("")
    click.echo(rendered, nl=False)
    if checked.suppressed:
        click.echo(messages("suppressed", count=checked.suppressed), err=True)
    sys.exit(0 if checked.report.conforms else 1)


def _check_descriptions(settings: Settings, name: str, path: Path, form: str, messages: Messages) -> NoReturn:
    """Check a file of descriptions against the data of the site, print what came of it, and exit."""
    from ekograph.validation import descriptions, sources
    from ekograph.validation.parsing import parsed

    try:
        files = [parsed(source, messages) for source in sources.collect(settings) if source.kind != "shapes"]
        prefixes = {prefix: iri for file in files for prefix, iri in file.prefixes.items()}
        check = descriptions.read(settings, name, (quad for file in files for quad in file.quads), prefixes)
    except sources.SourceError as error:
        fail(messages(error.key, **error.values))
    text = path.read_bytes()
    assessment = check.assess(text, descriptions.form_of(text, file_name=path.name), messages.language, path)
    report = assessment.as_json()
    if form == "json":
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(assessment, sources.shown(path), messages)))
    sys.exit(0 if report["conforms"] else 1)


def _lines(assessment: Assessment, name: str, messages: Messages) -> Iterator[str]:
    """The assessment for a terminal: each description with its verdict, and below it what the rules say."""
    from ekograph.validation.reporters.text import visible

    for finding in assessment.faults:
        yield f"{name}:{finding.line}:{finding.column}: {finding.message}"
    for one in assessment.descriptions:
        yield f"{name}:{one.line}: {visible(one.name)}: {messages(f'description-{one.verdict}')}"
        yield from (f"    [{finding.rule}] {visible(finding.message)}" for finding in one.findings)


def _mended(  # noqa: PLR0913 - what the command knows
    sources: Sequence[Source],
    outcome: CheckOutcome,
    check: Callable[[Sequence[Source]], CheckOutcome],
    messages: Messages,
    *,
    show: bool,
    ask: bool,
) -> tuple[list[Source], CheckOutcome]:
    """Write the mends that are proven, or `show` them and exit; `ask` about those that could be meant otherwise.

    Returns the sources as they are then, and their check.
    """
    from ekograph.cli.files import replace_file
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
    check: Callable[[Sequence[Source]], CheckOutcome],
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
