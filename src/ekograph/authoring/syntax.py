"""From the bytes of a source to quads, or to what stops a reader: encoding, syntax, prefixes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

from pyoxigraph import DefaultGraph, NamedNode, Quad, QuadParser, RdfFormat, parse, serialize

from ekograph.authoring.text import Lines, Place, decoded
from ekograph.i18n import Messages
from ekograph.validation.report import Result
from ekograph.validation.sources import Source

#: So many syntax faults of one file are told; after the first, more are often its consequences.
MOST_FAULTS = 20
#: The parser of record recurses on nested triple terms, and would end the process far above this depth.
DEEPEST_TRIPLE_TERM = 100

#: What the parser says (its own English), and our message for it; the group is put in as {found}.
_SAID = (
    (r"The prefix (?P<found>[^ ]*): has not been declared", "syntax-prefix"),
    (r"No scheme found", "syntax-relative"),
    (r"Invalid IRI", "syntax-iri"),
    (r"A dot is expected", "syntax-dot"),
    (r"(?P<found>.*) is not a valid predicate", "syntax-predicate"),
    (r"(?P<found>.*) is not a valid subject", "syntax-subject"),
    (r"(?P<found>.*) is not a valid RDF object", "syntax-object"),
    (r"should end with a '\]'", "syntax-bracket"),
    (r"Unexpected end", "syntax-end"),
    (r"Unexpected line jump|new line", "syntax-line-end"),
    (r"Unexpected escape character '(?P<found>.*)'", "syntax-escape"),
    (r"datatype IRI", "syntax-datatype"),
    (r"language|subtag", "syntax-language"),
    (r"(PREFIX|BASE|VERSION) (keyword|declaration)", "syntax-declaration"),
)


class Parsed:
    """A source as quads in its graph, with its prefixes, or with the results that say why not.

    `content` is the quads, or their N-Quads, from which a site too large to hold all quads at once is made.
    """

    def __init__(
        self, source: Source, content: list[Quad] | bytes, prefixes: Mapping[str, str], results: list[Result]
    ) -> None:
        self.source = source
        self.content = content
        self.prefixes = prefixes
        self.results = results

    @cached_property
    def quads(self) -> list[Quad]:
        """The quads, in the order of the source."""
        return list(parse(self.content, RdfFormat.N_QUADS)) if isinstance(self.content, bytes) else self.content

    @property
    def nquads(self) -> bytes:
        """The quads as N-Quads, in the order of the source."""
        if isinstance(self.content, bytes):
            return self.content
        return serialize(self.content, format=RdfFormat.N_QUADS) or b""


def parsed(source: Source, say: Messages, elsewhere: Mapping[str, str] = MappingProxyType({})) -> Parsed:
    """Parse a source; blank nodes get labels of their own, so that those of two files stay apart.

    `elsewhere` are the prefixes of other sources: one of them may be what an undeclared prefix stands for.
    """
    unreadable = _unreadable(source, say)
    if unreadable is not None:
        return Parsed(source, [], {}, [unreadable])
    parser = _parser(source)
    graph, quads, errors = NamedNode(source.graph), [], []
    named: Quad | None = None
    for item in _outcomes(parser):
        if isinstance(item, Quad):
            quads.append(Quad(item.subject, item.predicate, item.object, graph))
            named = named if isinstance(item.graph_name, DefaultGraph) else named or item
        else:
            errors.append(item)
    prefixes = dict(parser.prefixes)
    faults = [] if named is None else [_graph_of_its_own(source, named, say)]
    return Parsed(source, quads, prefixes, [*faults, *_faults(source, errors, {**elsewhere, **prefixes}, say)])


def written(source: Source, say: Messages) -> Parsed:
    """Parse a source as `parsed` does, straight to N-Quads where it has one graph and no fault."""
    if source.format.carries != "graph" or _unreadable(source, say) is not None:
        return parsed(source, say)
    parser = _parser(source)
    try:
        lines = serialize(parser, format=RdfFormat.N_QUADS) or b""
    except (SyntaxError, MemoryError):
        return parsed(source, say)
    # Line breaks in literals are escaped: a dot before one ends a statement.
    return Parsed(source, lines.replace(b" .\n", f" {NamedNode(source.graph)} .\n".encode()), dict(parser.prefixes), [])


def _parser(source: Source) -> QuadParser:
    form = RdfFormat.from_media_type(source.format.media_type)
    return parse(decoded(source.data).encode(), form, rename_blank_nodes=True)


def _graph_of_its_own(source: Source, quad: Quad, say: Messages) -> Result:
    return fault(source, "gate-graph", Place(1, 1), say("gate-graph", graph=quad.graph_name), say)


def _outcomes(parser: Iterator[Quad]) -> Iterator[Quad | SyntaxError]:
    """Quads and errors as they come: the parser goes on after the statement that has an error."""
    errors = 0
    while errors < MOST_FAULTS:
        try:
            yield next(parser)
        except StopIteration:
            return
        except SyntaxError as error:
            errors += 1
            yield error
        except MemoryError:  # a token above the parser's limit of 16 MB; there is no going on
            yield SyntaxError("token too long")
            return


def _unreadable(source: Source, say: Messages) -> Result | None:
    """The result for bytes that must not reach the parser, or None."""
    try:
        text = decoded(source.data)
    except UnicodeDecodeError as error:
        utf16 = source.data[:2] in {b"\xff\xfe", b"\xfe\xff"}
        key = "encoding-utf16" if utf16 else "encoding"
        place = _place_of_byte(source.data, error.start)
        return fault(source, "encoding", place, say(key, byte=f"{source.data[error.start]:02X}"), say)
    deep = _too_deep(text) if text.count("<<") > DEEPEST_TRIPLE_TERM else None
    return fault(source, "syntax", Lines(text).place(deep), say("syntax-deep"), say) if deep is not None else None


def fault(source: Source, rule: str, place: Place, message: str, say: Messages) -> Result:
    """A result about the text of a source, not about a thing in it."""
    return Result(rule, "Violation", source.name, *place, None, None, None, message, say.language)


def _place_of_byte(data: bytes, at: int) -> Place:
    line_start = data.rfind(b"\n", 0, at) + 1
    return Place(data.count(b"\n", 0, at) + 1, len(data[line_start:at].decode("utf-8", "replace")) + 1)


def _too_deep(text: str) -> int | None:
    """The offset where triple terms nest too deep, or None; strings are not told apart, which errs on the safe side."""
    depth = 0
    for match in re.finditer("<<|>>", text):
        depth = depth + 1 if match.group() == "<<" else max(depth - 1, 0)
        if depth > DEEPEST_TRIPLE_TERM:
            return match.start()
    return None


def _faults(source: Source, errors: list[SyntaxError], prefixes: Mapping[str, str], say: Messages) -> list[Result]:
    """The first fault of each line; a second is most often a consequence of it."""
    lines = Lines(decoded(source.data)) if errors else Lines("")
    firsts = {error.lineno: error for error in reversed(errors)}
    return [_fault(source, error, lines, prefixes, say) for error in firsts.values()]


def _fault(source: Source, error: SyntaxError, lines: Lines, prefixes: Mapping[str, str], say: Messages) -> Result:
    place = Place(error.lineno or 1, error.offset or 1)
    said = re.sub(r"^Parser error .*?: ", "", str(error.msg), count=1)
    for pattern, key in _SAID:
        match = re.search(pattern, said, re.DOTALL)
        if match:
            found = match.groupdict().get("found") or ""
            if key == "syntax-prefix":
                return fault(source, "syntax", place, _undeclared(found, prefixes, say), say)
            return fault(source, "syntax", place, say(key, found=_short(found)), say)
    text = lines.line(place.line)[place.column - 1 :]
    message = say("syntax-other", found=_short(text)) if text else say("syntax-unknown", format=source.format.name)
    return fault(source, "syntax", place, message, say)


def _undeclared(prefix: str, prefixes: Mapping[str, str], say: Messages) -> str:
    if prefix in prefixes:
        return say("syntax-prefix-elsewhere", found=prefix, iri=prefixes[prefix])
    from difflib import get_close_matches

    message = say("syntax-prefix", found=prefix)
    near = get_close_matches(prefix, prefixes, n=1, cutoff=0.6)
    return f"{message} {say('did-you-mean', found=f'{near[0]}:')}" if near else message


def _short(text: str, most: int = 40) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
