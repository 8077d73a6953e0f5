"""The folder of a published snapshot: Draft writes it, Snapshot reads it, Shelf keeps all and knows the current one.

A snapshot never changes once it has its name. `current` is a symbolic link to one of them, moved by one rename.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

MANIFEST = "manifest.json"
DATASET = "dataset.nq"
PRINTED = "representations.sqlite"
CURRENT = "current"
HISTORY = "history.json"

#: Stands in printed text for the address this copy is served at, which is known only when it is served.
#: The top-level domain is reserved (RFC 2606), so no data can hold it by chance.
PUBLIC_URL = "http://public-url.invalid"

#: Up to this many bytes a snapshot's files are read and compared with their checksums when it is opened.
VERIFIED_BYTES = 64_000_000


class SnapshotError(Exception):
    """A snapshot that cannot be read or is damaged, or none to go back to."""


@dataclass(frozen=True)
class Representation:
    """One printed answer: its own address, the page it is a representation of, its type, language and bytes."""

    address: str
    page: str
    content_type: str
    language: str
    body: bytes
    links: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """What a snapshot says of itself. `files` maps names to (SHA-256 in hex, size in bytes)."""

    name: str
    digest: str
    edition: str
    published: str
    base: str
    languages: tuple[str, ...]
    prefixes: Mapping[str, str]
    graphs: Mapping[str, int]
    triples: int
    previous: str | None = None
    files: Mapping[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """A published snapshot, opened."""

    path: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """The name of the snapshot, which is that of its folder."""
        return self.manifest.name

    @property
    def dataset(self) -> Path:
        """The file of all quads, as N-Quads."""
        return self.path / DATASET

    @classmethod
    def open(cls, path: Path) -> Snapshot:
        """Read the snapshot in `path`; raises SnapshotError when it is missing, incomplete or altered."""
        try:
            found = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
            found["files"] = {name: (sha256, size) for name, (sha256, size) in found["files"].items()}
            manifest = Manifest(**{**found, "languages": tuple(found["languages"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise SnapshotError(f"{path}: its manifest cannot be read ({error})") from error
        _verify(path, manifest)
        return cls(path, manifest)

    def printed(self) -> Iterator[Representation]:
        """All printed representations, in the order in which they were printed."""
        location = (self.path / PRINTED).resolve().as_uri()
        connection = sqlite3.connect(f"{location}?mode=ro&immutable=1", uri=True)
        try:
            rows = connection.execute("SELECT address, page, type, language, body, links FROM printed ORDER BY rowid")
            for address, page, content_type, language, body, links in rows:
                yield Representation(address, page, content_type, language, body, tuple(json.loads(links)))
        finally:
            connection.close()


class Draft:
    """A snapshot in the making, in a folder that nobody serves. Use as a context: left unfinished, it is removed."""

    def __init__(self, shelf: Path) -> None:
        shelf.mkdir(parents=True, exist_ok=True)
        self._shelf = shelf
        self.path = shelf / f".draft-{os.getpid()}"
        self._files: dict[str, tuple[str, int]] = {}

    def __enter__(self) -> Self:
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir()
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    def write(self, name: str, content: bytes) -> None:
        """Add the file `name`, a path below the snapshot's folder."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.add(name)

    def add(self, name: str) -> None:
        """Take the file `name`, written below `path` by other hands, into the manifest and to the disk."""
        with (self.path / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        self._files[name] = (digest, (self.path / name).stat().st_size)

    def print(self, representations: Iterable[Representation]) -> None:
        """Add all printed representations."""
        connection = sqlite3.connect(self.path / PRINTED)
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute(
            "CREATE TABLE printed (address TEXT NOT NULL, page TEXT NOT NULL, type TEXT NOT NULL,"
            " language TEXT NOT NULL, body BLOB NOT NULL, links TEXT NOT NULL)"
        )
        with connection:
            connection.executemany(
                "INSERT INTO printed VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (
                        each.address,
                        each.page,
                        each.content_type,
                        each.language,
                        each.body,
                        json.dumps(each.links),
                    )
                    for each in representations
                ),
            )
        connection.close()
        self.add(PRINTED)

    def finish(self, manifest: Manifest) -> Snapshot:
        """Give the draft its name: from here on it is a snapshot. One of that name, if there is, stays."""
        complete = Manifest(**{**asdict(manifest), "files": self._files})
        path = self._shelf / manifest.name
        if not path.exists():
            (self.path / MANIFEST).write_text(
                json.dumps(asdict(complete), ensure_ascii=False, indent=1), encoding="utf-8"
            )
            _sync(self.path / MANIFEST)
            for folder in [self.path, *(each for each in self.path.rglob("*") if each.is_dir())]:
                _sync(folder)
            self.path.rename(path)
            _sync(self._shelf)
        return Snapshot.open(path)


class Shelf:
    """The folder of all snapshots, and which of them is current."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other publishers waiting; drafts that a killed one has left are swept away."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for left in self.path.glob(".draft-*"):
                shutil.rmtree(left, ignore_errors=True)
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
        gone = [each for each in self.path.iterdir() if (each / MANIFEST).is_file() and not each.is_symlink()]
        gone = [each for each in gone if each.name not in kept]
        for each in gone:
            shutil.rmtree(each)
        return sorted(each.name for each in gone)

    def _move(self, history: list[str]) -> None:
        _replace(self.path / HISTORY, json.dumps(history).encode())
        link = self.path / f".{CURRENT}-{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(history[-1])
        link.replace(self.path / CURRENT)
        _sync(self.path)


def _verify(path: Path, manifest: Manifest) -> None:
    """Compare sizes, and for snapshots that are not large checksums too, with the manifest."""
    thorough = sum(size for _, size in manifest.files.values()) <= VERIFIED_BYTES
    for name, (sha256, size) in manifest.files.items():
        try:
            with (path / name).open("rb") as file:
                same = os.fstat(file.fileno()).st_size == size
                same = same and (not thorough or hashlib.file_digest(file, "sha256").hexdigest() == sha256)
        except OSError as error:
            raise SnapshotError(f"{path / name}: {error.strerror}") from error
        if not same:
            raise SnapshotError(f"{path / name}: damaged, it is not the file that was published")


def _replace(path: Path, content: bytes) -> None:
    """Write `content` so that `path` holds the old or the new one whole, whatever happens."""
    temporary = path.with_name(f".{path.name}-{os.getpid()}")
    temporary.write_bytes(content)
    _sync(temporary)
    temporary.replace(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
