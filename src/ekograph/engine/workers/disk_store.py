"""A store on disk as a worker has it: opened for reading after the fork.

RocksDB starts threads and keeps files open, so that no process that has it open may fork.
"""

from __future__ import annotations

import os
from pathlib import Path

import pyoxigraph as ox


def probe(path: str) -> None:
    """Raise OSError unless the store can be opened; a process of its own tries."""
    pid = os.fork()
    if pid == 0:
        try:
            ox.Store.read_only(path)
        except OSError:
            os._exit(1)
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        raise OSError(f"{path}: the store cannot be opened")


def open_store(path: str) -> ox.Store:
    """The store, for reading; raises OSError."""
    return ox.Store.read_only(path)


def files_needed(path: str) -> int:
    """How many descriptors the process needs once the store at `path` is open: files of it may be opened later."""
    descriptors = list(Path("/proc/self/fd").iterdir())
    opened = {os.path.realpath(each) for each in descriptors}
    later = [each for each in Path(path).resolve().glob("*.sst") if str(each) not in opened]
    return max(int(each.name) for each in descriptors) + 1 + len(later)
