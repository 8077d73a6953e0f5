"""The server process: a socket, uvicorn, and the site on it."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import urlsplit

import uvicorn

from ekograph.config import Settings
from ekograph.shelf import Shelf
from ekograph.web.answering import Answering
from ekograph.web.asgi import Application
from ekograph.web.copy import Copy
from ekograph.web.engines import engines
from ekograph.web.figures import Board, Figures, Shared
from ekograph.web.front import Front
from ekograph.web.live import Live
from ekograph.web.metrics import Metrics, write_access_log
from ekograph.web.protocol import Protocol, allow_connections
from ekograph.web.sparql import Endpoint
from ekograph.web.supervisor import supervise

log = logging.getLogger("ekograph")

#: Objects made before a look for garbage in cycles, and looks at the young before one at the older (see `gc`).
_GARBAGE = (20_000, 20, 20)

#: How long a thread may have the interpreter while the event loop waits for it, in seconds: a new snapshot is read in
#: one, and by default each answer meanwhile could wait ten times as long.
_TURN = 0.0005

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def listen(settings: Settings) -> tuple[socket.socket, Settings]:
    """A socket on the host and port of `settings`, and the settings with the port it got and its address.

    Raises OSError when the address is taken or not this machine's.
    """
    family, _, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(2048)
    except OSError:
        listening.close()
        raise
    settings = settings._replace(port=listening.getsockname()[1])
    return listening, settings._replace(public_url=settings.address)


def serve(settings: Settings, listening: socket.socket, ready: Callable[[Live], None], *, watched: bool = False) -> int:
    """Serve the site until a signal ends it; `ready` is called once it answers. Returns the exit status.

    A watched site is one person's, and its trouble is told to the one process that serves it.
    """
    if settings.processes == 1 or watched:
        return _serve(settings, listening, ready, watched=watched)

    board = Board(settings.processes)

    def one_of_many(number: int) -> int:
        return _serve(settings, listening, ready if number == 0 else lambda _: None, shared=Shared(board, number))

    return supervise(settings.processes, one_of_many, patience=_grace(settings) + 2)


def _serve(
    settings: Settings,
    listening: socket.socket,
    ready: Callable[[Live], None],
    *,
    watched: bool = False,
    shared: Shared | None = None,
) -> int:
    allow_connections()
    # Looking for garbage took an eighth of the time of short queries; what is imported by now is none.
    gc.freeze()
    gc.set_threshold(*_GARBAGE)
    sys.setswitchinterval(_TURN)
    copy = Copy(settings.public_url, watched)
    live = Live(Shelf(settings.snapshots_dir), lambda snapshot: engines(settings, snapshot), copy)
    answering = Answering()
    endpoint = Endpoint(settings, answering)
    metrics = Metrics(log=settings.access_log)
    figures = Figures(live, answering.cache, metrics, shared)
    application = _Later(settings, live, answering, endpoint, figures)
    front = Front(live, endpoint, application, _hosts(settings), metrics)
    if settings.access_log:
        write_access_log()
    config = uvicorn.Config(
        front,
        http=Protocol,
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=2048,
        timeout_graceful_shutdown=_grace(settings),
    )

    async def up() -> None:
        ready(live)
        await asyncio.gather(application(), figures.keep())

    server = _Server(config, up)
    # uvicorn ends in good order on Ctrl-C, and then raises the signal once more; when it cannot start, it exits.
    with suppress(KeyboardInterrupt, SystemExit):
        server.run(sockets=[listening])
    return 0 if server.started else 2


def _grace(settings: Settings) -> int:
    """Seconds in which answers that are under way may end."""
    return max(1, round(settings.query_seconds) + 1)


class _Server(uvicorn.Server):
    """uvicorn that says when it is up."""

    def __init__(self, config: uvicorn.Config, up: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._up = up
        self._after: asyncio.Future[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and do what follows beside the first requests."""
        await super().startup(sockets)
        if self.started:
            self._after = asyncio.ensure_future(self._up())


class _Later:
    """The application behind the front, loaded beside the first requests and not before them."""

    def __init__(
        self, settings: Settings, live: Live, answering: Answering, endpoint: Endpoint, figures: Figures
    ) -> None:
        self._given = settings, live, answering, endpoint, figures
        self._loading: asyncio.Task[Application] | None = None

    async def __call__(self) -> Application:
        """The application; the first call begins to load it, in a thread."""
        if self._loading is None:
            self._loading = asyncio.ensure_future(asyncio.to_thread(self._load))
        return await asyncio.shield(self._loading)

    def _load(self) -> Application:
        from ekograph.web.app import create_app

        return create_app(*self._given)


def _hosts(settings: Settings) -> frozenset[str]:
    """The names this server answers to."""
    own = urlsplit(settings.public_url).hostname or ""
    return frozenset(each.lower() for each in (own, settings.host, *LOOPBACK, *settings.allowed_hosts) if each)
