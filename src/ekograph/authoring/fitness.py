"""What no shape can tell of data: that there is none, or that it holds what no reader should be given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import Literal, NamedNode, Quad

from ekograph.authoring.flaws import ENDS, Flaw, results
from ekograph.authoring.report import Result
from ekograph.authoring.syntax import Parsed
from ekograph.i18n import Messages

#: Characters that XML 1.0 cannot carry (section 2.2), and with it RDF/XML and SPARQL's XML results.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
#: Schemes of IRIs that name or locate things; others (javascript:, data:, file:) run or hold something.
SCHEMES = frozenset(
    ("http", "https", "mailto", "tel", "urn", "info", "tag", "geo", "doi", "did", "ark", "ni", "ftp", "sip", "xmpp")
)

#: What N-Quads have where something may be unfit: an escape other than of a line, a "<" that begins no such scheme.
_ESCAPED = re.compile(rb"\\[^tnr\"\\]")
_STRANGE = re.compile(rb"<(?!(?i:%s):)" % b"|".join(sorted(each.encode() for each in SCHEMES)))


def unfit(files: Sequence[Parsed], say: Messages) -> list[Result]:
    """The results for data that is empty, or has characters or IRIs unfit to publish."""
    data = [each for each in files if each.source.kind == "data"]
    if not any(each.content for each in data):
        name = data[0].source.name if data else "data"
        return [Result("gate-empty", "Violation", name, 1, 1, None, None, None, say("gate-empty"), say.language)]
    found = []
    for each in files:
        lines = each.nquads
        if (b"\\" in lines and _ESCAPED.search(lines)) or _STRANGE.search(lines):
            found += results([*_characters(each.quads, say), *_schemes(each.quads, say)], each, say)
    return found


def _characters(quads: Iterable[Quad], say: Messages) -> Iterator[Flaw]:
    for quad in quads:
        if isinstance(quad.object, Literal) and (match := _NOT_IN_XML.search(quad.object.value)):
            code = f"U+{ord(match.group()):04X}"
            yield Flaw("gate-character", quad, "object", say("gate-character", code=code))


def _schemes(quads: Iterable[Quad], say: Messages) -> Iterator[Flaw]:
    for quad in quads:
        for end, term in zip(ENDS, quad.triple, strict=True):
            if isinstance(term, NamedNode) and (scheme := term.value.partition(":")[0].lower()) not in SCHEMES:
                yield Flaw("gate-scheme", quad, end, say("gate-scheme", scheme=scheme))
