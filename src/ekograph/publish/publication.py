"""All that is known of one publication when its pages, catalogue and feeds are printed.

The types of the files among the dumps, as portals name them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Quad

from ekograph.i18n import Messages
from ekograph.rdf import formats
from ekograph.rendering.site import Site


@dataclass(frozen=True)
class Version:
    """One state of the dataset: the snapshot it came with, its digest, when (ISO 8601, UTC), how many triples.

    `finished` is the time from which on it could be read, "" while that is not known.
    """

    name: str
    digest: str
    published: str
    triples: int
    finished: str = ""


@dataclass(frozen=True)
class Event:
    """What happened to one thing: the name and the time of the version, its IRI, the kind of the event, its new state.

    `kind` is create, update or delete; `state` is what is said of the thing, as N-Triples, empty when nothing is.
    """

    version: str
    published: str
    thing: str
    kind: str
    state: str


@dataclass(frozen=True)
class File:
    """One file among the dumps: its name, SHA-256 in hex, size in bytes, and the IRI of the class it is of, or "".

    `modified` is the time since which it has been the same, "" for a new one.
    """

    name: str
    sha256: str
    size: int
    about: str = ""
    modified: str = ""


@dataclass(frozen=True)
class Omission:
    """A representation that is not published: its address, the page it is of, and why; "taken": another is there."""

    address: str
    page: str
    reason: str


@dataclass(frozen=True)
class Publication:
    """What is published.

    `shapes` are a document of their own, outside the dataset; `dumps` are all files offered for download; `versions`
    are those of the dataset so far, oldest first, this one last; `events` are what happened to its things; `kept` are
    the names and times of the snapshots that stay, oldest first, this one last. `main` is the IRI of the
    dataset of the catalogue that is the site's own, "" where none is set; `omissions` grows with what cannot be made.
    """

    site: Site
    shapes: Sequence[Quad]
    dumps: Sequence[File]
    versions: Sequence[Version]
    events: Sequence[Event]
    kept: Sequence[tuple[str, str]]
    main: str = ""
    omissions: list[Omission] = field(default_factory=list)

    @property
    def version(self) -> Version:
        """The version that is published."""
        return self.versions[-1]

    @property
    def distributions(self) -> Sequence[tuple[File, FileType]]:
        """The dumps that the dataset can be had as, with their types; what is left out are checksums and the like."""
        return [(file, kind) for file in self.dumps if (kind := of(file.name))]

    @property
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes of the site."""
        return self.site.dataset.prefixes


#: The formats by the codes of the EU's table of file types
#: (http://publications.europa.eu/resource/authority/file-type), and by the names people use.
_KINDS = {
    "ttl": (formats.TURTLE.name, formats.TURTLE.media_type, "RDF_TURTLE", "Turtle"),
    "trig": (formats.TRIG.name, formats.TRIG.media_type, "RDF_TRIG", "TriG"),
    "nt": (formats.N_TRIPLES.name, formats.N_TRIPLES.media_type, "RDF_N_TRIPLES", "N-Triples"),
    "nq": (formats.N_QUADS.name, formats.N_QUADS.media_type, "RDF_N_QUADS", "N-Quads"),
    "jsonld": (formats.JSON_LD.name, formats.JSON_LD.media_type, "JSON_LD", "JSON-LD"),
    "rdf": (formats.RDF_XML.name, formats.RDF_XML.media_type, "RDF_XML", "RDF/XML"),
    "csv": ("csv", "text/csv", "CSV", "CSV"),
    "parquet": ("parquet", "application/vnd.apache.parquet", "PARQUET", "Parquet"),
    "zip": ("zip", "application/zip", "ZIP", "ZIP"),
}
#: How files are compressed: the media type, by the end of the name.
PACKINGS = {".gz": "application/gzip", ".zst": "application/zstd"}


@dataclass(frozen=True)
class FileType:
    """A type of file: our name of the format, its media type, its code in the EU's table, what people call it.

    `packed` is the media type of what it is compressed into, "" where it is not.
    """

    name: str
    media_type: str
    authority: str
    label: str
    packed: str

    @property
    def as_sent(self) -> str:
        """The media type of the file as it is."""
        return self.packed or self.media_type

    def title(self, messages: Messages, what: str = "") -> str:
        """The title of a dump of the whole dataset, or of a table of `what`; `messages` are of the area "publish"."""
        packed = f", {messages('dump_packed')} ({self.packed.rpartition('/')[2]})" if self.packed else ""
        return f"{what or messages('dump_whole')}: {self.label}{packed}"

    def description(self, messages: Messages, what: str = "") -> str:
        """A sentence about a dump of the whole dataset, or about a table of `what`."""
        return messages("dump_table" if what else "dump_description", label=self.label, what=what)


def of(name: str) -> FileType | None:
    """The type of the dump `name`; None for what is no distribution of the dataset, such as checksums."""
    stem, _, suffix = name.rpartition(".")
    packed = PACKINGS.get(f".{suffix}", "")
    kind = _KINDS.get(stem.rpartition(".")[2] if packed else suffix)
    return FileType(*kind, packed) if kind else None
