"""`ekograph diff` as people run it: against what is published, between revisions, and where it cannot be done."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, Store, parse

ROOT = Path(__file__).parents[2]
_BEFORE, _AFTER = "040 574 8930", "040 574 8931"

# The settings of whoever runs the tests have no say in the repositories made here.
_GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{role}_{part}": "test@example.org" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")},
}


@pytest.fixture
def site(tmp_path) -> Path:
    """A copy of the real site's sources, in no repository."""
    return _copied(tmp_path)


@pytest.fixture(scope="module")
def twice(tmp_path_factory) -> tuple[Path, str, str]:
    """A site published twice, and the names of the snapshots; no test changes it."""
    site = _copied(tmp_path_factory.mktemp("twice"))
    return site, *_published_twice(site)


@pytest.fixture
def repository(site) -> Path:
    """The site below the top of a repository, committed twice: the second time with another telephone number."""
    _git(site.parent, "init", "-q")
    _commit(site, "first")
    _edit(site / "data/contacts.ttl", _BEFORE, _AFTER)
    _commit(site, "second")
    return site


def test_the_working_tree_is_compared_with_what_is_published(site):
    assert _ekograph(site, "publish").returncode == 0
    same = _diff(site)
    _edit(site / "data/contacts.ttl", _BEFORE, _AFTER)
    differs = _diff(site)

    assert (same.returncode, differs.returncode) == (0, 1)
    assert same.stdout.endswith("the working tree: no differences\n")
    assert f"Contact point Hanna Laaksonen: phone {_BEFORE} → {_AFTER}" in differs.stdout.splitlines()


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fi", f"Yhteyshenkilö Hanna Laaksonen: puhelin {_BEFORE} → {_AFTER}"),
        ("sv", f"Kontaktperson Hanna Laaksonen: telefon {_BEFORE} → {_AFTER}"),
        ("en", f"Contact point Hanna Laaksonen: phone {_BEFORE} → {_AFTER}"),
    ],
)
def test_two_revisions_are_compared_in_the_language_of_the_reader(repository, language, sentence):
    done = _diff(repository, "HEAD~1", "HEAD", "--lang", language)

    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines() == [sentence]


def test_a_revision_is_compared_with_the_working_tree_which_stays_as_it_is(repository):
    _edit(repository / "data/contacts.ttl", _AFTER, _BEFORE)
    before = _git(repository, "status", "--porcelain")

    assert _diff(repository, "HEAD~1").returncode == 0
    assert _diff(repository, "HEAD").returncode == 1
    assert _git(repository, "status", "--porcelain") == before


def test_two_snapshots_are_compared_by_the_beginning_of_their_names(twice):
    site, first, second = twice

    done = _diff(site, first[:6], "current")

    assert done.returncode == 1, done.stderr
    assert _diff(site, second, "current").returncode == 0


def test_patch_and_update_change_one_published_dataset_into_the_other(twice):
    site, *names = twice
    old, new = ((site / "snapshots" / name / "dataset.nq").read_bytes() for name in names)

    patch = _diff(site, *names, "--format", "patch").stdout
    store = Store()
    store.load(old, RdfFormat.N_QUADS)
    store.update(_diff(site, *names, "--format", "update").stdout)

    lines = set(old.decode().splitlines())
    for row in patch.splitlines():
        if row[:2] in {"A ", "D "}:
            (lines.add if row[0] == "A" else lines.remove)(row[2:])
    assert sorted(lines) == sorted(new.decode().splitlines())
    assert _form(store) == _form(parse(new, RdfFormat.N_QUADS))


def test_a_move_in_the_hierarchy_changes_what_publication_derives_too(twice):
    site, *names = twice

    patch = _diff(site, *names, "--format", "patch").stdout

    assert any("graph/derived" in row for row in patch.splitlines() if row.startswith("D "))
    assert any("graph/derived" in row for row in patch.splitlines() if row.startswith("A "))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing has been published"),
        (("nowhere", "HEAD"), "nowhere is neither a published snapshot"),
        (("--output=x", "HEAD"), "No such option"),
        (("--", "--output=x", "HEAD"), "--output=x is neither a published snapshot"),
    ],
)
def test_a_state_that_is_not_there_is_named_in_one_line(repository, arguments, said):
    done = _diff(repository, *arguments)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_without_a_repository_a_revision_cannot_be_had(site):
    done = _diff(site, "HEAD")

    assert done.returncode == 2
    assert "git finds no revisions" in done.stderr


def test_bad_turtle_is_told_by_revision_file_line_and_column(repository):
    _edit(repository / "data/places.ttl", "@base", "@base@")
    _commit(repository, "bad")

    committed, working = _diff(repository, "HEAD", "HEAD~1"), _diff(repository, "HEAD~1")

    for done, state in ((committed, "HEAD"), (working, "the working tree")):
        assert done.returncode == 2
        assert f"ekograph: {state}: it cannot be read" in done.stderr
        assert any(line.startswith("data/places.ttl:2:") for line in done.stderr.splitlines())


def test_a_symbolic_link_in_a_revision_is_not_followed(repository):
    (repository / "data/contacts.ttl").unlink()
    (repository / "data/contacts.ttl").symlink_to(ROOT / "data/contacts.ttl")
    _commit(repository, "link")

    done = _diff(repository, "HEAD~1", "HEAD")

    assert done.returncode == 2
    assert "data/contacts.ttl: a symbolic link" in done.stderr


