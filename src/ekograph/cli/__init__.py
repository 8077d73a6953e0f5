"""The command `ekograph`: the plain check goes straight to work, all else by way of click and its group of commands."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

#: Name and short help of each command. The help stands here, so that `ekograph --help` loads none of them.
COMMANDS = {
    "check": "Check the data against the rules.",
    "explain": "Explain a rule, with an example and its mend.",
    "fmt": "Format the site's Turtle.",
    "new": "Write a new agreement, priority or contact point.",
    "publish": "Check the data and publish it as a snapshot.",
    "serve": "Serve the published snapshot, or any RDF file.",
    "rollback": "Put the snapshot before back in service.",
    "export": "Write the published site as files for any web server.",
    "diff": "Tell what changed between two states of the site.",
}


def main() -> None:
    """Run the command line; what cannot be done is said in one line, with exit status 2."""
    # Loading makes much that stays, and no garbage.
    gc.disable()
    from ekograph.config import ConfigError

    try:
        _run(sys.argv[1:])
    except ConfigError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    finally:
        # A process that ends need not look for garbage first.
        gc.freeze()


def fail(text: str, status: int = 2) -> NoReturn:
    """Say why the command cannot go on, in one line on standard error, and end with `status`."""
    sys.stderr.write(f"ekograph: {text}\n")
    sys.exit(status)


def _run(arguments: Sequence[str]) -> None:
    site = _site_to_check(arguments)
    if site is None:
        from ekograph.cli.group import group

        gc.enable()
        group.main(standalone_mode=True)
    else:
        _check(site)


def _site_to_check(arguments: Sequence[str]) -> str | None:
    """The folder of the site, where the command line asks for the plain check and nothing else."""
    match arguments:
        case ["check"]:
            return "."
        case ["--site", site, "check"] if os.path.isdir(site):  # noqa: PTH112 - without loading pathlib
            return site
    return None


def _check(site: str) -> NoReturn:
    """What `ekograph check` does, a fifth faster: click is not loaded. Interrupted, it ends as click has it."""
    from ekograph.cli import checking

    try:
        conforms = checking.run(site)
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write("\nAborted!\n")
        sys.exit(1)
    except BrokenPipeError:
        # Nobody reads any more; at exit Python would complain that it cannot write what is left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(0 if conforms else 1)
