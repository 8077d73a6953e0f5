"""Several processes behind one address: all serve, dead ones are replaced, and one signal ends all."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.conftest import PATIENCE, serving

from ekograph.engine.contract import Limits
from ekograph.web.service.metrics import ProcessCounters


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


def figure(server, name) -> float:
    return sum(
        float(line.rpartition(" ")[2])
        for line in server.get("/metrics").text.splitlines()
        if line.startswith(f"ekograph_{name}")
    )


def test_every_process_tells_what_all_have_counted_and_of_the_answers_kept(server):
    for _ in range(40):  # each on a connection of its own, so that both processes get some
        assert answers(server)
    served = 'http_requests_total{route="sparql"'
    eventually(lambda: figure(server, served) == 40)
    assert {figure(server, served) for _ in range(10)} == {40}
    asked = figure(server, "queries_direct_total")
    # Each process has a worker for each core, and each of those has answers of its own.
    assert 1 <= asked <= 2 * len(os.sched_getaffinity(0))
    assert figure(server, "answers_repeated_direct_total") == 40 - asked
    assert figure(server, "snapshot_live") == 1


def test_what_a_dead_process_has_counted_still_counts(server):
    for _ in range(20):
        assert answers(server)
    eventually(lambda: figure(server, 'http_requests_total{route="doc"') == 20)
    before = children(server.process.pid)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: len(children(server.process.pid) - before) == 2)
    eventually(lambda: answers(server))
    assert figure(server, 'http_requests_total{route="doc"') >= 20


def test_what_a_process_puts_on_the_board_is_read_whole_by_the_others():
    board = ProcessCounters(2)
    assert board.read(0) == board.read(1) == {}
    pid = os.fork()
    if not pid:
        for count in range(20_000):
            board.write(1, {"n": {"": count, "x" * (count % 7): count}})
        os._exit(0)
    counts = [board.read(1).get("n", {"": 0}) for _ in range(2_000)]
    os.waitpid(pid, 0)
    counts.append(board.read(1)["n"])
    assert counts[-1][""] == 19_999
    assert board.read(0) == {}
    assert [each[""] for each in counts] == sorted(each[""] for each in counts)
    assert all(len(set(each.values())) == 1 for each in counts)


def test_a_process_that_cannot_serve_at_all_is_not_replaced_and_ends_the_others():
    program = "import sys, time; from ekograph.web.server import supervise as run; sys.exit(run(2, {}, 1))"
    serve = "lambda number: time.sleep(60) or 0 if number else 2"
    done = subprocess.run([sys.executable, "-c", program.format(serve)], check=False, timeout=PATIENCE)
    assert done.returncode == 2


def test_processes_run_as_many_queries_together_as_one_alone():
    whole, half = Limits(), Limits().shared(2)
    assert (half.total, half.fast, half.queue) == (whole.total // 2, whole.fast // 2, whole.queue // 2)
    assert Limits().shared(100).fast == 1
    assert half.seconds == whole.seconds
