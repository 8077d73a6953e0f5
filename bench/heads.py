"""HEAD requests, which wrk cannot make: it waits for the body. The client here is slow, so only CPU counts."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from bench.load import cpu_seconds

CONNECTIONS = 32
SECONDS = 2.0


def head_cpu(url: str, headers: dict[str, str], pids: Sequence[int]) -> float:
    """CPU time of the server a request, in seconds."""
    parts = urlsplit(url)
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"HEAD {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\n{fields}\r\n".encode()
    connections = [socket.create_connection((parts.hostname, parts.port), timeout=10) for _ in range(CONNECTIONS)]
    count, before, end = 0, cpu_seconds(pids), time.monotonic() + SECONDS
    while time.monotonic() < end:
        for each in connections:
            each.sendall(request)
        for each in connections:
            _read_head(each)
        count += len(connections)
    used = cpu_seconds(pids) - before
    for each in connections:
        each.close()
    return used / count


def _read_head(connection: socket.socket) -> None:
    got = b""
    while not got.endswith(b"\r\n\r\n"):
        piece = connection.recv(65_536)
        if not piece:
            raise ConnectionError("the server has closed the connection")
        got += piece
