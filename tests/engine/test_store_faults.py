"""Whatever a store answers, or does not, the client is told, the connection is closed and nothing is left."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable

import pytest
from tests.engine.conftest import ask

from ekograph.engine.contract import Limits
from ekograph.engine.errors import QueryError
from ekograph.engine.remote.engine import Defaults, RemoteEngine

LIMITS = Limits(seconds=1.0, result_mb=1, held=1000)

EMPTY = b'{"head":{"vars":["g"]},"results":{"bindings":[]}}'
YES = b'{"head":{},"boolean":true}'
ROWS = b'{"head":{"vars":["o"]},"results":{"bindings":[' + b'{"o":{"type":"literal","value":"x"}},' * 1000

Act = Callable[[asyncio.StreamWriter], Awaitable[None]]


def head(status: str = "200 OK", *fields: str) -> bytes:
    return "\r\n".join(
        (f"HTTP/1.1 {status}", "content-type: application/sparql-results+json", *fields, "", "")
    ).encode()


def whole(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    return head(status, f"content-length: {len(body)}", *fields) + body


def sends(data: bytes) -> Act:
    async def act(writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return act


async def waits(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


async def never_ends(writer: asyncio.StreamWriter) -> None:
    writer.write(head("200 OK", "connection: close"))
    while True:
        writer.write(ROWS)
        await writer.drain()


#: By name: what the store does when it is asked, and what becomes of the query.
STORES: dict[str, tuple[Act, str]] = {
    "hangs up": (sends(b""), "broken"),
    "stays silent": (waits, "timed_out"),
    "ends in the middle": (sends(head("200 OK", "content-length: 1000") + b'{"head"'), "broken"),
    "ends in the middle of a chunk": (sends(head("200 OK", "transfer-encoding: chunked") + b"ffff\r\n{"), "broken"),
    "does not speak HTTP": (sends(b"SSH-2.0-something\r\n"), "broken"),
    "has a head without end": (sends(b"HTTP/1.1 200 OK\r\n" + b"x-a: b\r\n" * 100_000), "broken"),
    "never ends": (never_ends, "result_too_large"),
    "sends what is no JSON": (sends(whole(b"<html>")), "broken"),
    "answers with a truth value": (sends(whole(YES)), "broken"),
    "redirects": (sends(whole(b"", "location: http://127.0.0.1:1/", status="302 Found")), "broken"),
    "fails": (sends(whole(b"no", status="500 Internal Server Error")), "broken"),
    "is overloaded": (sends(whole(b"", status="429 Too Many Requests")), "busy"),
    "is out of time": (sends(whole(b"", status="504 Gateway Timeout")), "timed_out"),
    "inflates beyond the limit": (
        sends(whole(gzip.compress(ROWS * 200), "content-encoding: gzip")),
        "result_too_large",
    ),
}


class Store:
    """A server that is well when the engine starts, and then does what it is told; notes the connections left open."""

    def __init__(self, act: Act) -> None:
        self.act = act
        self.open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                fields = request.decode().lower()
                query = await reader.readexactly(int(fields.partition("content-length: ")[2].split("\r\n")[0]))
                if b"LIMIT" in query or b"ASK" in query:
                    writer.write(whole(YES if b"ASK" in query else EMPTY))
                else:
                    acting = asyncio.ensure_future(self.act(writer))
                    gone = asyncio.ensure_future(reader.read(1))
                    await asyncio.wait({acting, gone}, return_when=asyncio.FIRST_COMPLETED)
                    acting.cancel()
                    gone.cancel()
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            writer.close()


@pytest.mark.parametrize("name", STORES)
def test_a_store_that_fails_costs_one_query(name, monkeypatch):
    # A proxy of the environment is not used.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    act, kind = STORES[name]
    store = Store(act)

    async def session():
        server = await asyncio.start_server(store.serve, "127.0.0.1", 0)
        async with server:
            engine = RemoteEngine(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", LIMITS, Defaults({}))
            await engine.start()
            with pytest.raises(QueryError) as failure:
                await ask(engine, "SELECT * { ?s ?p ?o }")
            after = (await ask(engine, "ASK {}"))[1]
            figures = engine.figures()
            await engine.stop()
            async with asyncio.timeout(5):
                while store.open:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.01)
        return failure.value.kind, after, figures

    found, after, figures = asyncio.run(session())
    assert found == kind
    assert b"true" in after
    assert (figures["running"], figures["waiting"], figures[f"failed_{kind}_total"]) == (0, 0, 1)
