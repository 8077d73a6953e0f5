"""`ekograph explain`: a rule in words, an example that breaks it, and the mend."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import click

from ekograph.cli import fail
from ekograph.cli.terminal import colour
from ekograph.i18n import LANGUAGES, Messages, reader_language

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
    return [rule.id for rule in known if rule.id.startswith(incomplete)]


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
    from ekograph.validation import rules
    from ekograph.validation.reporters import explain
    from ekograph.validation.sources import SourceError

    language = reader_language(lang)
    messages = Messages("explain", language)
    try:
        known = rules.of_site(config.load(site))
    except SourceError as error:
        fail(Messages("check", language)(error.key, **error.values))
    if markdown or rule is None:
        click.echo(explain.page(known) if markdown else explain.listed(known, language), nl=False)
        return
    asked = rules.find(known, rule)
    if asked is None:
        by_folded_id = {known_rule.id.casefold(): known_rule.id for known_rule in known}
        for near in get_close_matches(rule.casefold(), by_folded_id, n=1):
            fail(messages("unknown-near", rule=rule, near=by_folded_id[near]))
        fail(messages("unknown", rule=rule))
    languages = [lang] if lang else [language, *(other for other in LANGUAGES if other != language)]
    click.echo(explain.explanation(asked, languages, colour=colour()), nl=False, color=True)
