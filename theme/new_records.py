"""What new agreements, priorities and contact points have in common: their terms, notations, numbers and addresses."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from pyoxigraph import Literal, NamedNode

from ekograph.rdf.vocab import DCTERMS, FOAF, SKOS
from ekograph.scaffold.records import Answers, EditableSite, NewError, slug

from .agreements import EKO

_TELEPHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_EMAIL = re.compile(r"[a-z0-9_+-]+(?:[.][a-z0-9_+-]+)*@[a-z0-9]+(?:-+[a-z0-9]+)*(?:[.][a-z0-9]+(?:-+[a-z0-9]+)*)+")

#: Prefixes of the namespaces below, for a file that does not declare them yet.
PREFIXES = {
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": DCTERMS,
    "org": "http://www.w3.org/ns/org#",
    "eko": EKO,
    "foaf": FOAF,
    "prov": "http://www.w3.org/ns/prov#",
    "skos": SKOS,
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}

ENTITY = NamedNode(f"{PREFIXES['prov']}Entity")
DOCUMENT = NamedNode(f"{PREFIXES['foaf']}Document")
DERIVED_FROM = f"{PREFIXES['prov']}wasDerivedFrom"
PREF_LABEL = f"{SKOS}prefLabel"
NOTATION = f"{SKOS}notation"
IN_SCHEME = f"{SKOS}inScheme"
TOP_CONCEPT_OF = f"{SKOS}topConceptOf"
BROADER = f"{SKOS}broader"
CONCEPT = NamedNode(f"{SKOS}Concept")
CONCEPT_SCHEME = NamedNode(f"{SKOS}ConceptScheme")
TITLE = f"{DCTERMS}title"
SOURCE = f"{DCTERMS}source"
SPATIAL = f"{DCTERMS}spatial"
TEMPORAL = f"{DCTERMS}temporal"
IS_PART_OF = f"{DCTERMS}isPartOf"
HAS_PART = f"{DCTERMS}hasPart"
LOCATION = NamedNode(f"{DCTERMS}Location")
CONTACT_POINT = f"{PREFIXES['dcat']}contactPoint"
MEMBER_OF = f"{PREFIXES['org']}memberOf"
ORGANIZATION = NamedNode(f"{PREFIXES['org']}Organization")
PUBLIC_ORGANISATION = NamedNode(f"{PREFIXES['cv']}PublicOrganisation")
TELEPHONE = f"{PREFIXES['cv']}telephone"
INDIVIDUAL = NamedNode(f"{PREFIXES['vcard']}Individual")
FULL_NAME, GIVEN_NAME, FAMILY_NAME, JOB_TITLE, HAS_TELEPHONE, HAS_EMAIL = (
    PREFIXES["vcard"] + name for name in ("fn", "given-name", "family-name", "title", "hasTelephone", "hasEmail")
)


def text(value: str, language: str = "fi") -> Literal:
    """A text in a language."""
    return Literal(value, language=language)


def notation(name: str, taken: Collection[str]) -> str:
    """Three capital letters of the name, or more of them where those are taken: "Oulu" gives "OUL"."""
    letters = slug(name).replace("-", "").upper()
    lengths = (letters[:length] for length in range(3, len(letters) + 1))
    return next((code for code in lengths if code not in taken), letters if letters not in taken else "")


def next_order(site: EditableSite, siblings: Sequence[NamedNode]) -> int:
    """The display order after the last of the siblings."""
    orders = [text for sibling in siblings for text in site.texts(sibling, site.term("displayOrder").value)]
    return max((int(text) for text in orders if text.isdecimal()), default=0) + 1


def free_notation(site: EditableSite, _answers: Answers, answer: str) -> None:
    """Raise NewError for a notation in use."""
    if answer in notations(site):
        raise NewError("notation-taken", answer=answer)


def free_order(site: EditableSite, _answers: Answers, answer: str) -> None:
    """Raise NewError for what is no number from 1, or the number of another agreement."""
    if not re.fullmatch("[1-9][0-9]*", answer):
        raise NewError("order-form", answer=answer)
    for agreement in site.instances(site.term("Agreement")):
        if answer in site.texts(agreement, site.term("displayOrder").value):
            raise NewError("order-taken", answer=answer, other=agreement.value)


def notations(site: EditableSite) -> set[str]:
    """The notations in use by agreements and priorities."""
    things = [thing for name in ("Agreement", "Priority") for thing in site.instances(site.term(name))]
    return {text for thing in things for text in site.texts(thing, NOTATION)}


def international(printed: str) -> str:
    """A telephone number in E.164 form; one that begins with 0 is Finnish. Raises NewError."""
    digits = re.sub(r"[^0-9+]", "", printed.replace("(0)", ""))
    number = re.sub(r"^0(?=[1-9])", "+358", re.sub(r"^00", "+", digits))
    if not _TELEPHONE.fullmatch(number) or number.startswith("+3580"):
        raise NewError("phone-form", answer=printed)
    return number


def email(answer: str) -> str:
    """An e-mail address in lower case, (at) read as @. Raises NewError."""
    address = answer.strip().lower().replace("(at)", "@").removeprefix("mailto:")
    if not _EMAIL.fullmatch(address):
        raise NewError("email-form", answer=answer)
    return address
