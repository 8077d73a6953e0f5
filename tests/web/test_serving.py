"""`ekograph serve` over time: what it follows, what it survives, what it says."""

import json
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import PATIENCE, serving
from tests.publish.conftest import DATA, Folder, site

ELM = "<tree/elm> a :Tree ; skos:prefLabel 'elm {number}'@en ."


@pytest.fixture
def folder(tmp_path) -> Folder:
    return site(tmp_path / "site")


def serve(folder: Folder, *arguments: str):
    return serving("--site", str(folder.root), "serve", *arguments)


def eventually(check: Callable[[], bool]) -> None:
    """Wait until `check` holds; only a broken server lets the time run out."""
    end = time.monotonic() + PATIENCE
    while not check():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_serving_publishes_first_when_nothing_has_been_published(folder):
    with serve(folder) as server:
        assert server.get("/doc/tree/oak.ttl").status == 200


def test_a_new_snapshot_is_served_as_soon_as_it_is_current_and_so_is_the_one_before(folder):
    folder.run("publish")
    with serve(folder) as server:
        first = server.get("/doc/tree/oak.ttl").headers["x-snapshot"]
        folder.write("data/trees.ttl", DATA + ELM.format(number=1))
        folder.run("publish")
        eventually(lambda: server.get("/doc/tree/elm.ttl").status == 200)
        assert json.loads(server.get("/health").body)["status"] == "ok"
        assert b'"elm 1"' in server.get("/sparql?query=SELECT(STR(%3Fo)AS%3Fl){%3Fs%20skos:prefLabel%20%3Fo}").body
        folder.run("rollback")
        eventually(lambda: server.get("/doc/tree/elm.ttl").status == 410)
        assert server.get("/doc/tree/oak.ttl").headers["x-snapshot"] == f"{first}-2"


@pytest.mark.long
def test_no_request_is_lost_or_mixed_while_snapshots_come_and_go(folder):
    versions = 4
    folder.write("data/trees.ttl", DATA + ELM.format(number=0))
    folder.run("publish")
    seen: list[tuple[int, bytes, str]] = []
    stopped = threading.Event()
    query = "/sparql?query=SELECT%20%3Fo%20{%20<https://example.org/id/tree/elm>%20skos:prefLabel%20%3Fo%20}"

    with serve(folder) as server:

        def read(path: str) -> None:
            while not stopped.is_set():
                got = server.get(path, "text/turtle, text/csv")
                seen.append((got.status, got.body, got.headers["x-snapshot"]))

        readers = [threading.Thread(target=read, args=(path,)) for path in ("/doc/tree/elm", query) * 3]
        for each in readers:
            each.start()
        for number in range(1, versions):
            folder.write("data/trees.ttl", DATA + ELM.format(number=number))
            folder.run("publish")
            eventually(lambda number=number: f"elm {number}" in server.get("/doc/tree/elm.ttl").text)
        stopped.set()
        for each in readers:
            each.join(PATIENCE)
    assert {status for status, _, _ in seen} == {200}
    told = {(snapshot, body[body.index(b"elm ") :][:5]) for _, body, snapshot in seen}
    assert len(told) == len({snapshot for snapshot, _ in told}) == versions


def test_a_damaged_snapshot_never_replaces_the_one_in_service(folder):
    folder.run("publish")
    with serve(folder) as server:
        good = server.get("/doc/tree/oak.ttl")
        damaged = folder.shelf / "damaged"
        shutil.copytree(folder.current.resolve(), damaged)
        (damaged / "dataset.nq").write_bytes(b"")
        link = folder.shelf / ".link"
        link.symlink_to("damaged")
        link.replace(folder.current)
        eventually(lambda: json.loads(server.get("/health").body)["status"] == "stale")
        assert "damaged" in json.loads(server.get("/health").body)["trouble"]["text"]
        assert server.get("/doc/tree/oak.ttl").body == good.body


def test_a_damaged_current_snapshot_is_passed_over_for_the_one_before_at_start(folder):
    folder.run("publish")
    first = folder.current.resolve().name
    folder.write("data/trees.ttl", DATA + ELM.format(number=1))
    folder.run("publish")
    (folder.current / "dataset.nq").write_bytes(b"")
    with serve(folder) as server:
        assert server.get("/doc/tree/oak.ttl").headers["x-snapshot"] == first
        assert json.loads(server.get("/health").body)["status"] == "stale"


def test_watching_publishes_what_conforms_and_tells_of_what_does_not(folder):
    with serve(folder, "--watch") as server:
        first = server.get("/doc/tree/oak.ttl").headers["x-snapshot"]
        folder.write("data/trees.ttl", DATA + "<tree/elm> a :Tree .")
        eventually(lambda: json.loads(server.get("/health").body)["status"] == "stale")
        assert "data/trees.ttl:6:1: [T01]" in json.loads(server.get("/health").body)["trouble"]["findings"]
        assert server.get("/doc/tree/oak.ttl").headers["x-snapshot"] == first
        folder.write("data/trees.ttl", DATA + ELM.format(number=2))
        eventually(lambda: server.get("/doc/tree/elm.ttl").status == 200)
        eventually(lambda: json.loads(server.get("/health").body)["status"] == "ok")
        folder.write("data/trees.ttl", DATA)
        eventually(lambda: server.get("/doc/tree/elm.ttl").status == 410)


def test_only_pages_of_a_watched_copy_carry_the_script_that_reloads_them(folder):
    folder.run("publish")
    for arguments, carried in (((), False), (("--watch",), True)):
        with serve(folder, *arguments) as server:
            assert (b'src="/watch.js"' in server.get("/", "text/html").body) is carried
            assert (server.get("/watch.js").status == 200) is carried


def test_a_port_in_use_is_one_line_that_says_what_to_do(folder):
    folder.run("publish")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = folder.run("serve", "--port", port, "--lang", "en")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert port in done.stderr
    assert "choose another port" in done.stderr


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_all_its_processes(folder, by):
    folder.run("publish")
    with serve(folder) as server:
        assert server.get("/sparql?query=ASK{}").status == 200
        children = descendants(server.process.pid)
        assert children
        os.kill(server.process.pid, by)
        assert server.process.wait(PATIENCE) in {0, -by}
        eventually(lambda: not any(Path(f"/proc/{each}/stat").exists() for each in children))


def test_a_killed_server_leaves_no_process_behind(folder):
    folder.run("publish")
    with serve(folder) as server:
        assert server.get("/sparql?query=ASK{}").status == 200
        children = descendants(server.process.pid)
        server.process.kill()
        server.process.wait(PATIENCE)
        eventually(lambda: not any(alive(each) for each in children))


def descendants(pid: int) -> list[int]:
    """The processes below `pid`."""
    found = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return found + [below for each in found for below in descendants(each)]


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
