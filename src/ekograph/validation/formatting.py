"""Formatting of files: triple is read, laid out, and proven to messages the same as before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import unified_diff

from pyoxigraph import RdfFormat, parse

from ekograph.i18n import Messages
from ekograph.rdf.canonical import canonical, find_costly_blank_node
from ekograph.turtle.lines import Lines, Place, decoded
from ekograph.turtle.printer import formatted
from ekograph.turtle.reader import TurtleError
from ekograph.validation.parsing import finding_in, parsed
from ekograph.validation.report import Finding
from ekograph.validation.sources import Source

#: Files outside a site, which has a base for names of graphs, are formatted too; the graph's name is not written.
_GRAPH = "urn:ekograph:file"


@dataclass(frozen=True)
class Formatted:
    """A source and the bytes it should have; with `findings`, which messages why it cannot be formatted, its own."""

    source: Source
    data: bytes
    findings: tuple[Finding, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the file is not formatted yet."""
        return self.data != self.source.data


def layout(source: Source, check: Messages, messages: Messages) -> Formatted:
    """The Turtle source laid out; nothing is written. `check` and `messages` are the areas "check" and "fmt"."""
    faults = parsed(source._replace(graph=_GRAPH), check).findings
    if faults:
        return Formatted(source, source.data, tuple(faults))
    text = decoded(source.data)
    try:
        data = formatted(text).encode()
    except TurtleError as error:
        return _refused(source, Lines(text).place(error.offset), messages("unreadable"), messages)
    if data != source.data and not same(text, data.decode()):
        return _refused(source, Place(1, 1), messages("unproven"), messages)
    return Formatted(source, data)


def same(one: str, other: str) -> bool:
    """Whether two Turtle texts are proven to messages the same: equal graphs, blank nodes matched by RDFC-1.0.

    A graph whose blank nodes cannot be told apart in good time is not proven equal to any.
    """
    graphs = [list(parse(text.encode(), RdfFormat.TURTLE)) for text in (one, other)]
    if any(
        find_costly_blank_node((triple.subject, triple.predicate, triple.object) for triple in graph)
        for graph in graphs
    ):
        return False
    return canonical(graphs[0]) == canonical(graphs[1])


def difference(done: Formatted) -> str:
    """What formatting changes, as a unified diff; line ends and a byte order mark are shown as escapes."""
    before, after = (_lines(data) for data in (done.source.data, done.data))
    name = done.source.name
    return "".join(unified_diff(before, after, name, name))


def _refused(source: Source, place: Place, message: str, messages: Messages) -> Formatted:
    return Formatted(source, source.data, (finding_in(source, "format", place, message, messages),))


def _lines(data: bytes) -> list[str]:
    visible = data.decode().replace("\ufeff", "\\ufeff").replace("\r", "\\r")
    return list(_ended(visible.split("\n")))


def _ended(lines: list[str]) -> Iterable[str]:
    yield from (f"{line}\n" for line in lines[:-1])
    if lines[-1]:
        yield f"{lines[-1]}\n\\ No newline at end of file\n"
