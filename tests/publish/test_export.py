"""The static export: what the server gives, as files."""

from urllib.parse import quote

import pytest
from tests.conftest import ekograph

from ekograph.shelf import Shelf


def test_every_file_has_the_bytes_that_the_server_gives_at_its_address(exported, server):
    own = {"nginx.conf", ".htaccess", ".ekograph-export"}
    files = [path for path in exported.rglob("*") if path.is_file() and path.name not in own]
    assert len(files) > 700
    for path in files:
        reply = server.get("/" + quote(path.relative_to(exported).as_posix()))
        assert reply.status == 200, path
        assert reply.body == path.read_bytes(), path


def test_every_printed_answer_is_among_the_files(exported, shelf):
    snapshot = Shelf(shelf).current()
    for printed in snapshot.printed():
        assert (exported / printed.address.strip("/")).is_file(), printed.address
    for name in snapshot.manifest.files:
        assert (exported / name).is_file() == name.startswith("dumps/")


def test_exporting_again_replaces_the_folder(exported, shelf, server):
    (exported / "stray.html").write_text("old")
    done = ekograph("export", str(exported), "--public-url", server.url, EKOGRAPH_SNAPSHOTS=str(shelf))
    assert done.returncode == 0
    assert not (exported / "stray.html").exists()
    assert [each.name for each in exported.parent.iterdir()] == ["site"]


def test_a_folder_with_other_files_is_left_alone(shelf, tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    done = ekograph("export", str(tmp_path), "--public-url", "https://e.org", EKOGRAPH_SNAPSHOTS=str(shelf))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("arguments", "word"), [((), "--public-url"), (("--public-url", "https://e.org"), "ekograph publish")]
)
def test_what_is_missing_is_said_in_one_line(tmp_path, arguments, word):
    done = ekograph("export", str(tmp_path / "out"), *arguments, EKOGRAPH_SNAPSHOTS=str(tmp_path / "none"))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert word in done.stderr
    assert not (tmp_path / "out").exists()
