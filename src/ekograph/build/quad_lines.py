"""Statements as lines of canonical N-Quads, and what is made of them part by part; pure, for any machine to run.

A part holds the lines between two bounds, so that parts in their order are the whole; what is said of one subject is
never divided.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

from pyoxigraph import RdfFormat, parse, serialize

from ekograph.rdf.canonical import graph_of
from ekograph.rdf.vocab import TYPE

#: One line in so many tells where parts begin.
_SAMPLED = 64

_TYPE = str(TYPE).encode()


def by_graph(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines, each after the IRI or the label that names its graph, without its brackets."""
    for line in lines:
        yield graph_of(line).removeprefix(b"_:").strip(b"<>") + b" " + line


def is_sampled(line: bytes) -> bool:
    """Whether a line is one of those that tell where parts begin."""
    return crc32(line) % _SAMPLED == 0


def bounds(sampled: Iterable[bytes], parts: int) -> list[bytes]:
    """Where parts of lines begin but the first: found by the data alone, so that every run has the same."""
    sample = sorted({line[: line.index(b" ") + 1] for line in sampled})
    return sorted({sample[len(sample) * number // parts] for number in range(1, parts)}) if sample else []


def part_of(line: bytes, starts: Sequence[bytes]) -> int:
    """The number of the part that a line belongs to."""
    return bisect_right(starts, line)


def write_turtle(prefixes: dict[str, str], path: Path) -> None:
    """Write the triples of a part as Turtle beside it, without the prefixes at its head."""
    with path.open("rb") as lines:
        text = b"".join(Census().triples_of(lines))
    turtle = serialize(parse(text, RdfFormat.N_TRIPLES), format=RdfFormat.TURTLE, prefixes=prefixes) or b""
    turtle_of(path).write_bytes(re.sub(rb"\A(@prefix [^\n]*\n)+", b"", turtle))


def turtle_of(path: Path) -> Path:
    """Where a part is as Turtle."""
    return path.with_name(f"{path.name}.ttl")


@dataclass
class Census:
    """What is in sorted lines: how many quads, triples, subjects, and objects, which are told apart by their hashes.

    Triples are counted by property and by class, quads by the language of their literals; `namespaces` begin IRIs.
    """

    quads: int = 0
    triples: int = 0
    subjects: int = 0
    objects: set[int] = field(default_factory=set)
    properties: Counter[bytes] = field(default_factory=Counter)
    classes: Counter[bytes] = field(default_factory=Counter)
    languages: Counter[bytes] = field(default_factory=Counter)
    namespaces: set[str] = field(default_factory=set)

    def triples_of(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Count the lines, and give their triples as N-Triples, each once: equal ones follow one another."""
        last = before = b""
        names: set[bytes] = set()
        for line in lines:
            self.quads += 1
            subject, predicate, rest = line.split(b" ", 2)
            literal = rest.startswith(b'"')
            end = rest.rindex(b'"') + 1 if literal else rest.rindex(b")>>") + 3 if rest.startswith(b"<<(") else 0
            tail = rest[end:].split(b" ")
            triple = line[: -len(tail[1]) - 3] + b".\n" if len(tail) == 3 else line
            if literal and tail[0]:
                if tail[0].startswith(b"@"):
                    self.languages[tail[0]] += 1
                else:
                    names.add(_namespace(tail[0][2:]))
            if triple == last:
                continue
            last = triple
            self.triples += 1
            self.properties[predicate] += 1
            self.objects.add(hash(triple[len(subject) + len(predicate) + 2 :]))
            if not end:
                names.add(_namespace(tail[0]))
                if predicate == _TYPE and tail[0].startswith(b"<"):
                    self.classes[tail[0]] += 1
            if subject != before:
                before = subject
                self.subjects += 1
                names.add(_namespace(subject))
            yield triple
        names.update(map(_namespace, self.properties))
        self.namespaces.update(name[1:].decode() for name in names if name.startswith(b"<"))


def _namespace(term: bytes) -> bytes:
    """An IRI in its brackets up to what begins its last part."""
    return term[: max(term.rfind(b"#"), term.rfind(b"/"), term.rfind(b":")) + 1]
