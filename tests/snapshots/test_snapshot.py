"""The folder of a snapshot: written whole, read back, and never served when damaged."""

import errno
import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from ekograph.snapshots import snapshot
from ekograph.snapshots.snapshot import MANIFEST, Draft, Manifest, PrintedFile, Representation, Snapshot, SnapshotError

GIVEN = Manifest(
    "one", "d" * 64, "e" * 64, "2026-11-24T08:00:00Z", "https://e.org/", ("fi", "en"), {"a": "b"}, {"g": 1}, 1
)
PAGE = Representation("/doc/a.ttl", "/doc/a", "text/turtle", "", b"<a> <b> \xc3\xa4 .", ('<x>; rel="type"',))


def made(shelf, manifest=GIVEN, printed=(PAGE,)):
    with Draft(shelf) as draft:
        draft.write("dataset.nq", b"quads")
        draft.write("dumps/dataset.nt", b"triples")
        draft.print(printed)
        return draft.finish(manifest)


def test_what_was_written_is_read_back(tmp_path):
    made(tmp_path)
    opened = Snapshot.open(tmp_path / "one")
    assert list(opened.printed()) == [PAGE]
    assert opened.dataset.read_bytes() == b"quads"
    assert replace(opened.manifest, files={}, finished="") == GIVEN
    assert set(opened.manifest.files) == {"dataset.nq", "dumps/dataset.nt", "representations.sqlite"}


def test_representations_come_back_in_the_order_of_printing(tmp_path):
    printed = [replace(PAGE, address=f"/{n}") for n in (3, 1, 2)]
    assert list(made(tmp_path, printed=printed).printed()) == printed


def test_an_unfinished_draft_leaves_nothing(tmp_path):
    with Draft(tmp_path) as draft:
        draft.write("dataset.nq", b"quads")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["dataset.nq", "dumps/dataset.nt", "representations.sqlite"])
@pytest.mark.parametrize("harm", ["altered", "shortened", "removed"])
def test_a_damaged_file_is_found_when_the_snapshot_is_opened(tmp_path, name, harm):
    path = made(tmp_path).path / name
    content = path.read_bytes()
    if harm == "removed":
        path.unlink()
    else:
        path.write_bytes(content[:-1] if harm == "shortened" else bytes([content[0] ^ 1]) + content[1:])
    with pytest.raises(SnapshotError, match=name):
        Snapshot.open(tmp_path / "one")


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"files": {}}', '{"files": {"a": 1}}', "\udcff"])
def test_a_manifest_that_cannot_be_read_is_told_of(tmp_path, content):
    path = made(tmp_path).path / MANIFEST
    path.write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(SnapshotError, match="manifest"):
        Snapshot.open(tmp_path / "one")


def test_a_damaged_snapshot_of_the_same_name_is_replaced(tmp_path):
    (made(tmp_path).path / "dataset.nq").write_bytes(b"other")
    assert made(tmp_path).dataset.read_bytes() == b"quads"


def test_a_large_snapshot_is_compared_by_size_alone(tmp_path, monkeypatch):
    path = made(tmp_path).path
    monkeypatch.setattr(snapshot, "VERIFIED_BYTES", 10)
    (path / "dataset.nq").write_bytes(b"QUADS")
    Snapshot.open(path)
    (path / "dataset.nq").write_bytes(b"QUAD")
    with pytest.raises(SnapshotError):
        Snapshot.open(path)


def test_the_file_of_printed_pages_is_closed_when_nothing_reads_it_any_more(tmp_path):
    def open_files():
        links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
        return [link for link in links if link.readlink().is_relative_to(tmp_path.resolve())]

    file = PrintedFile(made(tmp_path))
    assert file.body(PAGE.address) == PAGE.body
    assert len(open_files()) == 1
    del file
    assert open_files() == []


def test_the_manifest_is_text_that_people_can_read(tmp_path):
    found = json.loads((made(tmp_path).path / MANIFEST).read_text(encoding="utf-8"))
    assert found["published"] == GIVEN.published
    assert found["files"]["dataset.nq"][1] == 5


def test_a_full_disk_while_printing_is_an_error_of_the_system(tmp_path, monkeypatch):
    class Full:
        def __init__(self, _path):
            pass

        def execute(self, _statement):
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error

        def close(self):
            pass

    monkeypatch.setattr(snapshot.sqlite3, "connect", Full)
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)), Draft(tmp_path) as draft:
        draft.print([PAGE])
