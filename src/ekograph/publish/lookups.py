"""What lookups in a large site need besides the dataset itself: its quads by object, and a store for queries.

python -m ekograph.publish.lookups FOLDER    writes both into the folder of a draft, from the dataset there
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, Store, parse

from ekograph.publish.beside import work_beside
from ekograph.snapshot import BY_OBJECT, DATASET, STORE
from ekograph.stored import by_object

#: How many quads the store takes at once: it holds them several times over until they are sorted.
AT_ONCE = 100_000


def write_lookups(folder: Path) -> None:
    """Write what lookups need into `folder`, which has the dataset."""
    with (folder / DATASET).open("rb") as lines, (folder / BY_OBJECT).open("wb") as out:
        out.writelines(by_object(lines))
    store = Store(folder / STORE)
    for part in _parts(folder / DATASET):
        store.bulk_extend(part)
    # One sorted whole is looked up in faster than the parts.
    store.optimize()
    store.flush()
    del store
    for path in (folder / STORE).glob("LOG*"):  # what the store said while it was made
        path.unlink()


def _parts(path: Path) -> Iterator[list[Quad]]:
    """The quads; not loaded from the file by the store, which would label blank nodes anew."""
    quads = parse(path=path, format=RdfFormat.N_QUADS)
    while part := list(islice(quads, AT_ONCE)):
        yield part


if __name__ == "__main__":
    work_beside(lambda: write_lookups(Path(sys.argv[1])))
