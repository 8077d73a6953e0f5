"""The worker's side: it reads queries from connections of clients, and answers there.

A request that is taken off a connection is kept in shared memory until it has its answer; all that follows stays there.
So a connection can go back at any time, and the web process goes on with it as if no worker had had it.
"""

from __future__ import annotations

import gzip
import marshal
import select
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from string import ascii_letters, digits

from ekograph.engine.direct.protocol import Arrival, Terms
from ekograph.engine.workers.ipc import BACK, READY, REQUEST, WholeAnswer, WorkerRequest
from ekograph.engine.workers.shared_counters import ANSWERED, CLOSED, REQUEST_BYTES, RETURNED, SENDING, WorkerCounters
from ekograph.urls import percent_decoded

#: Bytes of the body of a response above which the web process answers.
_BODY_BYTES = 262_144

#: Bytes of the cache, requests and responses together, and what an entry takes besides.
_CACHE_BYTES = 4_000_000
_OVERHEAD = 300

#: Seconds for which a connection is kept on which nothing is asked, and for which the rest of a request is awaited.
_KEEP_ALIVE = 5.0
_REST = 1.0

#: Seconds after which a worker that answers one request after the other looks for new ones, so that clients take turns.
_LOOK = 0.005

# Characters of a query string that need no thought: no fragment.
_PLAIN = (ascii_letters + digits + "-._~%!$'()*+,;=:@/?&{}").encode()

# Parameters that libraries send, and that say nothing to whom Accept has said what it wants.
_IGNORED = (b"format=", b"output=", b"results=")
_MOST_PARAMETERS = 5

#: The form of a POST (SPARQL 1.1 Protocol, section 2.1.2).
FORM = "application/x-www-form-urlencoded"

# Python takes its time to combine these each time.
_DONTWAIT = int(socket.MSG_DONTWAIT)
_PEEK = int(socket.MSG_PEEK | socket.MSG_DONTWAIT)

_INT = struct.Struct("i")
_ANCILLARY = socket.CMSG_SPACE(_INT.size)

# The fastest level, as in the web process.
_GZIP_LEVEL = 1

#: What stands in a response before Date, what after it, and the terms of its request.
_Response = tuple[bytes, bytes, Terms]


class _ClientConnection:
    """One connection, with its number here, and the request that came with it, if that is not answered yet."""

    __slots__ = ("client", "first", "logged", "number", "since", "socket", "terms", "waits")

    def __init__(self, arrival: Arrival, connection: socket.socket, known: Mapping[int, Terms]) -> None:
        self.number = arrival.number
        self.socket = connection
        self.client = arrival.client
        self.logged = arrival.logged
        self.terms = known[arrival.which]
        self.first = arrival.request
        #: When it came, or its last request, by time.monotonic; whether the rest of a request is awaited.
        self.since = time.monotonic()
        self.waits = False


