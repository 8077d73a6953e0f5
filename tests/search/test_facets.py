"""Facets of the search index: what they count, what they offer, and the orders and places of what is left."""

from __future__ import annotations

from contextlib import closing
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekograph.search.facets import MOST_POINTS, MOST_VALUES, Faceted, FacetPlan, Selection, UnknownFilterError
from ekograph.search.index import Said, SearchDocument, write
from ekograph.search.query import Index

COLOURS, SIZES = ("red", "green", "blue"), ("small", "large")


def document(number: int, values: dict, order: dict | None = None, point=None) -> SearchDocument:
    name = {"en": Said(f"Thing {number}", "en")}
    faceted = Faceted(values, order or {}, point)
    return SearchDocument(f"https://example.org/{number}", f"/doc/{number}", "thing", 1, name, faceted=faceted)


@pytest.fixture
def index(tmp_path):
    """A function that makes an index of documents."""
    opened = []

    def made(documents, linked=()) -> Index:
        path = tmp_path / f"{len(opened)}.sqlite"
        write(path, documents, {}, FacetPlan({("type", "A")}, linked))
        opened.append(Index(path))
        return opened[-1]

    yield made
    for each in opened:
        each.close()


def select(index: Index, *filters, docs=None) -> Selection:
    return Selection(index.connection, filters, "en", docs)


def offered(selection: Selection) -> dict[str, dict[str, int]]:
    return {facet.key: {choice.text: choice.size for choice in facet.choices} for facet in selection.facets()}


@given(st.lists(st.tuples(st.sets(st.sampled_from(COLOURS)), st.sampled_from(SIZES)), min_size=8, max_size=40))
def test_the_counts_are_those_of_documents_that_would_be_left(tmp_path_factory, things):
    path = tmp_path_factory.mktemp("facets") / "index.sqlite"
    write(
        path,
        [document(at, {"colour": sorted(colours), "size": [size]}) for at, (colours, size) in enumerate(things)],
        {},
    )
    with closing(Index(path)) as opened:
        for colour, size in [(colour, size) for colour in COLOURS for size in SIZES]:
            expected = [at for at, (colours, of) in enumerate(things, 1) if colour in colours and of == size]
            try:
                selection = select(opened, ("colour", colour), ("size", size))
            except UnknownFilterError:
                continue
            assert selection.docs("none", 0, 100) == expected
            for key, choices in offered(selection).items():
                for text, count in choices.items():
                    assert select(opened, ("colour", colour), ("size", size), (key, text)).total == count


def test_a_property_with_many_values_is_a_facet_only_where_it_has_few(index):
    things = [
        document(at, {"type": ["A" if at < 60 else "B"], "owner": [f"o{at % 3}" if at < 60 else f"p{at}"]})
        for at in range(60 + 2 * MOST_VALUES)
    ]
    opened = index(things)
    assert "owner" not in offered(select(opened))
    assert offered(select(opened, ("type", "A")))["owner"] == {"o0": 20, "o1": 20, "o2": 20}
    with pytest.raises(UnknownFilterError):
        select(opened, ("owner", "o1"))
    assert select(opened, ("type", "A"), ("owner", "o1")).total == 20


def test_a_value_that_all_have_or_that_hardly_repeats_is_not_offered(index):
    opened = index([document(at, {"same": ["x"], "own": [str(at)]}) for at in range(50)])
    assert offered(select(opened)) == {}


@pytest.mark.parametrize(("key", "text"), [("colour", "pink"), ("nothing", "red"), ("", ""), ("\0", "\udcff")])
def test_a_filter_that_nothing_has_is_unknown(index, key, text):
    opened = index([document(at, {"colour": [COLOURS[at % 3]]}) for at in range(9)])
    with pytest.raises((UnknownFilterError, UnicodeEncodeError)):
        select(opened, (key, text))


def test_each_page_of_an_order_follows_the_one_before_from_both_ends(index):
    opened = index([document(at, {"odd": [str(at % 2)]}, {"back": f"{999 - at:03}"}) for at in range(101)])
    whole = select(opened, ("odd", "1")).docs("back", 0, 1000)
    assert whole == sorted(whole, reverse=True)
    assert len(whole) == 50
    for start in range(0, 50, 7):
        assert select(opened, ("odd", "1")).docs("back", start, 7) == whole[start : start + 7]
    assert select(opened, ("odd", "1")).docs("back", 50, 7) == []


@pytest.mark.parametrize("share", [2, 20])
def test_what_an_order_says_nothing_of_comes_last_and_is_not_lost(index, share):
    things = [
        document(at, {"shared": [str(at % share)]}, {"key": f"{999 - at:03}"} if at % 3 else {}) for at in range(200)
    ]
    docs = select(index(things), ("shared", "0")).docs("key", 0, 1000)
    expected = list(range(0, 200, share))
    assert [doc - 1 for doc in docs] == [at for at in expected[::-1] if at % 3] + [at for at in expected if not at % 3]


def test_what_is_linked_has_a_list_although_it_is_no_facet(index):
    things = [document(at, {"part": [f"p{at}"]}) for at in range(500)]
    opened = index(things, [(("part", "whole"), [f"https://example.org/{at}" for at in range(0, 500, 5)])])
    assert select(opened, ("part", "whole")).total == 100


def test_places_are_shown_at_intervals_where_they_are_too_many(index):
    things = [document(at, {"place": ["yes"]}, point=(60 + at / 1000, 20.0)) for at in range(3 * MOST_POINTS)]
    points, total = select(index(things)).points()
    assert total == 3 * MOST_POINTS
    assert MOST_POINTS / 2 < len(points) <= MOST_POINTS
    assert points[0].latitude == 60


def test_the_same_documents_give_the_same_bytes(tmp_path):
    things = [document(at, {"size": [size]}) for at, (size, _) in enumerate(combinations("abcdef", 2))]
    for name in ("one", "two"):
        write(tmp_path / name, things, {})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