def test_bad_settings_of_a_revision_are_told(repository):
    (repository / "ekograph.toml").write_text("colour = 1", encoding="utf-8")
    _commit(repository, "settings")
    _edit(repository / "ekograph.toml", "colour = 1", "base = 'https://w3id.org/ekograph/'")

    done = _diff(repository, "HEAD")

    assert done.returncode == 2
    assert "\nekograph.toml: there is no setting 'colour'" in done.stderr


def test_any_two_files_are_compared_whatever_their_formats_and_without_a_site(tmp_path):
    (tmp_path / "old.ttl").write_text("@prefix : <x:> . <a> :size 1 ; :part [ :size 2 ] .")
    (tmp_path / "same.jsonld").write_text('{"@id": "a", "x:size": 1, "x:part": {"x:size": 2}}')
    (tmp_path / "new.rdf").write_text(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="x:"><rdf:Description rdf:about="a">'
        '<size rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">1</size></rdf:Description></rdf:RDF>'
    )

    same = _diff(tmp_path, str(tmp_path / "old.ttl"), str(tmp_path / "same.jsonld"))
    differs = _diff(tmp_path, str(tmp_path / "old.ttl"), str(tmp_path / "new.rdf"))

    assert (same.returncode, differs.returncode) == (0, 1), same.stdout + same.stderr
    assert differs.stdout.count("\n") == 1
    assert "removed: 2" in differs.stdout


def test_folders_are_compared_and_copies_with_relative_iris_are_the_same(site):
    shutil.copytree(site / "data", site.parent / "copy")
    same = _diff(site, str(site / "data"), str(site.parent / "copy"))
    _edit(site.parent / "copy/contacts.ttl", _BEFORE, _AFTER)
    differs = _diff(site, str(site / "data"), str(site.parent / "copy"), "--format", "patch")

    assert same.returncode == 0, same.stdout + same.stderr
    assert differs.returncode == 1
    assert sorted(row[:1] for row in differs.stdout.splitlines() if row[:2] in {"A ", "D "}) == ["A", "D"]


def test_an_empty_file_is_a_state_and_a_faulty_one_is_told_with_its_line(tmp_path):
    (tmp_path / "old.ttl").write_text("<a> <b> 1 .")
    (tmp_path / "empty.ttl").write_text("")
    (tmp_path / "faulty.ttl").write_text("<a> <b> 1 .\n<a> <b>")
    old, empty, faulty = (str(tmp_path / f"{name}.ttl") for name in ("old", "empty", "faulty"))

    assert _diff(tmp_path, old, empty, "--format", "update").stdout.startswith("DELETE DATA")
    done = _diff(tmp_path, old, faulty)
    assert done.returncode == 2
    assert "faulty.ttl:2" in done.stderr


def test_nothing_heavy_is_imported():
    code = "import ekograph.diff, sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not {"rdflib", "pyshacl", "fastapi", "jinja2", "click"} & set(json.loads(done.stdout))


def _copied(folder: Path) -> Path:
    for name in ("ontology", "data", "shapes", "theme"):
        shutil.copytree(ROOT / name, folder / "site" / name)
    shutil.copy(ROOT / "ekograph.toml", folder / "site")
    return folder / "site"


def _published_twice(site: Path) -> tuple[str, str]:
    """The names of two snapshots; in the second a priority has moved below another."""
    names = []
    for moved in (False, True):
        if moved:
            _move(site / "data/agreement-lahti.ttl")
            _edit(site / "data/agreement-lahti.ttl", '"LAHTI.2.3"', '"LAHTI.1.3"')
            _edit(site / "data/agreement-lahti.ttl", '"LAHTI.2.4"', '"LAHTI.2.3"')
            _edit(site / "data/agreement-lahti.ttl", "eko:displayOrder 4", "eko:displayOrder 3")
        done = _ekograph(site, "publish")
        assert done.returncode == 0, done.stdout + done.stderr
        names.append((site / "snapshots/current").readlink().name)
    return names[0], names[1]


def _move(path: Path) -> None:
    """Put the sports hub below another priority, whatever the layout of the file."""
    subject = "<priority/lahti/lahti-sportshub> a"
    before, _, after = path.read_text(encoding="utf-8").partition(subject)
    moved = after.replace("<priority/lahti/urheiluliiketoiminta>", "<priority/lahti/kiertotalous>", 1)
    assert moved != after
    path.write_text(before + subject + moved, encoding="utf-8")


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _commit(folder: Path, message: str) -> None:
    _git(folder, "add", "-A", ".")
    _git(folder, "commit", "-q", "-m", message)


def _git(folder: Path, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | _GIT
    return subprocess.run(
        ["git", "-C", str(folder), *arguments], env=environment, check=True, capture_output=True, text=True
    ).stdout


def _diff(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return _ekograph(site, "diff", *arguments)


def _ekograph(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "EKOGRAPH_"))}
    return subprocess.run(
        [sys.executable, "-m", "ekograph", "--site", str(site), *arguments],
        env=environment | _GIT | {"LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _form(quads) -> Dataset:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset
