"""What a file of the dataset is called, and how its description reads."""

from __future__ import annotations

import pytest

from ekograph.i18n import Messages
from ekograph.publish.publication import of


@pytest.mark.parametrize(
    ("name", "media_type", "title", "description"),
    [
        ("dataset.ttl", "text/turtle", "The whole dataset: Turtle", "All the data in one file in the format Turtle."),
        (
            "dataset.nq.gz",
            "application/gzip",
            "The whole dataset: N-Quads, compressed (gzip)",
            "All the data in one file in the format N-Quads.",
        ),
    ],
)
def test_a_dump_is_described(name, media_type, title, description):
    kind, messages = of(name), Messages("publish", "en")
    assert (kind.as_sent, kind.title(messages), kind.description(messages)) == (media_type, title, description)


@pytest.mark.parametrize(
    ("language", "title", "description"),
    [
        ("fi", "Puut: CSV", "Taulukko, rivi kustakin: Puut."),
        ("sv", "Puut: CSV", "Tabell med en rad för var och en: Puut."),
        ("en", "Puut: CSV", "A table with a row for each: Puut."),
    ],
)
def test_a_table_is_described_by_what_its_rows_are(language, title, description):
    kind, messages = of("puut.csv"), Messages("publish", language)
    assert (kind.title(messages, "Puut"), kind.description(messages, "Puut")) == (title, description)


@pytest.mark.parametrize("name", ["SHA256SUMS", "notes.txt", "dataset"])
def test_what_is_no_file_of_the_dataset_has_no_type(name):
    assert of(name) is None
