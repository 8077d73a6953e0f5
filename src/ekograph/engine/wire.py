"""The near end of the socket to a worker: requests go out, frames come in, with no task in between."""

from __future__ import annotations

import asyncio
import socket
from typing import Protocol

from ekograph.engine.frames import FRAME, LENGTH


class Listener(Protocol):
    """Who takes what comes."""

    def frame(self, kind: bytes, payload: bytes) -> None:
        """Take a frame."""

    def lost(self) -> None:
        """Take note that nothing comes any more."""


class Wire(asyncio.Protocol):
    """One connection to a worker, by a socket that asyncio drives."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.listener: Listener | None = None
        self._transport: asyncio.Transport
        self._received = bytearray()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the contract of asyncio
        """End."""
        if self.listener:
            self.listener.lost()

    def data_received(self, data: bytes) -> None:
        """Take bytes, and cut them into frames."""
        received, listener = self._received, self.listener
        received += data
        start, size = 0, len(received)
        while size - start >= FRAME.size:
            kind, length = FRAME.unpack_from(received, start)
            end = start + FRAME.size + length
            if end > size:
                break
            if listener:
                listener.frame(kind, bytes(received[start + FRAME.size : end]))
            start = end
        del received[:start]

    def send(self, request: bytes) -> None:
        """Send a query."""
        self._transport.write(LENGTH.pack(len(request)) + request)

    def send_descriptor(self, message: bytes, descriptor: int) -> None:
        """Send a message with a descriptor at once, when nothing else is on its way. Raises OSError."""
        socket.send_fds(self._connection, [LENGTH.pack(len(message)) + message], [descriptor])

    def pause(self) -> None:
        """Take no more bytes for now: those who are to get them have enough."""
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Take bytes again."""
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def close(self) -> None:
        """Close this end."""
        self._transport.close()
