"""Work beside the rest: done at the end, its failure told, and ended with the process that asked for it."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ekograph.publish.beside import beside

_WAITING = """
import sys, time
from pathlib import Path
from ekograph.publish.beside import beside

def work():
    import os
    Path(sys.argv[1]).write_text(str(os.getpid()))
    time.sleep(600)

with beside(work):
    time.sleep(600)
"""


def test_the_work_is_done_when_the_body_has_ended(tmp_path: Path) -> None:
    with beside((tmp_path / "made").touch):
        pass
    assert (tmp_path / "made").exists()


def test_a_failure_of_the_work_is_raised_with_its_reason() -> None:
    def work() -> None:
        raise OSError(errno.ENOSPC, "no room")

    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)) as raised, beside(work):
        pass
    assert raised.value.errno == errno.ENOSPC


def test_a_failure_of_the_body_gives_the_work_up() -> None:
    with pytest.raises(ValueError, match="body"), beside(lambda: time.sleep(600)):
        raise ValueError("body")


def test_the_work_ends_with_a_publisher_that_is_killed(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    publisher = subprocess.Popen([sys.executable, "-c", _WAITING, str(told)])
    while not (told.exists() and told.read_text()):
        assert publisher.poll() is None
        time.sleep(0.01)
    worker = int(told.read_text())
    publisher.send_signal(signal.SIGKILL)
    publisher.wait()
    while _runs(worker):
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    """Whether the process is there and is not only waiting for somebody to take note of its end."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
