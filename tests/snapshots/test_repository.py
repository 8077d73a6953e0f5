"""The shelf: which snapshot is current, what was before, and what is kept."""

import json
from dataclasses import replace
from multiprocessing import get_context

import pytest

from ekograph.snapshots.repository import CURRENT, HISTORY, SnapshotRepository
from ekograph.snapshots.snapshot import Draft, Manifest, SnapshotError

GIVEN = Manifest("a", "d", "e", "2026-11-24T08:00:00Z", "", ("fi",), {}, {}, 0)


@pytest.fixture
def shelf(tmp_path):
    return SnapshotRepository(tmp_path)


def publish(shelf, *names):
    for name in names:
        if shelf.find(name) is None:
            with Draft(shelf.path) as draft:
                draft.write("dataset.nq", name.encode())
                draft.finish(replace(GIVEN, name=name))
        shelf.move_current(name)


def test_an_empty_shelf_has_nothing_current(shelf):
    assert (shelf.current(), shelf.current_name(), shelf.history()) == (None, None, [])
    with pytest.raises(SnapshotError):
        shelf.roll_back()


def test_the_last_one_published_is_current(shelf):
    publish(shelf, "a", "b")
    assert shelf.current().name == "b"
    assert shelf.history() == ["a", "b"]


def test_publishing_the_current_one_again_adds_nothing(shelf):
    publish(shelf, "a", "b", "b")
    assert shelf.history() == ["a", "b"]


def test_rolling_back_goes_one_step_at_a_time(shelf):
    publish(shelf, "a", "b", "c")
    assert [shelf.roll_back().name, shelf.roll_back().name] == ["b", "a"]
    with pytest.raises(SnapshotError):
        shelf.roll_back()
    assert shelf.current_name() == "a"


def test_one_that_was_current_twice_is_gone_back_to_in_order(shelf):
    publish(shelf, "a", "b", "a")
    assert [shelf.roll_back().name, shelf.roll_back().name] == ["b", "a"]


def test_rolling_back_passes_over_what_is_gone_and_refuses_what_is_damaged(shelf):
    publish(shelf, "a", "b", "c")
    (shelf.path / "b" / "manifest.json").unlink()
    assert shelf.roll_back().name == "a"
    publish(shelf, "c")
    (shelf.path / "a" / "dataset.nq").write_bytes(b"x")
    with pytest.raises(SnapshotError, match="damaged"):
        shelf.roll_back()
    assert shelf.current_name() == "c"


def test_pruning_keeps_the_newest_and_the_current_one(shelf):
    publish(shelf, "a", "b", "c", "d")
    assert shelf.prune(2) == ["a", "b"]
    assert sorted(each.name for each in shelf.path.iterdir() if each.is_dir()) == ["c", CURRENT, "d"]
    shelf.roll_back()
    assert shelf.prune(1) == ["d"]
    assert shelf.current().name == "c"


def test_a_damaged_snapshot_is_not_found(shelf):
    publish(shelf, "a")
    assert shelf.find("a").name == "a"
    (shelf.path / "a" / "dataset.nq").write_bytes(b"x")
    assert shelf.find("a") is None


@pytest.mark.parametrize("content", [b"", b"[", b"\xff"])
def test_without_a_readable_history_the_current_one_is_all_there_is(shelf, content):
    publish(shelf, "a", "b")
    (shelf.path / HISTORY).write_bytes(content)
    assert shelf.history() == ["b"]
    publish(shelf, "c")
    assert shelf.roll_back().name == "b"


def test_a_history_that_is_ahead_of_the_link_is_cut_to_it(shelf):
    """Killed between the two renames of a move: what counts is the link."""
    publish(shelf, "a", "b")
    (shelf.path / HISTORY).write_text(json.dumps(["a", "b", "c"]))
    assert shelf.history() == ["a", "b"]


def test_what_a_killed_publisher_left_is_swept_away(shelf):
    publish(shelf, "a")
    for left in (".draft-1", ".b"):
        (shelf.path / left).mkdir()
        (shelf.path / left / "dataset.nq").write_bytes(b"x")
    (shelf.path / ".history.json-1").write_bytes(b"x")
    (shelf.path / ".current-1").symlink_to("nowhere")
    with shelf.locked():
        assert sorted(each.name for each in shelf.path.iterdir()) == [".lock", "a", CURRENT, HISTORY]


def _publish_locked(path, name, entered):
    shelf = SnapshotRepository(path)
    with shelf.locked():
        entered.set()
        publish(shelf, name)


def test_a_second_publisher_waits_for_the_first(shelf):
    context = get_context("spawn")
    entered = context.Event()
    with shelf.locked():
        other = context.Process(target=_publish_locked, args=(shelf.path, "b", entered))
        other.start()
        assert not entered.wait(0.5)
        publish(shelf, "a")
    other.join(60)
    assert (other.exitcode, shelf.history()) == (0, ["a", "b"])
