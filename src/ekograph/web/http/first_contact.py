"""A connection before its first request: one that begins with a query goes to a worker, all others stay here."""

from __future__ import annotations

import asyncio
from typing import Any

from ekograph.engine.direct.protocol import Note
from ekograph.web.http.connection import BoundedConnection, make_room

#: Workers that may end with a connection before it is left to the web process.
_MOST_MOVES = 5


class FirstContact(asyncio.Protocol):
    """One connection, for uvicorn: it becomes a BoundedConnection with the first request that no worker answers.

    While a worker has it, this process neither reads from it nor writes, but keeps it open, to go on with it when the
    worker gives it back, or ends.
    """

    #: What answers all requests, and has the bounds.
    then = BoundedConnection

    transport: asyncio.Transport
    client: str
    logged: str
    note: Note

    def __init__(self, **settings: Any) -> None:
        self._settings = settings
        self._app = settings["config"].loaded_app
        self._connections = settings["server_state"].connections
        self._loop = asyncio.get_running_loop()
        self._data = b""
        self._given = False
        self._closing = False
        self._moves = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request, at the cost of the longest idle connection when there are too many."""
        self.transport = transport
        self.since = self._loop.time()
        self._receiving = self._loop.call_later(self.then.receive_seconds, self._too_late)
        self._connections.add(self)
        make_room(self._connections, self.then.connections_at_once, self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the signature is asyncio's
        """End."""
        self._receiving.cancel()
        self._connections.discard(self)

    @property
    def idle(self) -> bool:
        """Whether it may be closed for another."""
        return not self._given

    def data_received(self, data: bytes) -> None:
        """Take the first request, and give it to a worker if that may know the answer."""
        self._data += data
        outcome = self._app.serve(self, self._data)
        if outcome:
            self._receiving.cancel()
            self._given = True
            self.transport.pause_reading()
        elif outcome is not None:
            self._stay(self._data)

    def shutdown(self) -> None:
        """End as soon as what a worker has begun is answered."""
        self._closing = True
        if not self._given:
            self.transport.close()

    def fileno(self) -> int:
        """The descriptor of the connection."""
        number: int = self.transport.get_extra_info("socket").fileno()
        return number

    def peer(self) -> Any:
        """The address of the client."""
        return self.transport.get_extra_info("peername") or ("",)

    def given_back(self, unsent: bytes, unread: bytes, *, answered: bool) -> None:
        """Go on with a connection here; `unsent` is the rest of a response, `unread` what has come of a request."""
        self._given = False
        if self.transport.is_closing():
            return
        self.transport.resume_reading()
        if unsent:
            self.transport.write(unsent)
        self._stay(unread if answered else self._data)

    def moved(self, *, answered: bool) -> None:
        """Have another worker answer, if there is one and not many have ended in a row."""
        before, self.since = self.since, self._loop.time()
        self._moves = self._moves + 1 if self.since - before < 1 else 0
        stays = self._closing or self.transport.is_closing() or self._moves > _MOST_MOVES
        if stays or not self._app.serve(self, self._data, answered=answered):
            self.given_back(b"", b"", answered=answered)

    def close(self) -> None:
        """Close a connection on which all is said, or the rest of a response is lost."""
        self.transport.abort()

    def _stay(self, data: bytes) -> BoundedConnection:
        """Leave the connection to the protocol that answers all requests, with what has come of the first."""
        self._receiving.cancel()
        self._connections.discard(self)
        protocol = self.then(**self._settings)
        self.transport.set_protocol(protocol)
        protocol.connection_made(self.transport)
        if data:
            protocol.data_received(data)
        else:
            protocol.rest()
        if self._closing:
            protocol.shutdown()
        return protocol

    def _too_late(self) -> None:
        self._stay(self._data).refuse_late()
