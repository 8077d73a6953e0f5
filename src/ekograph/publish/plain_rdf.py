"""Publishes any RDF file, or a folder of them, as it is: without settings, rules and history, with its named graphs.

A large one is in service as soon as it can be looked up; what takes long (search, dumps, counts) follows in a process
of its own, as another snapshot of the same data.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from ekograph.build.built_dataset import BuiltDataset
from ekograph.build.jobs import run_job, subprocess_job
from ekograph.config import Settings, load
from ekograph.i18n import LANGUAGES
from ekograph.publish.exporters import FIRST_EXPORTERS, representations
from ekograph.publish.large import LARGE_FROM, link, workshop
from ekograph.publish.pipeline import VerifiedSite, activate, manifest_of, site_of
from ekograph.publish.publication import Publication, Version
from ekograph.publish.rdf_files import Note, ReadingError, read
from ekograph.publish.site_datasets import dataset_of, view
from ekograph.rdf.canonical import graph_of
from ekograph.rdf.disk_dataset import StoredDataset, by_object
from ekograph.runtime import release_memory
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import BY_OBJECT, DATASET, STORE, UNFINISHED, Draft
from ekograph.urls import NO_BASE

#: A file is shown in so many languages at most, each with this share at least of the texts of the most frequent one.
MOST_LANGUAGES, LEAST_SHARE = 6, 0.05

#: The language tag of a literal in N-Quads.
_TAG = re.compile(rb'"@([A-Za-z]{2,3})(?=[ -])')


def publish_as_it_is(
    path: Path,
    settings: Settings,
    note: Note = lambda *_, **__: None,
    on_step: Callable[[str], None] = lambda _: None,
) -> bool:
    """Make a snapshot of the file or folder the current one of `settings`; returns whether `complete` has work left.

    `note` hears of what the reader does; `on_step` is told what is done next: "reading", "printing" or "finishing".
    Raises ReadingError and OSError.
    """
    on_step("reading")
    text, prefixes = read(path, os.environ.get("EKOGRAPH_BASE"), note)
    lines = sorted(set(text.splitlines(keepends=True)))
    if not lines:
        raise ReadingError("nothing_to_serve", path=path)
    del text
    settings = settings._replace(languages=_languages(lines, settings.languages), title=path.resolve().name)
    repository = SnapshotRepository(settings.snapshots_dir)
    with repository.locked():
        if len(lines) < LARGE_FROM:
            nquads = b"".join(lines)
            dataset = dataset_of(nquads, settings, prefixes)
            activate(VerifiedSite(settings, nquads, b"", dataset, has_history=False), repository, on_step)
            return False
        on_step("printing")
        activate_for_now(settings, lines, prefixes, repository)
    lines.clear()
    release_memory()
    return True


def complete(settings: Settings) -> None:
    """Make the snapshot that has all of the data in the current one, and make that the current one."""
    repository = SnapshotRepository(settings.snapshots_dir)
    with repository.locked():
        quick = repository.current()
        if quick is None:
            return
        settings = settings._replace(languages=quick.manifest.languages, title=quick.manifest.title)
        with workshop(repository, settings) as builder:
            for name in (DATASET, BY_OBJECT):
                link(quick.path / name, builder.folder / name)
            dataset = BuiltDataset(builder, **view(settings, quick.manifest.prefixes))
            site = VerifiedSite(settings, b"", b"", dataset, large=True, has_history=False, unfinished=quick)
            activate(site, repository)


def activate_for_now(
    settings: Settings, lines: Sequence[bytes], prefixes: Mapping[str, str], repository: SnapshotRepository
) -> None:
    """Make a snapshot the current one that has pages and a store of the N-Quads `lines`, sorted, and nothing else."""
    with Draft(repository.path) as draft:
        digest, _ = draft.write(DATASET, b"".join(lines))
        # In parts, as what is done beside holds the statements too.
        memory_mb = min(settings.memory_mb, len(lines) // 2000)
        with subprocess_job("ekograph.build.jobs", str(draft.path), str(memory_mb)):
            draft.write(BY_OBJECT, b"".join(sorted(by_object(lines))))
            dataset = StoredDataset(draft.path / DATASET, draft.path / BY_OBJECT, **view(settings, prefixes))
            counts = Counter(map(graph_of, lines))
            graphs = {name.strip(b"<>").decode(): count for name, count in sorted(counts.items())}
            triples = len(lines) if len(graphs) == 1 else sum(1 for _ in groupby(lines, key=_without_graph))
            manifest = replace(manifest_of(settings, digest, UNFINISHED, prefixes, graphs, triples), large=True)
            site = site_of(settings, dataset, manifest, large=True)
            version = Version(manifest.name, digest, manifest.published, triples)
            publication = Publication(site, (), (), [version], (), [(manifest.name, manifest.published)])
            draft.print(representations(publication, FIRST_EXPORTERS, listed=False))
        for path in sorted((draft.path / STORE).iterdir()):
            draft.add(f"{STORE}/{path.name}")
        repository.move_current(draft.finish(replace(manifest, profile=site.profile)).name)


def _without_graph(line: bytes) -> bytes:
    return line.removesuffix(b" .\n").removesuffix(graph_of(line)).rstrip()


def _languages(lines: Sequence[bytes], set_before: Sequence[str]) -> tuple[str, ...]:
    """The languages of pages: those that the data is mostly in, most often first; else those set.

    A language that the program does not speak is that of the content: what is around it is in English then.
    """
    counts = Counter(match[1].decode().lower() for line in lines if (match := _TAG.search(line)))
    least = max(counts.values(), default=0) * LEAST_SHARE
    languages = [language for language, count in counts.most_common() if count >= least or language in LANGUAGES]
    return tuple(languages[:MOST_LANGUAGES] or set_before)


if __name__ == "__main__":
    run_job(lambda: complete(load(Path(sys.argv[1]), base=NO_BASE, theme="")))
