"""What is done otherwise for a site too large to print: what its snapshot holds in place of pages of things."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter

from ekograph import formats
from ekograph.dataset import Dataset
from ekograph.formats import Format
from ekograph.pages.representations import used_by, written_with
from ekograph.publish.beside import beside
from ekograph.publish.dumps import FOLDER, SUMS
from ekograph.publish.issue import File
from ekograph.snapshot import BY_OBJECT, STORE, Draft

#: A site of so many quads, about 5,000 things, is large: to print it would take minutes.
LARGE_FROM = 50_000


@contextmanager
def lookups(draft: Draft) -> Iterator[None]:
    """Add what lookups need besides the dataset, which the draft has: made beside the body, as both take long."""
    with beside("ekograph.publish.lookups", str(draft.path)):
        yield
    draft.add(BY_OBJECT)
    for path in sorted((draft.path / STORE).iterdir()):
        draft.add(f"{STORE}/{path.name}")


def add_dumps(draft: Draft, dataset: Dataset, nquads: bytes) -> list[File]:
    """Add the dumps and their checksums; returns what is offered. The same dataset gives the same bytes."""
    # Compressing leaves the interpreter to others, so that one format is written while another is compressed.
    with ThreadPoolExecutor(2) as pool:
        jobs = [(form, pool.submit(_compressed, body)) for form, body in _bodies(dataset, nquads)]
        contents = dict(sorted((f"dataset.{form.suffix}.gz", job.result()) for form, job in jobs))
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    contents[SUMS] = "".join(f"{digest}  {name}\n" for name, digest in sums.items()).encode()
    return [File(name, *draft.write(f"{FOLDER}/{name}", content)) for name, content in contents.items()]


def _bodies(dataset: Dataset, nquads: bytes) -> Iterator[tuple[Format, bytes]]:
    """The dataset in each format, its statements in the order of the dataset, in TriG graph by graph."""
    yield formats.N_QUADS, nquads
    used = used_by(dataset.names(), dataset.prefixes)
    by_graph = [quad for _, quads in sorted(dataset.graphs().items()) for quad in quads]
    yield formats.TRIG, written_with(used, by_graph, formats.TRIG)
    del by_graph
    # Equal triples follow one another in what is sorted.
    triples = [triple for triple, _ in groupby(dataset.quads, key=attrgetter("triple"))]
    for form in (formats.N_TRIPLES, formats.TURTLE):
        yield form, written_with(used, triples, form)


def _compressed(body: bytes) -> bytes:
    """`body` as gzip without name and time; the level is that at which more work saves little."""
    return gzip.compress(body, compresslevel=6, mtime=0)
