"""A dataset on disk tells the same as one in memory, whatever its terms hold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from ekograph.publish.catalog import void
from ekograph.rdf.dataset import Dataset
from ekograph.rdf.disk_dataset import SortedLines, StoredDataset, by_object

BASE = "http://x.example/"
NODES = [NamedNode(BASE + each) for each in ("a", "a/b", "a!", "ä", "id/c", "id/c/d", "def#e")] + [BlankNode("c14n0")]
VALUES = [
    *NODES,
    Literal("a > b\n"),
    Literal('"<x> '),
    Literal("01", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#int")),
    Literal("ä", language="fi"),
    Triple(NODES[0], NODES[1], Literal(")>> <")),
]
QUADS = st.builds(
    Quad,
    st.sampled_from(NODES),
    st.sampled_from(NODES[:4]),
    st.sampled_from(VALUES),
    st.sampled_from(NODES[4:6]),
)


def stored(folder, quads):
    lines = sorted((serialize(quads, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True))
    (folder / "s.nq").write_bytes(b"".join(lines))
    (folder / "o.nq").write_bytes(b"".join(sorted(by_object(lines))))
    return StoredDataset(folder / "s.nq", folder / "o.nq", base=BASE, prefixes={}, languages=("fi",))


@settings(max_examples=60, deadline=None)
@given(st.frozensets(QUADS, max_size=30))
def test_every_lookup_is_that_of_the_dataset_in_memory(tmp_path_factory, quads):
    memory = Dataset(quads, base=BASE, prefixes={}, languages=("fi",))
    disk = stored(tmp_path_factory.mktemp("stored"), quads)
    assert list(disk.quads) == list(memory.quads)
    assert list(disk.statements()) == list(memory.quads)
    assert {name: list(quads) for name, quads in disk.graphs().items()} == memory.graphs()
    assert void._counted(disk) == void._counted(memory)
    for least in (1, 3):
        assert sorted(disk.crowded(least), key=str) == sorted(memory.crowded(least), key=str)
    for prefix in ("", f"{BASE}a", f"{BASE}id/", f"{BASE}def#", "urn:"):
        assert disk.subjects_under(prefix) == memory.subjects_under(prefix)
    for predicate in {quad.predicate for quad in quads}:
        assert list(disk.links(predicate)) == list(memory.links(predicate))
    for value in VALUES:
        if not isinstance(value, Literal):
            assert list(disk.quads_to(value)) == list(memory.quads_to(value))
    for node in NODES:
        assert list(disk.quads_of(node)) == list(memory.quads_of(node))
        assert disk.describe(node) == memory.describe(node)


@pytest.mark.parametrize(
    ("prefix", "found"),
    [(b"b ", b"b 1\nb 2\n"), (b"a ", b"a 1\n"), (b"c ", b"c 3\n"), (b"bb ", b""), (b"0 ", b""), (b"z ", b"")],
)
def test_lines_are_found_at_the_start_in_the_middle_and_at_the_end(tmp_path, prefix, found):
    (tmp_path / "lines").write_bytes(b"a 1\nb 1\nb 2\nc 3\n")
    assert SortedLines(tmp_path / "lines").starting(prefix) == found


def test_an_empty_file_holds_nothing(tmp_path):
    (tmp_path / "lines").touch()
    assert SortedLines(tmp_path / "lines").starting(b"a ") == b""


def test_literals_stay_as_they_were_written(tmp_path):
    quads = list(parse(b'<http://x.example/a> <http://x.example/p> "01"^^<http://x.example/int> .', RdfFormat.N_QUADS))
    assert list(stored(tmp_path, quads).quads_of(NODES[0])) == quads
