"""Any municipality of Finland is known by name: the search says of those that have no agreement that they have none."""

from __future__ import annotations

import csv
import json
from urllib.parse import quote

import pytest
from tests.conftest import ROOT

#: Forms that people write -> the name that is meant.
FORMS = {
    "Hangossa": "Hanko",
    "Onko Porvoo mukana?": "Porvoo",
    "Ylöjärvellä": "Ylöjärvi",
    "Joroisissa": "Joroinen",
    "Virroilla": "Virrat",
    "Varkaudessa": "Varkaus",
    "Hör Jakobstad till avtalen?": "Jakobstad",
    "i Borgå": "Borgå",
    "Mäntässä": "Mänttä-Vilppula",
}

#: Words of the subjects, and towns that have an agreement: none is taken for another municipality.
PRESENT = (
    "hanke",
    "hankkeista",
    "kemia",
    "Lahdessa",
    "Turun",
    "Kuopiossa",
    "Sotkamo",
    "Åbo",
    "vesi",
    "Susanna Kaskinen",
)


def found(server, text):
    return json.loads(server.get(f"/search.json?lang=fi&q={quote(text)}").body)


@pytest.mark.parametrize("text", FORMS)
def test_a_municipality_without_an_agreement_is_told_by_name_and_brings_no_hits(server, text):
    answer = found(server, text)
    assert (answer["absent"], answer["results"]) == ([FORMS[text]], [])
    assert FORMS[text] in server.get(f"/search.sv.html?q={quote(text)}").text.partition('class="lead"')[2]


@pytest.mark.parametrize("text", PRESENT)
def test_no_other_word_is_taken_for_one(server, text):
    assert found(server, text)["absent"] == []


def test_beside_one_the_other_words_are_looked_for(server):
    answer = found(server, "vetyä Raahessa")
    assert answer["absent"] == ["Raahe"]
    assert answer["results"][0]["iri"].endswith("priority/lappeenranta/vihrea-vety")


def test_each_is_known_in_finnish_and_in_swedish(server):
    with (ROOT / "theme/municipalities.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert len({row["code"] for row in rows}) == 309
    # What the data has a name of its own for is found and not absent: towns, a surname, a science in Swedish.
    missing = [
        name for row in rows for name in filter(None, (row["fi"], row["sv"])) if not found(server, name)["absent"]
    ]
    assert len(set(missing) - {"Kaskinen", "Kemi"}) <= 2 * 20
    assert all(found(server, name)["results"] for name in missing)
