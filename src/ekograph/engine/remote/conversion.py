"""Rewrites the answer of another store in the format that the client accepts, from one temporary file to another.

So every store gives the same formats in the same way, and what a store writes otherwise than SPARQL 1.1 has it is put
right on the way.
"""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from tempfile import SpooledTemporaryFile
from typing import IO, NamedTuple

import pyoxigraph as ox

from ekograph.engine.errors import QueryError
from ekograph.engine.workers.result_writer import RESULTS, XML, unwritable, write_graph, xml_of
from ekograph.rdf.formats import Format

#: Bytes of a file above which it is on disk.
_IN_MEMORY = 1_000_000

# Virtuoso 7 gives blank nodes names that are IRIs. Inside a string every quote is escaped, so these bytes can only be
# what they look like.
_ODD, _EVEN = b'"bnode", "value": "nodeID://', b'"bnode", "value": "'


async def spool(body: AsyncIterator[bytes], limit_mb: int, enough: int | None = None) -> IO[bytes]:
    """A file with all of `body`, or `enough` bytes of it; raises QueryError above the limit, and what `body` raises."""
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    try:
        async with aclosing(body) as chunks:  # type: ignore[type-var]
            async for chunk in chunks:
                file.write(chunk)
                if enough is not None and file.tell() >= enough:
                    break
                if file.tell() > limit_mb * 1_000_000:
                    raise QueryError("result_too_large", limit=limit_mb)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


async def normalise_json(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """JSON results with blank nodes as SPARQL 1.1 has them, wherever the chunks are cut."""
    kept = b""
    async with aclosing(body) as chunks:  # type: ignore[type-var]
        async for chunk in chunks:
            text = (kept + chunk).replace(_ODD, _EVEN)
            # The end may be the beginning of what is replaced.
            size = next((size for size in range(len(_ODD) - 1, 0, -1) if text.endswith(_ODD[:size])), 0)
            kept = text[len(text) - size :]
            if len(text) > size:
                yield text[: len(text) - size]
    if kept:
        yield kept


class Conversion(NamedTuple):
    """How an answer is rewritten: the form of the query, the format that is accepted, and the size of the result.

    Of a `beginning`, what can be read is written.
    """

    form: str
    target: Format
    prefixes: Mapping[str, str]
    limit_mb: int
    beginning: bool = False


def convert(source: IO[bytes], conversion: Conversion) -> IO[bytes] | QueryError:
    """A file with the answer in the format that is accepted, from JSON for solutions and N-Triples for graphs.

    Errors are returned, not raised, since this runs in a thread: with its traceback an exception would take the parser
    to another thread, and pyoxigraph ends the process when its objects are freed there.
    """
    form, target, prefixes, limit_mb, beginning = conversion
    result = _ResultFile(limit_mb * 1_000_000, xml=target.name in XML)
    out = io.BufferedWriter(result, 65_536)
    try:
        with source:
            if form == "ASK":
                out.write(parse_ask(source.read(), target))
            elif form == "SELECT":
                solutions = ox.parse_query_results(source, format=ox.QueryResultsFormat.JSON)
                if isinstance(solutions, ox.QueryBoolean):
                    raise QueryError("broken", reason="the store has answered SELECT with a truth value")
                solutions.serialize(out, RESULTS[target.name])
            else:
                quads = ox.parse(source, format=ox.RdfFormat.N_TRIPLES)
                write_graph((quad.triple for quad in quads), target.name, prefixes, out)
        return result.finish(out)
    except QueryError as error:
        failure = QueryError(error.kind, **error.values)
    except (OSError, ValueError, SyntaxError) as error:
        if beginning and not result.full:
            return result.finish(out)
        failure = QueryError("broken", reason=f"the store's answer cannot be read: {error}")
        if result.full:
            failure = QueryError("result_too_large", limit=limit_mb)
        elif not isinstance(error, SyntaxError):
            failure = unwritable(error) or failure
    result.file.close()
    return failure


def parse_ask(body: bytes, target: Format) -> bytes:
    """The answer to ASK in the format `target`, from one in JSON; raises QueryError when it cannot be read.

    Virtuoso 7 gives a solution for yes, and none for no.
    """
    try:
        document = json.loads(body)
        yes = document["boolean"] if "boolean" in document else bool(document["results"]["bindings"])
    except (ValueError, KeyError, TypeError) as error:
        raise QueryError("broken", reason=f"the store's answer to ASK cannot be read: {body[:100]!r}") from error
    answer = ox.parse_query_results(json.dumps({"head": {}, "boolean": bool(yes)}), format=ox.QueryResultsFormat.JSON)
    return answer.serialize(format=RESULTS[target.name]) or b""


class _ResultFile(io.RawIOBase):
    """Writes to a temporary file of at most `cap` bytes, made valid for XML where asked."""

    def __init__(self, cap: int, *, xml: bool) -> None:
        self.file: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the caller closes it
        self.full = False
        self._cap = cap
        self._xml = xml
        self._kept = b""

    def writable(self) -> bool:
        """Yes, as the buffer before it must know."""
        return True

    def write(self, data: object) -> int:
        """Take bytes; raises OSError when they are too many."""
        block = bytes(data)  # type: ignore[call-overload]
        self._put(self._kept + block, last=False)
        return len(block)

    def finish(self, buffer: io.BufferedWriter[_ResultFile]) -> IO[bytes]:
        """The file, with all that was written to `buffer`, from its start."""
        buffer.flush()
        self._put(self._kept, last=True)
        self.file.seek(0)
        return self.file

    def _put(self, block: bytes, *, last: bool) -> None:
        block, self._kept = xml_of(block, last=last) if self._xml else (block, b"")
        if self.file.tell() + len(block) > self._cap:
            self.full = True
            raise OSError("the answer is larger than its cap")
        self.file.write(block)
