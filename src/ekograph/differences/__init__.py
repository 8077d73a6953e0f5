"""Differences of two states of a dataset: found by `compare`, told in words, as RDF Patch and as SPARQL Update."""

from ekograph.differences.changes import Changes, compare
from ekograph.differences.patch import rdf_patch
from ekograph.differences.update import sparql_update
from ekograph.differences.wording import Told, told, words

__all__ = ["Changes", "Told", "compare", "rdf_patch", "sparql_update", "told", "words"]
