"""The layout of Turtle: read with every comment, put in order, written anew. `docs/formatting.md` tells the rules."""

from __future__ import annotations

from ekograph.authoring.formatting.layout import document_text
from ekograph.authoring.formatting.reader import document


def formatted(text: str) -> str:
    """A Turtle text without a byte order mark, laid out; the same graph, the same comments in the same order.

    Raises `turtle.ReadError` for what is not Turtle, or nests deeper than `reader.DEEPEST`.
    """
    return document_text(document(text))
