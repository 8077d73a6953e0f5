"""The folder of a published snapshot: Draft writes it, Snapshot reads it. It never changes once it has its name."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import sqlite3
import sys
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Self

from ekograph.config import PlainError

MANIFEST = "manifest.json"
DATASET = "dataset.nq"
PRINTED = "representations.sqlite"

#: Of a large snapshot: the quads by object, after which each line begins, and the folder of the store for queries.
BY_OBJECT = "dataset-by-object.nq"
STORE = "store"

#: The same with all triples in its default graph too, for queries; only where some triples are in two graphs.
QUERIES = "queries"

#: The edition of a snapshot that is in service while the whole of it is still made.
UNFINISHED = "unfinished"

# The table of printed representations.
_COLUMNS = (
    "address TEXT NOT NULL, page TEXT NOT NULL, type TEXT NOT NULL, language TEXT NOT NULL,"
    " body BLOB NOT NULL, links TEXT NOT NULL"
)

_ALL = "SELECT address, page, type, language, body, links FROM printed ORDER BY rowid"
_LISTED = "SELECT address, page, type, language, links FROM printed ORDER BY rowid"
_BODY = "SELECT body FROM printed WHERE address = ?"
_AT = (
    "SELECT address, page, type, language, body, links FROM printed"
    " WHERE address = :address OR page = :address ORDER BY rowid"
)

#: Up to this many bytes a snapshot's files are read and compared with their checksums when it is opened.
VERIFIED_BYTES = 64_000_000


class SnapshotError(PlainError):
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


class ListedRepresentation(NamedTuple):
    """What is known of a printed answer whose bytes have not been read."""

    address: str
    page: str
    content_type: str
    language: str
    links: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """What a snapshot says of itself. `files` maps names to (SHA-256 in hex, size in bytes).

    Of a `large` one, pages of things are not printed but made when they are asked for. `restored` is the name of the
    snapshot that it is a copy of, which was gone back to; `dates` are those of files that are older than the snapshot.
    What was `published` could be read by nobody before it was `finished`. `dated` is the day of the version of the
    dataset, and its number of that day.
    """

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
    restored: str = ""
    large: bool = False
    own: tuple[str, ...] = ()
    title: str = ""
    profile: str = ""
    images: tuple[str, ...] = ()
    contact: str = ""
    dated: str = ""
    files: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    finished: str = ""

    def date_of(self, name: str) -> str:
        """Since when the file `name` has been as it is."""
        return self.dates.get(name, self.published)

    def same_since(self, name: str, file: tuple[str, int]) -> str:
        """Since when the file `name` has been this one, by its checksum and size; "" if it is another."""
        return self.date_of(name) if self.files.get(name) == file else ""

    @property
    def repeats(self) -> bool:
        """Whether some triples are in two graphs."""
        return sum(self.graphs.values()) > self.triples

    @property
    def unfinished(self) -> bool:
        """Whether search, lists and files are still being made."""
        return self.edition == UNFINISHED

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """The manifest in the folder `path`, its files not looked at; raises SnapshotError when it cannot be read."""
        try:
            fields = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
            checksum = fields.pop("checksum", None) if isinstance(fields, dict) else None
            if checksum is not None and checksum != _checksum(fields):
                raise SnapshotError(f"{path / MANIFEST}: damaged, it is not the file that was published")
            fields["files"] = {name: (sha256, size) for name, (sha256, size) in fields["files"].items()}
            tuples = {name: tuple(fields.get(name, ())) for name in ("languages", "own", "images")}
            return cls(**{**fields, **tuples})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise SnapshotError(f"{path}: its manifest cannot be read ({error})") from error


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
        manifest = Manifest.read(path)
        thorough = sum(size for _, size in manifest.files.values()) <= VERIFIED_BYTES
        for fault in damages(path, manifest, thorough=thorough):
            raise SnapshotError(fault)
        return cls(path, manifest)

    def printed(self, address: str | None = None) -> Iterator[Representation]:
        """All printed representations, or those at `address` or of the page there, in the order of printing."""
        connection = _connected(self.path)
        with _reading(self.path), closing(connection):
            rows = connection.execute(_ALL) if address is None else connection.execute(_AT, {"address": address})
            for own_address, page, content_type, language, body, links in rows:
                yield Representation(own_address, page, content_type, language, body, tuple(json.loads(links)))


class PrintedFile:
    """The printed answers of a snapshot, read one by one; it can still be read once the snapshot is removed.

    Requests that began with a snapshot still read it after the next one is in service, so the file is closed
    when the last of them is done; `close` closes it at once.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._path = snapshot.path
        self._connection = _connected(snapshot.path)
        self.close = weakref.finalize(self, self._connection.close)

    def listed(self) -> Iterator[ListedRepresentation]:
        """All of them but their bodies, in the order of printing."""
        with _reading(self._path):
            for address, page, content_type, language, links in self._connection.execute(_LISTED):
                yield ListedRepresentation(address, page, content_type, language, tuple(json.loads(links)))

    def body(self, address: str) -> bytes:
        """The bytes at the address of one; raises KeyError when there is none."""
        with _reading(self._path):
            row = self._connection.execute(_BODY, (address,)).fetchone()
        if row is None:
            raise KeyError(address)
        body: bytes = row[0]
        return body


