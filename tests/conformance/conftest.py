"""A real server with the data of all tests, each file a named graph; a test chooses its dataset by the protocol."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.conformance.suite import SUITES, data_files, quads_of
from tests.conftest import serving

from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import DATASET, Draft, Manifest

#: The graphs of the tests of the protocol have names of their own.
PROTOCOL_GRAPHS = {
    f"http://kasei.us/2009/09/sparql/data/data{n}.rdf": f"sparql11/protocol/data{n}.nt" for n in (1, 2, 3)
}


def pytest_collection_modifyitems(items) -> None:
    if not SUITES.is_dir():
        reason = "the W3C test suites are not beside this checkout (../shared/suites/rdf-tests-sparql)"
        for item in items:
            if "tests/conformance" in str(item.path):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory):
    shelf = tmp_path_factory.mktemp("conformance")
    _publish(shelf)
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(shelf), EKOGRAPH_UNION_DEFAULT_GRAPH="false") as server:
        yield server


def _publish(shelf: Path) -> None:
    """Put the data of all tests on the shelf, past the checks that a site has to pass."""
    quads = [quad for number, iri in enumerate(data_files()) for quad in quads_of(iri, number)]
    for name, path in PROTOCOL_GRAPHS.items():
        triples = ox.parse(path=str(SUITES / path), format=ox.RdfFormat.N_TRIPLES)
        quads += [ox.Quad(each.subject, each.predicate, each.object, ox.NamedNode(name)) for each in triples]
    graphs = Counter(quad.graph_name.value for quad in quads)
    manifest = Manifest(
        name="conformance-1",
        digest="conformance",
        edition="1",
        published="2026-01-01T00:00:00+00:00",
        base="http://tests.example/",
        languages=("en",),
        prefixes={},
        graphs=dict(graphs),
        triples=len(quads),
    )
    with Draft(shelf) as draft:
        draft.write(DATASET, ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
        draft.print([])
        draft.finish(manifest)
    SnapshotRepository(shelf).move_current("conformance-1")
