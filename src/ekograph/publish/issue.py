"""The issue: all that is known of one publication when its pages, catalogue and feeds are printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Quad

from ekograph.pages.site import Site


@dataclass(frozen=True)
class Version:
    """One state of the dataset: the snapshot it came with, its digest, when (ISO 8601, UTC), how many triples."""

    name: str
    digest: str
    published: str
    triples: int


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
    """One file among the dumps: its name, SHA-256 in hex, size in bytes, and the IRI of the class it is of, or ""."""

    name: str
    sha256: str
    size: int
    about: str = ""


@dataclass(frozen=True)
class Issue:
    """What is published.

    `shapes` are a document of their own, outside the dataset; `dumps` are all files offered for download; `versions`
    are those of the dataset so far, oldest first, this one last; `events` are what happened to its things; `kept` are
    the names and times of the snapshots that stay, oldest first, this one last.
    """

    site: Site
    shapes: Sequence[Quad]
    dumps: Sequence[File]
    versions: Sequence[Version]
    events: Sequence[Event]
    kept: Sequence[tuple[str, str]]

    @property
    def version(self) -> Version:
        """The version that is published."""
        return self.versions[-1]

    @property
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes of the site."""
        return self.site.dataset.prefixes
