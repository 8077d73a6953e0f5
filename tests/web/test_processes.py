"""Several processes behind one address: all serve, dead ones are replaced, and one signal ends all."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.conftest import PATIENCE, serving

from ekograph.engine.base import Limits


def children(pid: int) -> set[int]:
    return {int(each) for path in Path(f"/proc/{pid}/task").glob("*/children") for each in path.read_text().split()}


def eventually(condition):
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


@pytest.fixture
def server(shelf):
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(shelf), EKOGRAPH_PROCESSES="2") as running:
        yield running


def answers(server) -> bool:
    return server.get("/doc/agreement/lahti").status == server.get("/sparql?query=ASK%20{}").status == 200


def test_so_many_processes_serve_as_the_setting_says(server):
    assert len(children(server.process.pid)) == 2
    assert answers(server)


def test_a_dead_process_is_replaced_and_the_others_answer_meanwhile(server):
    before = children(server.process.pid)
    killed = min(before)
    os.kill(killed, signal.SIGKILL)
    assert answers(server)
    now = eventually(lambda: (now := children(server.process.pid) - {killed}) and len(now) == 2 and now)
    assert len(now & before) == 1
    assert answers(server)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_ends_all(server, number):
    below = children(server.process.pid)
    below |= {each for pid in below for each in children(pid)}
    server.process.send_signal(number)
    assert server.process.wait(PATIENCE) == 0
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))


def test_the_children_end_with_a_parent_that_is_killed(server):
    below = children(server.process.pid)
    server.process.kill()
    server.process.wait(PATIENCE)
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))


def test_a_process_that_cannot_serve_at_all_is_not_replaced_and_ends_the_others():
    program = "import sys, time; from ekograph.web.supervisor import supervise as run; sys.exit(run(2, {}, 1))"
    serve = "lambda number: time.sleep(60) or 0 if number else 2"
    done = subprocess.run([sys.executable, "-c", program.format(serve)], check=False, timeout=PATIENCE)
    assert done.returncode == 2


def test_processes_run_as_many_queries_together_as_one_alone():
    whole, half = Limits(), Limits().shared(2)
    assert (half.total, half.fast, half.queue) == (whole.total // 2, whole.fast // 2, whole.queue // 2)
    assert Limits().shared(100).fast == 1
    assert half.seconds == whole.seconds
