"""States of a site as datasets, labelled as they are or would be published: a snapshot, or sources not yet checked."""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import RdfFormat, parse

from ekograph.authoring.canonical import canonical
from ekograph.authoring.report import Result
from ekograph.authoring.sources import collect
from ekograph.authoring.syntax import parsed
from ekograph.config import Settings
from ekograph.dataset import Dataset
from ekograph.i18n import Messages
from ekograph.publish.derived import derived
from ekograph.snapshot import Snapshot


class UnreadableError(Exception):
    """Sources that no dataset can be made of; `results` say where and why."""

    def __init__(self, results: Sequence[Result]) -> None:
        super().__init__(f"{len(results)} faults")
        self.results = results


def published(snapshot: Snapshot) -> Dataset:
    """The dataset of a snapshot."""
    manifest = snapshot.manifest
    quads = parse(path=snapshot.dataset, format=RdfFormat.N_QUADS)
    return Dataset(quads, base=manifest.base, prefixes=manifest.prefixes, languages=manifest.languages)


def written(settings: Settings, say: Messages) -> Dataset:
    """The dataset that the sources of a site would be published as; whether they conform is not asked.

    Raises SourceError for sources that cannot be read, UnreadableError (its results in the language of `say`, of
    the area "check") for sources that are not well-formed.
    """
    files = [parsed(source, say) for source in collect(settings) if source.kind != "shapes"]
    faults = [result for each in files for result in each.results]
    if faults:
        raise UnreadableError(faults)
    quads = [quad for each in files for quad in each.quads]
    prefixes = {prefix: iri for each in reversed(files) for prefix, iri in each.prefixes.items()}
    nquads = canonical([*quads, *derived(quads, settings.base)])
    return Dataset(
        parse(nquads, RdfFormat.N_QUADS), base=settings.base, prefixes=prefixes, languages=settings.languages
    )
