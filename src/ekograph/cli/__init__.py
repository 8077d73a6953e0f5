"""The command line: `ekograph COMMAND`. Each command is a module of this package, imported when it runs."""

from __future__ import annotations

import gc
import sys
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
    "export": "Write the published site as files for any web server.",
    "diff": "Tell what changed between two states of the site.",
}


def main() -> None:
    """Run the command line. Bad settings and files that cannot be used are one line on standard error and status 2."""
    # Imports allocate much that stays: looking for garbage meanwhile is in vain.
    gc.disable()
    from ekograph.cli.group import group
    from ekograph.config import ConfigError

    gc.enable()
    try:
        group()
    except ConfigError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    finally:
        # Spares the collection that Python makes before it ends.
        gc.freeze()


def fail(text: str, status: int = 2) -> NoReturn:
    """Print why the command cannot go on, in one line on standard error, and exit with `status`."""
    sys.stderr.write(f"ekograph: {text}\n")
    sys.exit(status)
