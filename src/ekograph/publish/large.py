"""What is done otherwise for a site too large to print: what its snapshot holds in place of pages of things.

What lookups in a large site need besides the dataset itself: its quads by object, and a store for queries.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain, groupby, islice
from operator import attrgetter
from pathlib import Path

from pyoxigraph import DefaultGraph, Quad, RdfFormat, Store, Triple, parse, serialize

from ekograph.publish.exports.dumps import FOLDER, SUMS
from ekograph.publish.publication import File
from ekograph.publish.subprocess_job import run_job, subprocess_job
from ekograph.rdf import formats
from ekograph.rdf.dataset import Dataset
from ekograph.rdf.disk_dataset import by_object
from ekograph.rdf.formats import Format
from ekograph.rendering.rdf_writers import WRITERS, used_by, with_sorted_prefixes
from ekograph.snapshots.snapshot import BY_OBJECT, DATASET, QUERIES, STORE, Draft

#: A site of so many quads, about 5,000 things, is large: to print it would take minutes.
LARGE_FROM = 50_000

#: So many bytes are compressed at a time.
_PART = 1 << 20


@contextmanager
def lookups(draft: Draft, *, merge: bool) -> Iterator[None]:
    """Add what lookups need besides the dataset, which the draft has: made beside the body, as both take long.

    `merge` where some triples are in two graphs.
    """
    with subprocess_job("ekograph.publish.large", str(draft.path), *(["merge"] if merge else [])):
        yield
    draft.add(BY_OBJECT)
    for folder in filter(Path.is_dir, (draft.path / STORE, draft.path / QUERIES)):
        for path in sorted(folder.iterdir()):
            draft.add(f"{folder.name}/{path.name}")


def begin_dumps(draft: Draft, dataset: Dataset) -> Callable[[], list[File]]:
    """Write the dumps, and return what waits until they are compressed, adds them, and tells what is offered.

    The same dataset gives the same bytes.
    """
    # Compressing leaves the interpreter to others, so that all else goes on meanwhile.
    pool = ThreadPoolExecutor(2)
    jobs = [pool.submit(_compressed, path) for path in _plain(draft.path / FOLDER, dataset)]
    jobs.append(pool.submit(_compressed, draft.path / DATASET, draft.path / FOLDER / DATASET))
    pool.shutdown(wait=False)
    return lambda: _added(draft, sorted(job.result() for job in jobs))


def _plain(folder: Path, dataset: Dataset) -> Iterator[Path]:
    """The dataset in each format but N-Quads, written statement by statement, in TriG graph by graph."""
    folder.mkdir(exist_ok=True)
    used = used_by(dataset.names(), dataset.prefixes)
    for form in (formats.TRIG, formats.N_TRIPLES, formats.TURTLE):
        path = folder / f"dataset.{form.suffix}"
        serialize(_statements(dataset, form), path, WRITERS[form], prefixes=used)
        yield path


def _statements(dataset: Dataset, form: Format) -> Iterator[Triple] | Iterator[Quad]:
    """What is written in `form`, in the order of the dataset."""
    if form is formats.TRIG:
        graphs = sorted((name, quads) for name, quads in dataset.graphs().items() if name)
        default = (quad for quad in dataset.statements() if isinstance(quad.graph_name, DefaultGraph))
        return chain(default, chain.from_iterable(quads for _, quads in graphs))
    # Equal triples follow one another in what is sorted.
    return (triple for triple, _ in groupby(dataset.statements(), key=attrgetter("triple")))


def _compressed(path: Path, target: Path | None = None) -> str:
    """Compress a file, to be removed unless another name is given, and return the name of the compressed one.

    It is gzip without name and time; the level is that at which more work saves little.
    """
    packed = (target or path).with_name(f"{path.name}.gz")
    deflate = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    with path.open("rb") as plain, packed.open("wb") as out:
        out.write(deflate.compress(with_sorted_prefixes(plain.read(_PART))))
        while part := plain.read(_PART):
            out.write(deflate.compress(part))
        out.write(deflate.flush())
    if target is None:
        path.unlink()
    return packed.name


def _added(draft: Draft, names: Sequence[str]) -> list[File]:
    """The files of these names in the draft, and their checksums."""
    files = [File(name, *draft.add(f"{FOLDER}/{name}")) for name in names]
    sums = "".join(f"{item.sha256}  {item.name}\n" for item in files)
    return [*files, File(SUMS, *draft.write(f"{FOLDER}/{SUMS}", sums.encode()))]


#: How many quads the store takes at once: it holds them several times over until they are sorted.
AT_ONCE = 25_000


def write_lookups(folder: Path, *, merge: bool) -> None:
    """Write what lookups need into `folder`, which has the dataset; `merge` where some triples are in two graphs."""
    if not (folder / BY_OBJECT).exists():
        with (folder / DATASET).open("rb") as lines, (folder / BY_OBJECT).open("wb") as out:
            out.writelines(by_object(lines))
    _write_store(folder / STORE, _parts(folder / DATASET))
    if merge:
        merged = (
            [Quad(quad.subject, quad.predicate, quad.object) for quad in part] for part in _parts(folder / DATASET)
        )
        _write_store(folder / QUERIES, chain(_parts(folder / DATASET), merged))


def _write_store(folder: Path, parts: Iterable[Sequence[Quad]]) -> None:
    store = Store(folder)
    for part in parts:
        store.bulk_extend(part)
    # One sorted whole is looked up in faster than the parts.
    store.optimize()
    store.flush()
    del store
    for path in folder.glob("LOG*"):  # what the store said while it was made
        path.unlink()


def _parts(path: Path) -> Iterator[list[Quad]]:
    """The quads; not loaded from the file by the store, which would label blank nodes anew."""
    quads = parse(path=path, format=RdfFormat.N_QUADS)
    while part := list(islice(quads, AT_ONCE)):
        yield part


if __name__ == "__main__":
    run_job(lambda: write_lookups(Path(sys.argv[1]), merge="merge" in sys.argv[2:]))
