"""The agreements of the site, and what its vocabulary calls the rest."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode

from ekograph.rdf.dataset import Node
from ekograph.rdf.vocab import DCAT, DCTERMS, FOAF, SCHEMA, SKOS
from ekograph.rendering import terms
from ekograph.rendering.site import Site

EKO = "https://w3id.org/ekograph/def#"
CV = "http://data.europa.eu/m8g/"
ORG = "http://www.w3.org/ns/org#"
GEO = "http://www.w3.org/2003/01/geo/wgs84_pos#"

AGREEMENT = f"{EKO}Agreement"
LISTED = f"{EKO}ListedAgreement"
PRIORITY = f"{EKO}Priority"
AUTHORITY = f"{EKO}FundingAuthority"
CONTACT = f"{EKO}ContactPoint"
PLACE = f"{DCTERMS}Location"
PROGRAMME = f"{SCHEMA}FundingScheme"
PERIOD = f"{DCTERMS}PeriodOfTime"
RULE = f"{EKO}FundingRequirement"
COLLECTION = f"{SCHEMA}Collection"
ORGANISATION = f"{ORG}Organization"
PAGE = f"{FOAF}Document"

FUNDED_BY = f"{EKO}fundingAuthority"
ORDER = f"{EKO}displayOrder"
PARTY = f"{EKO}party"
URBAN_AREA = f"{EKO}urbanArea"
DOCUMENT = f"{EKO}document"
LISTED_ON = f"{EKO}documentListedOn"
REQUIREMENT = f"{EKO}projectRequirement"
KIND = f"{EKO}priorityKind"
CHECKED = f"{EKO}sourceCheckedOn"
CONTACTED_AT = f"{DCAT}contactPoint"
MEMBER_OF = f"{ORG}memberOf"
PRINTED_TELEPHONE = f"{CV}telephone"
LATITUDE, LONGITUDE = f"{GEO}lat", f"{GEO}long"
SPATIAL = f"{DCTERMS}spatial"
TEMPORAL = f"{DCTERMS}temporal"
ISSUED = f"{DCTERMS}issued"
EXPIRES = f"{SCHEMA}expires"
SOURCE = f"{DCTERMS}source"
DERIVED_FROM = "http://www.w3.org/ns/prov#wasDerivedFrom"
INTRODUCTION = f"{EKO}introduction"
READ_ON = f"{EKO}readOn"
START, END = f"{DCAT}startDate", f"{DCAT}endDate"
REFERENCES = f"{DCTERMS}references"
SUBJECT = f"{DCTERMS}subject"

#: Links to the same thing, or nearly so, in other data sets.
MATCHES = (f"{SCHEMA}sameAs", f"{SKOS}exactMatch", f"{SKOS}closeMatch")

#: How an agreement says which place it covers.
_COVERING = (SPATIAL, URBAN_AREA)

#: More agreements than this cannot be shown together on the front page.
MOST_TOGETHER = 200


def themes(site: Site) -> dict[NamedNode, list[NamedNode]]:
    """The subjects of the priorities, each with its priorities, those of most agreements first."""
    priorities = [node for agreement in site.all(AGREEMENT) for node in site.hierarchy.members(agreement)]
    found: dict[NamedNode, list[NamedNode]] = {}
    for priority in priorities:
        for subject in site.named(priority, SUBJECT):
            found.setdefault(subject, []).append(priority)
    return dict(sorted(found.items(), key=lambda item: (-len(agreements_of(site, item[1])), -len(item[1]))))


def agreements_of(site: Site, priorities: Iterable[NamedNode]) -> dict[NamedNode, list[NamedNode]]:
    """The priorities by their agreement."""
    grouped: dict[NamedNode, list[NamedNode]] = {}
    for priority in priorities:
        for agreement in site.named(priority, terms.IN_SCHEME):
            grouped.setdefault(agreement, []).append(priority)
    return grouped


def together(site: Site) -> tuple[NamedNode, ...]:
    """The agreements in the order of their source; none where they are too many to be shown together."""
    agreements = site.all(AGREEMENT)
    return agreements if len(agreements) <= MOST_TOGETHER else ()


def places(site: Site) -> tuple[NamedNode, ...]:
    """The places that the agreements cover, themselves or as a part, in the order of the agreements."""
    covered = [place for agreement in together(site) for place in site.named(agreement, SPATIAL)]
    parts = [part for place in covered for part in (place, *site.named(place, terms.HAS_PART))]
    return tuple(dict.fromkeys(parts))


def covering(site: Site, place: Node) -> list[NamedNode]:
    """The agreements that cover `place`, or a place that it is part of."""
    around = [*site.pointing(terms.HAS_PART, place), *site.named(place, terms.IS_PART_OF)]
    wider = [place, *(other for other in around if other != place)]
    agreements = [agreement for where in wider for link in _COVERING for agreement in site.pointing(link, where)]
    return site.hierarchy.in_order(node for node in agreements if AGREEMENT in site.dataset.types(node))
