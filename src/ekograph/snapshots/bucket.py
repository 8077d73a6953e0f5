"""Snapshots in a bucket: immutable objects named by their digests, and `current`, which moves by compare-and-swap.

A folder has copies of the snapshots that are needed here; it is a repository as any other, kept like the bucket.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from ekograph.config import ConfigError, Settings
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import MANIFEST, Manifest, Snapshot, SnapshotError, place

_CURRENT, _MANIFESTS, _OBJECTS = "current", "snapshots", "objects"
_CHUNK = 1 << 20
#: Seconds that one answer of the bucket may take, and that it is asked again for one.
_PATIENCE, _RETRIED = timedelta(seconds=30), timedelta(seconds=10)


class MissingError(SnapshotError):
    """There is no such object."""


@dataclass(frozen=True)
class Current:
    """What `current` says: the snapshot that is served, and all that were, in order; each change has its own serial."""

    name: str = ""
    history: tuple[str, ...] = ()
    serial: str = field(default_factory=lambda: uuid.uuid4().hex)
    etag: str = field(default="", compare=False)


def repository_of(settings: Settings) -> SnapshotRepository:
    """The snapshots of a site, in a folder or a bucket; raises ConfigError where a bucket cannot be used."""
    folder = settings.snapshots_dir
    return BucketRepository(settings.bucket, folder, settings.keep) if settings.bucket else SnapshotRepository(folder)


class BucketRepository(SnapshotRepository):
    """The repository in the bucket at `url`, s3://BUCKET/PREFIX, with copies of at most `keep` in the folder `path`.

    Where the bucket is and who may use it say the variables AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and
    AWS_SECRET_ACCESS_KEY. Raises SnapshotError when it does not answer, or with something else than was published.
    """

    def __init__(self, url: str, path: Path, keep: int) -> None:
        super().__init__(path)
        try:
            # Only sites with a bucket have it.
            import obstore
            from obstore.store import from_url
        except ImportError as error:
            raise ConfigError(f"{url} needs a further package: pip install 'ekograph[s3]'") from error
        self._url = url.rstrip("/")
        self._keep = keep
        self._seen: Current | None = None
        self._obstore = obstore
        options: Any = {"timeout": _PATIENCE, "allow_http": os.environ.get("AWS_ENDPOINT_URL", "").startswith("http:")}
        retries: Any = {"max_retries": 3, "retry_timeout": _RETRIED}
        try:
            self._store = from_url(self._url, client_options=options, retry_config=retries)
        except (obstore.exceptions.BaseError, ValueError) as error:
            raise ConfigError(f"{url}: {error}") from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """As of a folder; the copies are as the bucket is then."""
        with super().locked():
            self._follow()
            yield

    def follow(self) -> bool:
        """Have the copy of what is current, if it is another than before; returns whether it is."""
        if self._seen and self._seen.etag:
            with self._explained(_CURRENT):
                if self._obstore.head(self._store, _CURRENT)["e_tag"] == self._seen.etag:
                    return False
        with super().locked():
            return self._follow()

    def move_current(self, name: str) -> None:
        """As of a folder; what is current there may not be so in the bucket yet."""
        if name != (self._seen or Current()).name:
            history = self.history()
            self._write_history(history if history[-1:] == [name] else [*history, name])

    def roll_back(self) -> Snapshot:
        """As of a folder, also where there are no copies yet of what was before."""
        for name in self.history()[-4:-1]:
            with suppress(SnapshotError):
                self._fetch(name)
        return super().roll_back()

    def prune(self, keep: int) -> list[str]:
        """As of a folder, and in the bucket, with the objects that no other snapshot has."""
        kept = {*self.history()[-keep:], self.current_name() or ""}
        with self._explained(_MANIFESTS):
            pages = self._obstore.list(self._store, prefix=f"{_MANIFESTS}/")
            names = {Path(file["path"]).stem for page in pages for file in page}
            if names - kept:
                objects = {name: self._objects(name) for name in names}
                still = {key for name in names & kept for key in objects[name]}
                gone = {key for name in names - kept for key in objects[name] - still}
                self._obstore.delete(self._store, [*sorted(gone), *(_manifest(name) for name in sorted(names - kept))])
        return super().prune(keep)

    def _objects(self, name: str) -> set[str]:
        """The keys of the objects of a snapshot."""
        manifest = json.loads(bytes(self._obstore.get(self._store, _manifest(name)).bytes()))
        return {f"{_OBJECTS}/{sha256}" for sha256, _ in manifest["files"].values()}

    def _write_history(self, names: list[str], after: Sequence[str] = ()) -> None:
        """In the bucket first: what is current there is what counts."""
        self._push(names[-1])
        self._move(Current(names[-1], (*names, *after)))
        super()._write_history(names, after)

    def _follow(self) -> bool:
        current = self._current()
        same = self._seen == current and self.current_name() == current.name
        if current.name and not same:
            self._fetch(current.name)
            last = len(current.history) - current.history[::-1].index(current.name)
            super()._write_history([*current.history[:last]], current.history[last:])
            super().prune(self._keep)
        self._seen = current
        return not same

    def _current(self) -> Current:
        try:
            with self._explained(_CURRENT):
                reply = self._obstore.get(self._store, _CURRENT)
                fields = json.loads(bytes(reply.bytes()))
                etag = str(reply.meta["e_tag"])
                current = Current(str(fields["name"]), tuple(fields["history"]), str(fields["serial"]), etag)
        except MissingError:
            return Current()
        if current.name not in current.history or Path(current.name).name != current.name:
            raise SnapshotError(f"{self._url}/{_CURRENT}: damaged, it names no snapshot")
        return current

    def _move(self, current: Current) -> None:
        """Let `current` say this, unless another has changed it since it was last seen."""
        before = self._seen or Current()
        content = json.dumps({key: value for key, value in asdict(current).items() if key != "etag"}).encode()
        mode: Any = {"e_tag": before.etag} if before.etag else "create"
        refusal = None
        try:
            with self._explained(_CURRENT):
                # Of one part: not every bucket keeps a condition on several.
                self._obstore.put(self._store, _CURRENT, content, mode=mode, use_multipart=False)
        except SnapshotError as error:
            refusal = error
        self._seen = self._current()
        # A refusal may come after a success whose answer was lost.
        if self._seen != current:
            moved = self._seen.serial != before.serial and self._seen.name
            text = f"{self._url}: another publication came first; publish again" if moved else str(refusal)
            raise SnapshotError(text) from refusal

    def _push(self, name: str) -> None:
        """Have all files of a snapshot in the bucket, then its manifest."""
        manifest = Manifest.read(self.path / name)
        for file, (sha256, size) in manifest.files.items():
            with self._explained(key := f"{_OBJECTS}/{sha256}"):
                try:
                    there = int(self._obstore.head(self._store, key)["size"])
                except FileNotFoundError:
                    there = -1
                if there != size:
                    self._obstore.put(self._store, key, self.path / name / file)
        with self._explained(_manifest(name)):
            self._obstore.put(self._store, _manifest(name), self.path / name / MANIFEST)

    def _fetch(self, name: str) -> None:
        """Have a whole copy of a snapshot; a file that another copy has is not fetched again."""
        if self.find(name):
            return
        folder = self.path / f".fetched-{os.getpid()}"
        shutil.rmtree(folder, ignore_errors=True)
        try:
            self._get(_manifest(name), folder / MANIFEST)
            manifest = Manifest.read(folder)
            if manifest.name != name or any(".." in Path(file).parts or file[:1] == "/" for file in manifest.files):
                raise SnapshotError(f"{self._url}/{_manifest(name)}: damaged, it is of another snapshot")
            whole = [copy for copy in map(self.find, self.names()) if copy]
            copies = {file: copy.path / path for copy in whole for path, file in copy.manifest.files.items()}
            for path, file in manifest.files.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                if file in copies:
                    (folder / path).hardlink_to(copies[file])
                elif self._get(key := f"{_OBJECTS}/{file[0]}", folder / path) != file:
                    raise SnapshotError(f"{self._url}/{key}: damaged, it is not the file that was published")
            place(folder, self.path / name)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _get(self, key: str, target: Path) -> tuple[str, int]:
        """Write an object to a file; returns its SHA-256 in hex and its size."""
        digest, size = hashlib.sha256(), 0
        target.parent.mkdir(parents=True, exist_ok=True)
        with self._explained(key), target.open("wb") as file:
            for chunk in self._obstore.get(self._store, key).stream(min_chunk_size=_CHUNK):
                digest.update(chunk)
                size += file.write(chunk)
        return digest.hexdigest(), size

    @contextmanager
    def _explained(self, key: str) -> Iterator[None]:
        """Tell of what the bucket refuses or does not have, or of an answer that makes no sense, in a line."""
        where = f"{self._url}/{key}"
        try:
            yield
        except FileNotFoundError as error:
            if error.filename is not None:
                raise
            raise MissingError(f"{where}: missing") from error
        except self._obstore.exceptions.BaseError as error:
            raise SnapshotError(f"{where}: {' '.join(str(error).splitlines()[0].split())[:300]}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise SnapshotError(f"{where}: damaged ({error})") from error


def _manifest(name: str) -> str:
    return f"{_MANIFESTS}/{name}.json"
