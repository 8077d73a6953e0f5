"""Before anything is published the server lives, says 503 to all that ask for data, and goes live by itself."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time

import pytest
from tests.conftest import PATIENCE, ROOT, serving
from tests.publish.conftest import DATA, Folder, site

FAULTY = DATA + "<tree/elm> a :Tree ."
PATHS = (
    "/",
    "/catalog",
    "/catalog.ttl",
    "/sparql?query=ASK%7B%7D",
    "/dumps/dataset.nt.gz",
    "/doc/tree/oak",
    "/feed.atom",
)
TYPES = ("*/*", "text/turtle", "application/ld+json", "application/rdf+xml", "image/png")


def serve(folder: Folder, *arguments: str, **environment: str):
    return serving("--site", str(folder.root), "serve", "--lang", "en", *arguments, **environment)


def eventually(check) -> None:
    """Wait until `check` holds; only a broken server lets the time run out."""
    end = time.monotonic() + PATIENCE
    while not check():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def folder(tmp_path) -> Folder:
    return site(tmp_path / "site")


@pytest.fixture
def faulty(folder) -> Folder:
    """A site that cannot be published."""
    folder.write("data/trees.ttl", FAULTY)
    return folder


@pytest.fixture(scope="module")
def waiting(tmp_path_factory):
    """A server without anything to serve."""
    folder = site(tmp_path_factory.mktemp("waiting") / "site")
    folder.write("data/trees.ttl", FAULTY)
    with serve(folder) as server:
        yield server


def mend(folder: Folder) -> None:
    folder.write("data/trees.ttl", DATA)
    done = folder.run("publish")
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_answers_503_until_something_is_published_and_then_serves_that(faulty):
    with serve(faulty) as server:
        assert server.get("/doc/tree/oak", "text/turtle").status == 503
        mend(faulty)
        eventually(lambda: server.get("/doc/tree/oak", "text/turtle").status == 200)
        assert server.get("/ready").status == 200
        health = json.loads(server.get("/health").body)
        assert (health["status"], health["trouble"]) == ("ok", None)
        assert b"ekograph_snapshot_live 1\n" in server.get("/metrics").body


def test_the_catalogue_of_the_real_site_is_never_an_empty_200(tmp_path):
    folder = Folder(tmp_path / "site")
    for name in ("data", "ontology", "shapes", "queries", "theme"):
        shutil.copytree(ROOT / name, folder.root / name)
    shutil.copy(ROOT / "ekograph.toml", folder.root)
    good = (folder.root / "data/catalogue.ttl").read_text()
    folder.write("data/catalogue.ttl", good + "this is no Turtle")
    seen: set[tuple[int, bool]] = set()
    with serve(folder) as server:
        stopped = threading.Event()

        def harvest() -> None:
            while not stopped.is_set():
                got = server.get("/catalog", "*/*")
                seen.add((got.status, b"dcat:dataset" in got.body))

        reader = threading.Thread(target=harvest)
        reader.start()
        folder.write("data/catalogue.ttl", good)
        assert folder.run("publish").returncode == 0
        eventually(lambda: (200, True) in seen)
        stopped.set()
        reader.join(PATIENCE)
    assert seen == {(503, False), (200, True)}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("accept", TYPES)
def test_programs_get_a_problem_that_says_when_to_ask_again(waiting, path, accept):
    got = waiting.get(path, accept)
    assert (got.status, got.headers["content-type"]) == (503, "application/problem+json")
    assert int(got.headers["retry-after"]) > 0
    assert got.headers["cache-control"] == "no-store"
    assert json.loads(got.body)["status"] == 503
    head = waiting.get(path, accept, method="HEAD")
    assert (head.status, head.body) == (503, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


@pytest.mark.parametrize(
    ("language", "words"), [("fi", "Mitään ei ole"), ("sv", "Ingenting har"), ("en", "Nothing is")]
)
def test_people_get_a_page_in_their_language(waiting, language, words):
    got = waiting.get("/", "text/html,*/*;q=0.8", Accept_Language=language)
    assert (got.status, got.headers["content-language"]) == (503, language)
    assert got.headers["content-type"].startswith("text/html")
    assert words in got.text


def test_the_server_tells_that_it_lives_and_why_it_is_not_ready(waiting):
    health = waiting.get("/health")
    assert (health.status, json.loads(health.body)["status"], json.loads(health.body)["snapshot"]) == (
        200,
        "waiting",
        None,
    )
    ready = waiting.get("/ready")
    assert (ready.status, json.loads(ready.body)["ready"]) == (503, False)
    assert json.loads(ready.body)["reason"] == "nothing has been published yet"
    assert ready.headers["retry-after"]
    metrics = waiting.get("/metrics")
    assert (metrics.status, b"ekograph_snapshot_live 0\n" in metrics.body) == (200, True)
    for path in ("/health", "/metrics"):
        assert waiting.get(path, method="HEAD").status == 200


@pytest.mark.parametrize("path", ["/catalog", "/sparql"])
def test_scripts_of_other_origins_may_ask_and_read_the_503(waiting, path):
    preflight = waiting.get(path, method="OPTIONS", Origin="https://x.example", Access_Control_Request_Method="POST")
    assert (preflight.status, preflight.headers["access-control-allow-origin"]) == (204, "*")
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert waiting.get(path, method="POST", data=b"query=ASK{}").status == 503
    assert waiting.get(path, Origin="https://x.example").headers["access-control-allow-origin"] == "*"


def test_other_names_of_the_server_are_still_refused(waiting):
    assert waiting.get("/catalog", Host="evil.example").status == 421


def first_words(folder: Folder, *arguments: str) -> str:
    """What the terminal shows until the address of the server."""
    command = folder.command("serve", "--port", "0", "--lang", "en", *arguments)
    with subprocess.Popen(
        command, env=folder.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        lines = []
        try:
            for line in process.stdout:
                lines.append(line)
                if "to publish" in line:
                    break
        finally:
            process.terminate()
            process.wait(PATIENCE)
    return "".join(lines)


def test_the_terminal_says_that_nothing_is_published_what_to_mend_and_how_to_publish(faulty):
    said = first_words(faulty)
    assert "data/trees.ttl:6:1: [T01]" in said
    assert f"nothing is published yet: there is no snapshot in {faulty.shelf}\n" in said
    assert f"ekograph --site {faulty.root} publish" in said


def test_of_a_mistyped_folder_the_terminal_says_where_it_looked(tmp_path):
    said = first_words(Folder(tmp_path / "mistyped"))
    assert f"{tmp_path}/mistyped/data: there is no such folder" in said
    assert f"no snapshot in {tmp_path}/mistyped/snapshots" in said


def test_when_no_snapshot_is_whole_it_says_which_and_waits_for_the_next(folder):
    folder.run("publish")
    (folder.current / "dataset.nq").write_bytes(b"")
    with serve(folder) as server:
        assert server.get("/doc/tree/oak").status == 503
        assert folder.current.resolve().name in json.loads(server.get("/ready").body)["reason"]
        # The same sources give a snapshot of the same name.
        mend(folder)
        eventually(lambda: server.get("/doc/tree/oak").status == 200)


def test_a_watched_site_that_cannot_be_published_goes_live_with_the_edit_that_mends_it(faulty):
    with serve(faulty, "--watch") as server:
        eventually(lambda: "[T01]" in (json.loads(server.get("/health").body)["trouble"] or {}).get("findings", ""))
        assert server.get("/").status == 503
        faulty.write("data/trees.ttl", DATA)
        eventually(lambda: server.get("/doc/tree/oak").status == 200)


def test_all_of_several_processes_wait_and_go_live(faulty):
    with serve(faulty, EKOGRAPH_PROCESSES="2") as server:
        assert {server.get("/catalog").status for _ in range(8)} == {503}
        mend(faulty)
        eventually(lambda: {server.get("/doc/tree/oak").status for _ in range(8)} == {200})
