"""What follows of an answer that has begun to leave: a few blocks ahead of whoever reads, and no more."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

#: Bytes that nobody has read beyond which no more are taken, and below which taking goes on.
_MOST, _LEAST = 262_144, 65_536


class Tail:
    """Blocks of bytes, put in at one end and read at the other; `pause` and `resume` are told when it fills."""

    def __init__(self, pause: Callable[[], None], resume: Callable[[], None]) -> None:
        self._pause = pause
        self._resume = resume
        self._blocks: deque[bytes] = deque()
        self._size = 0
        self._paused = False
        self._ended = False
        self._error: BaseException | None = None
        self._more = asyncio.Event()

    def put(self, block: bytes) -> None:
        """Add a block."""
        self._blocks.append(block)
        self._size += len(block)
        self._more.set()
        if self._size > _MOST and not self._paused:
            self._paused = True
            self._pause()

    def end(self, error: BaseException | None = None) -> None:
        """Say that nothing follows, or why."""
        self._ended = True
        self._error = self._error or error
        self._more.set()

    async def next(self) -> bytes | None:
        """The next block, None at the end; raises what it ended with."""
        while not self._blocks:
            if self._error:
                raise self._error
            if self._ended:
                return None
            self._more.clear()
            await self._more.wait()
        block = self._blocks.popleft()
        self._size -= len(block)
        if self._size < _LEAST:
            self.close()
        return block

    def close(self) -> None:
        """Hold up nobody any more: what comes now is wanted, or is another's."""
        if self._paused:
            self._paused = False
            self._resume()
