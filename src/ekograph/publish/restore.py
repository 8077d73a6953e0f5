"""A state of the dataset that is gone back to, published as the version that it is: what it takes back are events."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from pyoxigraph import RdfFormat, parse

from ekograph.config import Settings
from ekograph.plugins import load_theme
from ekograph.publish import example_queries, site_datasets
from ekograph.publish.catalog import ckan, dcat_ap, oaipmh
from ekograph.publish.exporters import representations
from ekograph.publish.exports.dumps import FOLDER, dumps
from ekograph.publish.history import atom, changelog, ldes, memento
from ekograph.publish.pipeline import published_now, site_of
from ekograph.publish.publication import File, Publication, Version
from ekograph.rdf.dataset import Dataset
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import PRINTED, Draft, Representation, Snapshot
from ekograph.urls import GONE, LDES_ROOT
from ekograph.validation import suppression

# What tells of the history and of the versions; all else stays as it was printed.
_EXPORTERS = (
    *(dcat_ap.export, ckan.export, oaipmh.export, atom.export, ldes.export),
    *(memento.export, memento.tombstones, changelog.export),
)


def restore(settings: Settings, repository: SnapshotRepository, snapshot: Snapshot, latest: Snapshot) -> bool:
    """Make a copy of `snapshot` the current one whose history goes on from that of `latest`, the newest so far.

    Pages and files are those of `snapshot`. Returns whether it was made: a large site tells of no events, the same
    dataset has none, and what is suppressed by now is told of no more. The `repository` is locked. Raises OSError,
    ConfigError and SourceError.
    """
    manifest, suppressed = snapshot.manifest, suppression.read(settings.root)
    if manifest.large or latest.manifest.large or manifest.digest == latest.manifest.digest:
        return False
    if changelog.tells_of(latest, suppressed) or changelog.tells_of(snapshot, suppressed):
        return False
    name = repository.free_name(manifest.restored or manifest.name)
    now = replace(manifest, name=name, published=published_now(latest), previous=latest.name, restored=snapshot.name)
    dataset = site_datasets.published(snapshot)
    updated = changelog.append(
        changelog.read(latest), Version(name, manifest.digest, now.published, manifest.triples), dataset
    )
    kept = [*repository.newest(settings.keep - 1), (name, now.published)]
    shapes = [quad for form in snapshot.printed("/shapes.nq") for quad in parse(form.body, RdfFormat.N_QUADS)]
    site = site_of(
        manifest,
        dataset,
        now,
        queries=example_queries.read(settings.root),
        has_rules=bool(shapes),
        history=changelog.history(updated.events, kept),
        versions=changelog.dated(updated.versions),
        theme=load_theme(settings),
    )
    publication = Publication(
        site, shapes, list(_files(snapshot, latest, dataset)), updated.versions, updated.events, kept, settings.dataset
    )
    with Draft(repository.path) as draft:
        for file in manifest.files:
            if file != PRINTED and not file.startswith(changelog.PATCHES):
                (draft.path / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(snapshot.path / file, draft.path / file)
                draft.add(file)
        changelog.write(updated, draft)
        draft.print(_printed(snapshot, publication))
        repository.move_current(draft.finish(now, latest.manifest).name)
    return True


def _files(snapshot: Snapshot, latest: Snapshot, dataset: Dataset) -> Iterator[File]:
    """The files among the dumps, and what they are about."""
    for dump in dumps(dataset):
        path = f"{FOLDER}/{dump.name}"
        if file := snapshot.manifest.files.get(path):
            yield File(dump.name, *file, dump.about, latest.manifest.same_since(path, file))


def _printed(snapshot: Snapshot, publication: Publication) -> Iterator[Representation]:
    """What is printed of the snapshot, with what tells of the history made anew."""
    made = list(representations(publication, _EXPORTERS, listed=False))
    taken = {representation.address for representation in made}
    stays = (
        representation
        for representation in snapshot.printed()
        if representation.address not in taken | {GONE} and not representation.page.startswith(LDES_ROOT)
    )
    return chain(stays, made)
