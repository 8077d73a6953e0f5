"""The server process: a socket, uvicorn, and the site on it.

Several processes that serve from one socket: started, replaced when one ends, and ended together.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import NoReturn
from urllib.parse import urlsplit

import uvicorn

from ekograph.config import Settings
from ekograph.plugins import load_theme
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.web.documents.dispatch import Dispatcher
from ekograph.web.http.asgi import Application
from ekograph.web.http.connection import Protocol, allow_connections
from ekograph.web.service.deployment import PublicAddress
from ekograph.web.service.engines import engines
from ekograph.web.service.live import Service
from ekograph.web.service.metrics import Metrics, write_access_log
from ekograph.web.service.shared_metrics import MetricsRegistry, ProcessCounters, Shared
from ekograph.web.sparql.answering import Answering
from ekograph.web.sparql.endpoint import Endpoint

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


def serve(
    settings: Settings, listening: socket.socket, ready: Callable[[Service], None], *, watched: bool = False
) -> int:
    """Serve the site until a signal ends it; `ready` is called once it answers. Returns the exit status.

    A watched site is one person's, and its trouble is told to the one process that serves it.
    """
    if settings.processes == 1 or watched:
        return _serve(settings, listening, ready, watched=watched)

    board = ProcessCounters(settings.processes)

    def one_of_many(number: int) -> int:
        return _serve(settings, listening, ready if number == 0 else lambda _: None, shared=Shared(board, number))

    return supervise(settings.processes, one_of_many, patience=_grace(settings) + 2)


def _serve(
    settings: Settings,
    listening: socket.socket,
    ready: Callable[[Service], None],
    *,
    watched: bool = False,
    shared: Shared | None = None,
) -> int:
    allow_connections()
    # Looking for garbage took an eighth of the time of short queries; what is imported by now is none.
    gc.freeze()
    gc.set_threshold(*_GARBAGE)
    sys.setswitchinterval(_TURN)
    copy = PublicAddress(settings.public_url, watched)
    repository = SnapshotRepository(settings.snapshots_dir)
    live = Service(repository, lambda snapshot: engines(settings, snapshot), copy, partial(load_theme, settings))
    answering = Answering()
    endpoint = Endpoint(settings, answering)
    metrics = Metrics(log=settings.access_log)
    figures = MetricsRegistry(live, answering.cache, metrics, shared)
    application = _Later(settings, live, answering, endpoint, figures)
    front = Dispatcher(live, endpoint, application, _hosts(settings), metrics)
    if settings.access_log:
        write_access_log()
    config = uvicorn.Config(
        front,
        http=Protocol,
        loop="auto",
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
        self, settings: Settings, live: Service, answering: Answering, endpoint: Endpoint, figures: MetricsRegistry
    ) -> None:
        self._given = settings, live, answering, endpoint, figures
        self._loading: asyncio.Task[Application] | None = None

    async def __call__(self) -> Application:
        """The application; the first call begins to load it, in a thread."""
        if self._loading is None:
            self._loading = asyncio.ensure_future(asyncio.to_thread(self._load))
        return await asyncio.shield(self._loading)

    def _load(self) -> Application:
        from ekograph.web.api.app import create_app

        return create_app(*self._given)


def _hosts(settings: Settings) -> frozenset[str]:
    """The names this server answers to."""
    own = urlsplit(settings.public_url).hostname or ""
    return frozenset(each.lower() for each in (own, settings.host, *LOOPBACK, *settings.allowed_hosts) if each)


#: The status of a process that cannot serve at all; it is not replaced, and the others are ended too.
CANNOT_SERVE = 2

#: Seconds before an ended process is replaced, so that one that cannot live does not keep a core busy.
_PAUSE = 0.5

_ENDING = {signal.SIGTERM, signal.SIGINT}
_PR_SET_PDEATHSIG = 1


def supervise(count: int, serve: Callable[[int], int], patience: float) -> int:
    """Run `serve` in `count` forked processes until SIGTERM or Ctrl-C; returns the exit status.

    `serve` gets the number of the process, from 0, and of a replacement too; what it returns is its exit status.
    A process that has not ended `patience` seconds after it was told to is killed. Call it while there is one thread.
    """
    # The signals are taken by sigwait, in order, and by nothing else.
    signal.pthread_sigmask(signal.SIG_BLOCK, {*_ENDING, signal.SIGCHLD})
    numbers = {_start(number, serve): number for number in range(count)}
    status = 0
    while not status and signal.sigwait({*_ENDING, signal.SIGCHLD}) == signal.SIGCHLD:
        # One signal may stand for several ends.
        for pid, ended in _ended(numbers):
            number = numbers.pop(pid)
            if ended == CANNOT_SERVE:
                status = CANNOT_SERVE
            else:
                time.sleep(_PAUSE)
                numbers[_start(number, serve)] = number
    _stop(numbers, patience)
    return status


def _start(number: int, serve: Callable[[int], int]) -> int:
    """Fork a process that serves; returns its process id."""
    parent = os.getpid()
    pid = os.fork()
    if not pid:
        _leave(serve, number, parent)
    return pid


def _leave(serve: Callable[[int], int], number: int, parent: int) -> NoReturn:
    """Serve, and end without going back to what the parent was doing."""
    # A child whose parent has been killed would serve on, unseen.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {*_ENDING, signal.SIGCHLD})
    status = 1
    try:
        # The parent may have ended before it was asked to tell of its end.
        status = serve(number) if os.getppid() == parent else 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _ended(numbers: dict[int, int]) -> list[tuple[int, int]]:
    """The process id and the exit status of those that have ended; of a killed one, minus the signal."""
    found = []
    for pid in numbers:
        gone, status = os.waitpid(pid, os.WNOHANG)
        if gone:
            found.append((pid, os.waitstatus_to_exitcode(status)))
    return found


def _stop(numbers: dict[int, int], patience: float) -> None:
    """Let all processes finish what they answer, and end them."""
    for pid in numbers:
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while numbers and time.monotonic() < deadline:
        for pid, _ in _ended(numbers):
            del numbers[pid]
        time.sleep(0.02)
    for pid in numbers:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
