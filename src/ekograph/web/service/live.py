"""What is in service: a snapshot with its printed answers and its engine, swapped whole or not at all."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ekograph.engine.contract import Engine
from ekograph.engine.errors import QueryError
from ekograph.plugins import Theme
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import Snapshot, SnapshotError
from ekograph.web.contract import Deployment, Finder, Receive, Send
from ekograph.web.documents.prerendered import ResponseTable
from ekograph.web.service.metrics import is_counter
from ekograph.web.service.public_address import PublicAddress
from ekograph.web.sparql.answering import new_cache

#: How often the repository is asked for its current snapshot, in seconds: one readlink each time.
LOOK_EVERY = 0.2

#: Seconds until a snapshot that could not be put in service is tried again: it may be mended, or its engine be back.
RETRY_EVERY = 5.0

log = logging.getLogger("ekograph")


@dataclass(frozen=True)
class ServiceProblem:
    """Why the newest state is not in service: what happened, when (UTC, ISO 8601), and what the check found."""

    text: str
    since: str
    findings: str = ""

    @classmethod
    def now(cls, text: str, findings: str = "") -> ServiceProblem:
        """A problem that has just come up."""
        return cls(text, datetime.now(UTC).isoformat(timespec="seconds"), findings)


class Service:
    """Keeps a deployment in service and follows the repository.

    `engines_for` makes the engines of a snapshot, one at least: each answers faster than the one before, and takes
    longer to start. A snapshot that cannot be put in service leaves the deployment as it is, or lacking; `problem`
    says why.
    """

    def __init__(
        self,
        repository: SnapshotRepository,
        engines_for: Callable[[Snapshot], Sequence[Engine]],
        address: PublicAddress,
        load_theme: Callable[[], Theme] = Theme,
    ) -> None:
        self.deployment: Deployment | None = None
        self.problem: ServiceProblem | None = None
        self._repository = repository
        self._engines_for = engines_for
        self._address = address
        self._load_theme = load_theme
        self._refused: tuple[str | None, float] = (None, 0.0)
        self._following: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._improving: asyncio.Task[None] | None = None
        # What the engines and caches of earlier deployments have counted.
        self._before: Counter[str] = Counter()

    @property
    def name(self) -> str | None:
        """The name of the snapshot in service; None before any is."""
        return self.deployment.snapshot.name if self.deployment else None

    @property
    def improving(self) -> bool:
        """Whether an engine is starting that is to take the place of the one in service."""
        return self._improving is not None and not self._improving.done()

    async def start(self) -> None:
        """Put the current snapshot in service, or, if it is damaged, the newest one before that is whole.

        Where none is, the first one to come will be.
        """
        names = self._repository.served_first()
        if not names:
            self.problem = ServiceProblem.now("nothing has been published yet")
        for name in names:
            if deployment := await self._attempt(name):
                self._put_in_service(deployment)
                break
        self._following = asyncio.ensure_future(self._follow())

    async def stop(self) -> None:
        """End following and let the engines finish."""
        for task in filter(None, (self._following, self._improving)):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self.deployment is not None:
            await self.deployment.engine.stop()
        await asyncio.gather(*self._ending)

    async def reload(self, engines_for: Callable[[Snapshot], Sequence[Engine]], address: PublicAddress) -> None:
        """Put the current snapshot in service anew, with these engines and at this address."""
        self._engines_for, self._address = engines_for, address
        name = self._repository.current_name()
        if name and (deployment := await self._attempt(name)):
            self._put_in_service(deployment)
            self._refused, self.problem = (None, 0.0), None

    def lack(self, reason: str) -> None:
        """Say on the pages, and to /health, why what is lacking of the snapshot in service will not come."""
        self.problem = ServiceProblem.now(reason)
        if self.deployment is not None:
            self.deployment.unprepared.append(reason)

    async def lifespan(self, receive: Receive, send: Send) -> None:
        """Start and stop with the server (the lifespan protocol of ASGI)."""
        await receive()
        await self.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    def figures(self) -> Mapping[str, float]:
        """What there is to measure of what is in service; counters go on from one snapshot to the next."""
        figures = dict(_figures(self.deployment)) if self.deployment else {}
        return {
            **figures,
            **{name: figures.get(name, 0) + count for name, count in self._before.items()},
            "snapshot_live": int(self.deployment is not None),
            "snapshot_stale": int(self.problem is not None),
            "engine_starting": int(self.improving),
        }

    async def _attempt(self, name: str) -> Deployment | None:
        """The deployment of a snapshot, or None, which is reported, when it cannot be put in service."""
        try:
            return await self._load(name)
        except Exception as error:  # noqa: BLE001 - it is reported, and what is in service must go on
            if name == self._repository.current_name():
                self._refused = name, asyncio.get_running_loop().time() + RETRY_EVERY
            self._report(f"{name} cannot be served: {error or type(error).__name__}")
            return None

    async def _load(self, name: str) -> Deployment:
        """The deployment of a snapshot, ready to answer; raises whatever reading it and starting its engine raise."""
        snapshot = await asyncio.to_thread(Snapshot.open, self._repository.path / name)
        engine, *to_come = self._engines_for(snapshot)
        reading = asyncio.to_thread(ResponseTable, snapshot, self._address)
        table, failure = await asyncio.gather(reading, engine.start(), return_exceptions=True)
        if isinstance(failure, QueryError):
            raise SnapshotError(f"its engine does not start ({failure})") from failure
        if failure:
            raise failure
        if isinstance(table, BaseException):
            await engine.stop()
            raise table
        if self.deployment and (trouble := await _lasting_trouble(engine)):
            await engine.stop()
            raise SnapshotError(trouble)
        return Deployment(
            snapshot, table, engine, new_cache(), _thing_pages(snapshot, self._address, self._load_theme), to_come
        )

    async def _follow(self) -> None:
        """Look again and again which snapshot is current, and put it in service."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            name = self._repository.current_name()
            if name is None or name == self.name or self._is_refused(name):
                continue
            if deployment := await self._attempt(name):  # else the old one stays in service
                self._put_in_service(deployment)
                self._refused, self.problem = (None, 0.0), None
                log.info("in service: %s", name)

    def _is_refused(self, name: str) -> bool:
        """Whether the snapshot was tried a short while ago, in vain."""
        refused, until = self._refused
        return name == refused and asyncio.get_running_loop().time() < until

    def _put_in_service(self, deployment: Deployment) -> None:
        if self._improving:
            self._improving.cancel()
        self._swap(deployment)
        if deployment.to_come:
            self._improving = asyncio.ensure_future(self._improve(deployment))

    async def _improve(self, deployment: Deployment) -> None:
        """Have the engines to come take the place of that of a deployment in service, each when it has started."""
        for engine in deployment.to_come:
            try:
                await engine.start()
            except asyncio.CancelledError:
                await engine.stop()
                raise
            except (QueryError, OSError) as error:
                log.warning("%s: queries are answered slower than they could be (%s)", self.name, error)
                return
            self._swap(replace(deployment, engine=engine, to_come=(), repeated=new_cache()))
            log.info("%s: queries are answered faster now", self.name)

    def _swap(self, deployment: Deployment) -> None:
        old = self.deployment
        if old:
            # Before the first request sees the new one: no answer may come from the old one after that.
            old.engine.revoke()
            self._before.update({name: int(count) for name, count in _figures(old).items() if is_counter(name)})
        self.deployment = deployment
        if old:
            ending = asyncio.ensure_future(old.engine.stop())
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    def _report(self, text: str) -> None:
        if self.problem is None or self.problem.text != text:  # logged once, however often it is tried
            self.problem = ServiceProblem.now(text)
            log.error("%s", text)


async def _lasting_trouble(engine: Engine) -> str:
    """Why an engine cannot answer for as long as it is waited for; "" as soon as it can."""
    with suppress(TimeoutError):
        async with asyncio.timeout(RETRY_EVERY):
            while engine.trouble:  # noqa: ASYNC110 - it tells nobody when it ends
                await asyncio.sleep(LOOK_EVERY / 4)
    return engine.trouble


def _figures(deployment: Deployment) -> Mapping[str, float]:
    """The figures of a deployment: of its engine, and of the answers kept by the bytes of their requests."""
    repeated = deployment.repeated
    counted = {"answers_repeated_total": repeated.hits, "answers_not_repeated_total": repeated.misses}
    kept = {"answers_kept": len(repeated), "answers_kept_bytes": repeated.size}
    return {**counted, **kept, **deployment.engine.figures()}


def _thing_pages(snapshot: Snapshot, address: PublicAddress, load_theme: Callable[[], Theme]) -> Finder | None:
    """What makes the pages of a large snapshot's things; most snapshots need no more than is printed."""
    if not snapshot.manifest.large:
        return None
    from ekograph.web.documents.on_demand import ThingPages

    return ThingPages(snapshot, address, load_theme())
