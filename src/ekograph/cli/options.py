"""Options that several commands have."""

from __future__ import annotations

import click

from ekograph.i18n import LANGUAGES

#: The language of what the command says.
language = click.option(
    "--lang", type=click.Choice(LANGUAGES), help="Language of messages; without it, that of the locale."
)

#: What checks the data against the rules.
engine = click.option(
    "--engine",
    type=click.Choice(["shacl", "pyshacl"]),
    default="shacl",
    help="SHACL engine: the fast one, or the reference.",
)
