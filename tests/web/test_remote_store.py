"""Servers with one store behind them: a publication loads it, they check it, and no answer is of another snapshot."""

from __future__ import annotations

import itertools
import json
import subprocess
import threading
import time
import urllib.request
from contextlib import ExitStack

import pytest
from tests.conftest import serving
from tests.publish.conftest import DATA, Folder, site
from tests.virtuoso import NAMES, virtuoso
from tests.web.test_remote_endpoint import oxigraph

STORES = {"oxigraph": oxigraph, "virtuoso": virtuoso}
OAK = "SELECT ?o { <https://example.org/id/tree/oak> <http://www.w3.org/2004/02/skos/core#prefLabel> ?o }"

#: Seconds within which a server must have noticed.
SOON = 5


@pytest.fixture(params=NAMES)
def store(request):
    """The addresses of a running store."""
    with STORES[request.param]() as addresses:
        yield addresses


@pytest.fixture
def folder(tmp_path) -> Folder:
    return site(tmp_path / "site")


def publish(folder: Folder, store: str, number: int = 0) -> subprocess.CompletedProcess[str]:
    folder.write("data/trees.ttl", DATA.replace('"oak"@en', f'"oak {number}"@en'))
    return folder.run("publish", EKOGRAPH_REMOTE_ENDPOINT=store)


def serve(folder: Folder, store: str):
    return serving("--site", str(folder.root), "serve", EKOGRAPH_REMOTE_ENDPOINT=store, EKOGRAPH_THEME="")


def update(store: str, text: str) -> None:
    headers = {"Content-Type": "application/sparql-update"}
    urllib.request.urlopen(urllib.request.Request(store.rsplit(maxsplit=1)[-1], text.encode(), headers)).close()


def becomes(server, status: int, within: float = SOON) -> str:
    """The text of /ready when it has the status; it must have that soon."""
    deadline = time.monotonic() + within
    while (reply := server.get("/ready")).status != status:
        assert time.monotonic() < deadline, reply.text
        time.sleep(0.05)
    return reply.text


def ask(server, limit: int = 9):
    query = urllib.request.quote(f"{OAK} LIMIT {limit}")
    return server.get(f"/sparql?query={query}", accept="application/sparql-results+json")


def test_a_server_serves_pages_before_the_store_is_filled_and_queries_after(folder, store):
    assert folder.run("publish").returncode == 0
    with serve(folder, store) as server:
        ready = server.get("/ready")
        assert (ready.status, "the store has 0 of " in ready.text) == (503, True)
        assert server.get("/doc/tree/oak.ttl").status == 200
        refusal = ask(server)
        assert (refusal.status, json.loads(refusal.body)["type"].rpartition("/")[2]) == (503, "store_behind")
        done = folder.run("publish", EKOGRAPH_REMOTE_ENDPOINT=store)
        assert done.returncode == 0, done.stderr
        becomes(server, 200)
        assert "oak" in ask(server).text


def test_half_of_the_quads_is_red_and_pages_are_served(folder, store):
    assert publish(folder, store).returncode == 0
    with serve(folder, store) as server:
        becomes(server, 200)
        graphs = json.loads(next(iter(folder.shelf.glob("current/manifest.json"))).read_text())["graphs"]
        update(store, f"DROP SILENT GRAPH <{max(graphs, key=graphs.get)}>")
        left = sum(graphs.values()) - max(graphs.values())
        assert f"the store has {left} of {sum(graphs.values())} quads" in becomes(server, 503)
        assert server.get("/doc/tree/oak.ttl").status == 200
        assert ask(server).status == 503
        assert publish(folder, store).returncode == 0
        becomes(server, 200)


def test_a_lost_store_is_red_and_a_publication_says_so(folder):
    with oxigraph() as store, ExitStack() as stack:
        assert publish(folder, store).returncode == 0
        server = stack.enter_context(serve(folder, store))
        becomes(server, 200)
        servers = stack.pop_all()
    with servers:
        becomes(server, 503)
        assert server.get("/doc/tree/oak.ttl").status == 200
        before = (folder.shelf / "current").readlink()
        done = publish(folder, store, 1)
        assert done.returncode == 2
        assert done.stderr.startswith("ekograph: The other store has not taken the data: http://127.0.0.1")
        assert len(done.stderr.splitlines()) == 1
        assert (folder.shelf / "current").readlink() == before


def test_two_servers_with_one_store_never_give_an_answer_of_another_snapshot(folder, store):
    publish(folder, store)
    labels, wrong, answers = {(folder.shelf / "current").readlink().name: "oak 0"}, [], []
    stopped = threading.Event()

    def asking(server) -> None:
        # Each query is another one, so that no answer is one that was kept.
        limits = itertools.count(10)
        while not stopped.is_set():
            reply = ask(server, next(limits))
            if reply.status == 200:
                answers.append((reply.headers["x-snapshot"], reply.text))
            elif reply.status != 503:
                wrong.append(reply.text)

    with serve(folder, store) as first, serve(folder, store) as second:
        threads = [threading.Thread(target=asking, args=[server]) for server in (first, second) * 2]
        for thread in threads:
            thread.start()
        for number in range(1, 4):
            done = publish(folder, store, number)
            assert done.returncode == 0, done.stderr
            labels[(folder.shelf / "current").readlink().name] = f"oak {number}"
            for server in (first, second):
                deadline = time.monotonic() + 4 * SOON
                while f"oak {number}" not in ask(server).text:
                    assert time.monotonic() < deadline
        stopped.set()
        for thread in threads:
            thread.join()
    assert not wrong
    assert len({snapshot for snapshot, _ in answers}) >= 3
    assert not [answer for answer in answers if labels[answer[0]] not in answer[1]]
