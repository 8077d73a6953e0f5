"""Watches the sources of a site and says when one has changed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from ekograph.config import FILE_NAME
from ekograph.validation.suppression import FILE as SUPPRESSED

#: The folders a site is published from.
FOLDERS = ("ontology", "data", "shapes", "queries", "descriptions", "theme")

#: How often the files are looked at, in seconds: one stat each, for some dozens of files.
LOOK_EVERY = 0.2

State = dict[str, tuple[int, int, int]]


def watch(root: Path, seen: State, on_change: Callable[[], None], stopped: threading.Event) -> None:
    """Call `on_change` each time the sources in `root` have changed and are at rest, until `stopped` is set.

    `seen` is the state that has been dealt with already.
    """
    while not stopped.wait(LOOK_EVERY):
        current = state(root)
        if current == seen:
            continue
        # An editor may write a file in several steps: what is still moving is looked at again.
        while not stopped.wait(LOOK_EVERY / 4) and (latest := state(root)) != current:
            current = latest
        seen = current
        on_change()


def state(root: Path) -> State:
    """Name, time of change, size and inode of each source file."""
    return {path: (current.st_mtime_ns, current.st_size, current.st_ino) for path, current in _files(root)}


def _files(root: Path) -> Iterator[tuple[str, os.stat_result]]:
    for path in (
        root / FILE_NAME,
        root / SUPPRESSED,
        *(path for folder in FOLDERS for path in (root / folder).rglob("*")),
    ):
        try:
            yield str(path), path.stat()
        except OSError:  # gone since it was listed, which the next look sees
            continue
