"""A dataset that is built from sorted files tells the same as one in memory, however its lines were sorted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, RdfFormat, serialize
from tests.scale.test_stored import BASE, NODES, QUADS

from ekograph.build.built_dataset import BuiltDataset
from ekograph.build.local import LocalBuilder
from ekograph.build.quad_lines import bounds, part_of
from ekograph.build.spark import SparkBuilder
from ekograph.config import ConfigError
from ekograph.publish.catalog import void
from ekograph.rdf.dataset import Dataset
from ekograph.rendering.rdf_writers import _used, used_by
from ekograph.snapshots.snapshot import DATASET

VIEW = {"base": BASE, "prefixes": {"x": BASE, "d": f"{BASE}def#", "i": f"{BASE}id/"}, "languages": ("fi",)}


def lines_of(quads) -> list[bytes]:
    return (serialize(quads, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)


def built(folder: Path, quads) -> BuiltDataset:
    builder = LocalBuilder(folder, 100)
    return BuiltDataset(builder, builder.sort(DATASET, [quads, quads], lines_of), **VIEW)


@settings(max_examples=40, deadline=None)
@given(st.frozensets(QUADS, min_size=1, max_size=30))
def test_it_tells_what_one_in_memory_tells(tmp_path_factory, quads):
    memory, disk = Dataset(quads, **VIEW), built(tmp_path_factory.mktemp("built"), quads)
    assert list(disk.quads) == list(memory.quads)
    assert {name: list(quads) for name, quads in disk.graphs().items()} == memory.graphs()
    assert {name: len(quads) for name, quads in disk.graphs().items()} == Counter(
        quad.graph_name.value for quad in memory.quads
    )
    assert void._counted(disk) == void._counted(memory)
    assert used_by(disk.census.namespaces, VIEW["prefixes"]) == _used(VIEW["prefixes"], list(memory.quads))
    languages = Counter(quad.object.language for quad in memory.quads if isinstance(quad.object, Literal))
    assert disk.counted_languages() == Counter({tag: count for tag, count in languages.items() if tag})
    for predicate in NODES[:4]:
        assert list(disk.subjects_with(predicate)) == list(memory.subjects_with(predicate))
    for _ in range(2):
        for node in sorted(NODES, key=str):
            assert list(disk.quads_of(node)) == list(memory.quads_of(node))
            assert list(disk.quads_to(node)) == list(memory.quads_to(node))


def test_all_that_is_asked_for_in_order_is_what_is_there(tmp_path):
    text = "".join(
        f'<{BASE}{number:04}> <{BASE}p{value}> "{value}" <{BASE}g> .\n'
        for number in range(2000)
        for value in range(number % 7 + 1)
    )
    builder = LocalBuilder(tmp_path, 100)
    dataset = BuiltDataset(builder, builder.sort(DATASET, [text.encode()], lambda item: item.splitlines(True)), **VIEW)
    counts = [len(dataset.quads_of(thing)) for thing in dataset.things()]
    assert counts == [number % 7 + 1 for number in range(2000)]


@pytest.mark.parametrize("memory_mb", [5, 500])
def test_without_the_command_of_the_system_the_lines_are_the_same(tmp_path, monkeypatch, memory_mb):
    lines = [b"%d %d\n" % (number * 7919 % 40_000, number % 3) for number in range(200_000)]
    paths = []
    for name in ("by_command", "by_python"):
        paths += LocalBuilder(tmp_path, memory_mb).sort(name, [lines], lambda item: item)
        monkeypatch.setenv("PATH", "")
    assert paths[0].read_bytes() == paths[1].read_bytes() == b"".join(sorted(set(lines)))


def test_no_subject_is_in_two_parts():
    lines = sorted(b"<a%d> <p> <b%d> .\n" % (number % 50, number) for number in range(1000))
    starts = bounds(lines, 4)
    numbers = [part_of(line, starts) for line in lines]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(4))
    places = {(line.split()[0], number) for line, number in zip(lines, numbers, strict=True)}
    assert len(places) == 50


def test_an_address_where_no_spark_is_said_in_one_line(tmp_path):
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    with pytest.raises(ConfigError, match="no Spark master answers"):
        SparkBuilder(tmp_path, "spark://127.0.0.1:9").sort("x", [], lambda _: [])
