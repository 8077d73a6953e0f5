"""The server process: a socket, uvicorn, and the site on it.

Several processes that serve from one socket: started, replaced when one ends, and ended together.
"""

from __future__ import annotations

import asyncio
import ctypes
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

from ekograph.config import ConfigError, Settings
from ekograph.plugins import load_theme
from ekograph.runtime import tune_for_serving
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.web.api import browse, ckan, description_check, oaipmh, problem_types, reconciliation, search
from ekograph.web.api.routes import Route, Routes
from ekograph.web.contract import Resource
from ekograph.web.dispatch import Dispatcher, host_name
from ekograph.web.documents import derived_forms, files, versions
from ekograph.web.http.connection import allow_connections
from ekograph.web.http.first_contact import FirstContact
from ekograph.web.service import health
from ekograph.web.service.access_log import write_access_log
from ekograph.web.service.engines import HAS_WORKERS, engines
from ekograph.web.service.live import Service
from ekograph.web.service.metrics import Metrics, MetricsRegistry, ProcessCounters, Shared
from ekograph.web.service.public_address import PublicAddress
from ekograph.web.service.watchdog import Watchdog
from ekograph.web.sparql import endpoint, graph_store
from ekograph.web.sparql.answering import Answering

log = logging.getLogger("ekograph")

#: Connections that wait in the kernel.
_BACKLOG = 2048

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

#: Gives the settings as they are now; raises ConfigError.
Reread = Callable[[], Settings]


def listen(settings: Settings) -> tuple[socket.socket, Settings]:
    """A socket on the host and port of `settings`, and the settings with the port it got and its address.

    Raises OSError when the address is taken or not this machine's.
    """
    family, _, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening, at_port(settings, listening.getsockname()[1])


def at_port(settings: Settings, port: int) -> Settings:
    """The settings with the port that the server got, and the address that follows from it."""
    settings = settings._replace(port=port)
    return settings._replace(public_url=settings.address)


def serve(
    settings: Settings,
    listening: socket.socket,
    ready: Callable[[Service], None],
    reread: Reread | None = None,
    *,
    watched: bool = False,
) -> int:
    """Serve the site until a signal ends it; `ready` is called once it answers. Returns the exit status.

    SIGHUP has the settings read anew by `reread`, and the snapshot put in service with them. A watched site is one
    person's, and one process serves it.
    """
    if settings.processes == 1 or watched or not HAS_WORKERS:
        return _Process(settings, reread, watched=watched).run(listening, ready)

    board = ProcessCounters(settings.processes)

    def one_of_many(number: int) -> int:
        process = _Process(settings, reread, shared=Shared(board, number))
        return process.run(listening, ready if number == 0 else lambda _: None)

    return supervise(settings.processes, one_of_many, patience=_grace(settings) + 2)


class _Process:
    """One process that serves: its parts, and how they are made anew from other settings."""

    def __init__(
        self, settings: Settings, reread: Reread | None, *, watched: bool = False, shared: Shared | None = None
    ) -> None:
        self._settings = settings
        self._reread = reread
        self._watched = watched
        self._answering = Answering()
        self._watchdog = Watchdog()
        repository = SnapshotRepository(settings.snapshots_dir)
        address = PublicAddress(settings.public_url, watched, settings.security_contact)
        theme = partial(load_theme, settings)
        self._service = Service(repository, lambda snapshot: engines(settings, snapshot), address, theme)
        metrics = Metrics(log=settings.access_log)
        self._registry = MetricsRegistry(metrics, self._figures, shared)
        self._dispatcher = Dispatcher(self._service, self._routes(settings), address, hosts(settings), metrics)
        self._reloading: asyncio.Task[None] | None = None

    def run(self, listening: socket.socket, ready: Callable[[Service], None]) -> int:
        """Serve until a signal comes; returns the exit status."""
        # With few descriptors only some connections may be taken at once, before room is made for the first of them:
        # asyncio is content with that, uvloop is not.
        ample = allow_connections() > 2 * _BACKLOG
        tune_for_serving()
        if self._settings.access_log:
            write_access_log()
        config = uvicorn.Config(
            self._dispatcher,
            http=FirstContact,
            ws="none",
            loop="auto" if ample else "asyncio",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=_BACKLOG if ample else 1,
            timeout_graceful_shutdown=_grace(self._settings),
        )

        async def up() -> None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._reload)
            ready(self._service)
            await asyncio.gather(self._registry.keep(), self._watchdog.keep())

        server = _Server(config, up, self._service)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        # uvicorn ends in good order on a signal, and then raises it once more; when it cannot start, it exits.
        with suppress(KeyboardInterrupt, SystemExit):
            server.run(sockets=[listening])
        return 0 if server.started else 2

    def _figures(self) -> dict[str, float]:
        cache = self._answering.cache
        return {
            "cache_hits_total": cache.hits,
            "cache_misses_total": cache.misses,
            "cache_evictions_total": cache.evictions,
            "cache_answers": len(cache),
            "cache_bytes": cache.size,
            **self._watchdog.figures(),
            **self._service.figures(),
        }

    def _routes(self, settings: Settings) -> Routes:
        """All that is answered besides what is printed."""
        resources: dict[str, Resource] = {
            endpoint.PATH: endpoint.Endpoint(settings, self._answering),
            graph_store.PATH: graph_store.GraphStore(settings, self._answering),
        }
        routes = [*routes_of(settings), *health.routes(self._service, self._registry)]
        return Routes(routes, resources, settings.address)

    def _reload(self) -> None:
        """Begin to read the settings anew, unless that is under way."""
        if self._reread and (self._reloading is None or self._reloading.done()):
            self._reloading = asyncio.ensure_future(self._reloaded(self._reread))

    async def _reloaded(self, reread: Reread) -> None:
        try:
            settings = at_port(await asyncio.to_thread(reread), self._settings.port)
        except ConfigError as error:
            log.error("the settings stay as they are: %s", error)  # noqa: TRY400 - what is wrong stands in the text
            return
        fixed = [name for name in _FIXED if getattr(settings, name) != getattr(self._settings, name)]
        if fixed:
            log.warning("%s: a new value takes effect when the server is started again", ", ".join(fixed))
        settings = settings._replace(**{name: getattr(self._settings, name) for name in _FIXED})
        self._settings = settings
        self._dispatcher.metrics.log = settings.access_log
        if settings.access_log:
            write_access_log()
        address = PublicAddress(settings.public_url, self._watched, settings.security_contact)
        self._dispatcher.reconfigure(self._routes(settings), address, hosts(settings))
        await self._service.reload(lambda snapshot: engines(settings, snapshot), address)
        log.info("the settings have been read again")


