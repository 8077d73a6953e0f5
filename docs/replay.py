"""Plays the session that a page tells of in a copy of the site, and puts in what the commands really print."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

#: The addresses that pages write, of the site and of a file of their own; the servers of a session have other ports,
#: so that nothing stands in their way.
SERVED, SERVED_FILE = "http://127.0.0.1:8000", "http://127.0.0.1:8001"
FOLDERS = ("ontology", "data", "shapes", "queries", "theme")
_BLOCK = re.compile(r"^```(diff|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^```turtle\n# (\w+\.ttl)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def replayed(page: str, site: Path | None = None, served: str = ".") -> str:
    """The page with its edits done and its commands run, in order; the site itself is not touched.

    A block `diff` names a file and has lines to take out (-) and to put in (+), whatever their white space; a
    block `console` has commands, each after `$ ` and followed by its output. Commands that ask the site at
    127.0.0.1:8000 are answered by a server of the folder `served`, from the first of them on. A block `turtle` whose
    first line names a file is written to it, and served alone at 127.0.0.1:8001. Without a site, the session begins
    in an empty folder. Raises ValueError for an edit that does not fit.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in FOLDERS if site else ():
            if site and (site / name).is_dir():
                shutil.copytree(site / name, copy / name)
        if site:
            shutil.copy(site / "ekograph.toml", copy)
        addresses: dict[str, str] = {}
        with ExitStack() as servers:
            if file := _FILE.search(page):
                (copy / file[1]).write_text(file[2], encoding="utf-8")
                addresses[SERVED_FILE] = servers.enter_context(_served(copy, file[1]))

            def played(block: re.Match[str]) -> str:
                if SERVED in block[2] and SERVED not in addresses:
                    addresses[SERVED] = servers.enter_context(_served(copy / served))
                return _played(block, copy, addresses)

            return _BLOCK.sub(played, page)


@contextmanager
def _served(site: Path, *files: str) -> Iterator[str]:
    """The address of a server of the site, or of files in its folder, while the context lasts."""
    command = [sys.executable, "-m", "ekograph", "--site", str(site), "serve", *files, "--port", "0", "--lang", "en"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=site) as server:
        try:
            said = iter(server.stdout or ())
            yield next(word for line in said for word in line.split() if word.startswith("http://"))
        finally:
            server.terminate()


def _played(block: re.Match[str], site: Path, addresses: Mapping[str, str]) -> str:
    if block[1] == "diff":
        _edit(site, block[2])
        return block[0]
    commands = [line for line in block[2].splitlines() if line.startswith("$ ")]
    return "".join(["```console\n", *(_run(site, line, addresses) for line in commands), "```"])


def _edit(site: Path, block: str) -> None:
    name, _, body = block.partition("\n")
    path = site / name.removeprefix("--- ")
    old, new = ("\n".join(line[1:] for line in body.splitlines() if line.startswith(sign)) for sign in "-+")
    pattern = r"\s+".join(map(re.escape, old.split()))
    text, count = re.subn(pattern, lambda _: new.strip(), path.read_text(encoding="utf-8"))
    if count != 1:
        raise ValueError(f"{path.name} has {count} times: {old}")
    path.write_text(text, encoding="utf-8")


def _run(site: Path, line: str, addresses: Mapping[str, str]) -> str:
    """A command and what it printed on standard output, in English unless it asks for more."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PATH": path}
    script = line.removeprefix("$ ")
    for written, real in addresses.items():
        script = script.replace(written, real)
    done = subprocess.run(
        ["bash", "-c", script], cwd=site, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    output = done.stdout
    for written, real in addresses.items():
        output = output.replace(real, written)
    return f"{line}\n{output}"
