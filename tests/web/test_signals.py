"""What an operator tells the server by signals, and what it says of a setting that it does not know."""

from __future__ import annotations

import http.client
import shutil
import signal
import threading
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from tests.conftest import PATIENCE, ROOT, ekograph, serving

from ekograph.snapshots.repository import SnapshotRepository


@pytest.fixture
def site(tmp_path, shelf) -> Path:
    """A folder with settings of its own, and the snapshots of the real site."""
    shutil.copytree(shelf, tmp_path / "snapshots", symlinks=True)
    (tmp_path / "ekograph.toml").write_text((ROOT / "ekograph.toml").read_text())
    return tmp_path


def eventually(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def reconfigure(site: Path, text: str) -> None:
    settings = site / "ekograph.toml"
    settings.write_text((ROOT / "ekograph.toml").read_text() + text)


@pytest.mark.parametrize("processes", ["1", "2"])
def test_sighup_reads_the_settings_again_while_all_is_answered(site, processes):
    with serving("--site", str(site), "serve", EKOGRAPH_PROCESSES=processes, EKOGRAPH_THEME="") as server:
        page = "/doc/agreement/lahti.ttl"
        assert server.get(page, Host="data.example.fi").status == 421
        reconfigure(site, 'allowed_hosts = ["data.example.fi"]\n')
        server.process.send_signal(signal.SIGHUP)
        statuses = set()

        def answered() -> bool:
            statuses.add(server.get("/sparql?query=ASK%7B%7D").status)
            return all(server.get(page, Host="data.example.fi").status == 200 for _ in range(8))

        eventually(answered)
        assert statuses == {200}
        assert server.process.poll() is None


def test_settings_that_cannot_be_used_leave_those_there_are(site):
    with serving("--site", str(site), "serve", EKOGRAPH_THEME="") as server:
        reconfigure(site, "no_such_setting = 1\n")
        server.process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        assert server.get("/doc/agreement/lahti.ttl").status == 200
        assert server.process.poll() is None


def test_sigterm_lets_answers_end_that_are_under_way(site):
    query = quote("SELECT (COUNT(*) AS ?n) { SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 1000000 }")
    with serving("--site", str(site), "serve", EKOGRAPH_THEME="", EKOGRAPH_QUERY_SECONDS="50") as server:
        statuses = []

        def ask() -> None:
            connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=PATIENCE)
            connection.request("GET", f"/sparql?query={query}")
            statuses.append(connection.getresponse().status)

        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        asking.join()
        assert statuses == [200]
        assert server.process.wait(PATIENCE) == 0


def test_a_variable_that_is_no_setting_is_named(tmp_path):
    done = ekograph("--site", str(tmp_path), "check", EKOGRAPH_QUERY_SECOND="3")
    assert "EKOGRAPH_QUERY_SECOND " in done.stderr
    assert "EKOGRAPH_QUERY_SECONDS?" in done.stderr


def damage_current(folder: Path) -> None:
    (folder / "current").unlink()
    (folder / "current").symlink_to("nowhere")


def damage_history(folder: Path) -> None:
    damage_current(folder)
    (folder / "history.json").write_text('{"not": "a list"}')


def damage_history_text(folder: Path) -> None:
    damage_current(folder)
    (folder / "history.json").write_text("[1, 2, null")


def damage_manifest(folder: Path) -> None:
    """The newest snapshot is damaged, another one before it is not."""
    name = SnapshotRepository(folder).current_name()
    shutil.copytree(folder / name, folder / "newer")
    (folder / "newer" / "manifest.json").write_text("[]")
    (folder / "current").unlink()
    (folder / "current").symlink_to("newer")


@pytest.mark.parametrize("damage", [damage_current, damage_history, damage_history_text, damage_manifest])
def test_the_last_good_snapshot_is_served_and_what_is_wrong_is_said(site, damage):
    good = SnapshotRepository(site / "snapshots").current_name()
    damage(site / "snapshots")
    with serving("--site", str(site), "serve", EKOGRAPH_THEME="") as server:
        health = server.get("/health").text
        assert f'"snapshot":"{good}"' in health
        assert '"status":"stale"' in health
        assert "cannot be served" in health
        assert server.get("/doc/agreement/lahti.ttl").status == 200
