"""A dataset on disk, with the interface of one in memory: looked up in sorted N-Quads, never loaded.

Two files hold the quads: one sorted as N-Quads are, so by subject; the other with the object before each line, so by
object. Both are mapped into memory, and the lines that begin alike are found by bisection.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Triple, parse

from ekograph.rdf.dataset import Dataset, Node, Term, crowds
from ekograph.rdf.vocab import TYPE
from ekograph.snapshots.snapshot import BY_OBJECT, Snapshot

_TYPED = f"{TYPE} ".encode()

#: The subjects and the objects whose quads are kept, so that what many pages show is read once.
KEPT_SUBJECTS, KEPT_OBJECTS = 8192, 64

#: So many lines of one subject are few.
_FEW = 24

#: So many bytes of lines are read at a time.
_PART = 1 << 20


class SortedLines:
    """A file of lines sorted by their bytes."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            # An empty file cannot be mapped.
            empty = file.seek(0, 2) == 0
            self._data = b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def starting(self, prefix: bytes) -> bytes:
        """The lines that start with `prefix`, whose last byte is not 255."""
        start = self.first(prefix)
        return bytes(self._data[start : self.first(after(prefix), start)])

    def first(self, key: bytes, low: int = 0) -> int:
        """Where the first line that is not before `key` begins, looked for from `low`, the start of a line."""
        data, high = self._data, len(self._data)
        while low < high:
            middle = (low + high) // 2
            start = data.rfind(b"\n", low, middle) + 1 or low
            if data[start : start + len(key)] < key:
                low = data.find(b"\n", middle) + 1
            else:
                high = start
        return low

    def lines(self) -> Iterator[bytes]:
        """All lines, in order."""
        if isinstance(self._data, bytes):
            return iter(self._data.splitlines(keepends=True))
        self._data.seek(0)
        return iter(self._data.readline, b"")

    def with_second(self, term: bytes) -> Iterator[list[bytes]]:
        """The lines whose second term is this one, each cut at its first two spaces."""
        key, at = b"> " + term + b" ", -1
        while (at := self._data.find(key, at + 1)) >= 0:
            start = self._data.rfind(b"\n", 0, at) + 1
            parts = self.line(start).split(b" ", 2)
            if len(parts[0]) == at + 1 - start:
                yield parts

    def between(self, start: int, end: int) -> Iterator[bytes]:
        """The lines from one place to another, both the starts of lines."""
        while start < end:
            # Many lines at a time: each call takes as long as to split a line.
            stop = end if end - start <= _PART else self._data.rfind(b"\n", start, start + _PART) + 1
            stop = stop or self._data.find(b"\n", start) + 1
            yield from bytes(self._data[start:stop]).splitlines(keepends=True)
            if stop - start >= _PART // 2:
                self.forget()
            start = stop

    def forget(self) -> None:
        """Let go of what is in memory of the file: who goes through all of it would have it all there in the end."""
        if isinstance(self._data, mmap.mmap):
            self._data.madvise(mmap.MADV_DONTNEED)

    def end_of_line(self, at: int) -> int:
        """Where the line ends that goes on at a place, or the file."""
        return self._data.find(b"\n", at) + 1 or len(self._data)

    def line(self, at: int) -> bytes:
        """The line that begins at `at`, without its end; empty at the end of the file."""
        end = self._data.find(b"\n", at)
        return bytes(self._data[at : end if end >= 0 else at])


