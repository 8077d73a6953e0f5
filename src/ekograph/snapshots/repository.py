"""The repository of snapshots: a folder of them, in which the symbolic link `current` says which is served."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ekograph.snapshots.snapshot import MANIFEST, Manifest, Snapshot, SnapshotError, sync

CURRENT = "current"
HISTORY = "history.json"
LOCK = ".lock"


class NothingBeforeError(SnapshotError):
    """There is no snapshot before the current one."""


class SnapshotRepository:
    """The snapshots in the folder `path`, which need not be there yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other publishers waiting; what a killed one has left unfinished is swept away."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for unfinished in self.path.glob(".*"):
                if unfinished.name != LOCK:
                    _remove(unfinished)
            yield

    def names(self) -> list[str]:
        """The names of all snapshots there are, sorted."""
        folders = (path.parent for path in self.path.glob(f"[!.]*/{MANIFEST}"))
        return sorted(folder.name for folder in folders if not folder.is_symlink())

    def current_name(self) -> str | None:
        """The name that `current` points to, or None. One system call: cheap enough to poll."""
        try:
            return (self.path / CURRENT).readlink().name
        except OSError:
            return None

    def current(self) -> Snapshot | None:
        """The current snapshot, or None when nothing is published; raises SnapshotError when it is damaged."""
        name = self.current_name()
        return self.open(name) if name else None

    def open(self, name: str) -> Snapshot:
        """The snapshot `name`; raises SnapshotError when it is missing or damaged."""
        return Snapshot.open(self.path / name)

    def find(self, name: str) -> Snapshot | None:
        """The snapshot `name`, or None when it is missing or damaged."""
        try:
            return self.open(name)
        except SnapshotError:
            return None

    def last(self) -> Snapshot | None:
        """The current snapshot, or None when there is none or it is damaged."""
        name = self.current_name()
        return self.find(name) if name else None

    def free_name(self, name: str) -> str:
        """`name`, or with a number if a whole snapshot has that name already."""
        names = (name, *(f"{name}-{number}" for number in range(2, 10_000)))
        return next(candidate for candidate in names if self.find(candidate) is None)

    def history(self) -> list[str]:
        """The names that were made current, oldest first, ending in the current one."""
        names, current = self._recorded(), self.current_name()
        if current in names:
            return names[: len(names) - names[::-1].index(current)]
        return [current] if current else []

    def latest(self) -> Snapshot | None:
        """The snapshot that became current last, also if it was gone back from since; None as `last` has it."""
        return (self.find(names[-1]) if (names := self._recorded()) else None) or self.last()

    def _recorded(self) -> list[str]:
        """The history as it is written, which may end in what was gone back from."""
        try:
            names: list[str] = json.loads((self.path / HISTORY).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return names

    def served_first(self) -> list[str]:
        """The names of all snapshots there are, in the order in which to try them: the current one, then the newest.

        Those of the history come first; where that cannot be read, the time of publication decides.
        """
        there = []
        for folder in self.path.iterdir() if self.path.is_dir() else ():
            if not folder.name.startswith(".") and not folder.is_symlink():
                with suppress(SnapshotError):
                    there.append((Manifest.read(folder).published, folder.name))
        return list(dict.fromkeys([*reversed(self.history()), *(name for _, name in sorted(there, reverse=True))]))

    def newest(self, count: int) -> list[tuple[str, str]]:
        """Name and time of publication of the last `count` readable snapshots of the history, oldest first."""
        published = []
        for name in dict.fromkeys(self.history()):
            with suppress(SnapshotError):
                published.append((name, Manifest.read(self.path / name).published))
        return published[-count:] if count else []

    def move_current(self, name: str) -> None:
        """Make the snapshot `name` the current one: durable before visible."""
        if name != self.current_name():
            self._write_history([*self.history(), name])

    def roll_back(self) -> Snapshot:
        """Make the snapshot that was current before the current one; raises SnapshotError when there is none.

        One that the current one is a copy of is passed over.
        """
        latest, current, earlier = self.latest(), self.last(), self.history()[:-1]
        same = {current.manifest.restored} if current else set()
        while earlier and (earlier[-1] in same or not (self.path / earlier[-1] / MANIFEST).is_file()):
            earlier.pop()
        if not earlier:
            raise NothingBeforeError("there is no snapshot to go back to")
        snapshot = self.open(earlier[-1])
        after = [latest.name] if latest and latest.name not in earlier else []
        self._write_history(earlier, after)
        return snapshot

    def prune(self, keep: int) -> list[str]:
        """Remove all but the `keep` newest snapshots of the history and the current one; returns their names."""
        superfluous = sorted(set(self.names()) - set(self.history()[-keep:]))
        for name in superfluous:
            # Renamed first: a half-removed folder never passes for a snapshot.
            _remove((self.path / name).rename(self.path / f".{name}"))
        return superfluous

    def forget(self) -> None:
        """Remove all snapshots but the current one, and that there ever were others."""
        self._write_history(self.history()[-1:])
        self.prune(1)

    def _write_history(self, names: list[str], after: Sequence[str] = ()) -> None:
        """Write the history, and what was gone back from `after` it, and let `current` point to the last of `names`.

        Both change whole, whatever happens.
        """
        file = self.path / f".{HISTORY}-{os.getpid()}"
        file.write_text(json.dumps([*names, *after]), encoding="utf-8")
        sync(file)
        file.replace(self.path / HISTORY)
        link = self.path / f".{CURRENT}-{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(names[-1])
        link.replace(self.path / CURRENT)
        sync(self.path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
