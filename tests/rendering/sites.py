"""Small sites for the tests of pages, written in a test."""

from __future__ import annotations

from pyoxigraph import RdfFormat, parse

from ekograph.plugins import Theme
from ekograph.rdf.dataset import Dataset
from ekograph.rdf.vocab import SKOS
from ekograph.rendering.site import Site

LANGUAGES = ("fi", "sv", "en")


def small(
    turtle: str, base: str = "https://example.org/", languages: tuple[str, ...] = LANGUAGES, theme: Theme | None = None
) -> Site:
    """A site of a few triples; `ex:` is its base."""
    parser = parse(f"@prefix ex: <{base}> . @prefix skos: <{SKOS}> . {turtle}", format=RdfFormat.TURTLE)
    quads = list(parser)
    dataset = Dataset(quads, base=base, prefixes=parser.prefixes, languages=languages)
    return Site(dataset, "1", "2026-01-01T00:00:00Z", theme=theme or Theme())
