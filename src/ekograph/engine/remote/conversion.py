"""Writes the answer of another store anew, as it comes: so every store gives the same formats in the same way.

A thread reads and writes; what it waits for, the event loop brings.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from concurrent.futures import Executor
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import IO, Any, cast

import pyoxigraph as ox

from ekograph.engine.contract import EngineFailed, Unwritable
from ekograph.engine.workers.result_writer import RESULTS, UnnameableError, write_graph, xml_of
from ekograph.rdf.formats import Format

_BLOCK = 65_536

#: Blocks that wait for whoever reads the answer.
_WAITING = 4


@dataclass(frozen=True)
class Conversion:
    """From what a store writes, JSON for solutions and N-Triples for graphs, to the format that is wanted."""

    wanted: Format
    prefixes: Mapping[str, str]

    def run(self, source: _Source, out: _Output) -> Exception | None:
        """Read all of `source` and write it; what goes wrong is given back.

        Raised, it would keep what this thread has of the parser, which ends the process when another one frees it.
        """
        try:
            if self.wanted.name in RESULTS:
                self._solutions(source, out)
            else:
                quads = ox.parse(cast("IO[bytes]", source), format=ox.RdfFormat.N_TRIPLES)
                write_graph((quad.triple for quad in quads), self.wanted.name, self.prefixes, out)
            out.end()
        except (OSError, ValueError, SyntaxError, UnnameableError) as error:
            return type(error)(str(error))
        return None

    def _solutions(self, source: _Source, out: _Output) -> None:
        solutions = ox.parse_query_results(cast("IO[bytes]", source), format=ox.QueryResultsFormat.JSON)
        if isinstance(solutions, ox.QueryBoolean):
            raise ValueError(  # noqa: TRY004 - wrong data
                "a truth value in the place of solutions"
            )
        solutions.serialize(cast("IO[bytes]", out), RESULTS[self.wanted.name])


async def converted(body: AsyncIterator[bytes], conversion: Conversion, threads: Executor) -> AsyncIterator[bytes]:
    """The chunks of `body`, written anew in one of `threads`; raises Broken or Unwritable, and what `body` raises."""
    loop = asyncio.get_running_loop()
    blocks: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING)
    source = _Source(loop, body)
    out = _Output(loop, blocks, xml=conversion.wanted.name in {"xml", "rdfxml"})
    async with aclosing(body):  # type: ignore[type-var]
        working = loop.run_in_executor(threads, conversion.run, source, out)
        working.add_done_callback(lambda _: out.close())
        try:
            while (block := await blocks.get()) is not None:
                yield block
            _check(await working, source)
        finally:
            source.stop()
            out.stop()
            with suppress(BaseException):
                await asyncio.shield(working)


def _check(failure: Exception | None, source: _Source) -> None:
    """Raise what a failure of the thread means to whoever asked."""
    if failure is None:
        return
    if isinstance(failure, UnnameableError):
        raise Unwritable({"format": "RDF/XML", "reason": str(failure)})
    if source.failed:
        raise source.failed
    if "does not support" in str(failure):
        raise Unwritable({"format": "JSON-LD", "reason": str(failure)})
    raise EngineFailed({"reason": f"the store's answer cannot be read: {failure}"})


class _Bridge:
    """From the thread to the event loop, until it is stopped."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._stopped = False

    def stop(self) -> None:
        """Bring nothing any more: the thread comes to its end."""
        self._stopped = True

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        if self._stopped:
            work.close()
            raise OSError("nobody waits for this any more")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


class _Source(_Bridge):
    """A file to read from, filled by chunks."""

    def __init__(self, loop: asyncio.AbstractEventLoop, chunks: AsyncIterator[bytes]) -> None:
        super().__init__(loop)
        self.failed: BaseException | None = None
        self._chunks = chunks
        self._kept = b""
        self._pending: asyncio.Task[bytes | None] | None = None

    def read(self, size: int = -1) -> bytes:
        """The next bytes, as many as there are up to `size`; none at the end."""
        while not self._kept:
            chunk = self._wait(self._next())
            if chunk is None:
                return b""
            self._kept = chunk
        cut = len(self._kept) if size < 0 else size
        read, self._kept = self._kept[:cut], self._kept[cut:]
        return read

    def stop(self) -> None:
        """End what is waited for, too."""
        super().stop()
        if self._pending:
            self._pending.cancel()

    async def _next(self) -> bytes | None:
        self._pending = asyncio.ensure_future(self._chunk())
        try:
            return await self._pending
        except asyncio.CancelledError:
            raise OSError("the answer was given up") from None
        except Exception as error:
            self.failed = error
            raise OSError(str(error)) from error

    async def _chunk(self) -> bytes | None:
        return await anext(self._chunks, None)


class _Output(_Bridge):
    """A file to write to, emptied in blocks."""

    def __init__(self, loop: asyncio.AbstractEventLoop, blocks: asyncio.Queue[bytes | None], *, xml: bool) -> None:
        super().__init__(loop)
        self._blocks = blocks
        self._xml = xml
        self._block = bytearray()

    def write(self, data: bytes) -> int:
        """Take bytes; they leave in blocks."""
        self._block += data
        if len(self._block) >= _BLOCK:
            self._flush(last=False)
        return len(data)

    def flush(self) -> None:
        """Nothing: a block leaves when it is full, or at the end."""

    def end(self) -> None:
        """Let the last block leave."""
        self._flush(last=True)

    def stop(self) -> None:
        """Make room for a block that waits."""
        super().stop()
        while not self._blocks.empty():
            self._blocks.get_nowait()

    def close(self) -> None:
        """Say that nothing follows; in the event loop."""
        if not self._stopped:
            self._closing = asyncio.ensure_future(self._blocks.put(None))

    def _flush(self, *, last: bool) -> None:
        block, kept = xml_of(bytes(self._block), last=last) if self._xml else (bytes(self._block), b"")
        self._block = bytearray(kept)
        if block:
            self._wait(self._blocks.put(block))
