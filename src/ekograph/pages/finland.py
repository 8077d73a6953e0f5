"""A map of Finland with the places of the agreements on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, radians

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from ekograph.pages import geography, terms
from ekograph.pages.view import View

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
    drawn = [[_projected(*each) for each in ring] for land in _LANDS for ring in geography.rings(land)]
    return "".join(_path(each) for each in drawn if geography.extent(each) > _ISLAND)


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
    known = geography.position(sorted(each.value for each in labels if isinstance(each, Literal)))
    return _projected(*known) if known else None


def _path(ring: list[tuple[float, float]]) -> str:
    """A closed line. It is simplified in two halves, since it ends where it begins."""
    half = len(ring) // 2
    points = geography.simplified(ring[: half + 1], _OFF)[:-1] + geography.simplified(ring[half:], _OFF)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z"


def _projected(longitude: float, latitude: float) -> tuple[float, float]:
    """A point of the map: the sinusoidal projection around the middle of the country."""
    x = (longitude - _MIDDLE) * cos(radians(latitude)) * _SCALE
    return round(x, 1), round((_NORTH - latitude) * _SCALE, 1)
