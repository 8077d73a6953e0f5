"""The near end of the socket to a worker: a request goes out, frames come in, with no task in between."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from typing import Any

from ekograph.engine.frames import FRAME, LENGTH

#: Bytes of frames that nobody has taken beyond which no more are read, and below which reading goes on.
_MOST_HELD, _LEAST_HELD = 262_144, 65_536


class Wire(asyncio.Protocol):
    """One connection to a worker; one query is on it at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._received = bytearray()
        self._frames: deque[tuple[bytes, bytes]] = deque()
        self._held = 0
        self._paused = False
        self._over = False
        self._waiter: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the contract of asyncio
        """End: whoever waits for a frame is told."""
        self._over = True
        self._wake()

    def data_received(self, data: bytes) -> None:
        """Take bytes, and cut them into frames."""
        self._received += data
        taken = 0
        while len(self._received) - taken >= FRAME.size:
            kind, length = FRAME.unpack_from(self._received, taken)
            end = taken + FRAME.size + length
            if end > len(self._received):
                break
            self._frames.append((kind, bytes(self._received[taken + FRAME.size : end])))
            self._held += length
            taken = end
        if taken:
            del self._received[:taken]
            self._wake()
        if self._held > _MOST_HELD and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def send(self, request: Mapping[str, Any]) -> None:
        """Send a query; at most one is on its way, so that nothing piles up."""
        payload = json.dumps(request).encode()
        self._transport.write(LENGTH.pack(len(payload)) + payload)

    async def frame(self) -> tuple[bytes, bytes]:
        """Kind and payload of the next frame; raises EOFError when the worker has ended and all is taken."""
        while not self._frames:
            if self._over:
                raise EOFError
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        kind, payload = self._frames.popleft()
        self._held -= len(payload)
        if self._paused and self._held < _LEAST_HELD and not self._over:
            self._paused = False
            self._transport.resume_reading()
        return kind, payload

    def expire(self) -> None:
        """Have whoever waits for a frame get a TimeoutError."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(TimeoutError())

    def close(self) -> None:
        """Close this end."""
        self._transport.close()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
