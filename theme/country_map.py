"""A map of Finland with the places of the agreements on it, where the data has their coordinates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians
from pathlib import Path

from markupsafe import Markup
from pyoxigraph import NamedNode

from ekograph.rendering import terms
from ekograph.rendering.view import View

from .agreements import LATITUDE, LONGITUDE, SPATIAL, together

#: Units of the map in a degree of latitude; the meridian in its middle; the latitude of its upper edge.
_SCALE = 34.0
_MIDDLE, _NORTH = 26.0, 70.3

#: The frame of the map: left, top, width, height. There is room in the east for names.
FRAME = (-130, 0, 310, 368)

#: So much is shown to the north of the places.
_MARGIN = 70

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


def frame(shown: Sequence[Area]) -> tuple[float, float, float, float]:
    """The part of the map where the places are: the country from somewhat north of them on."""
    left, top, width, height = FRAME
    north = max(top, min((y for area in shown for _, y in area.dots), default=top) - _MARGIN)
    return left, north, width, top + height - north


def outline() -> str:
    """The path around Finland and its larger islands, from the file beside this one."""
    drawing = Path(__file__).with_name("outline.svg").read_text(encoding="utf-8")
    return drawing.partition('<path d="')[2].partition('"')[0]


def areas(view: View) -> list[Area]:
    """The places of the agreements that the map knows, from the east to the west."""
    known = [
        (hue, place, dots)
        for hue, agreement in enumerate(together(view.site))
        for place in view.site.named(agreement, SPATIAL)
        if (dots := _dots(view, place))
    ]
    known.sort(key=lambda area: area[2], reverse=True)
    taken = [_box(x - _DOT, y - _DOT, 2 * _DOT, 2 * _DOT) for _, _, dots in known for x, y in dots]
    return [_area(view, hue, place, dots, taken) for hue, place, dots in known]


def _area(view: View, hue: int, place: NamedNode, dots: tuple[tuple[float, float], ...], taken: list[Box]) -> Area:
    """The area of a place, its name where no dot or other name stands; what it takes is added to `taken`."""
    name = view.text(view.label(place))
    # The space after a name keeps it off the next dot.
    width = _LETTER * (len(name.striptags()) + 1)
    x, y, anchor, box = min(_positions(dots, width), key=lambda position: _overlap(position[3], taken))
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
    return (box[2] - box[0]) * (box[3] - box[1]) - inside + sum(_common(box, other) for other in taken)


def _common(one: Box, other: Box) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height)


def _box(left: float, top: float, width: float, height: float) -> Box:
    return left, top, left + width, top + height


def _dots(view: View, place: NamedNode) -> tuple[tuple[float, float], ...]:
    """Where a place is, or where its parts are."""
    around = (place, *view.site.named(place, terms.HAS_PART))
    return tuple(point for node in around if (point := _position(view, node)))


def _position(view: View, place: NamedNode) -> tuple[float, float] | None:
    """Where a place is; one without coordinates in the data is in the list beside the map only."""
    degrees = [view.dataset.literals(place, (predicate,)) for predicate in (LONGITUDE, LATITUDE)]
    try:
        return _projected(*(float(literals[0].value) for literals in degrees))
    except (IndexError, ValueError):
        return None


def _projected(longitude: float, latitude: float) -> tuple[float, float]:
    """A point of the map: the sinusoidal projection around the middle of the country."""
    x = (longitude - _MIDDLE) * cos(radians(latitude)) * _SCALE
    return round(x, 1), round((_NORTH - latitude) * _SCALE, 1)
