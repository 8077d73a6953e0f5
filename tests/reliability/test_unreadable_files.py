"""A file that cannot be read any more costs the answers that need it, each a 503 that says so; all others go on."""

import shutil

import pytest
from tests.conftest import serving

from ekograph.snapshots.repository import SnapshotRepository


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_an_index_that_cannot_be_read_is_a_503_in_plain_words(shelf, tmp_path, damage):
    folder = tmp_path / "snapshots"
    shutil.copytree(shelf, folder, symlinks=True)
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(folder)) as server:
        index = folder / SnapshotRepository(folder).current_name() / "search.sqlite"
        assert index.is_file()
        if damage == "missing":
            index.unlink()
        else:
            index.write_bytes(b"\xff" * index.stat().st_size)
        answers = [server.get("/search?q=lahti", accept="application/json") for _ in range(3)]
        assert server.get("/doc/agreement/lahti.ttl").status == 200
    assert {answer.status for answer in answers} == {503}, answers[0].text
    assert "/problems/unreadable" in answers[0].text


def test_a_dump_that_cannot_be_read_is_a_503_in_plain_words(shelf, tmp_path):
    folder = tmp_path / "snapshots"
    shutil.copytree(shelf, folder, symlinks=True)
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(folder)) as server:
        dump = folder / SnapshotRepository(folder).current_name() / "dumps/dataset.nq.gz"
        assert server.get("/dumps/dataset.nq.gz").body == dump.read_bytes()
        assert server.get("/dumps/dataset.nq.gz", method="HEAD").body == b""
        dump.unlink()
        answer = server.get("/dumps/dataset.nq.gz", accept="application/json")
    assert answer.status == 503
    assert "/problems/unreadable" in answer.text
