"""A publisher that is killed, at any moment, leaves a whole snapshot current."""

import os
import random
import shutil
import signal
import sys
import time

import pytest
from tests.publish.conftest import DATA

from ekograph.config import load
from ekograph.publish.pipeline import publish
from ekograph.snapshots.repository import SnapshotRepository

pytestmark = pytest.mark.long

#: How often a publisher is killed at a random moment.
TIMES = 50

#: The last touches of a publication, each of which is tried.
LAST = 14

#: What a process does to a disk, as Python tells it (PEP 578).
TOUCHES = {"open", "os.rename", "os.mkdir", "os.symlink", "os.remove", "os.rmdir", "sqlite3.connect"}


def is_whole(shelf, before):
    """Whether the current snapshot is the one before or the new one, complete with all it prints."""
    current = shelf.current()
    assert current is not None
    assert current.name == before or b"tree/n" in current.dataset.read_bytes()
    assert list(current.printed())


def test_killed_at_fifty_random_moments_the_current_snapshot_is_always_whole(folder):
    settings = load(folder.root)
    publish(settings, language="en")  # the first time costs imports and templates
    folder.write("data/trees.ttl", f"{DATA}<tree/n> a :Tree ; skos:prefLabel 'n'@en .")
    begun = time.monotonic()
    publish(settings, language="en")
    duration = time.monotonic() - begun
    shelf = SnapshotRepository(folder.shelf)
    moments = random.Random(7)  # noqa: S311 - a repeatable choice
    for number in range(TIMES):
        folder.write("data/trees.ttl", f"{DATA}<tree/n{number}> a :Tree ; skos:prefLabel 'n'@en .")
        before = shelf.current_name()
        child = in_child(lambda: publish(settings, language="en"))
        time.sleep(duration * moments.uniform(0, 1.2))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        is_whole(shelf, before)
    assert folder.run("publish").returncode == 0
    assert not [each for each in folder.shelf.iterdir() if each.name.startswith(".draft")]


@pytest.mark.parametrize("change", ["first", "another", "rolled back"])
def test_killed_at_a_touch_of_the_disk_the_current_snapshot_is_always_whole(folder, change, tmp_path):
    shelf = SnapshotRepository(folder.shelf)
    settings = load(folder.root)
    if change != "first":
        publish(settings, language="en")
        folder.write("data/trees.ttl", f"{DATA}<tree/n> a :Tree ; skos:prefLabel 'n'@en .")
    if change == "rolled back":
        publish(settings, language="en")
        shelf.roll_back()
    before = shelf.current_name()
    shutil.copytree(folder.root, tmp_path / "copy", symlinks=True)
    total = touches(load(tmp_path / "copy"), tmp_path / "count")
    # The files of a draft are alike; what counts are the last steps, when it becomes a snapshot and current.
    for touch in [*range(1, total - LAST, 9), *range(max(1, total - LAST), total + 1)]:
        killed_at(settings, touch)
        if before or shelf.current_name():
            is_whole(shelf, before or shelf.current_name())
    publish(settings, language="en")
    assert shelf.current_name() != before
    is_whole(shelf, shelf.current_name())


def touches(settings, counted):
    """How often a publication touches the shelf."""

    def work():
        found = []
        sys.addaudithook(lambda event, arguments: found.append(event) if is_touch(settings, event, arguments) else None)
        publish(settings, language="en")
        counted.write_text(str(len(found)))

    os.waitpid(in_child(work), 0)
    return int(counted.read_text())


def killed_at(settings, touch):
    """Publish in a process that is killed at the given touch of the shelf."""
    left = iter(range(touch - 1, -1, -1))

    def work():
        sys.addaudithook(
            lambda event, arguments: (
                os.kill(os.getpid(), signal.SIGKILL)
                if is_touch(settings, event, arguments) and not next(left, 1)
                else None
            )
        )
        publish(settings, language="en")

    with SnapshotRepository(settings.snapshots_dir).locked():  # what the one before has left is swept away
        pass
    os.waitpid(in_child(work), 0)


def is_touch(settings, event, arguments):
    return event in TOUCHES and bool(arguments) and str(settings.snapshots_dir) in str(arguments[0])


def in_child(work):
    """The id of a new process that does `work`; its start costs nothing, so that what is killed is the work."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    finally:
        os._exit(0)
