"""Names for people of the terms that many data sets use, from locales/terms.*.json."""

from __future__ import annotations

from functools import cache

from ekograph.dataset import DCTERMS, RDF, RDFS, SKOS
from ekograph.i18n import Messages
from ekograph.pages import terms

#: The prefixes under which the messages name the terms, whatever prefixes the site has for them.
_NAMESPACES = {
    RDF: "rdf",
    RDFS: "rdfs",
    SKOS: "skos",
    DCTERMS: "dcterms",
    terms.CV: "cv",
    terms.DCAT: "dcat",
    terms.ORG: "org",
    terms.OWL: "owl",
    terms.SCHEMA: "schema",
    terms.SHACL: "sh",
    terms.VCARD: "vcard",
    "http://xmlns.com/foaf/0.1/": "foaf",
    "http://www.w3.org/ns/prov#": "prov",
    "http://purl.org/vocab/vann/": "vann",
    "http://rdfs.org/ns/void#": "void",
}


def name(iri: str, language: str) -> str | None:
    """What people call the class or property `iri`, or None."""
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    prefix = _NAMESPACES.get(iri[:cut])
    say = messages("terms", language)
    key = f"{prefix}:{iri[cut:]}"
    return say(key) if prefix and key in say else None


@cache
def messages(area: str, language: str) -> Messages:
    """The messages of an area in a language, read once."""
    return Messages(area, language)
