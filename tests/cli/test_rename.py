"""`ekograph rename`: an IRI gets another name wherever the site has it, and the old name leads to the new one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.conftest import ROOT

from ekograph import scaffold
from ekograph.cli.options import group


def run(site, *arguments):
    return CliRunner().invoke(group, ["--site", str(site), *arguments, "--lang", "en"], catch_exceptions=False)


@pytest.fixture
def trees(tmp_path):
    shutil.copytree(Path(scaffold.__file__).with_name("starter"), tmp_path / "trees")
    return tmp_path / "trees"


def texts(site):
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def changed(site, before):
    return {name for name, data in texts(site).items() if before.get(name) != data}


@pytest.mark.parametrize(
    ("old", "new", "files"),
    [
        ("oak", "quercus", {"data/species.ttl", "data/trees.ttl"}),
        (
            "https://example.org/trees/id/oak",
            "https://example.org/trees/id/quercus",
            {"data/species.ttl", "data/trees.ttl"},
        ),
        ("broadleaf", "deciduous", {"data/species.ttl", "queries/trees-of-a-kind.rq"}),
        (
            "def:species",
            "def:kind",
            {"ontology/ontology.ttl", "data/trees.ttl", "shapes/shapes.ttl", "queries/trees-of-a-kind.rq"},
        ),
    ],
)
def test_a_name_is_changed_in_every_file_and_the_site_still_conforms(trees, old, new, files):
    before = texts(trees)
    assert run(trees, "rename", old, new).exit_code == 0
    assert changed(trees, before) == {*files, "data/replaced.ttl"}
    assert run(trees, "check").exit_code == 0
    assert run(trees, "fmt", "--check", str(trees / "data/trees.ttl")).exit_code == 0


def test_there_and_back_leaves_every_byte_but_the_old_name(trees):
    before = texts(trees)
    run(trees, "rename", "oak", "quercus")
    (trees / "data/replaced.ttl").unlink()
    run(trees, "rename", "quercus", "oak")
    assert changed(trees, before) == {"data/replaced.ttl"}


def test_what_only_begins_alike_keeps_its_name(trees):
    more = "\n# oak and <oak>, but not <oak-tree>\n<oak-tree> a <x> . <oak/1> a <x> . <oaks> a <oak> .\n"
    data = trees / "data/trees.ttl"
    data.write_text(data.read_text() + more)
    run(trees, "rename", "oak", "quercus")
    assert "<oak-tree> a <x> . <oak/1> a <x> . <oaks> a <quercus> ." in data.read_text()


def test_old_names_of_a_thing_that_is_renamed_twice_lead_to_the_last(trees):
    run(trees, "rename", "oak", "quercus")
    run(trees, "rename", "quercus", "robur")
    lines = (trees / "data/replaced.ttl").read_text().splitlines()
    assert [line.split("/")[-1] for line in lines[1:]] == ["robur> .", "robur> ."]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("oak", "pine", "is described already"),
        ("elm", "ash", "stands in no file"),
        ("oak", "o a k", "is no IRI"),
    ],
)
def test_what_cannot_be_is_one_line_and_nothing_is_changed(trees, old, new, words):
    before = texts(trees)
    result = run(trees, "rename", old, new)
    assert result.exit_code == 2
    assert words in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert texts(trees) == before


def test_files_with_faults_are_left_alone(trees):
    (trees / "data/trees.ttl").write_text("<a> <b> .")
    assert "faults of syntax" in run(trees, "rename", "oak", "quercus").output
    assert (trees / "data/trees.ttl").read_text() == "<a> <b> ."


def test_a_trial_writes_nothing(trees):
    before = texts(trees)
    assert "would change: " in run(trees, "rename", "oak", "quercus", "--dry-run").output
    assert texts(trees) == before


@pytest.mark.parametrize(("old", "new"), [("place/lahti", "place/lahden-seutu"), ("eko:displayOrder", "eko:ordinal")])
def test_the_site_of_this_repository_conforms_after_it(tmp_path, old, new):
    for folder in ("data", "ontology", "shapes", "queries"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "ekograph.toml", tmp_path)
    assert run(tmp_path, "rename", old, new).exit_code == 0
    assert run(tmp_path, "check").exit_code == 0


def test_turtle_among_the_tests_in_which_a_prefix_is_missing_is_not_in_the_way(trees):
    (trees / "tests").mkdir()
    (trees / "tests" / "slip.ttl").write_text("<a:b> exx:c <https://example.org/trees/id/oak> .\n", encoding="utf-8")
    assert run(trees, "rename", "oak", "quercus").exit_code == 0
    assert "id/quercus>" in (trees / "tests" / "slip.ttl").read_text(encoding="utf-8")
