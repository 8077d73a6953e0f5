"""Work done beside the rest in an interpreter of its own: on another core, in memory that ends with it.

Not in a forked process, which would inherit the locks that threads of the store and of the compression hold at that
moment, and wait for them for ever. As a program, this makes the stores of a large snapshot, for queries.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NoReturn

from pyoxigraph import RdfFormat, Store, parse

from ekograph.snapshots.snapshot import DATASET, QUERIES, STORE


@contextmanager
def subprocess_job(module: str, *arguments: str, keep: bool = True) -> Iterator[subprocess.Popen[bytes]]:
    """Run `module`, which is to call `run_job`, while the body runs; at the end both are done.

    Raises OSError when the work has failed. If the body fails, or without `keep` ends, the work is given up.
    """
    # In a session of its own, so that Ctrl-C reaches the process that asked, and this one through it alone.
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments], stdin=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            yield process
            if not keep:
                process.kill()
                return
            code = process.wait()
        except BaseException:
            process.kill()
            raise
    if code:
        raise failure(code, *arguments[:1])


def failure(code: int, *path: str) -> OSError:
    """The error with which a job has ended, by its exit status; one that was killed has most likely lacked memory."""
    reason = code if code > 0 else errno.ENOMEM if code == -signal.SIGKILL else errno.EIO
    return OSError(reason, os.strerror(reason), *path)


def run_job(work: Callable[[], None]) -> NoReturn:
    """Do `work` and exit, the reason of a failure as the status; end at once when the process that asked is gone."""

    def end_with_the_other() -> None:
        # Nothing is ever written into the pipe: reading ends when nobody holds its other end any more.
        os.read(0, 1)
        os._exit(errno.EPIPE)

    threading.Thread(target=end_with_the_other, daemon=True).start()
    try:
        work()
    except OSError as error:
        sys.exit(error.errno or errno.EIO)
    except Exception:  # noqa: BLE001 - whatever it is, the process that waits must be told
        traceback.print_exc()
        sys.exit(errno.EIO)
    sys.exit(0)


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
