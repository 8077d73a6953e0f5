"""The suppression list: what must not be published any more, whoever brings it back into the sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from ekograph.validation.sources import SourceError

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


def without(quads: Iterable[Quad], entries: frozenset[str]) -> tuple[list[Quad], int]:
    """The quads that may be published, and how many may not.

    Left out is what is about an entry, points to it or holds it as its text, and what is said of blank nodes that
    only led on from there.
    """
    everything = list(quads)
    if not entries:
        return everything, 0
    allowed = [quad for quad in everything if not _is_suppressed(quad, entries)]
    dropped = [quad for quad in everything if _is_suppressed(quad, entries)]
    lost = _lost({quad.object for quad in dropped if isinstance(quad.object, BlankNode)}, allowed)
    kept = [quad for quad in allowed if quad.subject not in lost]
    return kept, len(everything) - len(kept)


def _is_suppressed(statement: Quad | Triple, entries: frozenset[str]) -> bool:
    """Whether a statement, or one that is quoted in it, names an entry."""
    subject, value = statement.subject, statement.object
    if isinstance(value, Triple) and _is_suppressed(value, entries):
        return True
    return any(isinstance(term, NamedNode | Literal) and term.value in entries for term in (subject, value))


def _lost(starts: set[BlankNode], quads: list[Quad]) -> set[BlankNode]:
    """Of the blank nodes that can be reached from `starts` over blank nodes, those that nothing else leads to."""
    targets: defaultdict[object, list[BlankNode]] = defaultdict(list)
    for quad in quads:
        if isinstance(quad.object, BlankNode):
            targets[quad.subject].append(quad.object)
    lost, waiting = set(starts), list(starts)
    while waiting:
        more = set(targets[waiting.pop()]) - lost
        lost |= more
        waiting += more
    waiting = [target for source in list(targets) if source not in lost for target in targets[source]]
    while waiting:
        node = waiting.pop()
        if node in lost:
            lost.remove(node)
            waiting += targets[node]
    return lost
