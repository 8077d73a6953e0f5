"""Options that several commands have."""

from __future__ import annotations

from importlib.util import find_spec

import click

from ekograph.i18n import LANGUAGES, Messages, reader_language


def _installed(context: click.Context, _: click.Parameter, engine: str) -> str:
    """The engine, if its packages are installed; pySHACL is an extra. Raises UsageError."""
    if engine == "pyshacl" and not find_spec("pyshacl"):
        messages = Messages("check", reader_language(context.params.get("lang")))
        raise click.UsageError(messages("engine-missing"), context)
    return engine


#: The language of what the command says.
language = click.option(
    "--lang", type=click.Choice(LANGUAGES), help="Language of messages; without it, that of the locale."
)

#: What checks the data against the rules.
engine = click.option(
    "--engine",
    type=click.Choice(["shacl", "pyshacl"]),
    default="shacl",
    callback=_installed,
    help="SHACL engine: the fast one, or the reference.",
)
