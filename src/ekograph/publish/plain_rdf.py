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
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from ekograph.build.built_dataset import BuiltDataset
from ekograph.build.jobs import run_job
from ekograph.config import Settings, load
from ekograph.i18n import LANGUAGES
from ekograph.publish.large import LARGE_FROM, link, workshop
from ekograph.publish.pipeline import VerifiedSite, activate, activate_for_now
from ekograph.publish.rdf_files import Note, ReadingError, read
from ekograph.rdf.dataset import Dataset
from ekograph.runtime import release_memory
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import BY_OBJECT, DATASET
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
            activate(_site(settings, b"".join(lines), prefixes), repository, on_step)
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
            dataset = BuiltDataset(
                builder,
                base=settings.base,
                prefixes=quick.manifest.prefixes,
                languages=settings.languages,
                spaces=settings.own,
            )
            site = VerifiedSite(settings, b"", b"", dataset, large=True, has_history=False, unfinished=quick)
            activate(site, repository)


def _site(settings: Settings, nquads: bytes, prefixes: Mapping[str, str]) -> VerifiedSite:
    dataset = Dataset(
        parse(nquads, RdfFormat.N_QUADS),
        base=settings.base,
        prefixes=prefixes,
        languages=settings.languages,
        spaces=settings.own,
        in_order=True,
    )
    return VerifiedSite(settings, nquads, b"", dataset, has_history=False)


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
