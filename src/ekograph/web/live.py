"""What is in service: a snapshot with its printed answers and its engine, swapped whole or not at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ekograph.engine.base import Engine, QueryError
from ekograph.shelf import Shelf
from ekograph.snapshot import Snapshot, SnapshotError
from ekograph.web.asgi import Receive, Send
from ekograph.web.copy import Copy
from ekograph.web.printed import Table
from ekograph.web.repeated import Repeated

if TYPE_CHECKING:
    from ekograph.web.rendering import Rendering

#: How often the shelf is asked for its current snapshot, in seconds: one readlink each time.
LOOK_EVERY = 0.2

#: Bytes of answers to queries that are kept to be given again to the same request.
REPEATED_BYTES = 32_000_000

log = logging.getLogger("ekograph")


@dataclass(frozen=True)
class Pair:
    """A snapshot in service, what is printed of it or made when asked for, its engine and what that has answered.

    A request takes it once, at its start.
    """

    snapshot: Snapshot
    table: Table
    engine: Engine
    rendering: Rendering | None = None
    repeated: Repeated = field(default_factory=lambda: Repeated(REPEATED_BYTES))


@dataclass(frozen=True)
class Trouble:
    """Why the newest state is not in service: what happened, when (UTC, ISO 8601), and what the check found."""

    text: str
    since: str
    findings: str = ""

    @classmethod
    def now(cls, text: str, findings: str = "") -> Trouble:
        """Trouble that has just come up."""
        return cls(text, datetime.now(UTC).isoformat(timespec="seconds"), findings)


class Live:
    """Keeps the pair in service and follows the shelf.

    `engine_for` makes the engine of a snapshot; `copy` is what is particular to this copy of the site. A snapshot
    that cannot be put in service leaves the pair as it is and is told of in `trouble`.
    """

    def __init__(self, shelf: Shelf, engine_for: Callable[[Snapshot], Engine], copy: Copy) -> None:
        self._shelf = shelf
        self._engine_for = engine_for
        self._copy = copy
        self._pair: Pair | None = None
        self._refused = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self.trouble: Trouble | None = None

    @property
    def pair(self) -> Pair:
        """What is in service; raises SnapshotError before anything is."""
        if self._pair is None:
            raise SnapshotError("nothing is in service yet")
        return self._pair

    async def start(self) -> None:
        """Put the current snapshot in service, or, if it is damaged, the newest one before that is whole.

        Raises SnapshotError when none is.
        """
        for name in reversed(self._shelf.history()):
            try:
                self._pair = await self._load(name)
            except SnapshotError as error:
                self._report(str(error))
                self._refused = self._refused or name
            else:
                self._in_background(self._follow())
                return
        raise SnapshotError(f"no snapshot in {self._shelf.path} can be served; publish one: ekograph publish")

    async def stop(self) -> None:
        """End following and let the engine finish."""
        for task in list(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self._pair is not None:
            await self._pair.engine.stop()

    async def lifespan(self, receive: Receive, send: Send) -> None:
        """Start and stop with the server (the lifespan protocol of ASGI)."""
        await receive()
        try:
            await self.start()
        except SnapshotError as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _load(self, name: str) -> Pair:
        """The pair of a snapshot, ready to answer; raises SnapshotError."""
        snapshot = await asyncio.to_thread(Snapshot.open, self._shelf.path / name)
        engine = self._engine_for(snapshot)
        try:
            table, _ = await asyncio.gather(asyncio.to_thread(Table, snapshot, self._copy), engine.start())
        except QueryError as error:
            raise SnapshotError(f"{name}: its engine does not start ({error})") from error
        return Pair(snapshot, table, engine, _rendering(snapshot, self._copy))

    async def _follow(self) -> None:
        """Look again and again which snapshot is current, and put it in service."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            name = self._shelf.current_name()
            if name is None or name in {self.pair.snapshot.name, self._refused}:
                continue
            try:
                new = await self._load(name)
            except (SnapshotError, OSError, ValueError) as error:  # the old one stays in service
                self._refused = name
                self._report(f"{name} cannot be served: {error}")
            else:
                self._swap(new)

    def _swap(self, new: Pair) -> None:
        old = self.pair
        self._pair, self._refused, self.trouble = new, "", None
        log.info("in service: %s", new.snapshot.name)
        self._in_background(old.engine.stop())

    def _report(self, text: str) -> None:
        self.trouble = Trouble.now(text)
        log.error("%s", text)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _rendering(snapshot: Snapshot, copy: Copy) -> Rendering | None:
    """What makes the pages of a large snapshot; most are not, and need no more than is printed."""
    if not snapshot.manifest.large:
        return None
    from ekograph.web.rendering import Rendering

    return Rendering(snapshot, copy)