def _connected(path: Path) -> sqlite3.Connection:
    """The printed answers of the snapshot in a folder, for reading in whichever thread."""
    location = (path / PRINTED).resolve().as_uri()
    with _reading(path):
        return sqlite3.connect(f"{location}?mode=ro&immutable=1", uri=True, check_same_thread=False)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Tell of printed answers that cannot be read as of any file of the snapshot: raises SnapshotError."""
    try:
        yield
    except sqlite3.Error as error:
        raise SnapshotError(f"{path / PRINTED}: {error}") from error


@contextmanager
def new_database(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a new database of a draft; raises OSError when the disk does not take it."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            # Neither journal nor waiting for the disk: a draft that is not finished is thrown away.
            for setting in ("journal_mode = OFF", "synchronous = OFF"):
                connection.execute(f"PRAGMA {setting}")
            yield connection
    except sqlite3.DatabaseError as error:
        full = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
        code = errno.ENOSPC if full else errno.EIO
        raise OSError(code, os.strerror(code), str(path)) from error


class Draft:
    """A snapshot in the making, in a folder that nobody serves. Use as a context: left unfinished, it is removed."""

    def __init__(self, repository: Path) -> None:
        repository.mkdir(parents=True, exist_ok=True)
        self._repository = repository
        self.path = repository / f".draft-{os.getpid()}"
        self._files: dict[str, tuple[str, int]] = {}

    def __enter__(self) -> Self:
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir()
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    def write(self, name: str, content: bytes) -> tuple[str, int]:
        """Add the file `name`, a path below the snapshot's folder; returns its SHA-256 in hex and its size."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self._files[name] = (hashlib.sha256(content).hexdigest(), len(content))
        return self._files[name]

    def add(self, name: str) -> tuple[str, int]:
        """Take the file `name`, written below `path` by another component, into the manifest."""
        with (self.path / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self._files[name] = (digest, (self.path / name).stat().st_size)
        return self._files[name]

    def take(self, snapshot: Snapshot, name: str) -> None:
        """Take over a file of another snapshot, which is the same file of the disk where that can be."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.hardlink_to(snapshot.path / name)
        except OSError:
            shutil.copyfile(snapshot.path / name, path)
        self._files[name] = snapshot.manifest.files[name]

    def print(self, representations: Iterable[Representation]) -> None:
        """Add all printed representations; raises OSError when the disk does not take them."""
        with new_database(self.path / PRINTED) as connection:
            connection.execute(f"CREATE TABLE printed ({_COLUMNS})")
            with connection:
                rows = (
                    (row.address, row.page, row.content_type, row.language, row.body, json.dumps(row.links))
                    for row in representations
                )
                connection.executemany("INSERT INTO printed VALUES (?, ?, ?, ?, ?, ?)", rows)
                for column in ("address", "page"):
                    connection.execute(f"CREATE INDEX {column} ON printed ({column})")
        self.add(PRINTED)

    def finish(self, manifest: Manifest, previous: Manifest | None = None) -> Snapshot:
        """Give the draft its name: from here on it is a snapshot. What has that name already is set aside.

        A file that was the same in the `previous` snapshot keeps its date.
        """
        files = self._files.items()
        dates = {name: date for name, file in files if previous and (date := previous.same_since(name, file))}
        # The next full second but one: by then a snapshot that is finished now can be in service.
        ready = (datetime.now(UTC) + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
        finished = max(ready, manifest.published)
        complete = replace(manifest, files=self._files, dates=dates, finished=finished)
        path = self._repository / manifest.name
        fields = json.loads(json.dumps(asdict(complete)))
        text = json.dumps({**fields, "checksum": _checksum(fields)}, ensure_ascii=False, indent=1)
        (self.path / MANIFEST).write_text(text, encoding="utf-8")
        # Begun for all files before the first is waited for: that costs one wait on a busy machine, not dozens.
        for wait in (False, True):
            for file in self.path.rglob("*"):
                sync(file, wait=wait)
        sync(self.path)
        place(self.path, path)
        return Snapshot.open(path)


def place(folder: Path, path: Path) -> None:
    """Give a whole folder the name of its snapshot; what has that name already is set aside, to be swept away."""
    if path.exists():
        path.rename(folder.with_name(f"{folder.name}-aside"))
    folder.rename(path)
    sync(path.parent)


def _checksum(fields: Mapping[str, object]) -> str:
    """The SHA-256 of what a manifest says."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def damages(path: Path, manifest: Manifest, *, thorough: bool) -> Iterator[str]:
    """What is wrong with the files of a snapshot: missing, or another size or (`thorough`) checksum than published."""
    for name, (sha256, size) in manifest.files.items():
        try:
            with (path / name).open("rb") as file:
                same = os.fstat(file.fileno()).st_size == size
                if not same or (thorough and hashlib.file_digest(file, "sha256").hexdigest() != sha256):
                    yield f"{path / name}: damaged, it is not the file that was published"
        except OSError as error:
            yield f"{path / name}: {error.strerror}"


def sync(path: Path, *, wait: bool = True) -> None:
    """Have the file or folder on the disk before going on; or begin to write it, where the system can."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if wait:
            os.fsync(descriptor)
        elif sys.platform == "linux":
            # Linux begins to write what this says is not needed in memory, and keeps it there until that is done.
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
