"""The types of the files among the dumps, as portals name them."""

from __future__ import annotations

from dataclasses import dataclass

from ekograph import formats

#: The formats by the codes of the EU's table of file types
#: (http://publications.europa.eu/resource/authority/file-type), and by the names people use.
_KINDS = {
    "ttl": (formats.TURTLE.name, formats.TURTLE.media_type, "RDF_TURTLE", "Turtle"),
    "trig": (formats.TRIG.name, formats.TRIG.media_type, "RDF_TRIG", "TriG"),
    "nt": (formats.N_TRIPLES.name, formats.N_TRIPLES.media_type, "RDF_N_TRIPLES", "N-Triples"),
    "nq": (formats.N_QUADS.name, formats.N_QUADS.media_type, "RDF_N_QUADS", "N-Quads"),
    "jsonld": (formats.JSON_LD.name, formats.JSON_LD.media_type, "JSON_LD", "JSON-LD"),
    "rdf": (formats.RDF_XML.name, formats.RDF_XML.media_type, "RDF_XML", "RDF/XML"),
    "csv": ("csv", "text/csv", "CSV", "CSV"),
    "zip": ("zip", "application/zip", "ZIP", "ZIP"),
}
_DESCRIPTIONS = {
    "fi": "Kaikki tiedot yhtenä tiedostona muodossa {label}.",
    "sv": "Alla data i en fil i formatet {label}.",
    "en": "All the data in one file in the format {label}.",
}
_PACKED = {"fi": "pakattu (gzip)", "sv": "komprimerad (gzip)", "en": "compressed (gzip)"}
_TABLES = {
    "fi": "Taulukko, rivi kustakin: {what}.",
    "sv": "Tabell med en rad för var och en: {what}.",
    "en": "A table with a row for each: {what}.",
}
_WHOLE = {"fi": "Koko aineisto", "sv": "Hela datamängden", "en": "The whole dataset"}


@dataclass(frozen=True)
class FileType:
    """A type of file: our name of the format, its media type, its code in the EU's table, what people call it."""

    name: str
    media_type: str
    authority: str
    label: str
    compressed: bool

    def title(self, language: str, what: str = "") -> str:
        """The title, in fi, sv or en, of a dump of the whole dataset, or of a table of `what`."""
        packed = f", {_PACKED[language]}" if self.compressed else ""
        return f"{what or _WHOLE[language]}: {self.label}{packed}"

    def description(self, language: str, what: str = "") -> str:
        """A sentence, in fi, sv or en, about a dump of the whole dataset, or about a table of `what`."""
        return (_TABLES if what else _DESCRIPTIONS)[language].format(label=self.label, what=what)


def of(name: str) -> FileType | None:
    """The type of the dump `name`; None for what is no distribution of the dataset, such as checksums."""
    stem = name.removesuffix(".gz")
    kind = _KINDS.get(stem.rpartition(".")[2])
    return FileType(*kind, compressed=stem != name) if kind else None
