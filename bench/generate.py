"""Synthetic sites in the shape of the model, of any size: the same seed and size give the same bytes.

    python bench/generate.py FOLDER --triples 100000 --files 100

The folder gets the ontology, the shapes and the settings of this site, and data that conforms to the rules.
"""

from __future__ import annotations

import argparse
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = "<https://rakennerahastot.fi/etela-suomi/kehittamisen-painopisteet/kestava-kaupunkikehittaminen>"
PERIOD, REQUIREMENT, COLLECTION = "<period/2021-2027>", "<requirement/hankkeet>", "<collection/ekosysteemisopimukset>"

#: Files of the site itself that the synthetic data builds on.
SHARED = ("framework.ttl", "organisations.ttl", "places.ttl", "contacts.ttl", "catalogue.ttl")
REAL = ("agreement-lahti.ttl", "agreement-lappeenranta.ttl")

HEAD = """\
@base <https://w3id.org/ekograph/id/> .
@prefix cv: <http://data.europa.eu/m8g/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix eko: <https://w3id.org/ekograph/def#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

#: Triples of one agreement with its place, authority, contact point and 11 priorities, and of what they all share.
PER_AGREEMENT, SHARED_TRIPLES = 130, 800
#: The numbers of top priorities and of those below each, as in the real agreements.
_SHAPES = ((2, (3, 6)), (3, (4, 4, 0)), (4, (3, 2, 2, 0)), (11, (0,) * 11))
_CONSONANTS, _VOWELS = "hjklmnprstv", "aeiou"
_THEMES = ("Hiilineutraali", "Vihreä", "Älykäs", "Kestävä", "Digitaalinen", "Uusiutuva", "Kiertävä", "Puhdas")
_FIELDS = ("kaupunki", "energia", "teollisuus", "liikenne", "terveys", "meri", "rakentaminen", "tutkimus")
_GIVEN = ("Hanna", "Laura", "Susanna", "Matti", "Pekka", "Liisa", "Juhani", "Kaisa")


@dataclass(frozen=True)
class Agreement:
    """One synthetic agreement: its number from 1, and the name that its slugs are made of."""

    number: int
    name: str

    @property
    def slug(self) -> str:
        return self.name.lower()

    @property
    def notation(self) -> str:
        return f"{self.name.upper()}"


def generate(folder: Path, triples: int, files: int, seed: int = 1) -> int:
    """Write a site of about so many triples, its agreements spread over so many files; returns their number."""
    chance = random.Random(seed)  # noqa: S311 - synthetic data, no secret
    count = max(1, (triples - SHARED_TRIPLES) // PER_AGREEMENT)
    _copy(folder, count)
    agreements = [Agreement(number, name) for number, name in enumerate(_names(count), start=1)]
    for number in range(files):
        mine = agreements[number * count // files : (number + 1) * count // files]
        text = HEAD + "".join(block for each in mine for block in blocks(each, chance))
        (folder / "data" / f"synthetic-{number:04}.ttl").write_text(text, encoding="utf-8")
    return count


def blocks(agreement: Agreement, chance: random.Random) -> Iterator[str]:
    """The Turtle of an agreement and of all that belongs to it."""
    slug, family = agreement.slug, agreement.name
    given = chance.choice(_GIVEN)
    yield _agreement(agreement)
    yield _thing(f"place/{slug}", "dcterms:Location", f'skos:prefLabel "{agreement.name}"@fi')
    yield _thing(
        f"authority/{slug}",
        "eko:FundingAuthority , org:Organization , cv:PublicOrganisation",
        f'skos:prefLabel "Liitto {agreement.name}"@fi',
        f'eko:emailDomain "{slug}.fi"',
    )
    yield _contact(agreement, given, family)
    tops, below = chance.choice(_SHAPES)
    for top in range(1, tops + 1):
        yield _priority(agreement, (top,), chance)
        for child in range(1, below[(top - 1) % len(below)] + 1):
            yield _priority(agreement, (top, child), chance)


def _copy(folder: Path, count: int) -> None:
    for name in ("ontology", "shapes", "theme"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "ekograph.toml", folder)
    (folder / "data").mkdir()
    for name in SHARED + REAL:
        text = (ROOT / "data" / name).read_text(encoding="utf-8")
        text = text.replace("schema:collectionSize 16", f"schema:collectionSize {count + 16}")
        (folder / "data" / name).write_text(text, encoding="utf-8")


def _names(count: int) -> list[str]:
    """So many distinct names of three syllables and more: Hahaha, Hahahe, ..."""
    syllables = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]
    size = len(syllables)
    return [
        (syllables[n // size // size % size] + syllables[n // size % size] + syllables[n % size]).capitalize()
        + (syllables[n // size**3 - 1] if n >= size**3 else "")
        for n in range(count)
    ]


def _agreement(agreement: Agreement) -> str:
    slug = agreement.slug
    return _thing(
        f"agreement/{slug}",
        "eko:Agreement , skos:ConceptScheme",
        f'skos:prefLabel "{agreement.name}"@fi',
        f'dcterms:title "Ekosysteemisopimus {agreement.name}"@fi',
        f'skos:notation "{agreement.notation}"',
        f"eko:displayOrder {agreement.number + 4}",
        "eko:party <organisation/tem>",
        f"eko:fundingAuthority <authority/{slug}>",
        f"dcat:contactPoint <contact/{slug}-1>",
        f"dcterms:spatial <place/{slug}>",
        f"dcterms:temporal {PERIOD}",
        f"eko:projectRequirement {REQUIREMENT}",
        f"dcterms:isPartOf {COLLECTION}",
        f"dcterms:source {SOURCE}",
    )


def _contact(agreement: Agreement, given: str, family: str) -> str:
    slug = agreement.slug
    return _thing(
        f"contact/{slug}-1",
        "eko:ContactPoint , vcard:Individual",
        f'vcard:fn "{given} {family}"',
        f'vcard:given-name "{given}"',
        f'vcard:family-name "{family}"',
        'vcard:title "Asiantuntija"@fi',
        f"org:memberOf <authority/{slug}>",
        f'cv:telephone "041 {agreement.number:07}"',
        f"vcard:hasTelephone <tel:+35841{agreement.number:07}>",
        f'eko:emailPattern "etunimi.sukunimi(at){slug}.fi"',
        f"vcard:hasEmail <mailto:{given.lower()}.{family.lower()}@{slug}.fi>",
        "eko:displayOrder 1",
        f"dcterms:source {SOURCE}",
        'eko:sourceCheckedOn "2026-11-24"^^xsd:date',
    )


def _priority(agreement: Agreement, place: tuple[int, ...], chance: random.Random) -> str:
    number = ".".join(map(str, place))
    top = f"priority/{agreement.slug}/p{place[0]}"
    broader = f"skos:broader <{top}>"
    if len(place) == 1:
        broader = f"skos:topConceptOf <agreement/{agreement.slug}> ;\n    eko:priorityKind eko:Thematic"
    return _thing(
        f"priority/{agreement.slug}/p{'-'.join(map(str, place))}",
        "eko:Priority , skos:Concept",
        f"skos:inScheme <agreement/{agreement.slug}>",
        broader,
        f'skos:prefLabel "{chance.choice(_THEMES)} {chance.choice(_FIELDS)} {number}"@fi',
        f'skos:notation "{agreement.notation}.{number}"',
        f"eko:displayOrder {place[-1]}",
    )


def _thing(name: str, types: str, *statements: str) -> str:
    return f"\n<{name}> a {types} ;\n    " + " ;\n    ".join(statements) + " .\n"


def main() -> None:
    """Read the command line and write the site."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--triples", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    count = generate(given.folder, given.triples, given.files, given.seed)
    print(f"{given.folder}: {count} agreements in {given.files} files")


if __name__ == "__main__":
    main()
