"""The body of an answer on its way from another store, and the place that it holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import h11

from ekograph.engine.admission import Gate
from ekograph.engine.base import Broken, Limits, ResultTooLarge, TimedOut


class Incoming:
    """One answer of a store, from its admission to its last byte."""

    def __init__(self, gate: Gate, client: str, limits: Limits) -> None:
        self._gate = gate
        self._client = client
        self._limits = limits
        self._left = limits.seconds
        self._entered = False
        self._chunks: AsyncIterator[bytes] | None = None

    async def enter(self) -> None:
        """Wait for a place; raises Greedy or Busy."""
        await self._gate.enter(self._client)
        self._entered = True

    def of(self, chunks: AsyncIterator[bytes]) -> None:
        """Take the body of a reply."""
        self._chunks = chunks

    async def hold(self) -> tuple[bytes, bool]:
        """The first part, and whether it is the whole."""
        held = bytearray()
        while len(held) <= self._limits.held:
            chunk = await self._next()
            if chunk is None:
                await self.close()
                return bytes(held), True
            held += chunk
        return bytes(held), False

    async def stream(self, held: bytes) -> AsyncIterator[bytes]:
        """The whole; raises a QueryError when it breaks off."""
        size = len(held)
        try:
            yield held
            while (chunk := await self._next()) is not None:
                size += len(chunk)
                if size > self._limits.result_mb * 1_000_000:
                    raise ResultTooLarge({"limit": self._limits.result_mb})
                yield chunk
        except TimeoutError:
            raise TimedOut({"limit": f"{self._limits.seconds:g}"}) from None
        except (OSError, h11.RemoteProtocolError) as error:
            raise Broken({"reason": str(error)}) from error
        finally:
            await self.close()

    async def _next(self) -> bytes | None:
        """The next bytes, None at the end; the time of the store counts, that of the client does not."""
        began = asyncio.get_running_loop().time()
        async with asyncio.timeout(self._left):
            chunk = None if self._chunks is None else await anext(self._chunks, None)
        self._left -= asyncio.get_running_loop().time() - began
        return chunk

    async def close(self) -> None:
        """Give the place back, and close the connection."""
        chunks, self._chunks = self._chunks, None
        if chunks is not None:
            await chunks.aclose()  # type: ignore[attr-defined]
        if self._entered:
            self._entered = False
            self._gate.free_fast(self._client)
            self._gate.leave(self._client)
