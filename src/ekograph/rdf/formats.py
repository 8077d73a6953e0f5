"""The one table of formats: what each is called, its media type, its suffix, and what it can carry."""

from __future__ import annotations

from typing import NamedTuple


class Format(NamedTuple):
    """One way to write something down.

    `carries` says what: "graph" (triples), "dataset" (triples and quads), "solutions" (results of SELECT and
    ASK; CSV and TSV have no ASK form in SPARQL 1.1, and carry it as one cell), or "page".
    """

    name: str
    media_type: str
    suffix: str
    carries: str
    aliases: tuple[str, ...] = ()
    charset: bool = False

    @property
    def content_type(self) -> str:
        """The value of Content-Type: with the charset where the media type leaves it open."""
        return f"{self.media_type}; charset=utf-8" if self.charset else self.media_type


HTML = Format("html", "text/html", "html", "page", ("application/xhtml+xml",), charset=True)

#: Made of a page in HTML when it is asked for.
MARKDOWN = Format("markdown", "text/markdown", "md", "page", ("text/x-markdown",), charset=True)

TURTLE = Format(
    "turtle",
    "text/turtle",
    "ttl",
    "graph",
    ("application/x-turtle", "application/turtle", "text/n3", "text/rdf+n3"),
    charset=True,
)
TRIG = Format("trig", "application/trig", "trig", "dataset", ("application/x-trig",))
N_TRIPLES = Format("ntriples", "application/n-triples", "nt", "graph", ("text/plain", "text/ntriples"))
N_QUADS = Format("nquads", "application/n-quads", "nq", "dataset", ("text/x-nquads",))
JSON_LD = Format("jsonld", "application/ld+json", "jsonld", "dataset", ("application/json",))
RDF_XML = Format("rdfxml", "application/rdf+xml", "rdf", "graph", ("application/xml", "text/xml"))

RESULTS_JSON = Format("json", "application/sparql-results+json", "srj", "solutions", ("application/json", "text/json"))
RESULTS_XML = Format("xml", "application/sparql-results+xml", "srx", "solutions", ("application/xml", "text/xml"))
RESULTS_CSV = Format("csv", "text/csv", "csv", "solutions", charset=True)
RESULTS_TSV = Format("tsv", "text/tab-separated-values", "tsv", "solutions", charset=True)

#: In the order in which equally wanted ones are chosen.
RDF = (TURTLE, TRIG, N_TRIPLES, N_QUADS, JSON_LD, RDF_XML)
RESULTS = (RESULTS_JSON, RESULTS_XML, RESULTS_CSV, RESULTS_TSV)
ALL = (HTML, *RDF, *RESULTS)


def by_suffix(suffix: str) -> Format | None:
    """The page or RDF format that the end of a file name stands for, or None."""
    return _BY_SUFFIX.get(suffix)


_BY_SUFFIX = {item.suffix: item for item in (HTML, *RDF)}
