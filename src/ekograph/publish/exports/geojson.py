"""The things with a place, as points on the earth; as GeoJSON (RFC 7946), which maps and geographic systems read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pyoxigraph import Literal

from ekograph.publish.publication import Publication
from ekograph.rdf.dataset import Dataset, Term
from ekograph.rdf.vocab import DCAT, SCHEMA
from ekograph.rendering.representations import plain
from ekograph.rendering.values import GEO
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import PUBLIC_URL

PAGE = "/places.geojson"

_WGS84 = "http://www.w3.org/2003/01/geo/wgs84_pos#"
_LOCN = "http://www.w3.org/ns/locn#geometry"
_SCHEMAS = (SCHEMA.iri, "http://schema.org/")
#: Latitude and longitude, and both as a text, of the thing itself or of what one of the last properties leads to.
_LATITUDE = (f"{_WGS84}lat", *(f"{schema}latitude" for schema in _SCHEMAS))
_LONGITUDE = (f"{_WGS84}long", *(f"{schema}longitude" for schema in _SCHEMAS))
_WKT = (f"{GEO}asWKT", f"{DCAT}centroid", _LOCN)
_GEOMETRY = (*(f"{schema}geo" for schema in _SCHEMAS), f"{_WGS84}location", f"{GEO}hasGeometry", _LOCN)
#: A point in WKT, after the name of its reference system.
_POINT = re.compile(r"(?:<\S*/(\w+)>)?\s*POINT\s*Z?\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)[\s\d.-]*\)", re.IGNORECASE)


def export(publication: Publication) -> Iterator[Representation]:
    """The collection of what has a place, if anything has; a large site has too much to look through."""
    dataset = publication.site.dataset
    features = [] if publication.site.large else list(_features(dataset))
    if features:
        collection = {"type": "FeatureCollection", "features": features}
        yield plain(PAGE, "application/geo+json", json.dumps(collection, ensure_ascii=False, indent=1))


def _features(dataset: Dataset) -> Iterator[dict[str, Any]]:
    for thing in dataset.things():
        if place := point(dataset, dataset.said(thing)):
            names = {f"name_{language}": dataset.label(thing, language).value for language in dataset.languages}
            properties = {"iri": thing.value, "page": f"{PUBLIC_URL}{dataset.path(thing.value)}", **names}
            geometry = {"type": "Point", "coordinates": place[::-1]}
            yield {"type": "Feature", "id": thing.value, "geometry": geometry, "properties": properties}


def point(dataset: Dataset, said: Mapping[str, Sequence[Term]]) -> tuple[float, float] | None:
    """Latitude and longitude, in degrees, where a thing is by what is `said` of it; None where that is not told."""
    geometries = [node for iri in _GEOMETRY for node in said.get(iri, ()) if not isinstance(node, Literal)]
    for facts in (said, *map(dataset.said, geometries)):
        latitude, longitude = _texts(facts, _LATITUDE), _texts(facts, _LONGITUDE)
        pairs = [(latitude[0], longitude[0])] if latitude and longitude else []
        # Degrees east come first, but for the reference system that has them second.
        matches = filter(None, map(_POINT.match, _texts(facts, _WKT)))
        pairs += [(match[2], match[3]) if match[1] == "4326" else (match[3], match[2]) for match in matches]
        for north, east in pairs:
            with suppress(ValueError):
                place = float(north), float(east)
                if abs(place[0]) <= 90 and abs(place[1]) <= 180:
                    return place
    return None


def _texts(said: Mapping[str, Sequence[Term]], predicates: Iterable[str]) -> list[str]:
    values = (value for predicate in predicates for value in said.get(predicate, ()))
    return [value.value for value in values if isinstance(value, Literal)]
