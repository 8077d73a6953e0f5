"""How an answer of unknown length goes out: compressed where that is wanted, cut off visibly when it fails."""

from __future__ import annotations

import asyncio
import gzip
import logging
import zlib
from collections.abc import AsyncIterator, Awaitable
from contextlib import aclosing
from tempfile import SpooledTemporaryFile
from typing import TypeVar

from ekograph.engine.errors import QueryError
from ekograph.web.contract import ClientGoneError, Headers, Receive, Scope, Send

log = logging.getLogger("ekograph")

# The fastest level: the web process has other things to do.
_LEVEL = 1

#: What takes longer to compress than others should wait is compressed beside the event loop.
IN_THREAD_FROM = 65_536

# Bytes of one answer that wait in memory for its client; more of them wait on the disk.
_IN_MEMORY = 1_000_000

T = TypeVar("T")


class StreamedResponse:
    """An answer of unknown length. When it breaks off, the last chunk is never sent: the client sees the cut."""

    def __init__(self, headers: Headers, body: AsyncIterator[bytes]) -> None:
        self._headers = [*headers]
        self._body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it (ASGI 3); what the engine holds is freed when the client goes away."""
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        try:
            await cancel_on_disconnect(self._send_body(send, head=scope["method"] == "HEAD"), receive)
        except ClientGoneError:
            return
        except QueryError as error:
            log.warning("an answer was cut off: %s", error)

    async def _send_body(self, send: Send, *, head: bool) -> None:
        async with aclosing(self._body) as body:  # type: ignore[type-var]
            async for chunk in body:
                if head:
                    break
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class Spool:
    """Takes answers from the engine as fast as it gives them, so that no client that reads slowly holds up a worker.

    What the clients have not taken yet waits here, `limit` bytes of all answers together; beyond that the engine waits.
    """

    def __init__(self, limit: int) -> None:
        self._free = limit
        self._freed = asyncio.Event()

    async def read_ahead(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The bytes of `body`; raises what it raises."""
        waiting = _Waiting()
        filling = asyncio.ensure_future(self._fill(waiting, body))
        filling.add_done_callback(lambda _: waiting.changed.set())
        try:
            while True:
                if block := waiting.take():
                    self._release(len(block))
                    yield block
                elif filling.done():
                    filling.result()
                    return
                else:
                    waiting.changed.clear()
                    await waiting.changed.wait()
        finally:
            filling.cancel()
            await asyncio.gather(filling, return_exceptions=True)
            self._release(waiting.size)
            waiting.file.close()

    async def _fill(self, waiting: _Waiting, body: AsyncIterator[bytes]) -> None:
        async with aclosing(body) as chunks:  # type: ignore[type-var]
            async for chunk in chunks:
                while self._free <= 0 and waiting.size:
                    self._freed.clear()
                    await self._freed.wait()
                self._free -= len(chunk)
                waiting.put(chunk)

    def _release(self, size: int) -> None:
        self._free += size
        self._freed.set()


class _Waiting:
    """The bytes of one answer that its client has not taken yet."""

    def __init__(self) -> None:
        self.file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by whoever has made this
        self.changed = asyncio.Event()
        self._start = self._end = 0

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return self._end - self._start

    def put(self, chunk: bytes) -> None:
        """Add bytes at the end."""
        if self._start == self._end:
            # All is taken: begin anew, so that a client that keeps up never needs the disk.
            self._start = self._end = 0
        self.file.seek(self._end)
        self._end += self.file.write(chunk)
        self.changed.set()

    def take(self) -> bytes:
        """Bytes from the beginning."""
        self.file.seek(self._start)
        block = self.file.read(min(IN_THREAD_FROM, self.size))
        self._start += len(block)
        return block


async def cancel_on_disconnect(work: Awaitable[T], receive: Receive) -> T:
    """What `work` gives, cancelled when the client goes away: then raises ClientGoneError."""
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGoneError
        return working.result()
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def gzipped(body: bytes) -> bytes:
    """`body` in gzip."""
    return gzip.compress(body, _LEVEL, mtime=0)


async def gzipped_stream(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The chunks of `body` in gzip."""
    compressor = zlib.compressobj(_LEVEL, wbits=16 + zlib.MAX_WBITS)
    async with aclosing(body) as chunks:  # type: ignore[type-var]
        async for chunk in chunks:
            # The first chunk holds what was held back; it is too large to compress in one go here.
            for start in range(0, len(chunk), IN_THREAD_FROM):
                if piece := compressor.compress(chunk[start : start + IN_THREAD_FROM]):
                    yield piece
                await asyncio.sleep(0)
    yield compressor.flush()


async def collected(body: AsyncIterator[bytes]) -> tuple[int, AsyncIterator[bytes]]:
    """The length of `body` and its bytes, once it has all come; raises what `body` raises.

    HTTP/1.0 has no chunks: without a length, a client could not tell an answer that was cut from a whole one.
    """
    waiting = _Waiting()
    try:
        async with aclosing(body) as chunks:  # type: ignore[type-var]
            async for chunk in chunks:
                waiting.put(chunk)
    except BaseException:
        waiting.file.close()
        raise

    async def blocks() -> AsyncIterator[bytes]:
        with waiting.file:
            while block := waiting.take():
                yield block

    return waiting.size, blocks()
