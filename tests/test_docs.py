"""The documentation: what is generated is up to date, what is shown is true, and nothing is left out."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from docs.make import PAGES
from tests.conftest import ROOT

from ekograph import config
from ekograph.cli import COMMANDS
from ekograph.cli.options import group

BIN = Path(sys.executable).parent


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_up_to_date(page):
    if "curl" in (ROOT / "docs" / page).read_text() and not shutil.which("curl"):
        pytest.skip("its session asks with curl, which is not installed")
    assert (ROOT / "docs" / page).read_text() == PAGES[page](), "run: make docs"


def commands() -> dict[str, click.Command]:
    context = click.Context(group)
    return {name: group.get_command(context, name) for name in COMMANDS}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_documented_with_an_example_that_can_be_run(name):
    command = commands()[name]
    assert f"## ekograph {name}\n" in (ROOT / "docs/cli.md").read_text()
    examples = re.findall(rf"ekograph (?:--site \S+ )?{name}\b *([^>|&\n]*)", command.epilog or "")
    assert examples
    for arguments in examples:
        command.make_context(name, shlex.split(arguments))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_has_a_help_text(name):
    options = [each for each in commands()[name].params if isinstance(each, click.Option)]
    assert all(each.help and each.help.endswith((".", ")")) for each in options)


@pytest.mark.parametrize("setting", config.names())
def test_a_setting_is_documented(setting):
    assert f"| `{setting}` | `EKOGRAPH_{setting.upper()}` |" in (ROOT / "docs/settings.md").read_text()


def test_pages_link_only_to_files_that_are_there():
    for page in sorted((ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("ekograph expl", ["explain"]),
        ("ekograph check --lang ", ["fi", "sv", "en"]),
        ("ekograph explain G1", ["G10", "G11", "G12"]),
        ("ekograph publish --en", ["--engine"]),
    ],
)
@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_what_is_typed(typed, offered):
    (command,) = re.findall(r"^```bash\n(.*)\n```$", (ROOT / "docs/cli.md").read_text(), re.MULTILINE)
    words = typed.split(" ")
    script = (
        f"{command}\nCOMP_WORDS=({' '.join(words[:-1])} '{words[-1]}'); COMP_CWORD={len(words) - 1}\n"
        '_ekograph_completion ekograph; echo "${COMPREPLY[*]}"'
    )
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.split() == offered, done.stderr


def test_every_module_that_the_architecture_names_is_there():
    named = re.findall(r"`((?:\w+/)+\w+\.py|(?:\w+/)+)`", (ROOT / "docs/architecture.md").read_text())
    package = ROOT / "src" / "ekograph"
    inner = {f"{folder.name}/" for folder in package.rglob("*") if folder.is_dir()}
    assert len(named) > 20
    missing = [
        name for name in named if not (package / name).exists() and not (ROOT / name).exists() and name not in inner
    ]
    assert not missing
