"""Plays the session that a page tells of in a copy of the site, and puts in what the commands really print."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

#: The address that pages write; the server of a session has another port, so that nothing stands in its way.
SERVED = "http://127.0.0.1:8000"
FOLDERS = ("ontology", "data", "shapes", "queries", "theme")
_BLOCK = re.compile(r"^```(diff|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def replayed(page: str, site: Path) -> str:
    """The page with its edits done and its commands run, in order; the site itself is not touched.

    A block `diff` names a file and has lines to take out (-) and to put in (+), whatever their white space; a
    block `console` has commands, each after `$ ` and followed by its output. Commands that ask the site at
    127.0.0.1:8000 are answered by a server of the copy, as it was before the edits. Raises ValueError for an
    edit that does not fit.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in FOLDERS:
            if (site / name).is_dir():
                shutil.copytree(site / name, copy / name)
        shutil.copy(site / "ekograph.toml", copy)
        with _served(copy) if SERVED in page else nullcontext(SERVED) as url:
            return _BLOCK.sub(lambda block: _played(block, copy, url), page)


@contextmanager
def _served(site: Path) -> Iterator[str]:
    """The address of a server of the site, while the context lasts."""
    command = [sys.executable, "-m", "ekograph", "--site", str(site), "serve", "--port", "0", "--lang", "en"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            said = iter(server.stdout or ())
            yield next(word for line in said for word in line.split() if word.startswith("http://"))
        finally:
            server.terminate()


def _played(block: re.Match[str], site: Path, url: str) -> str:
    if block[1] == "diff":
        _edit(site, block[2])
        return block[0]
    commands = [line for line in block[2].splitlines() if line.startswith("$ ")]
    return "".join(["```console\n", *(_run(site, line, url) for line in commands), "```"])


def _edit(site: Path, block: str) -> None:
    name, _, body = block.partition("\n")
    path = site / name.removeprefix("--- ")
    old, new = ("\n".join(line[1:] for line in body.splitlines() if line.startswith(sign)) for sign in "-+")
    wanted = r"\s+".join(map(re.escape, old.split()))
    text, count = re.subn(wanted, lambda _: new.strip(), path.read_text(encoding="utf-8"))
    if count != 1:
        raise ValueError(f"{path.name} has {count} times: {old}")
    path.write_text(text, encoding="utf-8")


def _run(site: Path, line: str, url: str) -> str:
    """A command and what it printed on standard output, in English unless it asks for more."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PATH": path}
    command = ["bash", "-c", line.removeprefix("$ ").replace(SERVED, url)]
    done = subprocess.run(command, cwd=site, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    return f"{line}\n{done.stdout.replace(url, SERVED)}"