class StoredDataset(Dataset):
    """The dataset in the files `by_subject` and `by_object`.

    What needs all quads reads them all, each time.
    """

    def __init__(  # noqa: PLR0913 - as for a dataset in memory
        self,
        by_subject: Path,
        by_object: Path,
        *,
        base: str,
        prefixes: Mapping[str, str],
        languages: Sequence[str],
        spaces: Sequence[str] = (),
    ) -> None:
        super().__init__((), base=base, prefixes=prefixes, languages=languages, spaces=spaces)
        self._path = by_subject
        self._subjects, self._objects = SortedLines(by_subject), SortedLines(by_object)
        self._of = lru_cache(KEPT_SUBJECTS)(self._read_of)
        self._to = lru_cache(KEPT_OBJECTS)(self._read_to)

    @property
    def quads(self) -> Sequence[Quad]:
        """All quads, sorted."""
        return list(self.statements())

    def statements(self) -> Iterable[Quad]:
        """All quads, sorted, read one after the other."""
        return parse(path=self._path, format=RdfFormat.N_QUADS)

    def links(self, predicate: NamedNode) -> Iterator[tuple[NamedNode, NamedNode]]:
        """The IRIs that `predicate` leads from and to, found in the bytes of the lines: parsing all takes long."""
        for subject, _, rest in self._subjects.with_second(str(predicate).encode()):
            if subject.startswith(b"<") and rest.startswith(b"<") and not rest.startswith(b"<<"):
                yield NamedNode(subject[1:-1].decode()), NamedNode(rest[1 : rest.index(b">")].decode())

    def crowded(self, least: int) -> Iterator[tuple[NamedNode, str, Sequence[NamedNode], bool]]:
        """As of a dataset in memory; the lines of each thing follow one another."""
        for outward, lines in ((False, self._objects), (True, self._subjects)):
            for term, same in groupby(lines.lines(), key=lambda line: line.split(b" ", 1)[0]):
                group = list(same)
                if len(group) > least and term.startswith(b"<") and not term.startswith(b"<<"):
                    quads = _quads(b"".join(line if outward else line[len(term) + 1 :] for line in group))
                    yield from crowds(NamedNode(term[1:-1].decode()), quads, least, outward=outward)

    @cached_property
    def _graphs(self) -> Mapping[str, Sequence[Quad]]:
        """The named graphs alone: the default graph may be more than fits into memory."""
        grouped: dict[str, list[Quad]] = {}
        for quad in self.statements():
            if not isinstance(quad.graph_name, DefaultGraph):
                grouped.setdefault(quad.graph_name.value, []).append(quad)
        return grouped

    def quads_of(self, subject: Node) -> Sequence[Quad]:
        """What is said of `subject`, in all graphs."""
        return self._of(subject)

    def quads_to(self, target: Term) -> Sequence[Quad]:
        """What points to `target`, in all graphs."""
        return self._to(target)

    def types(self, subject: Node) -> list[str]:
        """The IRIs of the classes of `subject`."""
        return [term.value for term in self.said(subject).get(TYPE.value, ()) if isinstance(term, NamedNode)]

    def members(self) -> Mapping[str, Sequence[NamedNode]]:
        """The things of each class, by the IRI of the class: read from the lines by object."""
        members: dict[bytes, dict[bytes, None]] = {}
        for line in self._objects.lines():
            if _TYPED in line:
                kind, subject, rest = line.split(b" ", 2)
                if kind.startswith(b"<") and subject.startswith(b"<") and rest.startswith(_TYPED):
                    members.setdefault(kind, {})[subject] = None
        return {
            kind[1:-1].decode(): [NamedNode(subject[1:-1].decode()) for subject in subjects]
            for kind, subjects in members.items()
        }

    def subjects_under(self, prefix: str) -> list[NamedNode]:
        """The things described whose IRIs begin with `prefix`, sorted."""
        return list(self._under(f"<{prefix}".encode()))

    def _under(self, prefix: bytes) -> Iterator[NamedNode]:
        at = self._subjects.first(prefix)
        while (line := self._subjects.line(at)).startswith(prefix):
            subject = line.partition(b" ")[0]
            yield NamedNode(subject[1:-1].decode())
            subject += b" "
            # Most have few lines: to go through these takes less than to look for the next one.
            for _ in range(_FEW):
                at = self._subjects.end_of_line(at)
                if not self._subjects.line(at).startswith(subject):
                    break
            else:
                at = self._subjects.first(after(subject), at)

    def _read_of(self, subject: Node) -> Sequence[Quad]:
        return _quads(self._subjects.starting(f"{subject} ".encode()))

    def _read_to(self, target: Term) -> Sequence[Quad]:
        key = f"<<( {target} )>> ".encode() if isinstance(target, Triple) else f"{target} ".encode()
        lines = self._objects.starting(key).splitlines(keepends=True)
        return _quads(b"".join(line[len(key) :] for line in lines))


def of(snapshot: Snapshot) -> StoredDataset:
    """The dataset of a large snapshot."""
    manifest = snapshot.manifest
    return StoredDataset(
        snapshot.dataset,
        snapshot.path / BY_OBJECT,
        base=manifest.base,
        prefixes=manifest.prefixes,
        languages=manifest.languages,
        spaces=manifest.own,
    )


def by_object(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of canonical N-Quads whose objects are no literals, each after its object, in their order."""
    for line in lines:
        rest = line.split(b" ", 2)[2]
        if rest.startswith(b"<<("):
            yield rest[: rest.rindex(b")>>") + 3] + b" " + line
        elif not rest.startswith(b'"'):
            yield rest[: rest.index(b" ") + 1] + line


def after(prefix: bytes) -> bytes:
    """The first key that is behind all that start with `prefix`."""
    return prefix[:-1] + bytes([prefix[-1] + 1])


def _quads(lines: bytes) -> tuple[Quad, ...]:
    return tuple(parse(lines, RdfFormat.N_QUADS))
