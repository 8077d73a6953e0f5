"""HTTP/1.1 with the bounds that uvicorn leaves to a proxy: on receiving, on sending, on URL, headers, connections."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from itertools import chain
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from ekograph.web.http.response import RawResponse, section

# Up to this size one write of a copy is cheaper than two writes.
_COPIED_BYTES = 65_536

# The fields that say where a body ends.
_FRAMING = frozenset((b"content-length", b"transfer-encoding"))

#: Seconds in which a refused client may still send, so that it reads the refusal and not a reset.
_LINGER_SECONDS = 2.0


class BoundedConnection(HttpToolsProtocol):
    """One connection. The bounds are those of the class."""

    #: From the first byte of a request, or from the connection, to the last byte of its body.
    receive_seconds = 10.0
    #: In this time a client must take at least so many bytes of what is ready for it.
    send_seconds = 6.0
    send_bytes = 16_384
    #: A URL: 64 kB for a query, 8 kB for the rest. The header fields together, and their number.
    url_bytes = 73_728
    header_bytes = 32_768
    header_fields = 100
    #: Beyond so many connections the longest idle one is closed for each new one.
    connections_at_once = 4096

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.since = self.loop.time()
        self._receiving: asyncio.TimerHandle | None = None
        self._sending: asyncio.TimerHandle | None = None
        self._unsent = 0
        self._head_bytes = 0
        self._head_complete = False
        self._refused = False
        self._incomplete = True

    def rest(self) -> None:
        """Wait for a further request."""
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        for timer in (self._receiving, self._sending):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    @property
    def idle(self) -> bool:
        """Whether no response is awaited or under way."""
        return self.cycle is None or self.cycle.response_complete

    def data_received(self, data: bytes) -> None:
        """Take bytes, up to the bounds of a request."""
        if self._refused:
            return
        if not self._head_complete:
            self._head_bytes += len(data)
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._stay_with_http(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self._refuse(HTTPStatus.BAD_REQUEST)
        if self.transport.is_closing():
            return
        if not self._head_complete:
            self._check_head()
        if self._incomplete:
            self._await_request()

    def _stay_with_http(self, rest: bytes) -> None:
        """Go on with HTTP/1.1 for a client that offers another protocol (RFC 9110, section 7.8).

        The parser leaves off after the head of such a request, so a new one reads the body.
        """
        self.parser = httptools.HttpRequestParser(_AfterHead(self))
        framing = [b"%b: %b\r\n" % field for field in self.headers if field[0] in _FRAMING]
        self.data_received(b"POST / HTTP/1.1\r\n%b\r\n%b" % (b"".join(framing), rest))

    def on_message_begin(self) -> None:
        """Note the beginning of a request."""
        super().on_message_begin()
        self._head_complete = False
        self._incomplete = True

    def on_headers_complete(self) -> None:
        """Pass a request on, unless its head is too large."""
        self._head_complete = True
        self._head_bytes = 0
        size = sum(map(len, chain.from_iterable(self.headers))) + 4 * len(self.headers)
        if len(self.url) > self.url_bytes:
            self._refuse(HTTPStatus.REQUEST_URI_TOO_LONG)
        elif size > self.header_bytes or len(self.headers) > self.header_fields:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take part of a body."""
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Note the end of a request."""
        if self.parser.should_upgrade():
            return
        self._incomplete = False
        if self._receiving:
            self._receiving.cancel()
            self._receiving = None
        self.since = self.loop.time()
        if not self._refused:
            super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Write at once what is ready; the rest gets a task, as ASGI has it.

        Pipelined requests take their turns, and a client that does not read is waited for in a task.
        """
        response = app.dispatch(cycle.scope)
        if self.pipeline or self.flow.write_paused or not isinstance(response, RawResponse):
            super()._start_asgi_task(cycle, response)
        else:
            self._finish(cycle, response)

    def _finish(self, cycle: RequestResponseCycle, response: RawResponse) -> None:
        """Put a whole response on the wire; a large body is not copied for that."""
        cycle.response_started = cycle.response_complete = True
        body = response.body if cycle.scope["method"] != "HEAD" else b""
        date = section(tuple(self.server_state.default_headers))
        closing = b"" if cycle.keep_alive else b"connection: close\r\n"
        head = STATUS_LINE[response.status] + date + closing + response.head
        if len(body) <= _COPIED_BYTES:
            self.transport.write(head + body)
        else:
            self.transport.writelines((head, body))
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()

    def pause_writing(self) -> None:
        """Watch whether the client takes what is ready for it."""
        super().pause_writing()
        self._watch_sending()

    def resume_writing(self) -> None:
        """Stop watching."""
        super().resume_writing()
        if self._sending:
            self._sending.cancel()
            self._sending = None

    def _await_request(self) -> None:
        if self._receiving is None:
            self._receiving = self.loop.call_later(self.receive_seconds, self.refuse_late)

    def refuse_late(self) -> None:
        """End a connection whose request has not come whole in time."""
        if self._receiving:
            self._receiving.cancel()
        self._receiving = None
        if self.flow.read_paused:
            # The client may well have sent more, which is read when the answers before it are sent.
            self._await_request()
            return
        self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _check_head(self) -> None:
        """Refuse a head that is too large before it has all come."""
        if len(self.url or b"") > self.url_bytes:
            self._refuse(HTTPStatus.REQUEST_URI_TOO_LONG)
        elif self._head_bytes > self.url_bytes + self.header_bytes or len(self.headers or ()) > self.header_fields:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer with `status` and close; without a word when another answer is under way."""
        self._refused = True
        if not self.idle or (status is HTTPStatus.REQUEST_TIMEOUT and not self._head_bytes):
            self.transport.abort()
            return
        self.transport.write(_refusal(status))
        self.transport.write_eof()
        self.loop.call_later(_LINGER_SECONDS, self.transport.abort)

    def _watch_sending(self) -> None:
        self._unsent = self.transport.get_write_buffer_size()
        self._sending = self.loop.call_later(self.send_seconds, self._check_sending)

    def _check_sending(self) -> None:
        """Cut a client off that takes next to nothing."""
        if self._unsent - self.transport.get_write_buffer_size() < self.send_bytes:
            self.transport.abort()
        else:
            self._watch_sending()


class _AfterHead:
    """Receives what a parser calls for a connection, but nothing of the first head."""

    def __init__(self, connection: BoundedConnection) -> None:
        self._connection = connection
        self._skips = True

    def __getattr__(self, name: str) -> Callable[..., None]:
        method = getattr(self._connection, name)

        def forward(*arguments: bytes) -> None:
            if not self._skips:
                method(*arguments)
            elif name == "on_headers_complete":
                self._skips = False

        return forward


def allow_connections() -> int:
    """Raise the limit on descriptors of this process, as far as it may, to what all connections need; returns it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 2 * BoundedConnection.connections_at_once
    needed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    return max(soft, needed)


