"""Runs the build on this machine: an external sort keeps its memory bounded, whatever the size of the data."""

from __future__ import annotations

import errno
import heapq
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TypeVar

Item = TypeVar("Item")


class LocalBuilder:
    """Sorts in `folder`, in a fifth of the `memory_mb` MB that the build may take."""

    distributed = False

    def __init__(self, folder: Path, memory_mb: int) -> None:
        self.folder = folder
        self._memory_mb = max(16, memory_mb // 5)

    def sort(self, name: str, inputs: Iterable[Item], lines_of: Callable[[Item], Iterable[bytes]]) -> list[Path]:
        """The distinct lines of all inputs, sorted by their bytes: in one file here."""
        target = self.folder / name
        lines = (line for item in inputs for line in lines_of(item))
        command = shutil.which("sort")
        if command:
            _sort_by_command(command, lines, target, self._memory_mb)
        else:
            with target.open("wb") as out, ExitStack() as stack:
                runs = [stack.enter_context(run) for run in _runs(lines, self._memory_mb * 1_000_000, self.folder)]
                out.writelines(line for line, _ in groupby(heapq.merge(*runs)))
        return [target]


def _sort_by_command(command: str, lines: Iterable[bytes], target: Path, memory_mb: int) -> None:
    """Sort by the command of the system. Raises OSError."""
    options = ["-u", "-S", f"{memory_mb}M", "-T", str(target.parent), "-o", str(target)]
    with subprocess.Popen(
        [command, *options], env={**os.environ, "LC_ALL": "C"}, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            # It ends early when the disk is full, and says why.
            with suppress(BrokenPipeError):
                process.stdin.writelines(lines)  # type: ignore[union-attr]
            _, error = process.communicate()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        full = shutil.disk_usage(target.parent).free < memory_mb * 1_000_000
        raise OSError(errno.ENOSPC if full else errno.EIO, error.decode("utf-8", "replace").strip(), str(target))


def _runs(lines: Iterable[bytes], size: int, folder: Path) -> Iterator[IO[bytes]]:
    """The lines as sorted files, each of so many bytes in memory."""
    run: list[bytes] = []
    held = 0

    def written() -> IO[bytes]:
        file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed once it is merged
        file.writelines(sorted(run))
        file.seek(0)
        return file

    for line in lines:
        run.append(line)
        held += len(line) + 50  # what Python needs for each
        if held > size:
            yield written()
            run, held = [], 0
    if run:
        yield written()


def joined(parts: Sequence[Path], target: Path) -> None:
    """Put parts one after the other into one file, and remove them."""
    if list(parts) == [target]:
        return
    with target.open("wb") as out:
        for part in parts:
            with part.open("rb") as file:
                shutil.copyfileobj(file, out, 1 << 20)
            part.unlink()
