"""What the search of the real site finds."""

from __future__ import annotations

from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.search.judged import QUERIES
from tests.site.real import real

from ekograph.publish.search_documents import documents, names
from ekograph.search.index import Said, SearchDocument, write
from ekograph.search.query import Index, marked


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    path = tmp_path_factory.mktemp("search") / "search.sqlite"
    write(path, documents(real()), names(real()))
    opened = Index(path)
    yield opened
    opened.close()


def first_five(index: Index, text: str, language: str) -> list[str]:
    return [hit.iri.rpartition("/id/")[2] for hit in index.search(text, language, 5)]


def test_there_are_sixty_judged_queries_and_nearly_all_answers_are_among_the_first_five(index):
    assert len(QUERIES) >= 60
    recalls = []
    for text, language, wanted in QUERIES:
        found = first_five(index, text, language)
        recalls.append(sum(each in found for each in wanted) / len(wanted))
    missed = [text for (text, _, _), recall in zip(QUERIES, recalls, strict=True) if recall < 1]
    assert sum(recalls) / len(recalls) >= 0.95, missed


@pytest.mark.parametrize(("text", "best"), [("Imatra", "place/imatra"), ("LPR.1.2", "priority/lappeenranta/p2x")])
def test_what_is_named_just_so_comes_first(index, text, best):
    assert first_five(index, text, "fi")[0] == best


def test_a_notation_is_found_with_those_below_it_and_no_others(tmp_path):
    notations = ["a_1", "A_1.2", "ab1.2", "a_12"]
    things = [
        SearchDocument(
            f"https://example.org/{notation}", "", "thing", 1, {"en": Said("Thing", "en")}, notation=notation
        )
        for notation in notations
    ]
    write(tmp_path / "search.sqlite", things, {})
    with closing(Index(tmp_path / "search.sqlite")) as opened:
        assert [hit.notation for hit in opened.search("a_1", "en")] == ["a_1", "A_1.2"]


@pytest.mark.parametrize(("text", "best"), [("forest", 6999), ("forest plan", 6998)])
def test_the_best_of_thousands_comes_first_wherever_it_stands_in_the_index(tmp_path, text, best):
    names = ["Forest and many other words"] * 6998 + ["Forest plan", "Forest"]
    things = [
        SearchDocument(
            f"https://example.org/{number}",
            "",
            "thing",
            1,
            {"en": Said(name, "en")},
            fields={"name": (Said(name, "en"),)},
        )
        for number, name in enumerate(names)
    ]
    write(tmp_path / "search.sqlite", things, {})
    with closing(Index(tmp_path / "search.sqlite")) as opened:
        hits = opened.search(text, "en")
    assert hits[0].iri == f"https://example.org/{best}"
    assert hits[0].matched >= set(text.split())


def test_every_prefix_of_a_name_finds_it(index):
    for end in range(3, len("Laaksonen") + 1):
        assert "contact/uudenmaan-liitto-1" in first_five(index, "Laaksonen"[:end], "sv")


def test_a_hit_found_by_a_name_in_another_language_shows_that_name(index):
    hit = index.search("väte", "fi", 1)[0]
    assert hit.snippet is not None
    assert "väte" in hit.snippet.text
    start, end = marked(hit.snippet.text, hit.matched)[0]
    assert hit.snippet.text[start:end] == "väte"


def test_results_can_be_kept_to_one_kind(index):
    assert {hit.kind for hit in index.search("Turku", "fi", 20, kind="contact")} == {"contact"}


@pytest.mark.parametrize(
    "text", ["", " ", "%", "*", '"', "' OR 1=1 --", "\x00", "ä" * 10_000, "NEAR(a b)", "🦭", "a b " * 999]
)
def test_odd_input_gives_an_answer(index, text):
    assert len(index.search(text, "fi")) <= 20


@settings(max_examples=80, deadline=None)
@given(text=st.text(max_size=30), language=st.sampled_from(["fi", "sv", "en", "de"]))
def test_any_text_gives_ranked_hits(index, text, language):
    scores = [hit.score for hit in index.search(text, language)]
    assert scores == sorted(scores, reverse=True)


def test_the_same_documents_give_the_same_bytes(tmp_path):
    made = [
        SearchDocument("urn:x", "/x", "thing", 5, {"en": Said("Word", "en")}, fields={"name": (Said("Word", "en"),)})
    ]
    for name in ("a", "b"):
        write(tmp_path / name, made, {("", "en"): "Site"})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
