"""The IRIs of the classes and properties that pages know."""

from __future__ import annotations

from ekograph.rdf.vocab import DCTERMS, FOAF, OWL, RDF, RDFS, SCHEMA, SHACL, SKOS, VCARD

TELEPHONE = f"{VCARD}hasTelephone"
EMAIL = f"{VCARD}hasEmail"
JOB_TITLE = f"{VCARD}title"

TITLE = f"{DCTERMS}title"
DESCRIPTION = f"{DCTERMS}description"
HAS_PART = f"{DCTERMS}hasPart"
IS_PART_OF = f"{DCTERMS}isPartOf"
LICENCE = f"{DCTERMS}license"
PUBLISHER = f"{DCTERMS}publisher"
COMMENT = f"{RDFS}comment"
RESOURCE = f"{RDFS}Resource"

SCHEME = f"{SKOS}ConceptScheme"
CONCEPT = f"{SKOS}Concept"
IN_SCHEME = f"{SKOS}inScheme"
SUBJECT = f"{DCTERMS}subject"
TOP_OF = f"{SKOS}topConceptOf"
HAS_TOP = f"{SKOS}hasTopConcept"
BROADER = f"{SKOS}broader"
NARROWER = f"{SKOS}narrower"
NOTATION = f"{SKOS}notation"
PREF_LABEL = f"{SKOS}prefLabel"
ALT_LABEL = f"{SKOS}altLabel"
MEMBER, MEMBER_LIST = f"{SKOS}member", f"{SKOS}memberList"
COLLECTION, ORDERED_COLLECTION = f"{SKOS}Collection", f"{SKOS}OrderedCollection"
MAPPINGS = tuple(f"{SKOS}{name}Match" for name in ("exact", "close", "broad", "narrow", "related"))
HIDDEN_LABEL = f"{SKOS}hiddenLabel"

CLASSES = (f"{OWL}Class", f"{RDFS}Class")
PROPERTIES = (
    *(f"{OWL}{name}Property" for name in ("Object", "Datatype", "Annotation", "Ontology")),
    f"{RDF}Property",
)

#: Properties that lead to pictures.
IMAGES = frozenset(
    (
        *(f"{FOAF}{name}" for name in ("depiction", "img", "logo", "thumbnail")),
        *(f"{iri}{name}" for iri in (SCHEMA, "http://schema.org/") for name in ("image", "logo", "thumbnailUrl")),
    )
)

REPLACED_BY = f"{DCTERMS}isReplacedBy"

#: Properties of texts that may have markup, besides those that tell what a thing is.
NOTES = tuple(f"{SKOS}{name}" for name in ("changeNote", "editorialNote", "historyNote", "note", "example"))

#: Properties whose text tells what a thing is, the most telling first.
DEFINITIONS = (f"{SKOS}definition", DESCRIPTION, COMMENT, f"{SKOS}scopeNote", f"{SHACL}description")
