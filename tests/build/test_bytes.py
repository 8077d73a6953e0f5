"""What is built from sorted files has the bytes that the whole dataset in memory gives."""

from __future__ import annotations

import gzip
import shutil
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path

import pytest
from bench.generate import generate
from pyoxigraph import DefaultGraph, RdfFormat, parse, serialize

from ekograph import config
from ekograph.publish.pipeline import publish
from ekograph.publish.site_datasets import with_derived
from ekograph.rdf.dataset import Dataset
from ekograph.rdf.disk_dataset import by_object
from ekograph.rendering.rdf_writers import _used, with_sorted_prefixes
from ekograph.snapshots.snapshot import BY_OBJECT, DATASET
from ekograph.validation.check import check
from ekograph.validation.sources import collect

#: Blank nodes, links whose inverses are derived from them, one triple in two files, and what looks like a label.
MORE = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://example.org/a> skos:note [ skos:note [ skos:example 1 ] ] , [ skos:example "_:b" ] ; skos:broader _:above .
_:above skos:broader <https://example.org/b> .
<https://example.org/b> skos:prefLabel "b"@sv-FI , "a > b <https://example.org/x#y> ."@en .
"""


@pytest.mark.parametrize("blank_nodes", [False, True])
def test_every_file_is_the_same(tmp_path, blank_nodes):
    site = tmp_path / "site"
    generate(site, 20_000, files=8)
    shutil.rmtree(site / "shapes")
    if blank_nodes:
        for name in ("one", "two"):
            (site / "data" / f"{name}.ttl").write_text(MORE)
    else:
        for path in {*(site / "data").iterdir()} - {*(site / "data").glob("synthetic-*")}:
            path.unlink()
    settings = config.load(site)
    snapshot = publish(settings, language="en", large_from=1).snapshot
    assert snapshot is not None
    checked = check(collect(settings), settings, "en")
    nquads = with_derived(checked.nquads, settings.base)
    assert (b"_:c14n" in nquads) is blank_nodes
    assert snapshot.dataset.read_bytes() == nquads
    assert (snapshot.path / BY_OBJECT).read_bytes() == b"".join(sorted(by_object(nquads.splitlines(keepends=True))))
    dataset = Dataset(
        parse(nquads, RdfFormat.N_QUADS), base=settings.base, prefixes=checked.prefixes, languages=(), in_order=True
    )
    triples = [triple for triple, _ in groupby(dataset.quads, key=attrgetter("triple"))]
    default = [quad for quad in dataset.quads if isinstance(quad.graph_name, DefaultGraph)]
    named = [quads for name, quads in sorted(dataset.graphs().items()) if name]
    used = _used(dataset.prefixes, list(dataset.quads))
    bodies = {
        DATASET: nquads,
        "dataset.nt": serialize(triples, format=RdfFormat.N_TRIPLES),
        "dataset.ttl": serialize(triples, format=RdfFormat.TURTLE, prefixes=used),
        "dataset.trig": serialize(chain(default, *named), format=RdfFormat.TRIG, prefixes=used),
    }
    for name, body in bodies.items():
        dump = Path(snapshot.path / "dumps" / f"{name}.gz").read_bytes()
        assert gzip.decompress(dump) == with_sorted_prefixes(body), name
    assert snapshot.manifest.triples == len(triples)
    assert sum(snapshot.manifest.graphs.values()) == len(dataset.quads)
    assert not list((site / "snapshots").glob(".[!l]*"))
