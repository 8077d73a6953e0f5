"""The connections that a worker has borrowed: queries are read from them and answered there, with nobody between.

Only what has its answer is taken off a connection. Whatever is not the next query of the same kind, or gets no short
answer, stays where it is while the connection goes back; so does everything when the worker is killed. Then the web
process reads it as if there had been no loan.
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

from ekograph.engine.workers.ipc import BACK, FRAME, LENGTH, LENT, Terms, WorkerRequest
from ekograph.engine.workers.result_writer import BufferedResult
from ekograph.engine.workers.shared_counters import WorkerCounters
from ekograph.urls import percent_decoded

#: How many connections one worker borrows at most; its descriptors for them, and for the poll.
MOST = 32
DESCRIPTORS = MOST + 2

#: Bytes of a request, and of the body of a response, above which the web process sees to it.
_REQUEST_BYTES = 16_384
_BODY_BYTES = 65_536

#: Bytes of responses, with their requests, that are kept to be given again.
_KEPT_BYTES = 4_000_000
_OVERHEAD = 300

# What stands in a query of a URL and needs no thought: no parameter after it, no fragment.
_PLAIN = (ascii_letters + digits + "-._~%!$'()*+,;=:@/?").encode()

# The fastest level, as in the web process.
_LEVEL = 1

#: Answers a request into something, and says whether it could.
Answering = Callable[[WorkerRequest, BufferedResult], bool]

# What stands before Date, and what after it, as bytes of HTTP/1.1.
_Response = tuple[bytes, bytes]


class _Loan:
    """One connection, under its number."""

    def __init__(self, number: int, connection: socket.socket, terms: Terms) -> None:
        self.number = number
        self.connection = connection
        self.terms = terms

    def query(self, data: bytes) -> str | None:
        """The text of the query that a request asks; None when it is not one for here."""
        before, after = self.terms.before, self.terms.after
        if not data.startswith(before) or not data.endswith(after):
            return None
        encoded = data[len(before) : -len(after)]
        if encoded.translate(None, _PLAIN):
            return None
        try:
            return percent_decoded(encoded)
        except UnicodeDecodeError:
            return None

    def response(self, text: str, answer: BufferedResult) -> _Response:
        """The response to a query with an answer."""
        body, terms = answer.body, self.terms
        etag = blake2b((terms.key + text).encode(errors="replace"), digest_size=12).hexdigest()
        encoding = ""
        if 0 < terms.gzip_from <= len(body):
            body, encoding = gzip.compress(body, _LEVEL, mtime=0), "content-encoding: gzip\r\n"
        own = f'{encoding}etag: W/"{etag}"\r\ncontent-length: {len(body)}\r\n\r\n'
        return terms.heads[answer.format], own.encode() + body


class BorrowedConnections:
    """What a worker has borrowed over `channel`; what it does is told on `board`."""

    def __init__(self, channel: socket.socket, board: WorkerCounters, answering: Answering) -> None:
        self._channel = channel
        self._board = board
        self._answering = answering
        self._lent: dict[int, _Loan] = {}
        self._received = bytearray()
        self._kept: dict[bytes, _Response] = {}
        self._kept_bytes = 0

    def serve(self) -> None:
        """Answer on the connections that come, until they are recalled. Raises ConnectionError when nobody is there."""
        self._tell(LENT, b"")
        with select.epoll() as poll:
            self._poll = poll
            poll.register(self._channel, select.EPOLLIN)
            while self._at_what_is_ready():
                pass
        for loan in self._lent.values():
            loan.connection.close()
        self._lent.clear()

    def _at_what_is_ready(self) -> bool:
        """Wait, and see to whatever has come; whether to go on."""
        go_on = True
        for descriptor, _ in self._poll.poll():
            if descriptor == self._channel.fileno():
                go_on = self._borrow()
            elif not self._board.recalled:
                self._answer(descriptor)
        return go_on

    def _borrow(self) -> bool:
        """Take connections that are lent; False when all are recalled."""
        data, descriptors, _, _ = socket.recv_fds(self._channel, 65_536, 1)
        if not data:
            raise ConnectionResetError
        self._received += data
        while (message := self._message()) is not None:
            if not message:
                return False
            # Trusted: it comes from the process that started this one.
            number, *terms = marshal.loads(message)  # noqa: S302
            self._board.sending &= ~(1 << number)
            descriptor = descriptors.pop()
            self._lent[descriptor] = _Loan(number, socket.socket(fileno=descriptor), Terms(*terms))
            self._poll.register(descriptor, select.EPOLLIN)
        return True

    def _message(self) -> bytes | None:
        """The next message that has come whole."""
        size = len(self._received) - LENGTH.size
        if size < 0 or size < (length := LENGTH.unpack_from(self._received)[0]):
            return None
        message = bytes(self._received[LENGTH.size : LENGTH.size + length])
        del self._received[: LENGTH.size + length]
        return message

    def _answer(self, descriptor: int) -> None:
        """Answer the request that has come on a connection, or give that back."""
        began = time.perf_counter()
        loan = self._lent[descriptor]
        self._board.begin()
        try:
            asked = loan.connection.recv(_REQUEST_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            kept = self._kept.get(asked)
            response = kept or self._made(loan, asked)
            if response is None:
                self._give_back(descriptor, b"")
            elif not self._board.recalled:
                before, after = response
                self._send(descriptor, len(asked), b"".join((before, _date(int(time.time())), after)))
                self._board.count(time.perf_counter() - began, again=kept is not None)
        except BlockingIOError:
            return
        except OSError:
            self._give_back(descriptor, b"")
        finally:
            self._board.end()

    def _made(self, loan: _Loan, asked: bytes) -> _Response | None:
        """The response to a request; None where there is none to be given here."""
        text = loan.query(asked)
        if text is None:
            return None
        answer = BufferedResult(_BODY_BYTES)
        if not self._answering(WorkerRequest(text, loan.terms.results, loan.terms.graph, (), ()), answer):
            return None
        return self._keep(asked, loan.response(text, answer)) if answer.lasting else None

    def _keep(self, asked: bytes, response: _Response) -> _Response:
        """Have the response to give it again to the same bytes: nothing else was looked at."""
        size = len(asked) + len(response[1]) + _OVERHEAD
        if self._kept_bytes + size > _KEPT_BYTES:
            self._kept.clear()
            self._kept_bytes = 0
        self._kept[asked] = response
        self._kept_bytes += size
        return response

    def _send(self, descriptor: int, size: int, response: bytes) -> None:
        """Take a request of so many bytes off its connection and respond; what does not leave at once goes back."""
        loan = self._lent[descriptor]
        bit = 1 << loan.number
        self._board.sending |= bit
        loan.connection.recv(size, socket.MSG_DONTWAIT)
        try:
            sent = loan.connection.send(response, socket.MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        if sent == len(response):
            self._board.sending &= ~bit
        else:
            # The bit stays: whoever takes the connection back has not got the rest yet.
            self._give_back(descriptor, response[sent:])

    def _give_back(self, descriptor: int, unsent: bytes) -> None:
        """Let go of a connection; `unsent` is the rest of a response."""
        loan = self._lent.pop(descriptor)
        self._poll.unregister(descriptor)
        loan.connection.close()
        self._tell(BACK, bytes((loan.number,)) + unsent)

    def _tell(self, kind: bytes, payload: bytes) -> None:
        self._channel.sendall(FRAME.pack(kind, len(payload)) + payload)


# The same for a second.
@lru_cache(maxsize=2)
def _date(now: int) -> bytes:
    return time.strftime("date: %a, %d %b %Y %H:%M:%S GMT\r\n", time.gmtime(now)).encode()
