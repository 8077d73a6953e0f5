"""The dumps: the whole dataset in every RDF format and as tables, and their checksums."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ekograph.publish.exports import csvw
from ekograph.rdf import formats
from ekograph.rdf.dataset import Dataset
from ekograph.rdf.formats import Format
from ekograph.rendering.rdf_writers import NotExpressibleError, rdf, written

#: Where the dumps lie in the folder of a snapshot.
FOLDER = "dumps"
SUMS = "SHA256SUMS"
PACKAGE = "all.zip"


@dataclass(frozen=True)
class Dump:
    """A file: its name, its content, and the IRI of the class it holds the things of; "" for the whole dataset."""

    name: str
    content: bytes
    about: str = ""


def dumps(dataset: Dataset) -> Iterator[Dump]:
    """Every dump, the checksums last, in the form that `sha256sum --check` reads.

    The same dataset gives the same bytes. That holds for .gz and .zip wherever zlib is the original one (Debian,
    Ubuntu, python.org); successors of zlib choose other, equally good, bytes for the same content.
    """
    sums = {}
    for dump in _files(dataset):
        sums[dump.name] = hashlib.sha256(dump.content).hexdigest()
        yield dump
    yield Dump(SUMS, "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode())


def _files(dataset: Dataset) -> Iterator[Dump]:
    plain = []
    for form in formats.RDF:
        body = _body(dataset, form)
        if body is not None:
            plain.append(Dump(f"dataset.{form.suffix}", body))
            yield plain[-1]
            yield Dump(f"dataset.{form.suffix}.gz", compressed(body))
    for name, content, kind in csvw.files(dataset):
        plain.append(Dump(name, content, kind))
        yield plain[-1]
    yield Dump(PACKAGE, packed({item.name: item.content for item in plain}))


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
            return written(dataset.quads, form, dataset.prefixes)
        return rdf(dataset.quads, form, dataset.prefixes)
    except NotExpressibleError:
        return None
