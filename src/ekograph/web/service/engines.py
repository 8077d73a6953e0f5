"""Which engines answer queries from a snapshot, within what this machine has memory for."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ekograph.config import Settings
from ekograph.engine.contract import DefaultGraph, Limits
from ekograph.engine.workers import memory_budget
from ekograph.engine.workers.engine import EmbeddedEngine, Stored
from ekograph.engine.workers.in_process import InProcessEngine
from ekograph.snapshots.snapshot import QUERIES, STORE, Snapshot

if TYPE_CHECKING:
    from ekograph.engine.contract import Engine

log = logging.getLogger("ekograph")

#: Whether this system can end a query with its process; only Linux has all that this needs.
HAS_WORKERS = sys.platform == "linux"


def engines(settings: Settings, snapshot: Snapshot) -> Sequence[Engine]:
    """One engine, or several, of which each answers faster than the one before and takes longer to start.

    A small dataset is held in memory. A large one is on disk, and in memory too, later, where there is room for it.
    """
    limits = _limits(settings)
    if settings.remote_endpoint:
        return [_remote(settings, snapshot, limits.shared(settings.processes))]
    if not HAS_WORKERS:
        log.warning("queries run one at a time, and none can be ended: for more, this server needs Linux")
        graph = _default_graph(settings, snapshot)
        return [InProcessEngine(snapshot.dataset, limits, snapshot.manifest.prefixes, snapshot.manifest.base, graph)]
    quads = sum(snapshot.manifest.graphs.values())
    dataset = quads * memory_budget.QUAD
    result = []
    if snapshot.manifest.large:
        merged = _default_graph(settings, snapshot) is DefaultGraph.MERGED
        store = snapshot.path / (QUERIES if merged else STORE)
        result.append(_embedded(settings, snapshot, Stored(store, quads), limits))
    if not snapshot.manifest.large or _has_room(settings, limits, dataset):
        result.append(_embedded(settings, snapshot, snapshot.dataset, _limits(settings, dataset)))
    return result


def _has_room(settings: Settings, limits: Limits, dataset: int) -> bool:
    """Whether a dataset of so many bytes may be in memory, and half of the queries that run without it can run then."""
    all_processes = dataset * settings.processes
    needed = all_processes + (limits.total + 1) // 2 * ((limits.memory_mb << 20) + dataset)
    total = memory_budget.of_machine() or 0
    return all_processes <= settings.dataset_mb << 20 and needed <= total * memory_budget.QUERIES_SHARE


def _limits(settings: Settings, dataset: int = 0) -> Limits:
    """The bounds of queries: those of the settings, and no more at once than this machine has memory for.

    `dataset` is what the dataset takes in the memory of a process, in bytes.
    """
    requested = Limits(
        seconds=settings.query_seconds,
        memory_mb=settings.query_memory_mb,
        result_mb=settings.result_mb,
        fast=max(Limits.fast, len(os.sched_getaffinity(0)) if HAS_WORKERS else 1),
    )
    total = memory_budget.of_machine()
    if total is None:
        return requested
    limits = requested.within(int(total * memory_budget.QUERIES_SHARE) - dataset * settings.processes, dataset)
    if limits.total < requested.total and not settings.remote_endpoint and not dataset:
        log.warning(
            "at most %d queries run at once, not %d: each may take %d MB, and this machine has %d MB; "
            "lower query_memory_mb for more",
            *(limits.total, requested.total, limits.memory_mb, total >> 20),
        )
    return limits


def _embedded(settings: Settings, snapshot: Snapshot, dataset: Path | Stored, limits: Limits) -> Engine:
    manifest = snapshot.manifest
    return EmbeddedEngine(
        dataset,
        limits.shared(settings.processes),
        prefixes=manifest.prefixes,
        base=manifest.base,
        default_graph=_default_graph(settings, snapshot),
    )


def _default_graph(settings: Settings, snapshot: Snapshot) -> DefaultGraph:
    """What the default graph is; merged, it takes room of its own, so only where a triple is in two graphs."""
    manifest = snapshot.manifest
    if not settings.union_default_graph:
        return DefaultGraph.ITSELF
    # A large snapshot of an earlier version has no store for this.
    can_merge = not manifest.large or (snapshot.path / QUERIES).is_dir()
    return DefaultGraph.MERGED if manifest.repeats and can_merge else DefaultGraph.UNION


def _remote(settings: Settings, snapshot: Snapshot, limits: Limits) -> Engine:
    """The engine that asks another store, which a publication has made hold the snapshot."""
    from ekograph.engine.remote.engine import Defaults, RemoteEngine
    from ekograph.engine.remote.state import MERGED, HeldSnapshot, Store

    manifest = snapshot.manifest
    held = HeldSnapshot.of(manifest, merged=settings.union_default_graph)
    named = tuple(filter(None, manifest.graphs)) if settings.union_default_graph else ()
    defaults = Defaults(manifest.prefixes, manifest.base, (MERGED,) if MERGED in held.graphs else named, named)
    return RemoteEngine(Store.parse(settings.remote_endpoint).query, limits, defaults, held)
