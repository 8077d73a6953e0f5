"""What is in service: a snapshot with its printed answers and its engine, swapped whole or not at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ekograph.config import ConfigError
from ekograph.engine.contract import Engine
from ekograph.engine.errors import QueryError
from ekograph.plugins import Theme
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import Snapshot, SnapshotError
from ekograph.web.documents.prerendered import ResponseTable
from ekograph.web.http.asgi import Receive, Send
from ekograph.web.service.deployment import PublicAddress
from ekograph.web.sparql.answer_cache import Repeated

if TYPE_CHECKING:
    from ekograph.web.documents.on_demand import Rendering

#: How often the shelf is asked for its current snapshot, in seconds: one readlink each time.
LOOK_EVERY = 0.2

#: Seconds until a snapshot that could not be put in service is tried again: it may be mended, or its engine be back.
RETRY_EVERY = 5.0

#: Bytes of answers to queries that are kept to be given again to the same request.
REPEATED_BYTES = 32_000_000

log = logging.getLogger("ekograph")


@dataclass(frozen=True)
class Deployment:
    """A snapshot in service, what is printed of it or made when asked for, its engine and what that has answered.

    A request takes it once, at its start. The engines `to_come` are to take the place of the one there is.
    """

    snapshot: Snapshot
    table: ResponseTable
    engine: Engine
    rendering: Rendering | None = None
    to_come: Sequence[Engine] = ()
    repeated: Repeated = field(default_factory=lambda: Repeated(REPEATED_BYTES))


@dataclass(frozen=True)
class ServiceProblem:
    """Why the newest state is not in service: what happened, when (UTC, ISO 8601), and what the check found."""

    text: str
    since: str
    findings: str = ""

    @classmethod
    def now(cls, text: str, findings: str = "") -> ServiceProblem:
        """Trouble that has just come up."""
        return cls(text, datetime.now(UTC).isoformat(timespec="seconds"), findings)


class NothingLiveError(Exception):
    """No snapshot is in service."""


class Service:
    """Keeps the pair in service and follows the shelf.

    `engines_for` makes the engines of a snapshot, one at least: each answers faster than the one before, and takes
    longer to start. `copy` is what is particular to this copy of the site. A snapshot that cannot be put in service
    leaves the pair as it is, or lacking, and is told of in `trouble`.
    """

    def __init__(
        self,
        shelf: SnapshotRepository,
        engines_for: Callable[[Snapshot], Sequence[Engine]],
        copy: PublicAddress,
        load_theme: Callable[[], Theme] = Theme,
    ) -> None:
        self._shelf = shelf
        self._engines_for = engines_for
        self._copy = copy
        self._load_theme = load_theme
        self._pair: Deployment | None = None
        self._refused: tuple[str | None, float] = (None, 0.0)
        self._following: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._improving: asyncio.Task[None] | None = None
        self.trouble: ServiceProblem | None = None

    @property
    def pair(self) -> Deployment:
        """What is in service; raises NothingLiveError before anything is."""
        if self._pair is None:
            raise NothingLiveError
        return self._pair

    @property
    def pair_or_none(self) -> Deployment | None:
        """What is in service; None before anything is."""
        return self._pair

    @property
    def name(self) -> str | None:
        """The name of the snapshot in service; None before any is."""
        return self._pair.snapshot.name if self._pair else None

    @property
    def improving(self) -> bool:
        """Whether an engine is starting that is to take the place of the one in service."""
        return self._improving is not None and not self._improving.done()

    async def start(self) -> None:
        """Put the current snapshot in service, or, if it is damaged, the newest one before that is whole.

        Where none is, the first one to come will be.
        """
        history = self._shelf.history()
        if not history:
            self.trouble = ServiceProblem.now("nothing has been published yet")
        for name in reversed(history):
            if pair := await self._attempt(name):
                self._put_in_service(pair)
                break
        self._following = asyncio.ensure_future(self._follow())

    async def stop(self) -> None:
        """End following and let the engines finish."""
        for task in filter(None, (self._following, self._improving)):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self._pair is not None:
            await self._pair.engine.stop()
        await asyncio.gather(*self._ending)

    async def lifespan(self, receive: Receive, send: Send) -> None:
        """Start and stop with the server (the lifespan protocol of ASGI)."""
        await receive()
        await self.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _attempt(self, name: str) -> Deployment | None:
        """The pair of a snapshot, or None, which is reported, when it cannot be put in service."""
        try:
            return await self._load(name)
        except (SnapshotError, ConfigError, OSError, ValueError) as error:
            if name == self._shelf.current_name():
                self._refused = name, asyncio.get_running_loop().time() + RETRY_EVERY
            self._report(f"{name} cannot be served: {error}")
            return None

    async def _load(self, name: str) -> Deployment:
        """The pair of a snapshot, ready to answer; raises SnapshotError, ConfigError, OSError or ValueError."""
        snapshot = await asyncio.to_thread(Snapshot.open, self._shelf.path / name)
        engine, *to_come = self._engines_for(snapshot)
        reading = asyncio.to_thread(ResponseTable, snapshot, self._copy)
        table, failed = await asyncio.gather(reading, engine.start(), return_exceptions=True)
        if isinstance(failed, QueryError):
            raise SnapshotError(f"its engine does not start ({failed})") from failed
        if failed:
            raise failed
        if isinstance(table, BaseException):
            await engine.stop()
            raise table
        return Deployment(snapshot, table, engine, _rendering(snapshot, self._copy, self._load_theme), to_come)

    async def _follow(self) -> None:
        """Look again and again which snapshot is current, and put it in service."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            name = self._shelf.current_name()
            if name is None or name == self.name or self._is_refused(name):
                continue
            if new := await self._attempt(name):  # else the old one stays in service
                self._put_in_service(new)
                self._refused, self.trouble = (None, 0.0), None
                log.info("in service: %s", new.snapshot.name)

    def _is_refused(self, name: str) -> bool:
        """Whether the snapshot was tried a short while ago, in vain."""
        refused, until = self._refused
        return name == refused and asyncio.get_running_loop().time() < until

    def _put_in_service(self, new: Deployment) -> None:
        if self._improving:
            self._improving.cancel()
        self._swap(new)
        if new.to_come:
            self._improving = asyncio.ensure_future(self._improve(new))

    async def _improve(self, pair: Deployment) -> None:
        """Have the engines to come take the place of that of a pair in service, each when it has started."""
        for engine in pair.to_come:
            try:
                await engine.start()
            except asyncio.CancelledError:
                await engine.stop()
                raise
            except (QueryError, OSError) as error:
                log.warning("%s: queries are answered slower than they could be (%s)", pair.snapshot.name, error)
                return
            self._swap(replace(pair, engine=engine, to_come=(), repeated=Repeated(REPEATED_BYTES)))
            log.info("%s: queries are answered faster now", pair.snapshot.name)

    def _swap(self, new: Deployment) -> None:
        if self._pair:
            # Before the first request sees the new one: no answer may come from the old one after that.
            self._pair.engine.revoke()
        old, self._pair = self._pair, new
        if old:
            ending = asyncio.ensure_future(old.engine.stop())
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    def _report(self, text: str) -> None:
        if self.trouble is None or self.trouble.text != text:  # told once, however often it is tried
            self.trouble = ServiceProblem.now(text)
            log.error("%s", text)


def _rendering(snapshot: Snapshot, copy: PublicAddress, load_theme: Callable[[], Theme]) -> Rendering | None:
    """What makes the pages of a large snapshot; most are not, and need no more than is printed."""
    if not snapshot.manifest.large:
        return None
    from ekograph.web.documents.on_demand import Rendering

    return Rendering(snapshot, copy, load_theme())
