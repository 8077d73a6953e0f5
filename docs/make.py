"""Writes the pages that say what the program says: commands, settings, rules, sessions. Run by `make docs`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import get_type_hints

import click

from docs import picture
from docs.replay import replayed
from ekograph import config
from ekograph.cli import COMMANDS
from ekograph.cli.options import group
from ekograph.validation import rules
from ekograph.validation.reporters import explain

ROOT = Path(__file__).parents[1]

_CLI = """\
# Commands

Every command is run in the folder of a site, or anywhere with `--site FOLDER`. Messages are in Finnish, Swedish or
English: as `--lang` says, else as the locale does (`LC_ALL`, `LC_MESSAGES`, `LANG`). This page is made of the
commands' own help by `make docs`.
"""

_COMPLETION = """\
## Completion in the shell

After this, the Tab key completes commands, options, their values, and the ids of rules.

Bash (4.4 or newer), in `~/.bashrc`:

```bash
eval "$(_EKOGRAPH_COMPLETE=bash_source ekograph)"
```

Zsh, in `~/.zshrc`:

```zsh
eval "$(_EKOGRAPH_COMPLETE=zsh_source ekograph)"
```

Fish, in `~/.config/fish/completions/ekograph.fish`:

```fish
_EKOGRAPH_COMPLETE=fish_source ekograph | source
```
"""

_SETTINGS = """\
# Settings

A site is a folder with an `ekograph.toml`. Each setting can be given there, or in the environment as `EKOGRAPH_` and
its name in capitals, which wins over the file; in the environment, items of a list are separated by commas. A setting
of another name is an error. This page is made of the settings' own help by `make docs`.

```toml
base = "https://data.example.fi/"
languages = ["fi", "sv", "en"]
```
"""


def cli() -> str:
    """docs/cli.md: the help of every command, as it stands in a terminal of 80 columns."""
    above = group.make_context("ekograph", [], resilient_parsing=True, terminal_width=80)
    sections = [_help("ekograph", above.get_help())]
    for name in COMMANDS:
        command = group.get_command(above, name)
        if command is not None:
            context = click.Context(command, parent=above, info_name=name)
            sections.append(_help(f"ekograph {name}", command.get_help(context)))
    return "\n".join([_CLI, *sections, _COMPLETION])


def settings() -> str:
    """docs/settings.md: name, environment variable, default and meaning of every setting."""
    rows = "".join(map(_row, config.names()))
    return f"{_SETTINGS}\n| setting | in the environment | without it | meaning |\n|---|---|---|---|\n{rows}"


def rules_of_this_site() -> str:
    """docs/rules.md: what `ekograph explain --markdown` prints."""
    return explain.page(rules.of_site(config.load(ROOT)))


def editing() -> str:
    """docs/editing.md: as it is written, with the output of its commands as it is now."""
    return replayed((ROOT / "docs/editing.md").read_text(encoding="utf-8"), ROOT)


def tutorial() -> str:
    """docs/tutorial.md: as it is written, with the output of its commands as it is now, begun in an empty folder."""
    return replayed((ROOT / "docs/tutorial.md").read_text(encoding="utf-8"), served="trees")


def readme() -> str:
    """README.md: as it is written, with the output of its tour as it is now."""
    return replayed((ROOT / "README.md").read_text(encoding="utf-8"), ROOT)


#: File in docs/ -> what makes its text.
PAGES: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "cli.md": cli,
        "settings.md": settings,
        "rules.md": rules_of_this_site,
        "editing.md": editing,
        "tutorial.md": tutorial,
        "architecture.svg": picture.svg,
        "../README.md": readme,
    }
)


def _help(name: str, text: str) -> str:
    return f"## {name}\n\n```text\n{text}\n```\n"


def _row(name: str) -> str:
    default = config.Settings._field_defaults[name]
    (meaning,) = get_type_hints(config.Settings, include_extras=True)[name].__metadata__
    return f"| `{name}` | `EKOGRAPH_{name.upper()}` | {_toml(default)} | {meaning} |\n"


def _toml(value: object) -> str:
    """The value as it would be written in ekograph.toml."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`[{', '.join(_toml(each).strip('`') for each in value)}]`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


if __name__ == "__main__":
    for page, make in PAGES.items():
        (ROOT / "docs" / page).write_text(make(), encoding="utf-8")
