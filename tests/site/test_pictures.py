"""The pictures of the front page: complete, linked, and drawn the same every time."""

from __future__ import annotations

import re

import pytest
from pyoxigraph import NamedNode
from tests.rendering.sites import LANGUAGES, small
from tests.site.real import node, real, theme, theme_module

from ekograph.rendering import pages
from ekograph.rendering.view import View

country_map, sunburst = theme_module("country_map"), theme_module("sunburst")


def test_the_rings_hold_every_agreement_and_priority_once():
    drawn = sunburst.sectors(View(real(), "fi"))
    assert [sum(each.depth == depth for each in drawn) for depth in range(4)] == [4, 11, 28, 5]
    assert len({each.address for each in drawn}) == len(drawn)


def test_the_sectors_of_a_ring_do_not_overlap_and_stay_inside_the_picture():
    for each in sunburst.sectors(View(real(), "en")):
        numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", each.outline)]
        assert max(map(abs, numbers)) <= 186


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_shows_the_place_of_every_agreement_with_room_for_its_name(language):
    shown = country_map.areas(View(real(), language))
    assert len(shown) == 5
    assert sum(len(each.dots) for each in shown) == 7
    left, top, width, height = country_map.frame(shown)
    # The north, where none of them is, is left out.
    assert height < country_map.FRAME[3] / 2
    assert all(left < x < left + width and top < y < top + height for each in shown for x, y in each.dots)


def test_places_lie_where_they_are_in_finland():
    at = {str(each.name): each.dots[0] for each in country_map.areas(View(real(), "fi"))}
    assert at["Turku"][0] < at["Lahti"][0] < at["Lappeenranta"][0] < at["Imatra"][0]
    assert at["Imatra"][1] < at["Turku"][1]


def test_pictures_have_names_and_their_links_too():
    page = pages.front_page(real(), "sv").decode()
    for svg in re.findall(r'<svg class="(?:rings|map)".*?</svg>', page, flags=re.DOTALL):
        assert re.match(r'<svg [^>]*aria-label="[^"]+"', svg)
        assert all(re.search(r"<title>[^<]+</title>|<text[^>]*>[^<]+</text>", a) for a in re.findall("<a .*?</a>", svg))


def test_a_site_without_agreements_has_no_picture():
    assert b'<svg class="rings"' not in pages.front_page(
        small("<https://example.org/id/1> a skos:Concept .", theme=theme()), "en"
    )


def test_a_place_without_coordinates_is_left_off_the_map():
    assert not country_map._dots(View(real(), "fi"), node("organisation/tem"))


def test_a_new_town_is_on_the_map_where_its_coordinates_are():
    site = small(
        "@prefix geo: <http://www.w3.org/2003/01/geo/wgs84_pos#> .\n"
        "<https://example.org/id/1> geo:lat 62.24147 ; geo:long 25.72088 .\n"
        "<https://example.org/id/2> geo:lat 61.49911 ; geo:long 23.78712 .\n"
        '<https://example.org/id/3> geo:lat "north" ; geo:long 1 .'
    )
    dots = [country_map._dots(View(site, "en"), NamedNode(f"https://example.org/id/{n}")) for n in (1, 2, 3)]
    assert [len(each) for each in dots] == [1, 1, 0]
    assert dots[1][0][0] < dots[0][0][0]


def test_the_outline_is_small_closed_and_around_the_towns():
    drawn = country_map.outline()
    assert len(drawn) < 3500
    assert drawn.count("M") == drawn.count("Z") > 3
    left, top, width, height = country_map.FRAME
    numbers = [[float(number) for number in pair.split()] for pair in re.split("[MLZ]+", drawn) if pair]
    assert all(left <= x <= left + width and top <= y <= top + height for x, y in numbers)
