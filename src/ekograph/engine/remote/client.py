"""One request over HTTP/1.1 and its answer, as the bytes come: the state machine is h11's, the waiting asyncio's.

The body of an answer on its way from another store, and the place that it holds.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

import h11

from ekograph.engine.contract import EngineFailed, Limits, ResultTooLarge, TimedOut
from ekograph.engine.scheduling.admission import AdmissionControl

_BLOCK = 65_536


@dataclass(frozen=True)
class RemoteReply:
    """The beginning of an answer; header names are in lower case. Whoever does not read `body` to its end closes it."""

    status: int
    headers: Mapping[str, str]
    body: AsyncIterator[bytes]


async def post(url: str, headers: Mapping[str, str], body: bytes) -> RemoteReply:
    """Send `body` to an http or https URL.

    Raises OSError when nobody answers there, and h11.RemoteProtocolError (also from the body) for what is not HTTP
    or breaks off.
    """
    place = urlsplit(url)
    secure = ssl.create_default_context() if place.scheme == "https" else None
    port = place.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(place.hostname, port, ssl=secure)
    machine = h11.Connection(h11.CLIENT)
    try:
        writer.write(_request(machine, f"{place.path or '/'}?{place.query}".rstrip("?"), place.netloc, headers, body))
        await writer.drain()
        response = await _next_event(machine, reader)
        while isinstance(response, h11.InformationalResponse):
            response = await _next_event(machine, reader)
    except BaseException:
        writer.close()
        raise
    if not isinstance(response, h11.Response):
        writer.close()
        raise h11.RemoteProtocolError("the connection was closed without an answer")
    fields = {name.decode(): value.decode("latin-1") for name, value in response.headers}
    return RemoteReply(response.status_code, fields, _Body(machine, reader, writer))


def _request(machine: h11.Connection, target: str, host: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """The bytes of a request after which the connection is closed."""
    own = {"Host": host.rpartition("@")[2], "Content-Length": str(len(body)), "Connection": "close"}
    start = h11.Request(method="POST", target=target, headers=list({**headers, **own}.items()))
    events: tuple[h11.Event, ...] = (start, h11.Data(data=body), h11.EndOfMessage())
    return b"".join(machine.send(event) or b"" for event in events)


class _Body:
    """The body as it comes; its end, and `aclose` at any time, close the connection."""

    def __init__(self, machine: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._machine = machine
        self._reader = reader
        self._writer = writer

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        try:
            event = await _next_event(self._machine, self._reader)
        except BaseException:
            self._writer.close()
            raise
        if isinstance(event, h11.Data):
            return bytes(event.data)
        self._writer.close()
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Close the connection, also before anything was read."""
        self._writer.close()


async def _next_event(machine: h11.Connection, reader: asyncio.StreamReader) -> object:
    while (event := machine.next_event()) is h11.NEED_DATA:
        machine.receive_data(await reader.read(_BLOCK))
    return event


class Incoming:
    """One answer of a store, from its admission to its last byte."""

    def __init__(self, gate: AdmissionControl, client: str, limits: Limits) -> None:
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
            raise EngineFailed({"reason": str(error)}) from error
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
