"""The terms that new things are described with."""

from __future__ import annotations

from pyoxigraph import NamedNode

from ekograph.authoring.terms import XSD
from ekograph.dataset import DCTERMS, SKOS

#: Prefixes of the namespaces below, for a file that does not declare them yet.
PREFIXES = {
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": DCTERMS,
    "org": "http://www.w3.org/ns/org#",
    "skos": SKOS,
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}

PREF_LABEL = f"{SKOS}prefLabel"
NOTATION = f"{SKOS}notation"
IN_SCHEME = f"{SKOS}inScheme"
TOP_CONCEPT_OF = f"{SKOS}topConceptOf"
BROADER = f"{SKOS}broader"
CONCEPT = NamedNode(f"{SKOS}Concept")
CONCEPT_SCHEME = NamedNode(f"{SKOS}ConceptScheme")
DATE = NamedNode(f"{XSD}date")
TITLE = f"{DCTERMS}title"
SOURCE = f"{DCTERMS}source"
SPATIAL = f"{DCTERMS}spatial"
TEMPORAL = f"{DCTERMS}temporal"
IS_PART_OF = f"{DCTERMS}isPartOf"
LOCATION = NamedNode(f"{DCTERMS}Location")
CONTACT_POINT = f"{PREFIXES['dcat']}contactPoint"
MEMBER_OF = f"{PREFIXES['org']}memberOf"
ORGANIZATION = NamedNode(f"{PREFIXES['org']}Organization")
TELEPHONE = f"{PREFIXES['cv']}telephone"
INDIVIDUAL = NamedNode(f"{PREFIXES['vcard']}Individual")
FULL_NAME, GIVEN_NAME, FAMILY_NAME, JOB_TITLE, HAS_TELEPHONE, HAS_EMAIL = (
    PREFIXES["vcard"] + name for name in ("fn", "given-name", "family-name", "title", "hasTelephone", "hasEmail")
)
