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
from ekograph.pages.representations import written
from ekograph.publish.beside import beside
from ekograph.publish.dumps import FOLDER, SUMS
from ekograph.publish.issue import File
from ekograph.snapshot import BY_OBJECT, STORE, Draft

#: A site of so many quads, about 5,000 things, is large: to print it would take minutes.
LARGE_FROM = 50_000

#: The formats in which a large dataset is dumped, compressed: others make of it what no reader takes in at once.
DUMPED = (formats.N_QUADS, formats.N_TRIPLES, formats.TRIG, formats.TURTLE)


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
        jobs = [(form, pool.submit(_compressed, _body(dataset, form, nquads))) for form in DUMPED]
        contents = {f"dataset.{form.suffix}.gz": job.result() for form, job in jobs}
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(contents.items())}
    contents[SUMS] = "".join(f"{digest}  {name}\n" for name, digest in sums.items()).encode()
    return [File(name, *draft.write(f"{FOLDER}/{name}", content)) for name, content in contents.items()]


def _body(dataset: Dataset, form: Format, nquads: bytes) -> bytes:
    """The dataset in `form`, its statements in the order of the dataset, in TriG graph by graph."""
    if form is formats.N_QUADS:
        return nquads
    if form is formats.TRIG:
        return written(
            [quad for _, quads in sorted(dataset.graphs().items()) for quad in quads], form, dataset.prefixes
        )
    # Equal triples follow one another in what is sorted.
    triples = [triple for triple, _ in groupby(dataset.quads, key=attrgetter("triple"))]
    return written(triples, form, dataset.prefixes)


def _compressed(body: bytes) -> bytes:
    """`body` as gzip without name and time; the level is that at which more work saves little."""
    return gzip.compress(body, compresslevel=6, mtime=0)
