"""How an answer of an engine goes out: compressed where that is wanted, cut off visibly when it fails."""

from __future__ import annotations

import asyncio
import gzip
import logging
import zlib
from collections.abc import AsyncIterator, Awaitable
from contextlib import aclosing
from tempfile import TemporaryFile
from typing import IO, TypeVar

from ekograph.engine.errors import QueryError
from ekograph.web.http.asgi import Receive, Scope, Send
from ekograph.web.http.headers import Headers

log = logging.getLogger("ekograph")

# The fastest level: the web process has other things to do.
_LEVEL = 1

#: What takes longer to compress than others should wait is compressed beside the event loop.
IN_THREAD_FROM = 65_536

T = TypeVar("T")


class ClientGoneError(Exception):
    """The client went away before there was an answer."""


class Streamed:
    """An answer of unknown length. When it breaks off, the last chunk is never sent: the client sees the cut."""

    def __init__(self, headers: Headers, body: AsyncIterator[bytes]) -> None:
        self.headers = [*headers]
        self._body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it (ASGI 3); what the engine holds is freed when the client goes away."""
        await send({"type": "http.response.start", "status": 200, "headers": self.headers})
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


async def cancel_on_disconnect(work: Awaitable[T], receive: Receive) -> T:
    """What `work` gives, cancelled when the client goes away: then raises ClientGoneError."""
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGoneError
        return working.result()
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def gzipped(body: bytes) -> bytes:
    """`body` in gzip."""
    return gzip.compress(body, _LEVEL, mtime=0)


async def zipped_stream(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
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


async def buffer_to_disk(body: AsyncIterator[bytes]) -> tuple[int, AsyncIterator[bytes]]:
    """The length of `body` and its bytes, once it has all come; raises what `body` raises.

    HTTP/1.0 has no chunks: without a length, a client could not tell an answer that was cut from a whole one.
    """
    file = TemporaryFile()  # noqa: SIM115 - closed by whoever reads it to its end
    try:
        async with aclosing(body) as chunks:  # type: ignore[type-var]
            async for chunk in chunks:
                file.write(chunk)
    except BaseException:
        file.close()
        raise
    length = file.tell()
    file.seek(0)
    return length, _blocks(file)


async def _blocks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while block := file.read(IN_THREAD_FROM):
            yield block
