"""The dataset for analysts and maps: Parquet, Zstandard, GeoJSON, as DuckDB, polars and GDAL read them."""

from __future__ import annotations

import json

import pytest
from pyoxigraph import BlankNode, RdfFormat, parse
from tests.publish.conftest import STATES, site

from ekograph import config
from ekograph.publish.pipeline import publish

POINTS = """
<place/a> a :Tree ; skos:prefLabel "a"@en ;
    <http://www.w3.org/2003/01/geo/wgs84_pos#lat> 60.5 ; <http://www.w3.org/2003/01/geo/wgs84_pos#long> "25" .
<place/b> a :Tree ; skos:prefLabel "b"@en ; <http://www.opengis.net/ont/geosparql#hasGeometry>
    [ <http://www.opengis.net/ont/geosparql#asWKT> "POINT (24.5 -61)" ] .
<place/c> a :Tree ; skos:prefLabel "c"@en ; <https://schema.org/geo>
    [ <https://schema.org/latitude> "1" ; <https://schema.org/longitude> "2.5" ] .
<place/d> a :Tree ; skos:prefLabel "d"@en ; <http://www.w3.org/2003/01/geo/wgs84_pos#lat> "far" ;
    <http://www.w3.org/2003/01/geo/wgs84_pos#long> 500 .
"""


@pytest.fixture
def snapshot(tmp_path):
    for name in ("pyarrow", "zstandard"):
        pytest.importorskip(name, reason=f"{name} is not installed")
    folder = site(tmp_path / "site")
    folder.write("data/trees.ttl", STATES[0] + POINTS)
    settings = config.load(folder.root, more_dumps=("parquet", "zst"))
    return publish(settings, language="en").snapshot


def rows_of(snapshot):
    quads = parse((snapshot.path / "dumps/dataset.nq").read_bytes(), RdfFormat.N_QUADS)
    return sorted(
        (q.predicate.value, str(q.object) if isinstance(q.object, BlankNode) else q.object.value) for q in quads
    )


def test_duckdb_and_polars_read_every_statement(snapshot):
    duckdb, polars = (pytest.importorskip(name, reason=f"{name} is not installed") for name in ("duckdb", "polars"))
    path = snapshot.path / "dumps/dataset.parquet"
    table = duckdb.read_parquet(str(path)).project("predicate, object").fetchall()
    assert sorted(table) == rows_of(snapshot)
    frame = polars.read_parquet(path)
    assert frame.columns == ["subject", "predicate", "object", "kind", "datatype", "language", "graph"]
    assert set(frame["kind"]) == {"iri", "blank", "literal"}
    names = frame.filter((polars.col("object") == "a") & (polars.col("language") == "en"))
    assert list(names["subject"]) == ["https://example.org/id/place/a"]


def test_zstandard_holds_the_same_bytes(snapshot):
    zstandard = pytest.importorskip("zstandard", reason="zstandard is not installed")
    for suffix in ("ttl", "nt", "nq"):
        packed = (snapshot.path / f"dumps/dataset.{suffix}.zst").read_bytes()
        assert (
            zstandard.ZstdDecompressor().decompress(packed) == (snapshot.path / f"dumps/dataset.{suffix}").read_bytes()
        )


def test_a_geographic_information_system_reads_what_has_a_place(snapshot, tmp_path):
    pyogrio = pytest.importorskip("pyogrio", reason="pyogrio is not installed")
    body = next(each.body for each in snapshot.printed() if each.address == "/places.geojson")
    (tmp_path / "places.geojson").write_bytes(body)
    meta = pyogrio.read_info(tmp_path / "places.geojson")
    assert (meta["driver"], meta["geometry_type"], meta["features"], meta["crs"]) == (
        "GeoJSON",
        "Point",
        3,
        "EPSG:4326",
    )
    points = {each["id"].rpartition("/")[2]: each["geometry"]["coordinates"] for each in json.loads(body)["features"]}
    assert points == {"a": [25.0, 60.5], "b": [24.5, -61.0], "c": [2.5, 1.0]}


def test_a_form_that_cannot_be_written_is_a_wrong_setting(tmp_path):
    with pytest.raises(config.ConfigError, match="parquet"):
        config.load(tmp_path, more_dumps=("hdt",))
