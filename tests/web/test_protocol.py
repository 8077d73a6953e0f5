"""A connection is bounded in every direction."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import asynccontextmanager

import pytest
import uvicorn
from uvicorn.server import ServerState

from ekograph.web.http.connection import BoundedConnection
from ekograph.web.http.first_contact import FirstContact

#: A second bound on waiting, so that a broken test ends.
PATIENCE = 20


class App:
    """Answers with the size of the body it was sent; at /large with 32 MB, at /never not at all."""

    def __init__(self) -> None:
        self.gone = asyncio.Event()

    def serve(self, *_):
        return False

    def dispatch(self, _scope):
        return self

    async def __call__(self, scope, receive, send):
        size, more = 0, True
        while more:
            message = await receive()
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
        if scope["path"] == "/never":
            while (await receive())["type"] != "http.disconnect":
                pass
            self.gone.set()
            return
        body = b"x" * 65_536 * 512 if scope["path"] == "/large" else str(size).encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for start in range(0, len(body), 65_536):
            more = start + 65_536 < len(body)
            await send({"type": "http.response.body", "body": body[start : start + 65_536], "more_body": more})


@asynccontextmanager
async def listening(**bounds):
    """The port of a server whose connections have `bounds`, its connections, and its application."""
    bounded = type("Bounded", (BoundedConnection,), bounds)
    app = App()
    first = type("First", (FirstContact,), {"then": bounded})
    config = uvicorn.Config(app, http=first, lifespan="off", log_config=None, access_log=False, proxy_headers=False)
    config.load()
    state = ServerState()
    make = lambda: first(config=config, server_state=state, app_state={})  # noqa: E731
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], state.connections, app
    finally:
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)


async def exchange(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """Everything that comes back on one connection for what is sent on it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(PATIENCE):
            with contextlib.suppress(ConnectionError):
                for part in parts:
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(pause)
                return await reader.read()
            return b""
    except ConnectionError:
        return b""
    finally:
        writer.close()


def status(answer: bytes) -> int:
    return int(answer.split()[1]) if answer else 0


def run(work):
    return asyncio.run(asyncio.wait_for(work(), PATIENCE))


HEADS = [
    (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 200),
    (b"GET /" + b"a" * 80_000 + b" HTTP/1.1\r\n\r\n", 414),
    (b"GET /?query=" + b"%20" * 30_000 + b" HTTP/1.1\r\n\r\n", 414),
    (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 10_000 + b"\r\n", 431),
    (b"GET / HTTP/1.1\r\nAccept: " + b"a/b," * 10_000 + b"\r\n\r\n", 431),
    (b"GET / HTTP/1.1\r\nA: " + b"b" * 4_000_000 + b"\r\n\r\n", 431),
    (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 90 + b"Connection: close\r\n\r\n", 200),
    (b"nonsense\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", 400),
]


@pytest.mark.parametrize(("head", "expected"), HEADS, ids=[f"{head[:14].decode()} {len(head)}" for head, _ in HEADS])
def test_a_head_is_read_up_to_its_bounds(head, expected):
    async def session():
        async with listening() as (port, _, _):
            return status(await exchange(port, head))

    assert run(session) == expected


def test_the_next_request_of_a_refused_connection_is_not_answered():
    async def session():
        async with listening() as (port, _, _):
            first = b"GET /" + b"a" * 80_000 + b" HTTP/1.1\r\n\r\n"
            return await exchange(port, first, b"GET / HTTP/1.1\r\n\r\n")

    assert run(session).count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "parts",
    [
        [b""],
        [b"GET / HTTP/1.1\r\n"],
        [b"GET / HTTP/1.1\r\n", *[b"A: b\r\n"] * 40],
        [b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n", *[b"x"] * 40],
    ],
    ids=["silent", "half a head", "a header at a time", "a byte of body at a time"],
)
def test_whoever_sends_slowly_is_cut_off(parts):
    async def session():
        async with listening(receive_seconds=0.2) as (port, connections, _):
            began = asyncio.get_running_loop().time()
            answer = await exchange(port, *parts, pause=0.05)
            await _until(lambda: not connections)
            return answer, asyncio.get_running_loop().time() - began

    answer, seconds = run(session)
    assert status(answer) in {0, 408}
    assert seconds < PATIENCE / 2


def test_whoever_reads_slowly_is_cut_off():
    async def session():
        async with listening(send_seconds=0.2) as (port, connections, _):
            _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
            writer.write(b"GET /large HTTP/1.1\r\n\r\n")
            await _until(lambda: connections)
            await _until(lambda: not connections)
            writer.close()

    run(session)


def test_whoever_reads_is_served_to_the_end():
    async def session():
        async with listening(send_seconds=0.2) as (port, _, _):
            return len(await exchange(port, b"GET /large HTTP/1.1\r\nConnection: close\r\n\r\n"))

    assert run(session) > 32 << 20


def test_an_application_learns_that_its_client_has_gone():
    async def session():
        async with listening() as (port, _, app):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /never HTTP/1.1\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)
            writer.transport.abort()
            await app.gone.wait()

    run(session)


def test_idle_connections_make_room_for_new_ones():
    async def session():
        async with listening(connections_at_once=10) as (port, connections, _):
            idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
            answer = await exchange(port, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
            held = len(connections)
            for _, writer in idle:
                writer.close()
            return status(answer), held

    answered, held = run(session)
    assert answered == 200
    assert held <= 10


def test_requests_on_one_connection_are_answered_in_order():
    async def session():
        async with listening() as (port, _, _):
            requests = [f"POST / HTTP/1.1\r\nContent-Length: {n}\r\n\r\n{'x' * n}".encode() for n in range(20)]
            last = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
            return await exchange(port, b"".join(requests) + last)

    bodies = [part.rpartition(b"\r\n\r\n")[2] for part in run(session).split(b"HTTP/1.1 200 OK")[1:]]
    assert bodies == [*(str(n).encode() for n in range(20)), b"0"]


async def _until(holds) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - a connection tells nobody of its end
            await asyncio.sleep(0.01)