def routes_of(settings: Settings) -> list[Route]:
    """What is answered from a snapshot besides what is printed."""
    return [
        *files.routes(),
        *ckan.routes(settings.address),
        oaipmh.route(
            settings.address,
            settings.contact if settings.contact.startswith("mailto:") else settings.security_contact,
        ),
        *versions.routes(PublicAddress(settings.public_url)),
        *derived_forms.routes(settings),
        problem_types.route(),
        *search.routes(settings),
        *reconciliation.routes(settings),
        *browse.routes(settings),
        *description_check.routes(settings),
        *endpoint.documented(),
        *graph_store.documented(),
    ]


#: What a running server cannot change: where it listens, which folder it reads, how many processes it is.
_FIXED = ("root", "host", "port", "snapshots", "processes")


def _grace(settings: Settings) -> int:
    """Seconds in which answers that are under way may end."""
    return max(1, round(settings.query_seconds) + 1)


class _Server(uvicorn.Server):
    """uvicorn that says when it is up, and takes back the connections that workers have before it ends."""

    def __init__(self, config: uvicorn.Config, up: Callable[[], Awaitable[None]], service: Service) -> None:
        super().__init__(config)
        self._up = up
        self._service = service
        self._after: asyncio.Future[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and do what follows beside the first requests."""
        await super().startup(sockets)
        for listening in sockets or ():
            # uvicorn has made this as short as what is taken at once.
            listening.listen(_BACKLOG)
        if self.started:
            self._after = asyncio.ensure_future(self._up())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let what is under way end, and stop."""
        if self._service.deployment:
            self._service.deployment.engine.revoke()
        if self._after:
            self._after.cancel()
        await super().shutdown(sockets)


def hosts(settings: Settings) -> frozenset[str]:
    """The names this server answers to, as they stand in a Host field."""
    names = (urlsplit(settings.public_url).hostname or "", settings.host, *LOOPBACK, *settings.allowed_hosts)
    return frozenset(
        host_name(f"[{name}]" if name.count(":") > 1 and name[0] != "[" else name) for name in names if name
    )


#: The status of a process that cannot serve at all; it is not replaced, and the others are ended too.
CANNOT_SERVE = 2

#: Seconds before an ended process is replaced, so that one that cannot live does not keep a core busy.
_PAUSE = 0.5

_ENDING = {signal.SIGTERM, signal.SIGINT}
_SIGNALS = {*_ENDING, signal.SIGCHLD, signal.SIGHUP}
_PR_SET_PDEATHSIG = 1


def supervise(count: int, serve: Callable[[int], int], patience: float) -> int:
    """Run `serve` in `count` forked processes until SIGTERM or Ctrl-C; returns the exit status.

    `serve` gets the number of the process, from 0, and of a replacement too; what it returns is its exit status.
    A process that has not ended `patience` seconds after it was told to is killed. Call it while there is one thread.
    """
    # The signals are taken by sigwait, in order, and by nothing else.
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    numbers = {_start(number, serve): number for number in range(count)}
    status = 0
    while not status and (number := signal.sigwait(_SIGNALS)) not in _ENDING:
        if number == signal.SIGHUP:
            for pid in numbers:
                os.kill(pid, signal.SIGHUP)
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
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
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
    result = []
    for pid in numbers:
        gone, status = os.waitpid(pid, os.WNOHANG)
        if gone:
            result.append((pid, os.waitstatus_to_exitcode(status)))
    return result


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
