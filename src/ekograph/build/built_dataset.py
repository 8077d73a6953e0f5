"""The dataset of a large site while it is built: files of sorted lines, of which nothing is held in memory."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias, overload

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from ekograph.build.local import LocalBuilder, joined
from ekograph.build.quad_lines import Census, by_graph, turtle_of, write_turtle
from ekograph.build.spark import SparkBuilder
from ekograph.rdf.dataset import Node, Term
from ekograph.rdf.disk_dataset import SortedLines, StoredDataset, after, by_object
from ekograph.snapshots.snapshot import BY_OBJECT, DATASET

#: The triples, each once, as N-Triples; and the lines by graph, after the names of which they begin.
TRIPLES, BY_GRAPH = "triples.nt", "dataset-by-graph"

#: What runs the build.
Builder: TypeAlias = LocalBuilder | SparkBuilder

#: So many lines are parsed at a time, and so many groups of them kept that were read ahead.
_AT_ONCE = 4096

#: So many bytes are read ahead where reading went on so often; so many places to go on from are remembered.
_BLOCK, _OFTEN, _PLACES = 1 << 16, 2, 64

#: After so many lookups the pages of the file that they came to are let go of; of so many things what is said is kept.
_LOOKUPS, _THINGS = 256, 2048

#: A graph of so many quads is kept in memory until another one is asked for.
_KEPT = 50_000


class BuiltDataset(StoredDataset):
    """The dataset in the file DATASET of a folder, to which the files that lookups need are added.

    `view` is what StoredDataset takes beside its files.
    """

    def __init__(self, builder: Builder, parts: Sequence[Path] = (), **view: Any) -> None:
        self.builder = builder
        folder = self.folder = builder.folder
        self.parts = parts or [folder / DATASET]
        if not (folder / BY_OBJECT).exists():
            joined(builder.sort(BY_OBJECT, self.parts, _keyed_by_object), folder / BY_OBJECT)
        joined(builder.sort(BY_GRAPH, self.parts, _keyed_by_graph), folder / BY_GRAPH)
        if builder.distributed:
            with (folder / DATASET).open("wb") as out:
                for part in self.parts:
                    out.writelines(_lines(part))
        self.census = Census()
        with (folder / TRIPLES).open("wb") as out:
            out.writelines(self.census.triples_of(_lines(folder / DATASET)))
        super().__init__(folder / DATASET, folder / BY_OBJECT, **view)
        self._said_of = _ReadAhead(self._subjects, keyed=False)
        self._pointing_to = _ReadAhead(self._objects, keyed=True)
        self._of = lru_cache(_THINGS)(self._read_of)
        self._to = lru_cache(_THINGS)(self._read_to)
        self._said = lru_cache(_THINGS)(self._group_said)
        self._pointing = lru_cache(_THINGS)(self._group_pointing)
        self.subjects_under = lru_cache(4)(super().subjects_under)  # type: ignore[method-assign]
        self.things = lru_cache(1)(super().things)  # type: ignore[method-assign]

    def _read_of(self, subject: Node) -> Sequence[Quad]:
        return self._said_of(f"{subject} ".encode())

    def _read_to(self, target: Term) -> Sequence[Quad]:
        return super()._read_to(target) if isinstance(target, Triple) else self._pointing_to(f"{target} ".encode())

    def subjects_with(self, predicate: NamedNode) -> Sequence[Node]:
        """The distinct subjects of which `predicate` says something."""
        lines = map(self._subjects.line, self._places.get(str(predicate).encode(), ()))
        names = (line[: line.index(b" ")].decode() for line in lines)
        return [NamedNode(name[1:-1]) if name.startswith("<") else BlankNode(name[2:]) for name in names]

    @cached_property
    def _places(self) -> Mapping[bytes, array[int]]:
        """Where each property first comes of each subject: a tenth of what the subjects would take."""
        places: dict[bytes, array[int]] = {}
        at, last = 0, b""
        for line in _lines(self.folder / DATASET):
            subject, predicate, _ = line.split(b" ", 2)
            start = line[: len(subject) + len(predicate) + 2]
            if start != last:
                places.setdefault(predicate, array("Q")).append(at)
                last = start
            at += len(line)
        return places

    @cached_property
    def _graphs(self) -> Mapping[str, Sequence[Quad]]:
        lines, at = SortedLines(self.folder / BY_GRAPH), 0
        graphs: dict[str, Sequence[Quad]] = {}
        kept = lru_cache(1)(lambda quads: list(quads.read()))
        while line := lines.line(at):
            name = line[: line.index(b" ")]
            end = lines.first(after(name + b" "), at)
            graphs[name.decode()] = _GraphQuads(lines, at, end, len(name) + 1, kept)
            at = end
        return graphs

    def write_turtle(self, path: Path, prefixes: dict[str, str]) -> None:
        """Write the triples as Turtle."""
        if not isinstance(self.builder, SparkBuilder):
            triples = parse(path=self.folder / TRIPLES, format=RdfFormat.N_TRIPLES)
            serialize(triples, path, RdfFormat.TURTLE, prefixes=prefixes)
            return
        self.builder.map(self.parts, partial(write_turtle, prefixes))
        head = self.folder / "prefixes.ttl"
        head.write_text("".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in prefixes.items()), encoding="utf-8")
        joined([head, *map(turtle_of, self.parts)], path)

    def counted_languages(self) -> Counter[str | None]:
        """How many literals there are in each language."""
        return Counter({tag[1:].decode().partition("--")[0]: count for tag, count in self.census.languages.items()})


class _ReadAhead:
    """The quads of lines that begin alike, and those of what follows: who asks in order finds the next ones read.

    `keyed` lines have what they begin with before the statement.
    """

    def __init__(self, lines: SortedLines, *, keyed: bool) -> None:
        self._lines = lines
        self._keyed = keyed
        self._lookups = 0
        self._ahead: dict[bytes, Sequence[Quad]] = {}
        # Where it goes on after what was read last, by what the lines begin with there, and how often it went on so.
        self._next: dict[bytes, tuple[int, int]] = {}

    def __call__(self, key: bytes) -> Sequence[Quad]:
        if key in self._ahead:
            return self._ahead.pop(key)
        at, times = self._next.pop(key, (-1, 0))
        if times >= _OFTEN:
            self._read_block(at, times)
            if key in self._ahead:
                return self._ahead.pop(key)
        self._lookups += 1
        if self._lookups % _LOOKUPS == 0:
            self._lines.forget()
        start = self._lines.first(key) if at < 0 else at
        end = self._lines.first(after(key), start)
        self._remember(end, times + 1)
        return self._parsed(self._lines.between(start, end))

    def _read_block(self, at: int, times: int) -> None:
        """Read all groups of lines that end within the next lines."""
        groups: list[tuple[bytes, list[bytes]]] = []
        for line in self._lines.between(at, self._lines.end_of_line(at + _BLOCK)):
            key = line[: line.index(b" ") + 1]
            if not groups or groups[-1][0] != key:
                groups.append((key, []))
            groups[-1][1].append(line)
        # The last one may go on.
        groups.pop()
        quads = self._parsed(line for _, lines in groups for line in lines)
        first = 0
        for key, lines in groups:
            self._ahead[key] = quads[first : first + len(lines)]
            first += len(lines)
        while len(self._ahead) > _AT_ONCE:
            del self._ahead[next(iter(self._ahead))]
        if groups:
            self._remember(at + sum(len(line) for _, lines in groups for line in lines), times)

    def _parsed(self, lines: Iterable[bytes]) -> Sequence[Quad]:
        text = b"".join(line[line.index(b" ") + 1 :] for line in lines) if self._keyed else b"".join(lines)
        return tuple(parse(text, RdfFormat.N_QUADS))

    def _remember(self, at: int, times: int) -> None:
        if len(self._next) >= _PLACES:
            del self._next[next(iter(self._next))]
        line = self._lines.line(at)
        # A triple term has spaces.
        if line and not line.startswith(b"<<"):
            self._next[line[: line.index(b" ") + 1]] = at, times


class _GraphQuads(Sequence[Quad]):
    """The quads of a graph, read when they are asked for; `kept` reads, and keeps, those of one that is not large."""

    def __init__(
        self, lines: SortedLines, start: int, end: int, key: int, kept: Callable[[_GraphQuads], list[Quad]]
    ) -> None:
        self._lines, self._start, self._end, self._key, self._kept = lines, start, end, key, kept
        self._length = sum(1 for _ in lines.between(start, end))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Quad]:
        return iter(self._kept(self)) if self._length <= _KEPT else self.read()

    def read(self) -> Iterator[Quad]:
        """The quads, read anew."""
        lines = (line[self._key :] for line in self._lines.between(self._start, self._end))
        while batch := b"".join(islice(lines, _AT_ONCE)):
            yield from parse(batch, RdfFormat.N_QUADS)

    @overload
    def __getitem__(self, index: int) -> Quad: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Quad]: ...
    def __getitem__(self, index: int | slice) -> Quad | Sequence[Quad]:
        return list(self)[index]


def _keyed_by_object(path: Path) -> Iterator[bytes]:
    return by_object(_lines(path))


def _keyed_by_graph(path: Path) -> Iterator[bytes]:
    return by_graph(_lines(path))


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file
