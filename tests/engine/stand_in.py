"""A worker that misbehaves on command, behind the same fork server, pipes and limits as the real one.

The text of a query is the command. Run as the program of an engine (`EmbeddedEngine.program`); no input is needed that
would bring a library down.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

if __name__ == "__main__":
    sys.path += sys.argv[2:]

from ekograph.engine.workers import forkserver
from ekograph.engine.workers.ipc import DATA, END, ERROR, FRAME, HEAD, SHORT
from ekograph.engine.workers.worker import Requests

_HEAD = b'{"format": "json", "form": "SELECT", "lasting": true}'


def _short(number: int, body: bytes) -> bytes:
    payload = bytes((len(_HEAD),)) + _HEAD + body
    return FRAME.pack(SHORT, number, len(payload)) + payload


def _frame(kind: bytes, number: int, payload: bytes) -> bytes:
    return FRAME.pack(kind, number, len(payload)) + payload


def _die(number: str) -> None:
    os.kill(os.getpid(), int(number))


def _panic() -> None:
    """End as a library does that has found a fault in itself."""
    os.write(2, b"a fault in the library\n")
    os.abort()


def _allocate() -> None:
    """Allocate more than the limit, and end as Rust's allocator does when it cannot."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    size = 8 << 30
    if libc.malloc(ctypes.c_size_t(size)) is None:
        os.write(2, b"memory allocation of %d bytes failed\n" % size)
        os.abort()


def _spin() -> None:
    """Compute in native code, where no signal handler of Python runs."""
    hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)


def _flood(send: Callable[[bytes], None], number: int) -> None:
    """Send an answer without end, past the cap that a worker keeps to."""
    send(_frame(HEAD, number, _HEAD))
    while True:
        send(_frame(DATA, number, bytes(65_536)))


def serve(connection: socket.socket, _counters: object, _store: object, _config: dict[str, Any]) -> None:
    """Do what is asked, in whatever way the command says."""
    requests = Requests(connection)
    send = connection.sendall
    while message := requests.next():
        number, request = message
        command, _, argument = (request.text if request else "").partition(" ")
        half = _short(number, b"half of an answer")
        act: dict[str, Callable[[], None]] = {
            "answer": lambda: send(_short(number, argument.encode())),  # noqa: B023 - called at once
            "die": lambda: _die(argument),  # noqa: B023
            "panic": _panic,
            "allocate": _allocate,
            "spin": _spin,
            "wait": lambda: time.sleep(3600),
            "half": lambda: (send(half[: len(half) // 2]), os._exit(0)),  # noqa: B023
            "half-and-wait": lambda: (send(half[: len(half) // 2]), time.sleep(3600)),  # noqa: B023
            "flood": lambda: _flood(send, number),  # noqa: B023
            "endless-frame": lambda: (send(FRAME.pack(SHORT, number, 2**31)), time.sleep(3600)),  # noqa: B023
            "wrong": lambda: send(_short(number - 1, b"the answer of another query")),  # noqa: B023
            "headless": lambda: send(_frame(DATA, number, b"x") + _frame(END, number, b"")),  # noqa: B023
            "bad-head": lambda: send(_frame(SHORT, number, b"\x02{}")),  # noqa: B023
            "bad-error": lambda: send(_frame(ERROR, number, b'{"kind": "nothing"}')),  # noqa: B023
            "unknown-kind": lambda: send(_frame(b"?", number, b"")),  # noqa: B023
            "twice": lambda: send(2 * _short(number, b"once")),  # noqa: B023
            "noise": lambda: send(bytes(range(256)) * 16),
            "hang-up": lambda: (connection.close(), time.sleep(3600)),
        }
        act[command]()


if __name__ == "__main__":
    forkserver.main(serve)
