"""The measures of the code that `make house` prints do not grow. Lower a limit when the measure has become lower."""

from __future__ import annotations

import pytest
from bench import house

LIMITS = {
    "lines": 34_350,
    "files": 240,
    "files with one importer": 51,
    "class names that occur twice": 0,
    "file names that occur twice": 10,
    "files with words of the site": 0,
    "vague identifiers": 25,
}


@pytest.fixture(scope="module")
def measures() -> dict[str, int]:
    return {
        "lines": sum(house.lines()),
        "files": len(house.sources()),
        "files with one importer": sum(len(by) == 1 for by in house.importers().values()),
        "class names that occur twice": len(house.repeated_classes()),
        "file names that occur twice": len(house.repeated_files()),
        "files with words of the site": len(house.files_with_site_words()),
        "vague identifiers": house.vague_names().total(),
    }


@pytest.mark.parametrize("name", LIMITS)
def test_no_measure_of_the_code_is_beyond_its_limit(measures, name):
    assert measures[name] <= LIMITS[name], "python -m bench.house shows where"


def test_the_measures_see_the_code():
    assert sum(house.lines()) > 10_000
    assert house.importers()["ekograph.config"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("An agreement's AGREEMENTS", ["agreement", "agreements"]),
        ("lower_priority(eko:x)", ["priority", "eko:"]),
        ("prioritise, disagreement, geko:x, EKO", []),
        ("Finland\nmunicipality_of", ["finland", "municipality"]),
    ],
)
def test_words_of_the_site_are_whole_words_also_within_identifiers(text, words):
    assert [match[0].lower() for match in house.SITE_WORDS.finditer(text)] == words
