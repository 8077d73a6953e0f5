"""The IRIs of the classes and properties that pages of their own are made for."""

from __future__ import annotations

from ekograph.rdf.dataset import DCTERMS, RDFS, SKOS

EKO = "https://w3id.org/ekograph/def#"
CV = "http://data.europa.eu/m8g/"
DCAT = "http://www.w3.org/ns/dcat#"
ORG = "http://www.w3.org/ns/org#"
OWL = "http://www.w3.org/2002/07/owl#"
SCHEMA = "https://schema.org/"
SHACL = "http://www.w3.org/ns/shacl#"
VCARD = "http://www.w3.org/2006/vcard/ns#"

AGREEMENT = f"{EKO}Agreement"
PRIORITY = f"{EKO}Priority"
AUTHORITY = f"{EKO}FundingAuthority"
CONTACT = f"{EKO}ContactPoint"
PLACE = f"{DCTERMS}Location"

FUNDED_BY = f"{EKO}fundingAuthority"
ORDER = f"{EKO}displayOrder"
PARTY = f"{EKO}party"
REQUIREMENT = f"{EKO}projectRequirement"
KIND = f"{EKO}priorityKind"
CONTACTED_AT = f"{DCAT}contactPoint"
MEMBER_OF = f"{ORG}memberOf"
TELEPHONE = f"{VCARD}hasTelephone"
PRINTED_TELEPHONE = f"{CV}telephone"
EMAIL = f"{VCARD}hasEmail"
JOB_TITLE = f"{VCARD}title"

TITLE = f"{DCTERMS}title"
DESCRIPTION = f"{DCTERMS}description"
SPATIAL = f"{DCTERMS}spatial"
TEMPORAL = f"{DCTERMS}temporal"
ISSUED = f"{DCTERMS}issued"
EXPIRES = f"{SCHEMA}expires"
SOURCE = f"{DCTERMS}source"
CHECKED = f"{EKO}sourceCheckedOn"
HAS_PART = f"{DCTERMS}hasPart"
IS_PART_OF = f"{DCTERMS}isPartOf"
REFERENCES = f"{DCTERMS}references"
LICENCE = f"{DCTERMS}license"
PUBLISHER = f"{DCTERMS}publisher"
SAME_AS = f"{SCHEMA}sameAs"
SEE_ALSO = f"{RDFS}seeAlso"
COMMENT = f"{RDFS}comment"

SCHEME = f"{SKOS}ConceptScheme"
CONCEPT = f"{SKOS}Concept"
IN_SCHEME = f"{SKOS}inScheme"
TOP_OF = f"{SKOS}topConceptOf"
HAS_TOP = f"{SKOS}hasTopConcept"
BROADER = f"{SKOS}broader"
NARROWER = f"{SKOS}narrower"
NOTATION = f"{SKOS}notation"
PREF_LABEL = f"{SKOS}prefLabel"
ALT_LABEL = f"{SKOS}altLabel"
HIDDEN_LABEL = f"{SKOS}hiddenLabel"

#: Properties whose text tells what a thing is, the most telling first.
DEFINITIONS = (f"{SKOS}definition", DESCRIPTION, COMMENT, f"{SKOS}scopeNote", f"{SHACL}description")
