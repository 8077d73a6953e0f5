"""ekograph explain: a rule in words, an example that breaks it, and the mend."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import click

from ekograph.i18n import LANGUAGES

_EPILOG = """\b
Examples:
  ekograph explain
  ekograph explain B06 --lang fi
  ekograph explain --markdown > docs/rules.md

Exit status: 0 explained, 2 there is no such rule or no site."""


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    """The ids of rules that begin so, for completion in the shell; none where the rules cannot be read."""
    from ekograph import config
    from ekograph.validation import rules
    from ekograph.validation.sources import SourceError

    site = ctx.parent.params.get("site", ".") if ctx.parent else "."
    try:
        known = rules.of_site(config.load(Path(site)))
    except (SourceError, config.ConfigError):
        return []
    return [each.id for each in known if each.id.startswith(incomplete)]


@click.command("explain", epilog=_EPILOG)
@click.argument("rule", required=False, shell_complete=_complete)
@click.option(
    "--lang", type=click.Choice(LANGUAGES), help="Language of the explanation; without it all, the locale's first."
)
@click.option("--markdown", is_flag=True, help="All rules as a page of Markdown.")
@click.pass_obj
def command(site: Path, rule: str | None, lang: str | None, *, markdown: bool) -> None:
    """Explain RULE, as a result of the check names it; without RULE, list all rules."""
    from ekograph import config
    from ekograph.cli import fail
    from ekograph.cli.terminal import colour
    from ekograph.i18n import Messages, reader_language
    from ekograph.validation import rules
    from ekograph.validation.reporters import explain
    from ekograph.validation.sources import SourceError

    own = reader_language(lang)
    say = Messages("explain", own)
    try:
        known = rules.of_site(config.load(site))
    except SourceError as error:
        fail(Messages("check", own)(error.key, **error.values))
    if markdown or rule is None:
        click.echo(explain.page(known) if markdown else explain.listed(known, own), nl=False)
        return
    found = rules.find(known, rule)
    if found is None:
        near = get_close_matches(rule.casefold(), [each.id.casefold() for each in known], n=1)
        hint = rules.find(known, near[0]) if near else None
        fail(say("unknown-near", rule=rule, near=hint.id) if hint else say("unknown", rule=rule))
    languages = [lang] if lang else [own, *(each for each in LANGUAGES if each != own)]
    click.echo(explain.explanation(found, languages, colour=colour()), nl=False, color=True)
