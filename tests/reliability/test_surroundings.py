"""A machine that lacks something: descriptors, room for temporary files, a root to write to, a clock that is right."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.conftest import PATIENCE, Server
from tests.publish.conftest import DATA, STATES, Folder, site
from tests.reliability.faults import Board, compiled

PAGE, QUERY = "/doc/tree/oak.ttl", "/sparql?query=ASK%7B%7D"
pytestmark = pytest.mark.long

DAY = 86_400


@pytest.fixture
def folder(tmp_path) -> Folder:
    """A site that is published."""
    made = site(tmp_path / "site")
    assert made.run("publish").returncode == 0
    return made


@contextmanager
def serving(command: list[str], **environment: str):
    """A server with another surrounding; what it writes to its standard error is checked at the end."""
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            command,
            env=Folder.environment(EKOGRAPH_THEME="", **environment),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            line = process.stdout.readline()
            errors.seek(0)
            assert "http://" in line, errors.read()
            yield Server(re.search(r"http://\S+?:\d+", line)[0], process)
        finally:
            process.terminate()
            process.wait(PATIENCE)
            errors.seek(0)
            assert "Traceback" not in errors.read()


def in_own_mounts(*steps: str) -> list[str]:
    """The beginning of a command that runs after some mounts that only it sees; skips where that is not allowed."""
    if not shutil.which("unshare") or subprocess.run(["unshare", "-m", "true"], check=False).returncode:
        pytest.skip("mounts of one's own need Linux and root")
    return ["unshare", "-m", "sh", "-c", " && ".join([*steps, 'exec "$@"']), "sh"]


def answers(server: Server) -> set[int]:
    return {server.get(path).status for path in (PAGE, QUERY, "/search?q=oak", "/ready")}


def test_with_few_descriptors_each_of_a_crowd_is_answered_or_told_to_come_later(folder):
    few = ["sh", "-c", 'ulimit -n 64 && exec "$@"', "sh"]
    with serving([*few, *folder.command("serve", "--port", "0")]) as server, ExitStack() as stack:
        assert answers(server) == {200}
        crowd = [http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=PATIENCE) for _ in range(100)]
        for number, connection in enumerate(crowd):
            stack.callback(connection.close)
            connection.request("GET", (PAGE, QUERY)[number % 2])
        assert {connection.getresponse().status for connection in crowd} <= {200, 503}
        stack.close()
        deadline = time.monotonic() + PATIENCE
        while (statuses := answers(server)) != {200}:
            assert statuses <= {200, 503}
            assert time.monotonic() < deadline


def test_without_room_for_temporary_files_pages_and_queries_are_answered(folder, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    mount = in_own_mounts(f"mount -t tmpfs -o size=4k none {full}", f"head -c 4096 /dev/zero >{full}/all")
    with serving([*mount, *folder.command("serve", "--port", "0")], TMPDIR=str(full)) as server:
        assert answers(server) == {200}
    folder.write("data/trees.ttl", STATES[1])
    done = subprocess.run(
        [*mount, *folder.command("publish")],
        env=Folder.environment(TMPDIR=str(full)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_root_that_cannot_be_written_is_served_and_a_publication_says_why_not(folder):
    mount = in_own_mounts("mount -o remount,ro,bind /", f"mount --bind {folder.root} {folder.root}")
    mount[-2] = mount[-2].replace(' && exec "$@"', f' && mount -o remount,ro,bind {folder.root} && exec "$@"')
    with serving([*mount, *folder.command("serve", "--port", "0")]) as server:
        assert answers(server) == {200}
    folder.write("data/trees.ttl", STATES[1])
    done = subprocess.run(
        [*mount, *folder.command("publish")], env=Folder.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Read-only file system" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the clock is changed by the loader of Linux")
@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_a_clock_that_jumps_stops_nothing_and_versions_stay_in_order(folder, tmp_path):
    board = Board(tmp_path / "board")
    environment = {"LD_PRELOAD": str(compiled(tmp_path)), "FAULTS_BOARD": str(tmp_path / "board")}
    with serving(folder.command("serve", "--port", "0"), **environment) as server:
        for number, jump in enumerate((DAY, -DAY, 3650 * DAY, -3650 * DAY, 0)):
            board.set_clock(jump)
            assert answers(server) == {200}
            folder.write("data/trees.ttl", DATA.replace('"oak"@en', f'"oak {number}"@en'))
            done = folder.run("publish", **environment)
            assert done.returncode == 0, done.stderr
            deadline = time.monotonic() + PATIENCE
            while f"oak {number}" not in server.get(PAGE).text:
                assert time.monotonic() < deadline
                time.sleep(0.05)
    published = [path.read_text() for path in folder.shelf.glob("[!.c]*/versions.json")]
    dates = re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", max(published, key=len))
    assert len(dates) >= 5
    assert dates in (sorted(dates), sorted(dates, reverse=True))


def test_after_many_swaps_memory_and_descriptors_are_what_they_were(folder):
    """`SWAPS=1000` for a week of them."""
    folder.write("data/trees.ttl", STATES[1])
    assert folder.run("publish").returncode == 0
    names = sorted(path.parent.name for path in folder.shelf.glob("[!.c]*/manifest.json"))
    swaps = int(os.environ.get("SWAPS", "24"))
    figures = []
    with serving(folder.command("serve", "--port", "0")) as server:
        for number in range(swaps):
            link = folder.shelf / ".link"
            link.symlink_to(names[number % 2])
            link.replace(folder.shelf / "current")
            deadline = time.monotonic() + PATIENCE
            while server.get(QUERY).headers.get("x-snapshot") != names[number % 2]:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            if number in {swaps // 2, swaps - 1}:
                time.sleep(1)
                figures.append(state(server.process.pid))
    (memory, descriptors), (later_memory, later_descriptors) = figures
    assert later_memory < 1.1 * memory + 2000, figures
    assert later_descriptors <= descriptors + 2, figures


def state(pid: int) -> tuple[int, int]:
    """The memory in kB that a process shares with no other, and its open descriptors."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    memory = re.search(r"^Private_Dirty:\s+(\d+)", rollup, re.MULTILINE)
    return int(memory[1]), len(list(Path(f"/proc/{pid}/fd").iterdir()))
