"""What is done otherwise for a site too large to print: what its snapshot holds in place of pages of things.

What lookups in a large site need besides the dataset itself: its quads by object, and a store for queries.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from pyoxigraph import RdfFormat, serialize

from ekograph.build.built_dataset import TRIPLES, Builder, BuiltDataset
from ekograph.build.jobs import subprocess_job, with_blank_nodes, without_blank_nodes
from ekograph.build.local import LocalBuilder
from ekograph.build.spark import SparkBuilder
from ekograph.config import Settings
from ekograph.i18n import Messages
from ekograph.publish.exports.dumps import FOLDER, SUMS
from ekograph.publish.publication import File
from ekograph.publish.site_datasets import derived, linking
from ekograph.rdf.canonical import joined
from ekograph.rendering.rdf_writers import used_by, with_sorted_prefixes
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import BY_OBJECT, DATASET, QUERIES, STORE, Draft
from ekograph.validation import suppression
from ekograph.validation.parsing import Parsed, parsed
from ekograph.validation.sources import Source, SourceError

#: A site of so many quads, about 5,000 things, is large: to print it would take minutes.
LARGE_FROM = 50_000

#: So many bytes are compressed at a time.
_PART = 1 << 20


#: So many statements with blank nodes are named at most: all of them have to be in memory.
MOST_BLANK = 2_000_000


@contextmanager
def workshop(repository: SnapshotRepository, settings: Settings) -> Iterator[Builder]:
    """What builds a large site, in a folder of a locked repository that is removed again."""
    folder = (repository.path / ".build").resolve()
    folder.mkdir()
    cluster = None if settings.builder == "local" else SparkBuilder(folder, settings.builder)
    try:
        yield cluster or LocalBuilder(folder, settings.memory_mb)
    finally:
        if cluster:
            cluster.close()
        shutil.rmtree(folder, ignore_errors=True)


def build(files: Sequence[Parsed], settings: Settings, builder: Builder, **view: Any) -> BuiltDataset:
    """The dataset of checked files, with what is derived from it.

    Raises SourceError for too many blank nodes, and ConfigError where what is to build it is not there.
    """
    added = serialize(
        derived([quad for file in files for quad in linking(file.nquads)], settings.base), format=RdfFormat.N_QUADS
    )
    marked: list[bytes] = []
    for text in chain((file.nquads for file in files), [added or b""]):
        marked += with_blank_nodes(text)
        if len(marked) > MOST_BLANK:
            raise SourceError("cannot-blank-nodes", settings.root / "data", most=str(MOST_BLANK))
    more = [without_blank_nodes(added or b""), joined([b"".join(marked)])]
    items: Sequence[Parsed | FileReference] = files
    if builder.distributed and suppression.read(settings.root):
        # What the list leaves out of a file is left out here, and sent.
        items = [file._replace(text=file.ntriples) for file in files]
    elif builder.distributed:
        items = [
            FileReference(
                file.source._replace(path=file.source.path.resolve(), data=b""),
                hashlib.sha256(file.source.data).hexdigest(),
            )
            for file in files
        ]
    return BuiltDataset(builder, builder.sort(DATASET, [*items, *more], _statements), **view)


class FileReference(NamedTuple):
    """A source that a worker is to parse by itself, and the checksum of what was checked."""

    source: Source
    sha256: str

    def nquads(self) -> bytes:
        """Its statements. Raises OSError when it is no longer what was checked."""
        data = self.source.path.read_bytes()
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), str(self.source.path))
        return parsed(self.source._replace(data=data), Messages("check", "en")).nquads


def _statements(item: Parsed | FileReference | bytes) -> Iterable[bytes]:
    """The lines without blank nodes of a file; all lines of a text."""
    if isinstance(item, bytes):
        return item.splitlines(keepends=True)
    text = item.nquads() if isinstance(item, FileReference) else item.nquads
    return without_blank_nodes(text).splitlines(keepends=True)


@contextmanager
def lookups(draft: Draft, settings: Settings, dataset: BuiltDataset, *, merge: bool) -> Iterator[None]:
    """Add the dataset and what lookups need: the store is made beside the body, as both take long.

    `merge` where some triples are in two graphs.
    """
    for name in (DATASET, BY_OBJECT):
        link(dataset.folder / name, draft.path / name)
        draft.add(name)
    merged = [str(dataset.folder / TRIPLES)] if merge else []
    with subprocess_job("ekograph.build.jobs", str(draft.path), str(settings.memory_mb), *merged):
        yield
    for folder in filter(Path.is_dir, (draft.path / STORE, draft.path / QUERIES)):
        for path in sorted(folder.iterdir()):
            draft.add(f"{folder.name}/{path.name}")


def begin_dumps(draft: Draft, dataset: BuiltDataset) -> Callable[[], list[File]]:
    """Write the dumps, and return what waits until they are compressed, adds them, and tells what is offered.

    The same dataset gives the same bytes.
    """
    folder = draft.path / FOLDER
    folder.mkdir(exist_ok=True)
    used = used_by(dataset.census.namespaces, dataset.prefixes)
    turtle, trig = dataset.folder / "dataset.ttl", dataset.folder / "dataset.trig"
    # Compressing leaves the interpreter to others, so that all else goes on meanwhile.
    pool = ThreadPoolExecutor(2)
    jobs = [
        pool.submit(_compressed, dataset.folder / DATASET, folder / "dataset.nq.gz"),
        pool.submit(_compressed, dataset.folder / TRIPLES, folder / "dataset.nt.gz"),
    ]
    serialize(chain.from_iterable(dataset.graphs().values()), trig, RdfFormat.TRIG, prefixes=used)
    jobs.append(pool.submit(_compressed, trig, folder / "dataset.trig.gz"))
    dataset.write_turtle(turtle, used)
    jobs.append(pool.submit(_compressed, turtle, folder / "dataset.ttl.gz"))
    pool.shutdown(wait=False)

    def added() -> list[File]:
        files = [File(name, *draft.add(f"{FOLDER}/{name}")) for name in sorted(job.result() for job in jobs)]
        sums = "".join(f"{item.sha256}  {item.name}\n" for item in files)
        return [*files, File(SUMS, *draft.write(f"{FOLDER}/{SUMS}", sums.encode()))]

    return added


def _compressed(path: Path, packed: Path) -> str:
    """Compress a file and return the name of the compressed one.

    It is gzip without name and time; the level is that at which more work saves little.
    """
    deflate = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    with path.open("rb") as plain, packed.open("wb") as out:
        out.write(deflate.compress(with_sorted_prefixes(plain.read(_PART))))
        while part := plain.read(_PART):
            out.write(deflate.compress(part))
        out.write(deflate.flush())
    return packed.name


def link(path: Path, target: Path) -> None:
    """Have a file under another name too; it never changes."""
    try:
        target.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, target)
