"""Changes as RDF Patch (https://afs.github.io/rdf-patch/), by which copies of a dataset are kept up to date."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5

from pyoxigraph import Quad

from ekograph.differences.changes import Changes


def rdf_patch(changes: Changes, id: str | None = None, previous: str | None = None) -> str:  # noqa: A002 - its name there
    """The patch that changes the old state into the new one; blank nodes go by the labels of the old state.

    `id` is the IRI of the patch, by default one made from its content, so that the same changes have the same;
    `previous` is the IRI of the patch that must be put into effect before, if there is one.
    """
    rows = [*_rows("D", changes.removed), *_rows("A", changes.added)]
    body = "".join(f"{row} .\n" for row in ["TX", *rows, "TC"])
    previous_row = f"H prev <{previous}> .\n" if previous else ""
    return f"H id <{id or uuid5(NAMESPACE_URL, previous_row + body).urn}> .\n{previous_row}{body}"


def _rows(code: str, quads: tuple[Quad, ...]) -> Iterator[str]:
    """One row for each quad; pyoxigraph writes a quad as N-Quads has it, without the full stop."""
    return (f"{code} {quad}" for quad in quads)
