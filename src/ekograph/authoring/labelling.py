"""What keeps statements from having names of their own: files of one graph, blank nodes that cannot be told apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyoxigraph import BlankNode

from ekograph.authoring.canonical import with_blank_nodes
from ekograph.authoring.report import Result
from ekograph.authoring.sources import Source
from ekograph.authoring.syntax import Parsed, fault
from ekograph.authoring.text import Place
from ekograph.i18n import Messages


def unnameable(files: Sequence[Parsed], say: Messages) -> list[Result]:
    """The results for files that share a graph, and for blank nodes that cannot be named in good time."""
    return [*_namesakes(files, say), *(result for each in files for result in _tangles(each, say))]


def _namesakes(files: Sequence[Parsed], say: Messages) -> Iterator[Result]:
    """A graph is named after its file without folder and suffix, so that two files can have one name."""
    first: dict[str, Source] = {}
    for source in (each.source for each in files):
        other = first.setdefault(source.graph, source)
        if other is not source:
            message = say("gate-same-graph", other=other.name, graph=source.graph)
            yield fault(source, "gate-same-graph", Place(1, 1), message, say)


def _tangles(file: Parsed, say: Messages) -> list[Result]:
    quads = with_blank_nodes(file.nquads)
    if not quads:
        return []
    from ekograph.authoring.blanks import entangled
    from ekograph.authoring.flaws import Flaw, results

    ends = ((quad, quad.subject, quad.object) for quad in quads)
    linked = [quad for quad, *both in ends if any(isinstance(each, BlankNode) for each in both)]
    node = entangled((quad.subject, quad.predicate, quad.object) for quad in linked)
    if node is None:
        return []
    quad = next(each for each in quads if each.subject == node)
    return results([Flaw("gate-blank-nodes", quad, "subject", say("gate-blank-nodes"))], file, say)
