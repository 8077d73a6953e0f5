"""The shelf: the folder of all snapshots, and which of them is current.

`current` is a symbolic link to one of them, moved by one rename.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ekograph.snapshots.snapshot import MANIFEST, Manifest, Snapshot, SnapshotError, sync

CURRENT = "current"
HISTORY = "history.json"
LOCK = ".lock"


class SnapshotRepository:
    """The folder of all snapshots, and which of them is current."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other publishers waiting; what a killed one has left unfinished is swept away."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for left in (each for each in self.path.glob(".*") if each.name != LOCK):
                _remove(left)
            yield

    def current_name(self) -> str | None:
        """The name that `current` points to, or None. One system call: cheap enough to ask again and again."""
        try:
            return (self.path / CURRENT).readlink().name
        except OSError:
            return None

    def current(self) -> Snapshot | None:
        """The current snapshot, opened, or None when nothing has been published."""
        name = self.current_name()
        return Snapshot.open(self.path / name) if name else None

    def last(self) -> Snapshot | None:
        """The current snapshot, or None when there is none or it is not whole."""
        name = self.current_name()
        return self.find(name) if name else None

    def free_name(self, wanted: str) -> str:
        """`wanted`, or with a number if a whole snapshot has that name already."""
        names = (wanted, *(f"{wanted}-{number}" for number in range(2, 10_000)))
        return next(name for name in names if self.find(name) is None)

    def find(self, name: str) -> Snapshot | None:
        """The snapshot `name`, or None when it is not there or not whole."""
        try:
            return Snapshot.open(self.path / name)
        except SnapshotError:
            return None

    def history(self) -> list[str]:
        """The names that were made current, oldest first, ending in the current one."""
        try:
            names: list[str] = json.loads((self.path / HISTORY).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            names = []
        current = self.current_name()
        if current in names:
            return names[: len(names) - names[::-1].index(current)]
        return [current] if current else []

    def newest(self, count: int) -> list[tuple[str, str]]:
        """Name and time of publication of the last `count` snapshots of the history that are there, oldest first."""
        there = []
        for name in dict.fromkeys(self.history()):
            with suppress(SnapshotError):  # one that is gone or damaged is not offered
                there.append((name, Manifest.read(self.path / name).published))
        return there[-count:] if count else []

    def move_current(self, name: str) -> None:
        """Make the snapshot `name` the current one: durable before visible."""
        if name != self.current_name():
            self._move([*self.history(), name])

    def roll_back(self) -> Snapshot:
        """Make the snapshot that was current before the current one; raises SnapshotError when there is none."""
        before = self.history()[:-1]
        while before and not (self.path / before[-1] / MANIFEST).is_file():
            before.pop()
        if not before:
            raise SnapshotError("there is no snapshot to go back to")
        snapshot = Snapshot.open(self.path / before[-1])
        self._move(before)
        return snapshot

    def prune(self, keep: int) -> list[str]:
        """Remove all but the `keep` newest snapshots of the history and the current one; returns their names."""
        kept = set(self.history()[-keep:])
        there = [each for each in self.path.iterdir() if (each / MANIFEST).is_file() and not each.is_symlink()]
        gone = [each for each in there if each.name not in kept]
        for each in gone:
            # Renamed first: a half-removed folder never passes for a snapshot.
            aside = each.rename(each.with_name(f".{each.name}"))
            _remove(aside)
        return sorted(each.name for each in gone)

    def forget(self) -> None:
        """Remove all snapshots but the current one, and that there ever were others."""
        self._move(self.history()[-1:])
        self.prune(1)

    def _move(self, history: list[str]) -> None:
        _replace(self.path / HISTORY, json.dumps(history).encode())
        link = self.path / f".{CURRENT}-{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(history[-1])
        link.replace(self.path / CURRENT)
        sync(self.path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _replace(path: Path, content: bytes) -> None:
    """Write `content` so that `path` holds the old or the new one whole, whatever happens."""
    temporary = path.with_name(f".{path.name}-{os.getpid()}")
    temporary.write_bytes(content)
    sync(temporary)
    temporary.replace(path)
