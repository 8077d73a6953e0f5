"""Differences of two states of a dataset: compared, and told in words, as RDF Patch and as SPARQL Update."""

from ekograph.diff.changes import Changes, compare, rdf_patch
from ekograph.diff.text import ChangeReport, report, words
from ekograph.diff.update import sparql_update

__all__ = ["ChangeReport", "Changes", "compare", "rdf_patch", "report", "sparql_update", "words"]