def _refusal(status: HTTPStatus) -> bytes:
    """The last response on a connection, as plain text."""
    body = f"{status.value} {status.phrase}\n"
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: text/plain; charset=utf-8\r\n"
    head += "retry-after: 1\r\n" if status is HTTPStatus.SERVICE_UNAVAILABLE else ""
    head += f"content-length: {len(body)}\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n"
    return (head + body).encode()


def make_room(connections: set[Any], most: int, newest: Any) -> None:
    """Close the longest idle connection when there are more than `most`, or the newest if none is idle.

    They are too many, too, when few descriptors are left, which files and workers need: the newest connection has the
    lowest number that was free. One that has asked something, or still might, gets a plain 503.
    """
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    kept = max(soft // 2, soft - 1024)
    if len(connections) <= min(most, kept) and newest.fileno() < kept:
        return
    idle = [one for one in connections if one is not newest and one.idle and not one.transport.is_closing()]
    closed = min(idle, key=lambda connection: connection.since, default=newest)
    unread = b""
    with suppress(OSError):  # nothing has come, or the client has gone
        # What is left unread would have the kernel take the answer back.
        unread = os.read(closed.transport.get_extra_info("socket").fileno(), _COPIED_BYTES)
    if unread or not isinstance(closed, BoundedConnection):
        closed.transport.write(_refusal(HTTPStatus.SERVICE_UNAVAILABLE))
    closed.transport.close()
