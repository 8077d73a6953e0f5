"""The things with a place as GeoJSON (RFC 7946), which maps and geographic information systems read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pyoxigraph import Literal, NamedNode

from ekograph.publish.publication import Publication
from ekograph.rdf.dataset import Dataset, Node
from ekograph.rdf.vocab import SCHEMA
from ekograph.rendering.representations import plain
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import PUBLIC_URL

PAGE = "/places.geojson"

_WGS84 = "http://www.w3.org/2003/01/geo/wgs84_pos#"
_GEOSPARQL = "http://www.opengis.net/ont/geosparql#"
#: Latitude and longitude, as properties of the thing or of what one of these leads to.
_PAIRS = ((f"{_WGS84}lat", f"{_WGS84}long"), (f"{SCHEMA}latitude", f"{SCHEMA}longitude"))
_LEADING = (f"{_WGS84}location", f"{SCHEMA}geo", f"{_GEOSPARQL}hasGeometry", "http://www.w3.org/ns/locn#geometry")
_TEXTS = (f"{_GEOSPARQL}asWKT", "http://www.w3.org/ns/locn#geometry")
#: A point in WKT, in WGS 84: longitude and latitude.
_POINT = re.compile(r"(?:<[^>]*CRS84>)?\s*POINT\s*\(\s*(-?[0-9.]+)\s+(-?[0-9.]+)\s*\)", re.IGNORECASE)


def export(publication: Publication) -> Iterator[Representation]:
    """The collection of what has a place, if anything has; a large site has too much to look through."""
    dataset = publication.site.dataset
    features = [] if publication.site.large else list(_features(dataset))
    if features:
        collection = {"type": "FeatureCollection", "features": features}
        yield plain(PAGE, "application/geo+json", json.dumps(collection, ensure_ascii=False, indent=1))


def _features(dataset: Dataset) -> Iterator[dict[str, Any]]:
    for thing in dataset.things():
        said = dataset.said(thing)
        ends = (end for name in _LEADING for end in said.get(name, ()) if not isinstance(end, Literal))
        point = next(filter(None, (_point(dataset, node) for node in (thing, *ends))), None)
        if point:
            names = {f"name_{language}": dataset.label(thing, language).value for language in dataset.languages}
            properties = {"iri": thing.value, "page": f"{PUBLIC_URL}{dataset.path(thing.value)}", **names}
            geometry = {"type": "Point", "coordinates": point}
            yield {"type": "Feature", "id": thing.value, "geometry": geometry, "properties": properties}


def _point(dataset: Dataset, node: Node) -> tuple[float, float] | None:
    """Longitude and latitude, in degrees, where both are said of a node and possible."""
    for latitude, longitude in _PAIRS:
        values = [dataset.objects(node, name) for name in (longitude, latitude)]
        if all(values):
            return _possible(*(end.value if not isinstance(end, NamedNode) else "" for end, *_ in values))  # type: ignore[union-attr]
    texts = (end.value for name in _TEXTS for end in dataset.objects(node, name) if isinstance(end, Literal))
    return next((_possible(*match.groups()) for match in map(_POINT.match, texts) if match), None)


def _possible(longitude: str, latitude: str) -> tuple[float, float] | None:
    try:
        point = float(longitude), float(latitude)
    except ValueError:
        return None
    return point if abs(point[0]) <= 180 and abs(point[1]) <= 90 else None
