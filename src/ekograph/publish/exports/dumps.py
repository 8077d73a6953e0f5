"""The dumps: the whole dataset in every RDF format and as tables, and their checksums."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

from pyoxigraph import BlankNode, Literal, NamedNode

from ekograph.publish.exports import csvw
from ekograph.rdf import formats
from ekograph.rdf.dataset import Dataset
from ekograph.rdf.formats import Format
from ekograph.rendering.rdf_writers import NotExpressibleError, rdf, written

#: Where the dumps lie in the folder of a snapshot.
FOLDER = "dumps"
SUMS = "SHA256SUMS"
PACKAGE = "all.zip"

_COLUMNS = ("subject", "predicate", "object", "kind", "datatype", "language", "graph")


@dataclass(frozen=True)
class Dump:
    """A file: its name, its content, and the IRI of the class it holds the things of; "" for the whole dataset."""

    name: str
    content: bytes
    about: str = ""


def dumps(dataset: Dataset, more: Sequence[str] = ()) -> Iterator[Dump]:
    """Every dump, also in the `more` forms (parquet, zst); the checksums last, as `sha256sum --check` reads them.

    The same dataset gives the same bytes. That holds for .gz and .zip wherever zlib is the original one (Debian,
    Ubuntu, python.org); successors of zlib choose other, equally good, bytes for the same content.
    """
    sums = {}
    for dump in _files(dataset, more):
        sums[dump.name] = hashlib.sha256(dump.content).hexdigest()
        yield dump
    yield Dump(SUMS, "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode())


def _files(dataset: Dataset, more: Sequence[str]) -> Iterator[Dump]:
    plain = []
    packings = {".gz": compressed}
    if "zst" in more:
        packings[".zst"] = import_module("zstandard").ZstdCompressor(level=12).compress
    for form in formats.RDF:
        body = _body(dataset, form)
        if body is not None:
            plain.append(Dump(f"dataset.{form.suffix}", body))
            yield plain[-1]
            yield from (Dump(f"dataset.{form.suffix}{end}", pack(body)) for end, pack in packings.items())
    if "parquet" in more:
        yield Dump("dataset.parquet", parquet(dataset))
    for name, content, kind in csvw.files(dataset):
        plain.append(Dump(name, content, kind))
        yield plain[-1]
    yield Dump(PACKAGE, packed({item.name: item.content for item in plain}))


def parquet(dataset: Dataset) -> bytes:
    """The quads as one table: the terms as they are written, `null` where a literal has no language (Apache Parquet).

    `kind` is "iri", "blank", "literal" or "triple", of the object; the default graph is `null`.
    """
    arrow, writer = import_module("pyarrow"), import_module("pyarrow.parquet")
    kinds = {NamedNode: "iri", BlankNode: "blank", Literal: "literal"}
    columns: dict[str, list[str | None]] = {name: [] for name in _COLUMNS}
    for quad in dataset.quads:
        end, graph = quad.object, quad.graph_name
        literal = end if isinstance(end, Literal) else None
        row = (
            *(term.value if isinstance(term, NamedNode) else str(term) for term in (quad.subject, quad.predicate)),
            end.value if isinstance(end, NamedNode | Literal) else str(end),
            kinds.get(type(end), "triple"),
            literal and literal.datatype.value,
            literal and literal.language,
            graph.value if isinstance(graph, NamedNode) else None,
        )
        for name, value in zip(_COLUMNS, row, strict=True):
            columns[name].append(value)
    out = io.BytesIO()
    table = arrow.table(columns, schema=arrow.schema([(name, arrow.string()) for name in _COLUMNS]))
    writer.write_table(table, out, compression="zstd")
    return out.getvalue()


def compressed(body: bytes) -> bytes:
    """`body` as gzip without name and time (RFC 1952), so that equal bodies give equal bytes."""
    return gzip.compress(body, compresslevel=9, mtime=0)


def packed(contents: Mapping[str, bytes]) -> bytes:
    """The files as one ZIP archive, without times, so that equal files give equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name)  # its time is the first that ZIP knows
            entry.create_system = 3  # as on Unix, on any machine
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()


def _body(dataset: Dataset, form: Format) -> bytes | None:
    """The dataset in `form`; None where that has no way to write it."""
    try:
        if form is formats.JSON_LD:
            # Most readers of JSON-LD take one graph: they would get nothing of named ones.
            return written(list(dict.fromkeys(quad.triple for quad in dataset.quads)), form, dataset.prefixes)
        return rdf(dataset.quads, form, dataset.prefixes)
    except NotExpressibleError:
        return None
