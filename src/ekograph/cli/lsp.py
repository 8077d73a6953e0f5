"""`ekograph lsp`: a language server for editors."""

from __future__ import annotations

import os
from importlib.util import find_spec

import click

from ekograph.cli import fail

_EPILOG = """\b
Examples:
  ekograph lsp

An editor starts this and talks with it over standard input and output; docs/editors.md has the lines for yours.

\b
Exit status: 0 the editor has shut it down, 1 it ended without, 2 the extra lsp is not installed."""


@click.command("lsp", epilog=_EPILOG)
def command() -> None:
    """Serve an editor with diagnostics, completion, definitions, mends and more (Language Server Protocol)."""
    if not find_spec("pygls"):
        fail("the language server needs the extra lsp: pip install 'ekograph[lsp]'")
    from ekograph.lsp import language_server

    status = language_server.run()
    # A check that still runs in a thread has nothing to lose.
    os._exit(status)
