"""Reads RDF files as they lie about: compressed, with any ending, with relative IRIs, among files that are no RDF."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat, parse, serialize

from ekograph.rdf.canonical import graph_of
from ekograph.urls import graph_name
from ekograph.validation.parsing import nests_too_deep

#: The formats by the end of a file's name, in lower case; of files that end otherwise, the content is looked at.
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
#: Compressed files, whatever they hold.
COMPRESSED = (".gz", ".zst")

#: Relative IRIs of a file that declares no base begin with this: no folder of this machine is told to anybody.
NO_FILE_BASE = "http://localhost/"

_RDF = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML = re.compile(rb"\s*<(?:\?xml|!DOCTYPE|!--|[A-Za-z_][\w.-]*:?[\w.-]*[\s>])")
_ENTITY = re.compile(r"""<!ENTITY\s+([\w.-]+)\s+["']([^"']*)["']""")
_NAMESPACE = re.compile(r"""\sxmlns:([\w.-]+)\s*=\s*["']([^"']*)["']""")

#: So much of a file is looked at to see what it is, and which prefixes its XML declares.
_HEAD = 65_536


class ReadingError(Exception):
    """What cannot be read: `key` names the message of the area "serve", `values` fill it."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(f"{key}: {values}")
        self.key = key
        self.values = values


#: Takes the key of a message of the area "serve", and its values.
Note = Callable[..., Any]


def read(path: Path, base: str | None = None, note: Note = lambda *_, **__: None) -> tuple[bytes, dict[str, str]]:
    """The statements of the file, or of all RDF files below the folder, as N-Quads, and the prefixes they declare.

    Relative IRIs are resolved against the base that a file declares, or else against `base` (RFC 3986, section 5.1).
    Blank nodes of different files stay different. `note` hears of files that are skipped, and of relative IRIs where
    no `base` is set. Raises ReadingError for a path that is not there, of no known format, or with a fault, and
    OSError for a file that cannot be opened.
    """
    texts: list[bytes] = []
    prefixes: dict[str, str] = {}
    if not path.exists():
        raise ReadingError("no_such_path", path=path)
    for file in sorted(_files(path)) if path.is_dir() else [path]:
        if file != path and not file.resolve().is_relative_to(path.resolve()):
            # What lies elsewhere on this machine was not meant, whoever made the folder.
            note("leads_out", path=file)
            continue
        try:
            text, declared = _parsed(file, base or NO_FILE_BASE)
        except ReadingError as error:
            if error.key != "no_rdf" or file == path:
                raise
            note("skipped", path=file)
            continue
        texts.append(text)
        prefixes = declared | prefixes
    if not base and any(f"<{NO_FILE_BASE}".encode() in text for text in texts):
        note("relative", base=NO_FILE_BASE)
    return b"".join(texts), prefixes


def _files(folder: Path) -> Iterator[Path]:
    """The files below the folder whose names say that they are RDF."""
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if _suffix(path) in FORMATS and path.is_file() and not hidden:
            yield path


def _suffix(path: Path) -> str:
    """The end of the name that tells the format, in lower case."""
    name = path.name.lower()
    for ending in COMPRESSED:
        name = name.removesuffix(ending)
    return Path(name).suffix


def _content(path: Path) -> bytes:
    data = path.read_bytes()
    if path.name.lower().endswith(".gz"):
        try:
            return gzip.decompress(data)
        except (OSError, EOFError) as error:
            raise ReadingError("unreadable", place=path, reason=error) from error
    if path.name.lower().endswith(".zst"):
        try:
            zstandard = import_module("zstandard")
        except ImportError as error:
            raise ReadingError("needs_zstandard", path=path) from error
        try:
            return bytes(zstandard.ZstdDecompressor().decompressobj().decompress(data))
        except zstandard.ZstdError as error:
            raise ReadingError("unreadable", place=path, reason=error) from error
    return data


def _format(path: Path, data: bytes) -> RdfFormat:
    """The format of a file: by its content where that is plain to see, else by its name. Raises ReadingError."""
    named = FORMATS.get(_suffix(path))
    start = data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    if named is RdfFormat.RDF_XML or named is None:
        if _XML.match(start) and not start.startswith((b"<http", b"<urn:")):
            if _RDF not in data:
                raise ReadingError("no_rdf", path=path)
            return RdfFormat.RDF_XML
        if start.startswith((b"{", b"[")) and b"@" in data:
            return RdfFormat.JSON_LD
        if named is RdfFormat.RDF_XML or re.match(rb"@(prefix|base)|(?i:prefix|base)\s|#|<[a-z]+:", start):
            return RdfFormat.TURTLE
        raise ReadingError("unknown_format", path=path, suffixes=" ".join(FORMATS))
    return named


def _parsed(path: Path, base: str) -> tuple[bytes, dict[str, str]]:
    """The statements of one file as N-Quads, and its prefixes."""
    data = _content(path)
    form = _format(path, data)
    if nests_too_deep(data):
        raise ReadingError("too_deep", path=path)
    parser = parse(data, form, base_iri=base, rename_blank_nodes=True)
    try:
        text = serialize(parser, format=RdfFormat.N_QUADS) or b""
    except SyntaxError as error:
        if "LoadDocumentCallback" in str(error.msg):
            raise ReadingError("remote_context", path=path) from error
        place = f"{path}:{error.lineno}:{error.offset}" if error.lineno else str(path)
        raise ReadingError("unreadable", place=place, reason=error.msg) from error
    except MemoryError as error:
        raise ReadingError("unreadable", place=path, reason="a token is longer than 16 MB") from error
    if form in {RdfFormat.N_QUADS, RdfFormat.TRIG, RdfFormat.JSON_LD}:
        text = _with_named_graphs(text, path)
    return text, _xml_prefixes(data) if form is RdfFormat.RDF_XML else dict(parser.prefixes)


def _with_named_graphs(text: bytes, path: Path) -> bytes:
    """The statements with an IRI for each blank node that names a graph (RDF 1.1, section 3.5): a query can ask it."""
    graphs = {graph_of(line) for line in text.splitlines()} if b"_:" in text else ()
    names = {
        label: f"<{graph_name('', f'{path.stem}-{number}')}>".encode()
        for number, label in enumerate(sorted(graph for graph in graphs if graph.startswith(b"_:")), 1)
    }
    return re.sub(rb"(?<![^ \n])_:\w+(?= )", lambda match: names.get(match[0], match[0]), text) if names else text


def _xml_prefixes(data: bytes) -> dict[str, str]:
    """The prefixes that RDF/XML declares, which the parser does not tell; entities of the document are put in."""
    head = data[:_HEAD].decode("utf-8", "replace")
    entities = dict(_ENTITY.findall(head))
    resolved = (
        (prefix, re.sub(r"&([\w.-]+);", lambda match: entities.get(match[1], match[0]), iri))
        for prefix, iri in reversed(_NAMESPACE.findall(head))
    )
    return {prefix: iri for prefix, iri in resolved if ":" in iri}
