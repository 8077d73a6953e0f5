"""A publisher that is killed, at any moment, leaves a whole snapshot current."""

import os
import random
import signal
import sys
import time
from itertools import count

import pytest
from tests.publish.conftest import DATA

from ekograph.config import load
from ekograph.publish.pipeline import publish
from ekograph.shelf import Shelf

#: How often a publisher is killed at a random moment.
TIMES = 50

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
    begun = time.monotonic()
    publish(settings, language="en")
    duration = time.monotonic() - begun
    shelf = Shelf(folder.shelf)
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
def test_killed_at_any_touch_of_the_disk_the_current_snapshot_is_always_whole(folder, change):
    shelf = Shelf(folder.shelf)
    settings = load(folder.root)
    if change != "first":
        publish(settings, language="en")
        folder.write("data/trees.ttl", f"{DATA}<tree/n> a :Tree ; skos:prefLabel 'n'@en .")
    if change == "rolled back":
        publish(settings, language="en")
        shelf.roll_back()
    before = shelf.current_name()
    for touch in count(1):
        finished = published_until(settings, touch)
        if before or shelf.current_name():
            is_whole(shelf, shelf.current_name() if change == "first" else before)
        if finished:
            break
    assert touch > 10
    assert shelf.current_name() != before


def published_until(settings, touch):
    """Publish in a process that is killed at the given touch of the shelf; whether it ended before that."""
    left = iter(range(touch - 1, -1, -1))

    def strike(event, arguments):
        if event in TOUCHES and arguments and str(settings.snapshots_dir) in str(arguments[0]) and not next(left):
            os.kill(os.getpid(), signal.SIGKILL)

    def work():
        sys.addaudithook(strike)
        publish(settings, language="en")

    return os.waitpid(in_child(work), 0)[1] == 0


def in_child(work):
    """The id of a new process that does `work`; its start costs nothing, so that what is killed is the work."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    finally:
        os._exit(0)
