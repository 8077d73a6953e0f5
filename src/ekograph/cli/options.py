"""The group of all commands, each a module that is loaded when it is asked for, and options that several have."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click

from ekograph import __version__
from ekograph.cli import COMMANDS
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


class LazyGroup(click.Group):
    """A group whose commands are imported when they are run (start-up of --help: below 0.1 s)."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names of the commands, in the order of the documentation."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"ekograph.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; a misspelt one is told with the one that was meant."""
        if args[0] not in COMMANDS:
            from difflib import get_close_matches

            for near in get_close_matches(args[0], COMMANDS, n=1):
                ctx.fail(f"There is no command {args[0]}. Did you mean {near}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: ekograph check && ekograph serve",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option(
    "--site",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    help="Folder of the site: ekograph.toml, ontology, data, shapes.",
)
@click.pass_context
def group(ctx: click.Context, site: Path) -> None:
    """Publish a folder of Turtle as checked linked data."""
    ctx.obj = site
