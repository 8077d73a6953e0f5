"""The dumps: the whole dataset in every RDF format, plain and compressed, and their checksums."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Mapping, Sequence

from pyoxigraph import Quad

from ekograph import formats
from ekograph.formats import Format
from ekograph.pages.representations import NotExpressibleError, rdf, written

#: Where the dumps lie in the folder of a snapshot.
FOLDER = "dumps"
SUMS = "SHA256SUMS"


def dumps(quads: Sequence[Quad], prefixes: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Name and content of each dump, the checksums last, in the form that `sha256sum --check` reads.

    The same quads give the same bytes. That holds for .gz wherever zlib is the original one (Debian, Ubuntu,
    python.org); successors of zlib choose other, equally good, bytes for the same content.
    """
    sums = {}
    for form in formats.RDF:
        body = _body(quads, form, prefixes)
        if body is None:
            continue
        for name, content in ((f"dataset.{form.suffix}", body), (f"dataset.{form.suffix}.gz", compressed(body))):
            sums[name] = hashlib.sha256(content).hexdigest()
            yield name, content
    yield SUMS, "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode()


def compressed(body: bytes) -> bytes:
    """`body` as gzip without name and time (RFC 1952), so that equal bodies give equal bytes."""
    return gzip.compress(body, compresslevel=9, mtime=0)


def _body(quads: Sequence[Quad], form: Format, prefixes: Mapping[str, str]) -> bytes | None:
    """The dump in `form`; None where RDF/XML has no way to write the dataset."""
    if form is formats.JSON_LD:
        return written(sorted(quads, key=str), form, prefixes)
    try:
        return rdf(quads, form, prefixes)
    except NotExpressibleError:
        return None
