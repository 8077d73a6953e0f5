"""Reads any RDF file, or a folder of them, as it is: without settings, without rules, with its named graphs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, parse

from ekograph.config import Settings
from ekograph.publish.large import LARGE_FROM
from ekograph.publish.pipeline import VerifiedSite, activate
from ekograph.rdf.dataset import Dataset
from ekograph.rendering.rdf_writers import n_quads
from ekograph.snapshots.repository import SnapshotRepository

#: The formats by the end of a file's name.
FORMATS = {
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".jsonld": RdfFormat.JSON_LD,
    ".rdf": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
}


class ReadingError(Exception):
    """What cannot be read: `key` names the message of the area "serve", `values` fill it."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(f"{key}: {values}")
        self.key = key
        self.values = values


def publish_as_it_is(path: Path, settings: Settings) -> None:
    """Make a snapshot of the file or folder the current one of `settings`; raises ReadingError and OSError."""
    quads, prefixes = read(path)
    if not quads:
        raise ReadingError("nothing_to_serve", path=path)
    dataset = Dataset(quads, base=settings.base, prefixes=prefixes, languages=settings.languages, own=settings.own)
    proof = VerifiedSite(settings, n_quads(quads), b"", dataset, (), large=len(dataset.quads) >= LARGE_FROM)
    shelf = SnapshotRepository(settings.snapshots_dir)
    with shelf.locked():
        activate(proof, shelf)


def read(path: Path, base: str | None = None) -> tuple[list[Quad], dict[str, str]]:
    """The quads of the file, or of all RDF files below the folder, and the prefixes they declare.

    Relative IRIs are resolved against `base`, or else against the address of their file (RFC 3986, section 5.1.3).
    Blank nodes of different files stay different. Raises ReadingError for a path that is not there, of no known
    format, or with a fault, and OSError for a file that cannot be opened.
    """
    quads: list[Quad] = []
    prefixes: dict[str, str] = {}
    for file in _files(path):
        parsed, declared = _parsed(file, base or file.resolve().as_uri())
        quads += parsed
        prefixes = declared | prefixes
    return quads, prefixes


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise ReadingError("no_such_path", path=path)
    if path.is_dir():
        yield from sorted(each for each in path.rglob("*") if each.suffix in FORMATS and each.is_file())
    elif path.suffix in FORMATS:
        yield path
    else:
        raise ReadingError("unknown_format", path=path, suffixes=" ".join(FORMATS))


def _parsed(path: Path, base: str) -> tuple[list[Quad], dict[str, str]]:
    try:
        parser = parse(path=path, format=FORMATS[path.suffix], base_iri=base, rename_blank_nodes=True)
        return list(parser), dict(parser.prefixes)
    except SyntaxError as error:
        place = f"{path}:{error.lineno}:{error.offset}" if error.lineno else str(path)
        raise ReadingError("unreadable", place=place, reason=error.msg) from error
