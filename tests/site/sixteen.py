"""Sixteen agreements of invented authorities and people, to see that nothing is bound to the four described."""

from __future__ import annotations

AREAS = (
    ("pks", "Pääkaupunkiseutu"),
    ("lahti", "Lahti"),
    ("turku", "Turku"),
    ("lappeenranta", "Lappeenranta"),
    ("tampere", "Tampere"),
    ("oulu", "Oulu"),
    ("rovaniemi", "Rovaniemi"),
    ("vaasa", "Vaasa"),
    ("joensuu", "Joensuu"),
    ("kuopio", "Kuopio"),
    ("jyvaskyla", "Jyväskylä"),
    ("pori", "Pori"),
    ("seinajoki", "Seinäjoki"),
    ("mikkeli", "Mikkeli"),
    ("kajaani", "Kajaani"),
    ("kokkola", "Kokkola"),
)
AUTHORITIES, CONTACTS, TOPS, BELOW = 9, 40, 5, 4
_GIVEN = ("Aino", "Eero", "Helmi", "Ilmari", "Kerttu", "Lauri", "Maija", "Onni")
_FAMILY = ("Esimerkki", "Kuvitelma", "Malli", "Näyte", "Otos")

_PREFIXES = """\
@base <https://w3id.org/ekograph/id/> .
@prefix cv: <http://data.europa.eu/m8g/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix eko: <https://w3id.org/ekograph/def#> .
@prefix geo: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
"""
_AGREEMENT = """
<agreement/{slug}> a eko:Agreement , skos:ConceptScheme ;
    skos:prefLabel "{name}"@fi , "{name}"@sv , "{name}"@en ; dcterms:title "Sopimus {number}: {name}"@fi ;
    skos:notation "S{number}" ; eko:displayOrder {number} ; eko:party <organisation/tem> ;
    eko:fundingAuthority <authority/liitto-{authority}> ; dcat:contactPoint {contacts} ;
    dcterms:spatial <place/{slug}> ; dcterms:temporal <period/2021-2027> ;
    eko:projectRequirement <requirement/hankkeet> ; dcterms:isPartOf <collection/ekosysteemisopimukset> ;
    dcterms:source <https://example.org/{slug}> .
<place/{slug}> a dcterms:Location ; skos:prefLabel "{name}"@fi ; geo:lat {latitude} ; geo:long {longitude} .
"""
_PRIORITY = """
<priority/{slug}/rivi-{mark}> a eko:Priority , skos:Concept ; skos:inScheme <agreement/{slug}> ;
    skos:prefLabel "Painopiste {mark} alueella {name}"@fi ; skos:notation "S{number}.{notation}" ;
    eko:displayOrder {order} ; {link} .
"""
_AUTHORITY = """
<authority/liitto-{number}> a eko:FundingAuthority , org:Organization , cv:PublicOrganisation ;
    skos:prefLabel "Liitto {number}"@fi ; eko:emailDomain "liitto{number}.example" .
"""
_CONTACT = """
<contact/liitto-{authority}-{number}> a eko:ContactPoint , vcard:Individual ; vcard:fn "{given} {family}" ;
    vcard:given-name "{given}" ; vcard:family-name "{family}" ; vcard:title "Asiantuntija"@fi ;
    org:memberOf <authority/liitto-{authority}> ; cv:telephone "040 555 {number:04}" ;
    vcard:hasTelephone <tel:+35840555{number:04}> ; vcard:hasEmail <mailto:{address}@liitto{authority}.example> .
"""


def turtle() -> str:
    """The agreements with 25 priorities each in two levels, 9 authorities, and 40 people who serve them."""
    authorities = [_AUTHORITY.format(number=number) for number in range(1, AUTHORITIES + 1)]
    people = [_contact(number) for number in range(CONTACTS)]
    agreements = [_agreement(number, slug, name) for number, (slug, name) in enumerate(AREAS, 1)]
    return "".join((_PREFIXES, *authorities, *people, *agreements))


def _authority(number: int) -> int:
    return number % AUTHORITIES + 1


def _contact(number: int) -> str:
    given, family = _GIVEN[number % 8], _FAMILY[number % 5]
    address = f"{given}.{family}".lower().replace("ä", "a")
    return _CONTACT.format(authority=_authority(number), number=number + 1, given=given, family=family, address=address)


def _agreement(number: int, slug: str, name: str) -> str:
    authority = _authority(number)
    people = [person for person in range(CONTACTS) if _authority(person) == authority]
    contacts = " , ".join(f"<contact/liitto-{authority}-{person + 1}>" for person in people)
    described = _AGREEMENT.format(
        slug=slug,
        name=name,
        number=number,
        authority=authority,
        contacts=contacts,
        latitude=60 + number * 0.4,
        longitude=22 + number % 7,
    )
    return described + "".join(_priorities(number, slug, name))


def _priorities(number: int, slug: str, name: str) -> list[str]:
    lines = []
    for top in range(1, TOPS + 1):
        link = f"skos:topConceptOf <agreement/{slug}> ; eko:priorityKind eko:Thematic"
        lines.append((f"{top}", f"{top}", top, link))
        link = f"skos:broader <priority/{slug}/rivi-{top}>"
        lines += [(f"{top}-{low}", f"{top}.{low}", low, link) for low in range(1, BELOW + 1)]
    return [
        _PRIORITY.format(slug=slug, name=name, number=number, mark=mark, notation=notation, order=order, link=link)
        for mark, notation, order, link in lines
    ]
