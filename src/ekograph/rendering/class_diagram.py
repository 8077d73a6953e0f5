"""The model as a picture: classes, and the properties that lead from one to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin

from markupsafe import Markup
from pyoxigraph import NamedNode

from ekograph.rendering.view import View

#: More classes than this no longer fit around the one in the middle.
MOST_CLASSES = 12

#: The frame of the picture, the distances of the classes from its middle, and the size of a box.
FRAME = (-500, -320, 1060, 640)
_ACROSS, _DOWN = 385, 280
_WIDTH, _HEIGHT = 214, 44

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A class: its name, how many things are of it, where its box stands, and where it leads."""

    name: str
    count: int
    address: str | None
    x: float
    y: float
    width: float = _WIDTH
    height: float = _HEIGHT


@dataclass(frozen=True)
class Arrow:
    """From one class to another, or round to itself: the line, and the names of the properties on it."""

    line: str
    names: Sequence[Markup]
    x: float
    y: float


@dataclass(frozen=True)
class Diagram:
    """The whole picture."""

    boxes: Sequence[Box]
    arrows: Sequence[Arrow]


def diagram(view: View, counts: Mapping[str, int], links: Mapping[tuple[str, str], Sequence[str]]) -> Diagram:
    """A picture of classes: how many things are of each, and the properties that lead from one to another."""
    places = _places(_chosen(counts, links))
    boxes = [_box(view, kind, counts.get(kind, 0), at) for kind, at in places.items()]
    arrows = [
        _arrow(view, places[one], places[other], properties)
        for (one, other), properties in sorted(links.items())
        if one in places and other in places
    ]
    return Diagram(boxes, arrows)


def _chosen(counts: Mapping[str, int], links: Mapping[tuple[str, str], Sequence[str]]) -> list[str]:
    """The classes to show: that with most neighbours first, and only those that have any."""
    neighbours: dict[str, set[str]] = {}
    for one, other in links:
        neighbours.setdefault(one, set()).add(other)
        neighbours.setdefault(other, set()).add(one)
    return sorted(neighbours, key=lambda entry: (-len(neighbours[entry]), -counts.get(entry, 0), entry))[:MOST_CLASSES]


def _places(chosen: Sequence[str]) -> dict[str, Point]:
    """The first class in the middle, the others around it."""
    around = chosen[1:]
    turns = {item: 2 * pi * at / max(1, len(around)) for at, item in enumerate(around)}
    places = {item: (round(_ACROSS * sin(turn)), round(-_DOWN * cos(turn))) for item, turn in turns.items()}
    return dict.fromkeys(chosen[:1], (0.0, 0.0)) | places


def _box(view: View, kind: str, count: int, at: Point) -> Box:
    address = view.address(NamedNode(kind))
    return Box(str(view.class_name(kind).striptags()), count, address, *at)


def _arrow(view: View, start: Point, end: Point, properties: Sequence[str]) -> Arrow:
    names = [view.property_name(NamedNode(item)) for item in properties]
    if start == end:
        x, y = start[0] + _WIDTH / 2, start[1]
        return Arrow(f"M{x:g} {y - 10:g}c34 -22 34 42 0 20", names, x + 30, y + 34)
    first, last = _edge(start, end), _edge(end, start)
    x, y = (first[0] + last[0]) / 2, (first[1] + last[1]) / 2
    return Arrow(f"M{first[0]:g} {first[1]:g}L{last[0]:g} {last[1]:g}", names, round(x, 1), round(y, 1))


def _edge(box: Point, towards: Point) -> Point:
    """Where a line from the middle of `box` leaves it on its way to another."""
    across, down = towards[0] - box[0], towards[1] - box[1]
    share = min(_WIDTH / 2 / abs(across) if across else 1.0, _HEIGHT / 2 / abs(down) if down else 1.0)
    gap = 3 / hypot(across, down)
    return round(box[0] + across * (share + gap), 1), round(box[1] + down * (share + gap), 1)
