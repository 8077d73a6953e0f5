"""A map of Finland with the places of the agreements on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, radians

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from ekograph.dataset import DCTERMS
from ekograph.pages import terms
from ekograph.pages.view import View

#: The outline, drawn for this map: longitude and latitude in degrees, good to some 20 km.
_MAINLAND = (
    "24.1 65.8 23.7 66.2 24.0 66.8 23.6 67.2 23.8 67.5 23.5 67.9 23.1 68.1 22.2 68.4 21.6 68.6 20.6 69.05 21.3 69.3"
    " 22.3 68.9 23.2 68.65 24.1 68.7 24.9 68.6 25.6 68.9 25.9 69.6 26.5 69.9 27.5 70.05 28.0 70.1 28.4 69.8 29.2 69.65"
    " 28.8 69.2 28.9 69.0 28.5 68.9 28.7 68.5 29.3 68.1 30.0 67.7 29.1 66.95 29.9 66.2 30.1 65.7 29.7 65.5 29.7 64.9"
    " 30.1 64.7 30.5 64.2 30.3 63.8 31.2 63.2 31.6 62.9 31.2 62.5 30.0 61.8 29.2 61.3 27.8 60.5 27.0 60.5 26.4 60.4"
    " 25.6 60.3 25.0 60.2 24.4 60.0 23.5 59.95 22.9 59.8 22.8 60.0 22.2 60.2 21.6 60.5 21.3 60.8 21.5 61.2 21.6 61.5"
    " 21.4 62.0 21.3 62.4 21.1 62.8 21.5 63.1 22.3 63.4 23.1 63.8 24.0 64.3 24.5 64.8 25.3 65.0 25.2 65.5 24.6 65.75"
)
_ALAND = "19.7 60.15 20.1 60.05 20.3 60.3 19.9 60.4"

#: Where municipalities are, by the code of Statistics Finland: longitude and latitude, as exact as the outline.
_MUNICIPALITIES = {
    "049": (24.66, 60.21),
    "091": (24.94, 60.17),
    "092": (25.04, 60.29),
    "153": (28.77, 61.17),
    "398": (25.66, 60.98),
    "405": (28.19, 61.06),
    "853": (22.27, 60.45),
}

#: Units of the map in a degree of latitude; the meridian in its middle; the latitude of its upper edge.
_SCALE = 34.0
_MIDDLE, _NORTH = 26.0, 70.3

#: The frame of the map: left, top, width, height. There is room in the east for names.
FRAME = (-130, 0, 310, 368)

#: The size of a letter of a name and of a dot.
_LETTER, _LINE, _DOT = 8.6, 16.0, 5.0

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
    """The path around Finland."""
    return _path(_MAINLAND) + _path(_ALAND)


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
    width = _LETTER * len(name.striptags())
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
    codes = view.dataset.objects(place, f"{DCTERMS}identifier")
    known = (_MUNICIPALITIES.get(each.value) for each in codes if isinstance(each, Literal))
    return next((_projected(*each) for each in known if each), None)


def _path(coordinates: str) -> str:
    numbers = [float(each) for each in coordinates.split()]
    points = (_projected(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True))
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z"


def _projected(longitude: float, latitude: float) -> tuple[float, float]:
    """A point of the map: the sinusoidal projection around the middle of the country."""
    x = (longitude - _MIDDLE) * cos(radians(latitude)) * _SCALE
    return round(x, 1), round((_NORTH - latitude) * _SCALE, 1)