class ConnectionServer:
    """The connections that a worker has; they arrive over `channel`, and `send` sends frames to the web process.

    `answer` gives the whole answer to a request, or None.
    """

    def __init__(
        self,
        channel: socket.socket,
        counters: WorkerCounters,
        answer: Callable[[WorkerRequest], WholeAnswer | None],
        send: Callable[[bytes, bytes], None],
    ) -> None:
        self._channel = channel
        self._counters = counters
        self._answer = answer
        self._send_frame = send
        self._held: dict[int, _ClientConnection] = {}
        #: Those on which something may have arrived, in the order of arrival.
        self._ready: dict[int, None] = {}
        self._terms: dict[int, Terms] = {}
        self._received = bytearray()
        self._descriptors: deque[int] = deque()
        self._cache: dict[bytes, _Response] = {}
        self._cache_bytes = 0
        #: Seconds that the queries of each client have taken lately.
        self._spent: dict[str, float] = {}
        self._swept = time.monotonic()

    def serve(self) -> None:
        """Answer on the connections that come, until they are revoked; raises ConnectionError."""
        self._send_frame(READY, b"")
        channel, ready = self._channel.fileno(), self._ready
        with select.epoll() as self._poll:
            self._poll.register(channel, select.EPOLLIN)
            revoked = False
            while not revoked:
                for descriptor, _ in self._poll.poll(0 if ready else _REST):
                    if descriptor == channel:
                        revoked = self._receive()
                    else:
                        ready[descriptor] = None
                now = time.monotonic()
                if now - self._swept >= _REST:
                    self._sweep(now)
                while ready and not self._counters.revoked and time.monotonic() - now < _LOOK:
                    self._serve_request(self._next(), now)
        for connection in self._held.values():
            connection.socket.close()
        self._held.clear()

    def _receive(self) -> bool:
        """Take the connections that have arrived; returns whether all are revoked."""
        while True:
            try:
                # Python's recv_fds overlooks its flags.
                data, passed, flags, _ = self._channel.recvmsg(65_536, _ANCILLARY, _DONTWAIT)
            except BlockingIOError:
                return False
            if not data:
                raise ConnectionResetError
            self._received += data
            self._descriptors += [_INT.unpack(descriptor)[0] for _, _, descriptor in passed]
            if flags & socket.MSG_CTRUNC and not passed:
                self._descriptors.append(-1)
            while (message := self._message()) is not None:
                if not message:
                    return True
                # Trusted: it comes from the process that started this one.
                self._take(Arrival(*marshal.loads(message)))  # noqa: S302

    def _take(self, arrival: Arrival) -> None:
        """Take a connection; one for which the kernel had no descriptor left goes back at once."""
        if arrival.terms:
            self._terms[arrival.which] = Terms(*arrival.terms)
        descriptor = self._descriptors.popleft()
        if descriptor < 0:
            self._send_frame(BACK, arrival.number.to_bytes(2, "big"))
            return
        self._held[descriptor] = _ClientConnection(arrival, socket.socket(fileno=descriptor), self._terms)
        # Told once of what arrives: the rest of a request may be long in coming.
        self._poll.register(descriptor, select.EPOLLIN | select.EPOLLET)
        self._ready[descriptor] = None

    def _message(self) -> bytes | None:
        """The next message that has arrived whole."""
        if len(self._received) < REQUEST.size:
            return None
        end = REQUEST.size + REQUEST.unpack_from(self._received)[1]
        if len(self._received) < end:
            return None
        message = bytes(self._received[REQUEST.size : end])
        del self._received[:end]
        return message

    def _next(self) -> int:
        """The connection whose turn it is: the first of the client that has had least."""
        ready = self._ready
        if len(ready) == 1 or len(self._spent) <= 1:
            descriptor = next(iter(ready))
        else:
            descriptor = min(ready, key=lambda number: self._spent.get(self._held[number].client, 0.0))
        del ready[descriptor]
        return descriptor

    def _sweep(self, now: float) -> None:
        """Close what is idle, give back what waits for the rest of a request, and forget who has had how much."""
        self._swept = now
        self._spent.clear()
        for descriptor, connection in list(self._held.items()):
            if connection.waits and now - connection.since > _REST:
                self._give_back(descriptor, b"")
            elif now - connection.since > _KEEP_ALIVE and descriptor not in self._ready:
                self._close(descriptor)

    def _serve_request(self, descriptor: int, now: float) -> None:
        """Answer the request that has arrived on a connection, or give the connection back."""
        start = time.perf_counter()
        connection, counters = self._held[descriptor], self._counters
        # The body of a POST often comes a moment later: until then, nothing is taken.
        taking = not (connection.first or connection.terms.media_type)
        counters.start(connection.number, taking=taking)
        try:
            request = connection.first or counters.receive(connection.socket, _DONTWAIT if taking else _PEEK)
            response = self._cache.get(request)
            again = response is not None
            if not request:
                self._close(descriptor)
            elif (response := response or self._respond(connection, request)) and not counters.revoked:
                connection.since = now
                self._send(connection, descriptor, request if not taking else b"", response)
                self._count(connection, response[2], time.perf_counter() - start, again=again)
            elif not connection.waits:
                self._give_back(descriptor, request if taking else b"")
        except BlockingIOError:
            return
        except OSError:
            self._give_back(descriptor, b"")
        finally:
            counters.finish()

    def _respond(self, connection: _ClientConnection, request: bytes) -> _Response | None:
        """The response to a request; None where its rest is awaited, or the web process must see to it."""
        terms = connection.terms
        text = _query_of(request, terms)
        if text is None:
            connection.waits = terms.media_type != "" and not _is_whole(request, terms)
            if connection.waits:
                return None
            for other in self._terms.values():
                if other.forwarded == terms.forwarded and (text := _query_of(request, other)) is not None:
                    connection.terms = terms = other
                    break
            else:
                return None
        connection.waits = False
        answer = self._answer(WorkerRequest(text, terms.results, terms.graph, (), ()))
        if answer is None or len(answer.body) > _BODY_BYTES:
            return None
        response = _response(terms, text, answer)
        # The same bytes have the same response: nothing else was looked at.
        size = len(request) + len(response[1]) + _OVERHEAD
        if self._cache_bytes + size > _CACHE_BYTES:
            self._cache.clear()
            self._cache_bytes = 0
        self._cache[request] = response
        self._cache_bytes += size
        return response

    def _send(self, connection: _ClientConnection, descriptor: int, request: bytes, response: _Response) -> None:
        """Respond to a request, which is taken off its connection first; what cannot be sent at once goes back."""
        before, after, terms = response
        data = b"".join((before, _date(int(time.time())), after))
        states = self._counters.states
        states[connection.number] = SENDING
        if connection.first:
            connection.first = b""
            # What has come since then was told of together with the connection.
            self._ready[descriptor] = None
        elif request:
            connection.socket.recv(len(request), _DONTWAIT)
        try:
            sent = connection.socket.send(data, _DONTWAIT)
        except BlockingIOError:
            sent = 0
        if sent < len(data):
            # The state stays: the web process does not have the rest yet.
            self._give_back(descriptor, data[sent:])
        elif terms.closes:
            self._close(descriptor)
        else:
            states[connection.number] = ANSWERED

    def _count(self, connection: _ClientConnection, terms: Terms, seconds: float, *, again: bool) -> None:
        """Count an answer, and write it into the access log."""
        self._counters.count(seconds, again=again)
        self._spent[connection.client] = self._spent.get(connection.client, 0.0) + seconds
        if connection.logged:
            line = _line(connection.logged, terms, seconds)
            while not self._counters.log(line):
                time.sleep(_LOOK)

    def _give_back(self, descriptor: int, rest: bytes) -> None:
        """Give a connection back with the rest of a response that has begun, else of what was taken off it."""
        connection = self._forget(descriptor)
        if rest and self._counters.states[connection.number] != SENDING:
            self._counters.states[connection.number] = RETURNED
        self._send_frame(BACK, connection.number.to_bytes(2, "big") + rest)

    def _close(self, descriptor: int) -> None:
        """Close a connection for good: the web process has it too, and will let go of it."""
        connection = self._held[descriptor]
        with suppress(OSError):  # the client was faster
            connection.socket.shutdown(socket.SHUT_RDWR)
        self._forget(descriptor)
        self._counters.states[connection.number] = CLOSED

    def _forget(self, descriptor: int) -> _ClientConnection:
        connection = self._held.pop(descriptor)
        self._ready.pop(descriptor, None)
        self._poll.unregister(descriptor)
        connection.socket.close()
        return connection


