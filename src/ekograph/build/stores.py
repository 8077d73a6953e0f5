"""The stores of a large snapshot, for queries, made in a process of its own that loads no more than this."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from pyoxigraph import RdfFormat, Store, parse

from ekograph.build.jobs import run_job
from ekograph.snapshots.snapshot import DATASET, QUERIES, STORE

#: The quads that the store takes in at once for each MB that the build may take: half of that holds them.
_LOADED_PER_MB = 500

#: With so much memory the store takes all quads in at once, whatever their number: by itself, a million at a time.
_ENOUGH_MB = 3000


def write_stores(folder: Path, memory_mb: int, triples: Path | None = None) -> None:
    """Write the store of the dataset in `folder`; of `triples`, with which its default graph is to be filled, another.

    Memory decides how many quads it takes in at once: the more, the smaller it is.
    """
    at_once = 0 if memory_mb >= _ENOUGH_MB else max(25_000, memory_mb * _LOADED_PER_MB)
    _write_store(folder / STORE, [folder / DATASET], at_once)
    if triples:
        _write_store(folder / QUERIES, [folder / DATASET, triples], at_once)


def _write_store(folder: Path, paths: Iterable[Path], at_once: int) -> None:
    store = Store(folder)
    for path in paths:
        with path.open("rb") as lines:
            while part := b"".join(islice(lines, at_once or None)):
                marked = with_blank_nodes(part)
                store.bulk_load(input=without_blank_nodes(part) if marked else part, format=RdfFormat.N_QUADS)
                # Loading text, the store would label blank nodes anew.
                store.bulk_extend(parse(b"".join(marked), RdfFormat.N_QUADS))
    store.flush()
    del store
    for path in folder.glob("LOG*"):  # what the store said while it was made
        path.unlink()


def with_blank_nodes(text: bytes) -> list[bytes]:
    """The lines that may have a blank node."""
    return [line for line in text.splitlines(keepends=True) if b"_:" in line] if b"_:" in text else []


def without_blank_nodes(text: bytes) -> bytes:
    """All other lines."""
    if b"_:" not in text:
        return text
    return b"".join(line for line in text.splitlines(keepends=True) if b"_:" not in line)


if __name__ == "__main__":
    run_job(lambda: write_stores(Path(sys.argv[1]), int(sys.argv[2]), *map(Path, sys.argv[3:])))
