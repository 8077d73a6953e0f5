"""Memory shared by the web process and a worker: numbers and lines of the access log that neither has to send."""

from __future__ import annotations

import mmap
import os
import socket
from bisect import bisect_left
from typing import NamedTuple

#: Upper bounds of the classes of durations, in seconds.
CLASSES = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)

#: Bytes of a request above which no worker answers it on a connection of its own.
REQUEST_BYTES = 32_768

#: What a worker has done on a connection: nothing yet, answered the request that came with it, begun to send an answer,
#: sent back what it had taken off, closed it.
NEW, ANSWERED, SENDING, RETURNED, CLOSED = range(5)

# Where things are: numbers of eight bytes (durations are counted from _COUNTS on), the states of connections,
# the request that the worker is at, the log.
_REVOKED, _STARTED, _FINISHED, _SLOT, _LENGTH, _WRITTEN, _READ, _SECONDS, _REPEATED, _COUNTS = range(10)
_STATES, _REQUEST, _LOG, _LOG_BYTES = 1024, 4096, 4096 + REQUEST_BYTES, 1 << 18
_UNKNOWN = 1 << 62


class Answered(NamedTuple):
    """How many queries were answered, by the classes of their durations, and in how many seconds together.

    `again` is how many of them were answered from the worker's cache.
    """

    counts: tuple[int, ...] = (0,) * (len(CLASSES) + 1)
    seconds: float = 0.0
    again: int = 0

    def since(self, before: Answered) -> Answered:
        """What was answered after `before`."""
        counts = tuple(now - then for now, then in zip(self.counts, before.counts, strict=True))
        return Answered(counts, self.seconds - before.seconds, self.again - before.again)


def make() -> int:
    """A descriptor of memory to be shared with a worker, to be passed to another process."""
    descriptor = os.memfd_create("counters")
    os.ftruncate(descriptor, _LOG + _LOG_BYTES)
    return descriptor


class WorkerCounters:
    """What one worker shares; `descriptor` is one that `make` has made, and may be closed afterwards.

    The worker writes all but `revoked`, and the web process what it has read of the log.
    """

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, _LOG + _LOG_BYTES)
        self._view(memoryview(self._memory))

    @property
    def revoked(self) -> bool:
        """Whether the worker may start no more answers on the connections that it has."""
        return bool(self._numbers[_REVOKED])

    @revoked.setter
    def revoked(self, value: bool) -> None:
        self._numbers[_REVOKED] = value

    @property
    def at_work(self) -> tuple[int, int]:
        """The number of the request that it is at, from 1, and that of the connection; 0 if it is at none."""
        started = self._numbers[_STARTED]
        return (0 if started == self._numbers[_FINISHED] else started), self._numbers[_SLOT]

    @property
    def answered(self) -> Answered:
        """What was answered since the worker started."""
        counts = tuple(self._numbers[_COUNTS : _COUNTS + len(CLASSES) + 1])
        return Answered(counts, self._times[_SECONDS], self._numbers[_REPEATED])

    def close(self) -> None:
        """Free the shared memory; what was last in it can still be read."""
        logged = self._numbers[_WRITTEN] != self._numbers[_READ]
        last = bytearray(self._memory[: None if logged else _LOG])
        self._whole.release()
        self.states.release()
        self._request.release()
        self._numbers.release()
        self._times.release()
        self._memory.close()
        self._view(memoryview(last))

    def _view(self, memory: memoryview) -> None:
        self._whole = memory
        self.states = memory[_STATES:_REQUEST]
        self._request = memory[_REQUEST:_LOG]
        self._numbers = memory.cast("Q")
        self._times = memory.cast("d")

    def start(self, slot: int, *, taking: bool) -> None:
        """Note the start of a request on a connection, which the worker is `taking` off it, if not later."""
        numbers = self._numbers
        numbers[_LENGTH] = _UNKNOWN if taking else 0
        numbers[_SLOT] = slot
        numbers[_STARTED] += 1

    def receive(self, connection: socket.socket, flags: int) -> bytes:
        """What has come on a connection; what is taken off it stays here for the web process if the worker ends."""
        request = self._request
        length = connection.recv_into(request, REQUEST_BYTES, flags)
        if self._numbers[_LENGTH]:
            self._numbers[_LENGTH] = length
        return bytes(request[:length])

    @property
    def kept(self) -> bytes | None:
        """The request that was taken off a connection, if there is one; None if only part of it may have been."""
        length = self._numbers[_LENGTH]
        return None if length == _UNKNOWN else bytes(self._request[:length])

    def finish(self) -> None:
        """Note its end."""
        self._numbers[_FINISHED] = self._numbers[_STARTED]

    def count(self, seconds: float, *, again: bool) -> None:
        """Count an answer that took so long, or came from the cache."""
        self._numbers[_REPEATED] += again
        self._times[_SECONDS] += seconds
        self._numbers[_COUNTS + bisect_left(CLASSES, seconds)] += 1

    def log(self, line: bytes) -> bool:
        """Add a line to the access log; False while there is no room for it."""
        written, size = self._numbers[_WRITTEN], len(line)
        if written + size - self._numbers[_READ] > _LOG_BYTES:
            return False
        start = written % _LOG_BYTES
        first = line[: _LOG_BYTES - start]
        self._whole[_LOG + start : _LOG + start + len(first)] = first
        if len(first) < size:
            self._whole[_LOG : _LOG + size - len(first)] = line[len(first) :]
        self._numbers[_WRITTEN] = written + size
        return True

    def logged(self) -> bytes:
        """The lines that were added since the last call."""
        written, read = self._numbers[_WRITTEN], self._numbers[_READ]
        if written == read:
            return b""
        start, size = read % _LOG_BYTES, written - read
        log = self._whole[_LOG:]
        data = bytes(log[start : start + size])
        data += bytes(log[: size - len(data)])
        self._numbers[_READ] = written
        return data
