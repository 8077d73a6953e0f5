"""Writes solutions and graphs in every format, as frames to a socket."""

from __future__ import annotations

import itertools
import json
import re
import socket
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import IO

import pyoxigraph as ox

from ekograph.engine.diagnostics.lexer import Scan
from ekograph.engine.errors import QueryError
from ekograph.engine.workers.ipc import AT_ONCE, DATA, END, ERROR, FRAME, HEAD, LONGEST, SHORT

_BLOCK = 32_768

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

#: The formats whose bytes must be made valid XML.
XML = frozenset({"xml", "rdfxml"})

#: A graph of fewer triples than this is written with the prefixes that it uses, a larger one with all.
_EXAMINED = 1000

# What XML 1.0 cannot hold even escaped (section 2.2) becomes U+FFFD; a bare CR would be read back as LF.
_XML_ILLEGAL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_XML_REPLACEMENT = b"\xef\xbf\xbd"
# An element in RDF/XML is named by the end of an IRI that is an NCName.
_LOCAL_NAME = re.compile(r"[^\W\d][\w.\-·]*\Z")


class FrameWriter:
    """Sends an answer to request `number` in frames, at most `cap` bytes of it."""

    def __init__(self, connection: socket.socket, number: int, cap: int) -> None:
        self.full = False
        self._xml = False
        self._connection = connection
        self._number = number
        self._left = cap
        self._head = b""
        self._started = False
        self._block = bytearray()
        self._waiting = bytearray()

    def head(self, name: str, seen: Scan) -> None:
        """Take the format and the form of the answer, and whether it lasts."""
        self._xml = name in XML
        self._head = _head(name, seen.form, lasting=not seen.volatile)

    def write(self, data: bytes) -> int:
        """Take bytes; they leave in blocks."""
        self._block += data
        if len(self._block) >= _BLOCK:
            self._flush(last=False)
        return len(data)

    def flush(self) -> None:
        """Nothing: a block leaves when it is full, or at the end."""

    def end(self, *, exhausted: bool) -> None:
        """Report that the answer is whole, and whether this process should answer no other."""
        if self._started or exhausted:
            self._flush(last=True)
            self.send(END, b"exhausted" if exhausted else b"")
        else:
            self.send(SHORT, bytes((len(self._head),)) + self._head + self._taken(last=True))

    def fail(self, error: QueryError) -> None:
        """Report that there is no answer."""
        self.send(ERROR, json.dumps({"kind": error.kind, **error.values}).encode())

    def send(self, kind: bytes, payload: bytes) -> None:
        """Send a frame; a small one waits for what follows, so that a short answer wakes its reader once."""
        self._waiting += FRAME.pack(kind, self._number, len(payload)) + payload
        if kind in AT_ONCE or len(self._waiting) >= _BLOCK:
            frames, self._waiting = self._waiting, bytearray()
            self._connection.sendall(frames)

    def _flush(self, *, last: bool) -> None:
        if not self._started:
            self._started = True
            self.send(HEAD, self._head)
        block = self._taken(last=last)
        for start in range(0, len(block), LONGEST):
            self.send(DATA, block[start : start + LONGEST])

    def _taken(self, *, last: bool) -> bytes:
        """The bytes that can leave."""
        block, kept = xml_of(bytes(self._block), last=last) if self._xml else (bytes(self._block), b"")
        self._block = bytearray(kept)
        self._left -= len(block)
        if self._left < 0:
            self.full = True
            raise OSError("the answer is larger than its cap")
        return block


# A handful of values, the same with each answer.
@lru_cache(maxsize=64)
def _head(name: str, form: str, *, lasting: bool) -> bytes:
    return json.dumps({"format": name, "form": form, "lasting": lasting}).encode()


def write_graph(
    triples: Iterator[ox.Triple], name: str, prefixes: Mapping[str, str], out: IO[bytes] | None = None
) -> bytes:
    """Write `triples` in the format `name`, or return that; raises QueryError (unwritable), and what `out` raises."""
    if name == "rdfxml":
        triples = _with_element_names(triples)
    if name in {"ntriples", "nquads"}:
        prefixes = {}
    else:
        first = list(itertools.islice(triples, _EXAMINED))
        if len(first) < _EXAMINED:
            text = "".join(map(str, first))
            prefixes = {prefix: namespace for prefix, namespace in prefixes.items() if f"<{namespace}" in text}
        triples = itertools.chain(first, triples)
    return ox.serialize(triples, out, GRAPHS[name], prefixes=dict(prefixes)) or b""


def xml_of(block: bytes, *, last: bool) -> tuple[bytes, bytes]:
    """`block` with what XML cannot hold replaced, and the end of it that waits for what follows, unless it is last."""
    kept = b""
    for length in (1, 2):
        if not last and block[-length:].startswith(b"\xef") and len(block) >= length:
            block, kept = block[:-length], block[-length:]
            break
    return _XML_ILLEGAL.sub(_XML_REPLACEMENT, block).replace(b"\r", b"&#xD;"), kept


def unwritable(error: OSError | ValueError) -> QueryError | None:
    """The error of a result that a format cannot carry, if pyoxigraph's `error` says so."""
    _, unsupported, reason = str(error).partition("does not support ")
    return QueryError("unwritable", format="JSON-LD", reason=reason.strip(" .")) if unsupported else None


def _with_element_names(triples: Iterator[ox.Triple]) -> Iterator[ox.Triple]:
    """The same triples; raises QueryError at a predicate after which no element of RDF/XML can be named."""
    for triple in triples:
        if not _LOCAL_NAME.search(triple.predicate.value):
            raise QueryError("unwritable", format="RDF/XML", reason=triple.predicate.value)
        yield triple