def _is_whole(request: bytes, terms: Terms) -> bool:
    """Whether all of a request has come, as far as that can be told; of what is none by the terms, nothing can."""
    head, end, body = request.partition(b"\r\n\r\n")
    if not end:
        return len(request) >= REQUEST_BYTES
    if not terms.media_type or not request.startswith(terms.before):
        return True
    length = head[len(terms.before) :].partition(b"\r\n")[0]
    return not length.isdigit() or len(body) >= min(int(length[:9]), REQUEST_BYTES - len(head) - len(end))


def _query_of(request: bytes, terms: Terms) -> str | None:
    """The text of the query that a request asks by the terms; None when it is not known to ask one."""
    before, after = terms.before, terms.after
    if not request.startswith(before):
        return None
    if not terms.media_type:
        encoded = request[len(before) : -len(after)] if request.endswith(after) else b""
    else:
        start = request.find(after, len(before), len(before) + len(after) + 8)
        length, encoded = request[len(before) : start], request[start + len(after) :]
        if start < 0 or not length.isdigit() or int(length) != len(encoded):
            return None
    try:
        if terms.media_type not in {"", FORM}:
            return encoded.decode()
        if b"&" in encoded:
            encoded = _only_query(encoded)
        plain = encoded.startswith(b"query=") and not encoded.translate(None, _PLAIN)
        return percent_decoded(encoded[6:]) if plain else None
    except UnicodeDecodeError:
        return None


def _only_query(encoded: bytes) -> bytes:
    """The one parameter of several that matters; nothing if there is not one."""
    parts = encoded.split(b"&", _MOST_PARAMETERS)
    rest = [part for part in parts if not part.startswith(_IGNORED) or b"%" in part or b"+" in part]
    return rest[0] if len(rest) == 1 and b"&" not in rest[0] else b""


def _response(terms: Terms, text: str, answer: WholeAnswer) -> _Response:
    """The response with the answer to a query."""
    body = answer.body
    etag = blake2b((terms.key + text).encode(errors="replace"), digest_size=12).hexdigest()
    encoding = ""
    if 0 < terms.gzip_from <= len(body):
        body, encoding = gzip.compress(body, _GZIP_LEVEL, mtime=0), "content-encoding: gzip\r\n"
    fields = f'{encoding}etag: W/"{etag}"\r\ncontent-length: {len(body)}\r\n\r\n'
    return terms.heads[answer.format], fields.encode() + body, terms


def _line(logged: str, terms: Terms, seconds: float) -> bytes:
    """A line of the access log, as the web process writes them."""
    now = time.time()
    middle = _middle(logged, terms.path, "POST" if terms.media_type else "GET")
    moment = f"{_second(int(now))}.{int(now * 1000) % 1000:03}"
    return f'{{"time": "{moment}+00:00", {middle}{round(1000 * seconds, 2)}}}\n'.encode()


@lru_cache(maxsize=256)
def _middle(logged: str, path: str, method: str) -> str:
    return f'{logged}"method": "{method}", "path": "{path}", "status": 200, "ms": '


@lru_cache(maxsize=2)
def _second(now: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))


# The same for a second.
@lru_cache(maxsize=2)
def _date(now: int) -> bytes:
    return time.strftime("date: %a, %d %b %Y %H:%M:%S GMT\r\n", time.gmtime(now)).encode()
