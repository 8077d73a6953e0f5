"""The issue: all that is known of one publication when its pages, catalogue and feeds are printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Quad

from ekograph.pages.site import Site


@dataclass(frozen=True)
class Version:
    """One publication: the name of its snapshot, the digest of its dataset, when (ISO 8601, UTC), how many triples."""

    name: str
    digest: str
    published: str
    triples: int


@dataclass(frozen=True)
class File:
    """One file among the dumps: its name, SHA-256 in hex, and size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Issue:
    """What is published.

    `shapes` are a document of their own, outside the dataset; `dumps` are all files offered for download; `versions`
    are all publications so far, oldest first, this one last.
    """

    site: Site
    shapes: Sequence[Quad]
    dumps: Sequence[File]
    versions: Sequence[Version]

    @property
    def version(self) -> Version:
        """The version that is published."""
        return self.versions[-1]

    @property
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes of the site."""
        return self.site.dataset.prefixes
