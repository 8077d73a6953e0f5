"""What no shape can tell of data: that there is none, or that it holds what no reader should be given.

What keeps statements from having names of their own: files of one graph, blank nodes that cannot be told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from ekograph.i18n import Messages
from ekograph.rdf.canonical import with_blank_nodes
from ekograph.turtle.lines import Place
from ekograph.validation.parsing import Parsed, fault
from ekograph.validation.report import Result
from ekograph.validation.sources import Source
from ekograph.validation.term_findings import ENDS, TermFinding, results

#: Characters that XML 1.0 cannot carry (section 2.2), and with it RDF/XML and SPARQL's XML results.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
#: Schemes of IRIs that name or locate things; others (javascript:, data:, file:) run or hold something.
SCHEMES = frozenset(
    ("http", "https", "mailto", "tel", "urn", "info", "tag", "geo", "doi", "did", "ark", "ni", "ftp", "sip", "xmpp")
)

#: What N-Quads have where something may be unfit: an escape other than of a line, a "<" that begins no such scheme.
_ESCAPED = re.compile(rb"\\[^tnr\"\\]")
_STRANGE = re.compile(rb"<(?!(?i:%s):)" % b"|".join(sorted(each.encode() for each in SCHEMES)))


def find_unpublishable(files: Sequence[Parsed], say: Messages) -> list[Result]:
    """The results for data that is empty, or has characters or IRIs unfit to publish."""
    data = [each for each in files if each.source.kind == "data"]
    if not any(each.ntriples for each in data):
        name = data[0].source.name if data else "data"
        return [Result("gate-empty", "Violation", name, 1, 1, None, None, None, say("gate-empty"), say.language)]
    found = []
    for each in files:
        lines = each.ntriples
        if (b"\\" in lines and _ESCAPED.search(lines)) or _STRANGE.search(lines):
            found += results([*_characters(each.quads, say), *_schemes(each.quads, say)], each, say)
    return found


def _characters(quads: Iterable[Quad], say: Messages) -> Iterator[TermFinding]:
    for quad in quads:
        if isinstance(quad.object, Literal) and (match := _NOT_IN_XML.search(quad.object.value)):
            code = f"U+{ord(match.group()):04X}"
            yield TermFinding("gate-character", quad, "object", say("gate-character", code=code))


def _schemes(quads: Iterable[Quad], say: Messages) -> Iterator[TermFinding]:
    for quad in quads:
        for end, term in zip(ENDS, quad.triple, strict=True):
            if isinstance(term, NamedNode) and (scheme := term.value.partition(":")[0].lower()) not in SCHEMES:
                yield TermFinding("gate-scheme", quad, end, say("gate-scheme", scheme=scheme))


def find_unnameable(files: Sequence[Parsed], say: Messages) -> list[Result]:
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
    quads = with_blank_nodes(file.ntriples)
    if not quads:
        return []
    from ekograph.rdf.canonical import find_costly_blank_node
    from ekograph.validation.term_findings import TermFinding, results

    ends = ((quad, quad.subject, quad.object) for quad in quads)
    linked = [quad for quad, *both in ends if any(isinstance(each, BlankNode) for each in both)]
    node = find_costly_blank_node((quad.subject, quad.predicate, quad.object) for quad in linked)
    if node is None:
        return []
    quad = next(each for each in quads if each.subject == node)
    return results([TermFinding("gate-blank-nodes", quad, "subject", say("gate-blank-nodes"))], file, say)
