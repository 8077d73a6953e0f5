"""Plays the session that a page tells of in a copy of the site, and puts in what the commands really print."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDERS = ("ontology", "data", "shapes", "queries")
_BLOCK = re.compile(r"^```(diff|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def replayed(page: str, site: Path) -> str:
    """The page with its edits done and its commands run, in order; the site itself is not touched.

    A block `diff` names a file and has lines to take out (-) and to put in (+), whatever their white space; a
    block `console` has a command and then its output. Raises ValueError for an edit that does not fit.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in FOLDERS:
            if (site / name).is_dir():
                shutil.copytree(site / name, copy / name)
        shutil.copy(site / "ekograph.toml", copy)
        return _BLOCK.sub(lambda block: _played(block, copy), page)


def _played(block: re.Match[str], site: Path) -> str:
    if block[1] == "diff":
        _edit(site, block[2])
        return block[0]
    return f"```console\n{_run(site, block[2])}```"


def _edit(site: Path, block: str) -> None:
    name, _, body = block.partition("\n")
    path = site / name.removeprefix("--- ")
    old, new = ("\n".join(line[1:] for line in body.splitlines() if line.startswith(sign)) for sign in "-+")
    wanted = r"\s+".join(map(re.escape, old.split()))
    text, count = re.subn(wanted, lambda _: new.strip(), path.read_text(encoding="utf-8"))
    if count != 1:
        raise ValueError(f"{path.name} has {count} times: {old}")
    path.write_text(text, encoding="utf-8")


def _run(site: Path, block: str) -> str:
    """The command of the block and what it printed on standard output, in English unless it asks for more."""
    line = block.partition("\n")[0]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PATH": path}
    done = subprocess.run(
        shlex.split(line.removeprefix("$ ")), cwd=site, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    return f"{line}\n{done.stdout}"
