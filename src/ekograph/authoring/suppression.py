"""The suppression list: what must not be published any more, whoever brings it back into the sources."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from ekograph.authoring.sources import SourceError

#: In the folder of the site: a line for each IRI or text; empty lines and lines that begin with "#" say nothing.
FILE = "suppressed.txt"


def read(root: Path) -> frozenset[str]:
    """The entries of the site's list; none without the file. Raises SourceError for one that cannot be read."""
    path = root / FILE
    if not path.exists():
        return frozenset()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError("cannot-read", path, reason=getattr(error, "strerror", None) or "UTF-8?") from error
    lines = (line.strip() for line in text.splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


def is_suppressed(quad: Quad, entries: Iterable[str]) -> bool:
    """Whether the quad is about an entry, points to it, or holds it as its text."""
    terms = (quad.subject, quad.object)
    return any(isinstance(term, NamedNode | Literal) and term.value in entries for term in terms)
