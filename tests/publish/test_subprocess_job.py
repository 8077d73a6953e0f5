"""Work beside the rest: done at the end, its failure told, and ended with the process that asked for it."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ekograph.build.jobs import subprocess_job

WORK = """
import os, sys, time
from pathlib import Path
from ekograph.build.jobs import run_job

def work():
    told, what = Path(sys.argv[1]), sys.argv[2]
    if what == "fail":
        raise OSError(28, "no room")
    if what == "break":
        raise ValueError("broken")
    told.with_suffix(".new").write_text(str(os.getpid()))
    told.with_suffix(".new").rename(told)
    time.sleep(600 if what == "wait" else 0)

run_job(work)
"""
PUBLISHER = """
import sys, time
from ekograph.build.jobs import subprocess_job

with subprocess_job("work", sys.argv[1], "wait"):
    time.sleep(600)
"""


@pytest.fixture
def told(tmp_path, monkeypatch):
    """Where the work tells the number of its process; the module "work" is there to be run."""
    (tmp_path / "work.py").write_text(WORK)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    return tmp_path / "pid"


def test_the_work_is_done_when_the_body_has_ended(told):
    with subprocess_job("work", str(told), "tell"):
        pass
    assert told.exists()


def test_a_failure_of_the_work_is_raised_with_its_reason(told):
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)) as raised, subprocess_job("work", str(told), "fail"):
        pass
    assert raised.value.errno == errno.ENOSPC


def test_a_fault_of_the_work_is_told_and_raised(told, capfd):
    with pytest.raises(OSError, match=os.strerror(errno.EIO)), subprocess_job("work", str(told), "break"):
        pass
    assert "ValueError: broken" in capfd.readouterr().err


def test_a_failure_of_the_body_gives_the_work_up(told):
    with pytest.raises(FileNotFoundError), subprocess_job("work", str(told), "wait"):
        _fails_after(told)
    assert not _runs(int(told.read_text()))


def test_the_work_ends_with_a_publisher_that_is_killed(told):
    publisher = subprocess.Popen([sys.executable, "-c", PUBLISHER, str(told)])
    worker = _number(told)
    publisher.send_signal(signal.SIGKILL)
    publisher.wait()
    while _runs(worker):
        time.sleep(0.01)


def _fails_after(told):
    """Fail when the work has begun."""
    _number(told)
    raise FileNotFoundError


def _number(told):
    while not told.exists():
        time.sleep(0.01)
    return int(told.read_text())


def _runs(pid):
    """Whether the process is there and is not only waiting for somebody to take note of its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False
