"""The command line: `ekograph COMMAND`. Each command is a module of this package, imported when it runs."""

from __future__ import annotations

import errno
import gc
import os
import sys
from pathlib import Path
from typing import NoReturn

#: Name and short help of each command. The help stands here, so that `ekograph --help` imports none of them.
COMMANDS = {
    "init": "Write a new site, or one around an RDF file.",
    "check": "Check the data against the rules.",
    "explain": "Explain a rule, with an example and its mend.",
    "fmt": "Format the site's Turtle.",
    "new": "Write a new record of a type that the site knows.",
    "rename": "Rename an IRI in all files of the site.",
    "publish": "Check the data and publish it as a snapshot.",
    "serve": "Serve the published snapshot, or any RDF file.",
    "rollback": "Put the snapshot before back in service.",
    "verify": "Compare snapshots with what was published.",
    "lsp": "Serve an editor: diagnostics, completion, mends and more.",
    "mcp": "Let language models search, describe and query the site.",
    "export": "Write the published site as files for any web server.",
    "diff": "Tell what changed between two states of the site.",
}


def main() -> None:
    """Run the command line. Bad settings and files that cannot be used are one line on standard error and status 2."""
    # Imports allocate much that stays: looking for garbage meanwhile is in vain.
    gc.disable()
    from ekograph.config import PlainError

    try:
        _run(sys.argv[1:])
    except PlainError as error:
        fail(str(error))
    except MemoryError:
        fail(os.strerror(errno.ENOMEM))
    except OSError as error:
        # What standard output could not take now, it cannot take at the end either.
        _discard_output()
        fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    finally:
        # Spares the collection that Python makes before it ends.
        gc.freeze()


def _run(arguments: list[str]) -> None:
    """Run a command; a check without options needs no click, which would take a fifth of its time to load."""
    site = "."
    if arguments[:1] == ["--site"] and len(arguments) > 2:
        site, arguments = arguments[1], arguments[2:]
    has_options = any(argument.startswith("-") for argument in arguments)
    if arguments[:1] == ["check"] and not has_options and Path(site).is_dir():
        from ekograph.cli.checking import run

        gc.enable()
        try:
            run(Path(site), [Path(argument) for argument in arguments[1:]])
        except BrokenPipeError:
            _discard_output()
            sys.exit(1)
        except KeyboardInterrupt:
            sys.exit(130)
    from ekograph.cli.options import group

    gc.enable()
    group()


def _discard_output() -> None:
    """Have what is left to be printed written nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def fail(text: str, status: int = 2) -> NoReturn:
    """Print why the command cannot go on, in one line on standard error, and exit with `status`."""
    sys.stderr.write(f"ekograph: {text}\n")
    sys.exit(status)
