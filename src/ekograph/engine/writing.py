"""Writes solutions and graphs in every format, so that what is written can be read again."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import IO, Protocol, cast

import pyoxigraph as ox

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


class Output(Protocol):
    """What is written to."""

    def write(self, data: bytes) -> int:
        """Take bytes."""


def write_graph(triples: Iterator[ox.Triple], wanted: str, prefixes: Mapping[str, str], out: Output) -> None:
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
