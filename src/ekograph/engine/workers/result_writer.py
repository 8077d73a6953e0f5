"""What an answer is written to in a worker: frames on the socket, or one piece for a short one.

Writes solutions and graphs in every format, so that what is written can be read again.
"""

from __future__ import annotations

import itertools
import json
import re
import socket
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import IO, Any, Protocol, cast

import pyoxigraph as ox

from ekograph.engine.diagnostics.lexer import Scan
from ekograph.engine.workers.ipc import DATA, END, ERROR, FRAME, HEAD, LAST, SHORT

_BLOCK = 32_768


class NoAnswerError(Exception):
    """A query that gets no answer: the kind of the error, and its values."""

    def __init__(self, kind: str, **values: Any) -> None:
        super().__init__(kind)
        self.kind = kind
        self.values = values


class Output:
    """What pyoxigraph writes to: frames on the socket, made valid for XML where asked, up to a cap in bytes."""

    def __init__(self, connection: socket.socket, cap: int) -> None:
        self.xml = False
        self.full = False
        self._connection = connection
        self._left = cap
        self._head = b""
        self._begun = False
        self._block = bytearray()
        self._waiting = bytearray()

    def head(self, wanted: str, seen: Scan) -> None:
        """Say which format and form the answer has, and whether it lasts."""
        self._head = _head(wanted, seen.form, lasting=not seen.volatile)

    def write(self, data: bytes) -> int:
        """Take bytes; they leave in blocks."""
        self._block += data
        if len(self._block) >= _BLOCK:
            self._flush(last=False)
        return len(data)

    def flush(self) -> None:
        """Nothing: a block leaves when it is full, or at the end."""

    def end(self, *, worn: bool) -> None:
        """Say that the answer is whole, and whether this process should answer no other."""
        if self._begun or worn:
            self._flush(last=True)
            self._send(END, b"worn" if worn else b"")
        else:
            self._send(SHORT, bytes((len(self._head),)) + self._head + self._taken(last=True))

    def fail(self, failure: NoAnswerError) -> None:
        """Say that there is no answer."""
        self._send(ERROR, json.dumps({"kind": failure.kind, **failure.values}).encode())

    def _flush(self, *, last: bool) -> None:
        if not self._begun:
            self._begun = True
            self._send(HEAD, self._head)
        if block := self._taken(last=last):
            self._send(DATA, block)

    def _taken(self, *, last: bool) -> bytes:
        """What is ready to leave of what was written."""
        block, kept = bytes(self._block), b""
        if self.xml:
            block, kept = xml_of(block, last=last)
        self._block = bytearray(kept)
        self._left -= len(block)
        if self._left < 0:
            self.full = True
            raise OSError("the answer is larger than its cap")
        return block

    def _send(self, kind: bytes, payload: bytes) -> None:
        """Send a frame; what is small waits for what follows, so that a short answer wakes its reader once."""
        self._waiting += FRAME.pack(kind, len(payload)) + payload
        if kind in LAST or len(self._waiting) >= _BLOCK:
            frames, self._waiting = self._waiting, bytearray()
            self._connection.sendall(frames)


class BufferedResult:
    """What a short answer is written to, to be had in one piece: no larger than `cap` bytes."""

    def __init__(self, cap: int) -> None:
        self.xml = False
        self.full = False
        self.format = ""
        self.lasting = False
        self._cap = cap
        self._body = bytearray()

    @property
    def body(self) -> bytes:
        """All that was written, once it was."""
        return xml_of(bytes(self._body), last=True)[0] if self.xml else bytes(self._body)

    def head(self, wanted: str, seen: Scan) -> None:
        """Take note of the format, and whether the answer lasts."""
        self.format = wanted
        self.lasting = not seen.volatile

    def write(self, data: bytes) -> int:
        """Take bytes; raises OSError when they are too many."""
        self._body += data
        if len(self._body) > self._cap:
            self.full = True
            raise OSError("the answer is larger than its cap")
        return len(data)

    def flush(self) -> None:
        """Nothing: it leaves at the end."""


# A handful of values, the same with each answer.
@lru_cache(maxsize=64)
def _head(wanted: str, form: str, *, lasting: bool) -> bytes:
    return json.dumps({"format": wanted, "form": form, "lasting": lasting}).encode()


RESULTS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPHS = {
    "turtle": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}

#: A graph of fewer triples than this is written with the prefixes that it uses, a larger one with all.
_LOOKED_AT = 1000

# What XML 1.0 cannot hold even escaped (section 2.2) becomes U+FFFD; a bare CR would be read back as LF.
_XML_ILLEGAL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_XML_REPLACEMENT = b"\xef\xbf\xbd"
# An element in RDF/XML is named by the end of an IRI that is an NCName.
_LOCAL_NAME = re.compile(r"[^\W\d][\w.\-·]*\Z")


class UnnameableError(Exception):
    """No element of RDF/XML can be named after a predicate, which is told."""


class TextOutput(Protocol):
    """What is written to."""

    def write(self, data: bytes) -> int:
        """Take bytes."""


def write_graph(triples: Iterator[ox.Triple], wanted: str, prefixes: Mapping[str, str], out: TextOutput) -> None:
    """Write `triples`; raises UnnameableError, and what `out` raises."""
    if wanted == "rdfxml":
        triples = _nameable(triples)
    if wanted in {"ntriples", "nquads"}:
        prefixes = {}
    else:
        first = list(itertools.islice(triples, _LOOKED_AT))
        if len(first) < _LOOKED_AT:
            prefixes = _used(prefixes, first)
        triples = itertools.chain(first, triples)
    ox.serialize(triples, cast("IO[bytes]", out), GRAPHS[wanted], prefixes=dict(prefixes))


def xml_of(block: bytes, *, last: bool) -> tuple[bytes, bytes]:
    """`block` as XML can hold it, and the end of it that waits for what follows, unless it is the last."""
    block, kept = (block, b"") if last else _whole_characters(block)
    return _XML_ILLEGAL.sub(_XML_REPLACEMENT, block).replace(b"\r", b"&#xD;"), kept


def _used(prefixes: Mapping[str, str], triples: list[ox.Triple]) -> dict[str, str]:
    """The prefixes that shorten something in `triples`, as written in N-Triples."""
    text = "".join(map(str, triples))
    return {prefix: namespace for prefix, namespace in prefixes.items() if f"<{namespace}" in text}


def _nameable(triples: Iterator[ox.Triple]) -> Iterator[ox.Triple]:
    for triple in triples:
        if not _LOCAL_NAME.search(triple.predicate.value):
            raise UnnameableError(triple.predicate.value)
        yield triple


def _whole_characters(block: bytes) -> tuple[bytes, bytes]:
    """`block` cut before a character of three bytes that has not all arrived, and the rest."""
    for length in (1, 2):
        if block[-length:].startswith(b"\xef") and len(block[-length:]) == length:
            return block[:-length], block[-length:]
    return block, b""
