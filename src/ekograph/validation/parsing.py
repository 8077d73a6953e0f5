"""From the bytes of a source to triples, or to what stops a reader: encoding, syntax, prefixes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import repeat
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, overload
from zlib import crc32

from pyoxigraph import NamedNode, Quad, QuadParser, RdfFormat, Triple, parse, serialize

from ekograph.i18n import Messages
from ekograph.rdf.formats import TURTLE
from ekograph.turtle.lines import Lines, Place, decoded
from ekograph.validation.report import Finding
from ekograph.validation.sources import Source

if TYPE_CHECKING:
    from ekograph.turtle.faults import Fault

#: The parser of record recurses on nested triple terms, and would end the process far above this depth.
DEEPEST_TRIPLE_TERM = 100


class TextSpool:
    """A file that texts are kept in, deleted with the last of them."""

    def __init__(self) -> None:
        from tempfile import TemporaryFile

        self._file = TemporaryFile()  # noqa: SIM115 - closed when nobody has it any more

    def __del__(self) -> None:
        self._file.close()

    def add(self, text: bytes) -> SpooledText:
        """The text, at the end of the file."""
        start = self._file.seek(0, os.SEEK_END)
        self._file.write(text)
        self._file.flush()
        return SpooledText(self, start, len(text))

    def read(self, start: int, size: int) -> bytes:
        """So many bytes from `start` on; the system gives no more than 2 GB at once."""
        parts: list[bytes] = []
        while size > 0 and (part := os.pread(self._file.fileno(), size, start)):
            parts.append(part)
            start, size = start + len(part), size - len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)


class SpooledText(NamedTuple):
    """A text in a file."""

    spool: TextSpool
    start: int
    size: int

    def read(self) -> bytes:
        """The text."""
        return self.spool.read(self.start, self.size)


class _ParsedFields(NamedTuple):
    source: Source
    text: bytes | SpooledText
    prefixes: Mapping[str, str]
    findings: tuple[Finding, ...] = ()
    graphs: tuple[str, ...] = ()


# No dataclass: these take longer to load than a small file to parse.
class Parsed(_ParsedFields):
    """A source as N-Triples, in the order of the source, with its prefixes; or the findings that say why not.

    The N-Triples are its `text`, or where that is on the disk. Its blank nodes are labelled by its name and the order
    in which they come, as `turtle.triples` labels them too. `graphs` are the IRIs of the graphs that the file itself
    names, one for each line, "" for the graph of the source; empty if it names none.
    """

    @property
    def ntriples(self) -> bytes:
        """The triples as N-Triples, read from the disk where they are there."""
        return self.text if isinstance(self.text, bytes) else self.text.read()

    @cached_property
    def quads(self) -> list[Quad]:
        """The triples in their graphs."""
        graph = NamedNode(self.source.graph)
        named = (NamedNode(iri) if iri else graph for iri in self.graphs or repeat(""))
        return [
            Quad(quad.subject, quad.predicate, quad.object, name)
            for quad, name in zip(parse(self.ntriples, RdfFormat.N_TRIPLES), named, strict=False)
        ]

    @property
    def nquads(self) -> bytes:
        """The triples in their graphs, as N-Quads."""
        # Line breaks in literals are escaped: a dot before one ends a statement.
        graph = f" {NamedNode(self.source.graph)} .\n".encode()
        if not self.graphs:
            return self.ntriples.replace(b" .\n", graph)
        lines = zip(self.ntriples.splitlines(keepends=True), self.graphs, strict=True)
        return b"".join(line[:-3] + (f" <{iri}> .\n".encode() if iri else graph) for line, iri in lines)


class Texts(Sequence[bytes]):
    """The N-Triples of parsed files; those on the disk are read when it is their turn."""

    def __init__(self, files: Sequence[Parsed]) -> None:
        self._files = files

    def __len__(self) -> int:
        return len(self._files)

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | Sequence[bytes]:
        return self._files[index].ntriples if isinstance(index, int) else Texts(self._files[index])


def parsed(source: Source, messages: Messages, elsewhere: Mapping[str, str] = MappingProxyType({})) -> Parsed:
    """Parse a source. `elsewhere` are the prefixes of other sources, one of which an undeclared one may stand for."""
    unreadable = _unreadable(source, messages)
    if unreadable is not None:
        return Parsed(source, b"", {}, (unreadable,))
    parser = _parser(source)
    graphs: list[str] = []
    try:
        triples = parser if source.format.carries == "graph" else _triples(parser, graphs)
        lines = serialize(triples, format=RdfFormat.N_TRIPLES) or b""
    except (SyntaxError, MemoryError):
        return Parsed(source, b"", dict(parser.prefixes), tuple(_faults(source, elsewhere, messages)))
    # Shapes are one graph, whatever graphs their files name.
    named = tuple(graphs) if any(graphs) and source.kind != "shapes" else ()
    return Parsed(source, _relabelled(lines, blank_node_label(source)), dict(parser.prefixes), graphs=named)


def blank_node_label(source: Source) -> str:
    """What the labels of the source's blank nodes begin with: no two sources share one by chance."""
    name = source.name.encode()
    return f"b{crc32(name):08x}{crc32(name[::-1]):08x}n"


def _parser(source: Source) -> QuadParser:
    return parse(decoded(source.data).encode(), RdfFormat.from_media_type(source.format.media_type))


def _triples(quads: Iterator[Quad], graphs: list[str]) -> Iterator[Triple]:
    """The triples of quads; adds to `graphs` the IRI of the graph of each, "" for one that has no IRI."""
    for quad in quads:
        graphs.append(quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else "")
        yield quad.triple


_ANY_LABEL = re.compile(rb'"(?:[^"\\]|\\.)*"|<[^<>\s]*>|_:\S+')


def _relabelled(ntriples: bytes, prefix: str) -> bytes:
    """N-Triples with other labels of blank nodes: `prefix` and their number, in the order in which they come."""
    if b"_:" not in ntriples:
        return ntriples
    labels: dict[bytes, bytes] = {}

    def label(term: bytes) -> bytes:
        return labels.setdefault(term, b"_:%s%d" % (prefix.encode(), len(labels))) if term[:2] == b"_:" else term

    def relabelled(line: bytes) -> bytes:
        if b"<<(" in line:
            return _ANY_LABEL.sub(lambda match: label(match[0]), line)
        subject, predicate, value = line.split(b" ", 2)
        # The labels are numbered in this order.
        subject = label(subject)
        if value[:2] == b"_:":
            value = b"%s .\n" % label(value[: value.index(b" ")])
        return b"%s %s %s" % (subject, predicate, value)

    return b"".join(relabelled(line) if b"_:" in line else line for line in ntriples.splitlines(keepends=True))


def _unreadable(source: Source, messages: Messages) -> Finding | None:
    """The finding for bytes that must not reach the parser, or None."""
    try:
        text = decoded(source.data)
    except UnicodeDecodeError as error:
        utf16 = source.data[:2] in {b"\xff\xfe", b"\xfe\xff"}
        key = "encoding-utf16" if utf16 else "encoding"
        line_start = source.data.rfind(b"\n", 0, error.start) + 1
        column = len(source.data[line_start : error.start].decode("utf-8", "replace")) + 1
        place = Place(source.data.count(b"\n", 0, error.start) + 1, column)
        return finding_in(source, "encoding", place, messages(key, byte=f"{source.data[error.start]:02X}"), messages)
    deep = too_deep(text) if text.count("<<") > DEEPEST_TRIPLE_TERM else None
    return (
        finding_in(source, "syntax", Lines(text).place(deep), messages("syntax-deep"), messages)
        if deep is not None
        else None
    )


def nests_too_deep(data: bytes) -> bool:
    """Whether triple terms may nest so deep that the parser would end the process; errs on the safe side."""
    return data.count(b"<<") > DEEPEST_TRIPLE_TERM and too_deep(data.decode("utf-8", "replace")) is not None


def too_deep(text: str) -> int | None:
    """The offset where triple terms nest too deep, or None; strings are not told apart, which errs on the safe side."""
    depth = 0
    for match in re.finditer("<<|>>", text):
        depth = depth + 1 if match.group() == "<<" else max(depth - 1, 0)
        if depth > DEEPEST_TRIPLE_TERM:
            return match.start()
    return None


def finding_in(source: Source, rule: str, place: Place, message: str, messages: Messages) -> Finding:
    """A finding about the text of a source, not about a thing in it."""
    return Finding(rule, "Violation", source.name, *place, None, None, None, message, messages.language)


def _faults(source: Source, elsewhere: Mapping[str, str], messages: Messages) -> Iterator[Finding]:
    """What is wrong with a text that the parser refuses: in Turtle each slip at its place, else the first error."""
    from ekograph.turtle.faults import Fault, find_faults, read_message

    text = decoded(source.data)
    lines = Lines(text)
    faults = find_faults(text) if source.format == TURTLE else []
    if not faults:
        error = _first_error(source)
        offset = lines.offset(Place(error.lineno or 1, error.offset or 1))
        key, quoted = read_message(str(error.msg))
        faults = [Fault(offset, key, quoted or text[offset:].partition("\n")[0])]
    for fault in faults:
        message = fault_message(fault, elsewhere, messages, source.format.name)
        yield finding_in(source, "syntax", lines.place(fault.offset), message, messages)


def _first_error(source: Source) -> SyntaxError:
    try:
        for _ in _parser(source):
            pass
    except SyntaxError as error:
        return error
    except MemoryError:  # a token above the parser's limit of 16 MB
        pass
    return SyntaxError("token too long", (None, 1, 1, None))


def fault_message(fault: Fault, elsewhere: Mapping[str, str], messages: Messages, form: str) -> str:
    """What to tell of a fault in a text of the format `form`; `elsewhere` are prefixes that may be meant."""
    quoted = fault.quoted
    if fault.key == "prefix":
        message = _undeclared(quoted, elsewhere, messages)
    elif fault.key == "other" and not quoted:
        message = messages("syntax-unknown", format=form)
    else:
        short = quoted if len(quoted) <= _LONGEST else f"{quoted[: _LONGEST - 1]}…"
        message = messages(f"syntax-{fault.key}", quoted=short)
    return f"{message} {messages('syntax-followers', count=fault.followers)}" if fault.followers else message


#: So much of a text is quoted in a message.
_LONGEST = 40


def _undeclared(prefix: str, prefixes: Mapping[str, str], messages: Messages) -> str:
    if prefix in prefixes:
        return messages("syntax-prefix-elsewhere", quoted=prefix, iri=prefixes[prefix])
    from difflib import get_close_matches

    message = messages("syntax-prefix", quoted=prefix)
    near = get_close_matches(prefix, prefixes, n=1, cutoff=0.6)
    return f"{message} {messages('did-you-mean', quoted=f'{near[0]}:')}" if near else message
