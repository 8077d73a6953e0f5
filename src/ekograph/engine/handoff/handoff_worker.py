"""The worker's side: it reads queries from the connections handed over to it, and answers there.

Only a request that has its answer is taken off a connection. Everything else (what is no query, or has no short answer)
stays there while the connection goes back, and so does everything when the worker is killed: the web process then reads
it as if the connection had never been handed over.
"""

from __future__ import annotations

import gzip
import marshal
import select
import socket
import time
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from string import ascii_letters, digits
from typing import NamedTuple

from ekograph.engine.handoff.protocol import Terms
from ekograph.engine.workers.ipc import BACK, LENT, REQUEST, WorkerRequest
from ekograph.engine.workers.result_writer import BufferedResult
from ekograph.engine.workers.shared_counters import WorkerCounters
from ekograph.urls import percent_decoded

#: Bytes of a request, and of the body of a response, above which the web process answers.
_REQUEST_BYTES = 16_384
_BODY_BYTES = 65_536

#: Bytes of the cache, requests and responses together, and what an entry takes besides.
_CACHE_BYTES = 4_000_000
_OVERHEAD = 300

# Characters of a query in a URL that need no thought: no further parameter, no fragment.
_PLAIN = (ascii_letters + digits + "-._~%!$'()*+,;=:@/?").encode()

# The fastest level, as in the web process.
_GZIP_LEVEL = 1

#: What stands in a response before Date, and what after it.
_Response = tuple[bytes, bytes]


class _HeldConnection(NamedTuple):
    """One connection, with the number under which it goes back."""

    number: int
    socket: socket.socket
    terms: Terms

    def query(self, request: bytes) -> str | None:
        """The text of the query that a request asks; None when the web process must see to it."""
        before, after = self.terms.before, self.terms.after
        if not request.startswith(before) or not request.endswith(after):
            return None
        encoded = request[len(before) : -len(after)]
        if encoded.translate(None, _PLAIN):
            return None
        try:
            return percent_decoded(encoded)
        except UnicodeDecodeError:
            return None

    def response(self, text: str, answer: BufferedResult) -> _Response:
        """The response with the answer to a query."""
        body, terms = answer.body, self.terms
        etag = blake2b((terms.key + text).encode(errors="replace"), digest_size=12).hexdigest()
        encoding = ""
        if 0 < terms.gzip_from <= len(body):
            body, encoding = gzip.compress(body, _GZIP_LEVEL, mtime=0), "content-encoding: gzip\r\n"
        fields = f'{encoding}etag: W/"{etag}"\r\ncontent-length: {len(body)}\r\n\r\n'
        return terms.heads[answer.format], fields.encode() + body


class HandoffWorker:
    """The connections that a worker holds; they arrive over `channel`, and `send` sends frames to the web process.

    `answer` writes the answer to a request, and returns whether there is a short one.
    """

    def __init__(
        self,
        channel: socket.socket,
        counters: WorkerCounters,
        answer: Callable[[WorkerRequest, BufferedResult], bool],
        send: Callable[[bytes, bytes], None],
    ) -> None:
        self._channel = channel
        self._counters = counters
        self._answer_shortly = answer
        self._send_frame = send
        self._held: dict[int, _HeldConnection] = {}
        self._received = bytearray()
        self._cache: dict[bytes, _Response] = {}
        self._cache_bytes = 0

    def serve(self) -> None:
        """Answer on the connections that come, until they are revoked; raises ConnectionError."""
        self._send_frame(LENT, b"")
        with select.epoll() as poll:
            self._poll = poll
            poll.register(self._channel, select.EPOLLIN)
            revoked = False
            while not revoked:
                for descriptor, _ in poll.poll():
                    if descriptor == self._channel.fileno():
                        revoked = not self._receive()
                    elif not self._counters.revoked:
                        self._serve_request(descriptor)
        for connection in self._held.values():
            connection.socket.close()
        self._held.clear()

    def _receive(self) -> bool:
        """Take the connections that have arrived; False when all are revoked."""
        data, descriptors, _, _ = socket.recv_fds(self._channel, 65_536, 1)
        if not data:
            raise ConnectionResetError
        self._received += data
        while (message := self._message()) is not None:
            if not message:
                return False
            # Trusted: it comes from the process that started this one.
            number, *terms = marshal.loads(message)  # noqa: S302
            self._counters.sending &= ~(1 << number)
            descriptor = descriptors.pop()
            self._held[descriptor] = _HeldConnection(number, socket.socket(fileno=descriptor), Terms(*terms))
            self._poll.register(descriptor, select.EPOLLIN)
        return True

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

    def _serve_request(self, descriptor: int) -> None:
        """Answer the request that has arrived on a connection, or give the connection back."""
        start = time.perf_counter()
        connection = self._held[descriptor]
        self._counters.start()
        try:
            request = connection.socket.recv(_REQUEST_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            cached = self._cache.get(request)
            response = cached or self._respond(connection, request)
            if response is None:
                self._give_back(descriptor, b"")
            elif not self._counters.revoked:
                before, after = response
                self._send(descriptor, len(request), b"".join((before, _date(int(time.time())), after)))
                self._counters.count(time.perf_counter() - start, again=cached is not None)
        except BlockingIOError:
            return
        except OSError:
            self._give_back(descriptor, b"")
        finally:
            self._counters.finish()

    def _respond(self, connection: _HeldConnection, request: bytes) -> _Response | None:
        """The response to a request; None where the web process must see to it."""
        text = connection.query(request)
        if text is None:
            return None
        answer = BufferedResult(_BODY_BYTES)
        query = WorkerRequest(text, connection.terms.results, connection.terms.graph, (), ())
        if not self._answer_shortly(query, answer) or not answer.lasting:
            return None
        response = connection.response(text, answer)
        # The same bytes have the same response: nothing else was looked at.
        size = len(request) + len(response[1]) + _OVERHEAD
        if self._cache_bytes + size > _CACHE_BYTES:
            self._cache.clear()
            self._cache_bytes = 0
        self._cache[request] = response
        self._cache_bytes += size
        return response

    def _send(self, descriptor: int, size: int, response: bytes) -> None:
        """Take a request of `size` bytes off its connection and respond; what cannot be sent at once goes back."""
        connection = self._held[descriptor]
        bit = 1 << connection.number
        self._counters.sending |= bit
        connection.socket.recv(size, socket.MSG_DONTWAIT)
        try:
            sent = connection.socket.send(response, socket.MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        if sent == len(response):
            self._counters.sending &= ~bit
        else:
            # The bit stays: the web process does not have the rest yet.
            self._give_back(descriptor, response[sent:])

    def _give_back(self, descriptor: int, unsent: bytes) -> None:
        connection = self._held.pop(descriptor)
        self._poll.unregister(descriptor)
        connection.socket.close()
        self._send_frame(BACK, bytes((connection.number,)) + unsent)


# The same for a second.
@lru_cache(maxsize=2)
def _date(now: int) -> bytes:
    return time.strftime("date: %a, %d %b %Y %H:%M:%S GMT\r\n", time.gmtime(now)).encode()
