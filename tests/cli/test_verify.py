"""`ekograph verify`: snapshots are compared with what was published, and the sources with what they gave."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from ekograph import scaffold
from ekograph.cli.options import group
from ekograph.snapshots.snapshot import Snapshot


def run(site, *arguments):
    return CliRunner().invoke(group, ["--site", str(site), *arguments, "--lang", "en"], catch_exceptions=False)


@pytest.fixture
def trees(tmp_path):
    """A small site, published; the files of its current snapshot are at trees/snapshots/current."""
    shutil.copytree(Path(scaffold.__file__).with_name("starter"), tmp_path / "trees")
    assert run(tmp_path / "trees", "publish").exit_code == 0
    return tmp_path / "trees"


def test_what_was_published_is_verified_and_can_be_published_again(trees):
    assert run(trees, "verify").output == "The snapshot is as it was published.\n"
    assert run(trees, "verify", "--reproduce").exit_code == 0
    data = trees / "data/trees.ttl"
    data.write_text(data.read_text().replace("9.0", "9.5"))
    assert run(trees, "publish").exit_code == 0
    assert run(trees, "verify", "--all").output == "All 2 snapshots are as they were published.\n"


@pytest.mark.parametrize("name", ["dumps/dataset.nt", "dataset.nq", "representations.sqlite", "manifest.json"])
@pytest.mark.parametrize("how", ["longer", "other", "gone"])
def test_a_damaged_file_is_named(trees, name, how):
    file = trees / "snapshots/current" / name
    data = file.read_bytes()
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(data + b" " if how == "longer" else data[:60] + bytes([data[60] ^ 1]) + data[61:])
    result = run(trees, "verify")
    if (name, how) == ("manifest.json", "longer"):
        assert result.exit_code == 0, "white space after it says nothing else"
    else:
        assert result.exit_code == 1
        assert name in result.output


def test_a_manifest_that_says_otherwise_is_not_opened(trees):
    path = trees / "snapshots/current/manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "published": "2020-01-01T00:00:00Z"}))
    assert "manifest.json: damaged" in run(trees, "verify").output
    assert (
        "manifest.json: damaged" in run(trees, "export", str(trees / "out"), "--public-url", "https://x.example").output
    )


def test_what_was_never_published_is_named(trees):
    (trees / "snapshots/current/notes.txt").write_text("mine")
    assert "notes.txt: no part of what was published" in run(trees, "verify").output


def test_other_sources_and_other_settings_are_told_apart(trees):
    settings = trees / "ekograph.toml"
    settings.write_text(settings.read_text().replace('["en"]', '["en", "fi"]'))
    assert "with other settings" in run(trees, "verify", "--reproduce").output
    data = trees / "data/trees.ttl"
    data.write_text(data.read_text().replace("9.0", "9.5"))
    assert "the sources are not those" in run(trees, "verify", "--reproduce").output


def test_a_link_that_leads_nowhere_is_told_once(trees):
    snapshot = Snapshot.open((trees / "snapshots/current").resolve())
    file, manifest = snapshot.path / "representations.sqlite", snapshot.path / "manifest.json"
    with closing(sqlite3.connect(file)) as connection, connection:
        for page in snapshot.printed():
            body = page.body.replace(b"</main>", b'<a href="/nowhere">x</a></main>')
            connection.execute("UPDATE printed SET body = ? WHERE address = ?", (body, page.address))
    # As if a program with this fault had published it.
    fields = json.loads(manifest.read_text())
    del fields["checksum"]
    fields["files"][file.name] = (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_size)
    manifest.write_text(json.dumps(fields))
    output = run(trees, "verify").output
    assert output.count("links to /nowhere") == 1


def test_nothing_to_verify_is_said(tmp_path):
    (tmp_path / "ekograph.toml").write_text("")
    assert run(tmp_path, "verify").exit_code == 2


def test_a_site_without_a_catalogue_leads_to_none(trees):
    (trees / "data/catalogue.ttl").unlink()
    assert run(trees, "publish").exit_code == 0
    assert run(trees, "verify").output == "The snapshot is as it was published.\n"
