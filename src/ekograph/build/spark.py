"""Runs the build on a Spark cluster: the same functions of the same parts give the same bytes as on one machine.

Workers need this package, and the folders of the site at the same place. Where parts begin is found from the data
alone: what Spark samples by itself changes from run to run.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import re
import socket
import sys
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ekograph.build.quad_lines import bounds, is_sampled, part_of
from ekograph.config import ConfigError

if TYPE_CHECKING:
    import pyarrow as pa

Item = TypeVar("Item")

#: So many lines go through a worker at a time.
_BATCH = 10_000

#: Lines are sorted in so many parts at least.
_PARTS = 8

_WAIT_SECONDS = 5


class SparkBuilder:
    """Sorts on the cluster at `address` (spark://host:port, or what else Spark takes), into files in `folder`."""

    distributed = True

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self._address = address

    @cached_property
    def _session(self) -> Any:
        return _session(self._address)

    def sort(self, name: str, inputs: Iterable[Item], lines_of: Callable[[Item], Iterable[bytes]]) -> list[Path]:
        """The distinct lines of all inputs, sorted by their bytes, in files that are their parts in order."""
        parts = max(_PARTS, self._session.sparkContext.defaultParallelism)
        items = [(number, bytearray(pickle.dumps(item))) for number, item in enumerate(inputs)]
        frame = self._session.createDataFrame(items, "number int, item binary").repartition(len(items), "number")
        lines = frame.mapInArrow(partial(_lines, lines_of), "line binary")
        sample = lines.mapInArrow(_sampled, "line binary").collect()
        starts = bounds((bytes(row.line) for row in sample), parts)
        placed = lines.mapInArrow(partial(_placed, starts), "part int, line binary")
        sorted_parts = placed.repartitionById(parts, "part").sortWithinPartitions("line")
        written = sorted_parts.mapInArrow(partial(_write, str(self.folder), name), "part int, sha256 string").collect()
        paths = [_path(self.folder, name, row.part) for row in sorted(written)]
        # Only what the tasks have reported counts: a task that was lost may have left files too.
        for leftover in set(self.folder.glob(f"{name}.[0-9.]*")) - set(paths):
            leftover.unlink()
        return paths

    def map(self, inputs: Sequence[Item], function: Callable[[Item], None]) -> None:
        """Run the function on each input, on the cluster."""
        self._session.sparkContext.parallelize(inputs, len(inputs)).foreach(function)

    def close(self) -> None:
        """Leave the cluster."""
        if "_session" in self.__dict__:
            self._session.stop()


def _session(address: str) -> Any:
    """A session on a cluster. Raises ConfigError, in one line, where there is none."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise ConfigError(f"builder is {address!r}, for which ekograph[spark] must be installed") from error
    if match := re.fullmatch(r"spark://([^:/,]+):(\d+)", address):
        try:
            socket.create_connection((match[1], int(match[2])), _WAIT_SECONDS).close()
        except OSError as error:
            raise ConfigError(f"builder is {address!r}, where no Spark master answers: {error}") from error
    settings: dict[str, Any] = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(_BATCH),
        "spark.python.unix.domain.socket.enabled": "true",
    }
    # No setting of a session says which Python its workers run.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        return SparkSession.builder.master(address).appName("ekograph").config(map=settings).getOrCreate()
    except Exception as error:  # whatever Spark or Java say, they say it in many lines
        reason = str(error).strip().partition("\n")[0]
        raise ConfigError(f"builder is {address!r}, but Spark does not start: {reason}") from error


def _lines(lines_of: Callable[[Item], Iterable[bytes]], batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The lines of the items of a part of the inputs."""
    import pyarrow as pa

    for batch in batches:
        for item in batch.column(1).to_pylist():
            lines = iter(lines_of(pickle.loads(item)))  # noqa: S301 - written by the driver of this build
            while some := list(islice(lines, _BATCH)):
                yield pa.RecordBatch.from_arrays([pa.array(some, pa.binary())], ["line"])


def _sampled(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for batch in batches:
        some = [line for line in batch.column(0).to_pylist() if is_sampled(line)]
        yield pa.RecordBatch.from_arrays([pa.array(some, pa.binary())], ["line"])


def _placed(starts: Sequence[bytes], batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for batch in batches:
        numbers = [part_of(line, starts) for line in batch.column(0).to_pylist()]
        arrays = [pa.array(numbers, pa.int32()), batch.column(0)]
        yield pa.RecordBatch.from_arrays(arrays, ["part", "line"])


def _write(folder: str, name: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Write a part, each line once, under a name of its own first: two attempts at a task may run at once."""
    import pyarrow as pa

    number, last, digest = -1, b"", hashlib.sha256()
    path = Path(folder) / f"{name}.{uuid.uuid4()}"
    try:
        with path.open("xb") as out:
            for batch in batches:
                lines: list[bytes] = batch.column(1).to_pylist()
                if lines:
                    number = batch.column(0)[0].as_py()
                distinct = [line for line, before in zip(lines, [last, *lines], strict=False) if line != before]
                last = lines[-1] if lines else last
                text = b"".join(distinct)
                digest.update(text)
                out.write(text)
        if number >= 0:
            path.rename(_path(Path(folder), name, number))
            arrays = [pa.array([number], pa.int32()), pa.array([digest.hexdigest()])]
            yield pa.RecordBatch.from_arrays(arrays, ["part", "sha256"])
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


def _path(folder: Path, name: str, number: int) -> Path:
    return folder / f"{name}.{number:05}"
