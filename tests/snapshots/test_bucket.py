"""Snapshots in a bucket: a real server of buckets, real publishers and servers, and what can go wrong between them."""

from __future__ import annotations

import itertools
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.conftest import PATIENCE, serving
from tests.publish.conftest import DATA, Folder, site

boto3 = pytest.importorskip("boto3", reason="the packages of the tests are not all installed")
pytest.importorskip("obstore", reason="the extra [s3] is not installed")

pytestmark = pytest.mark.long

BUCKET = "ekograph-test"
PAGE = "/doc/tree/oak.ttl"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
numbers = itertools.count()


@pytest.fixture(scope="module")
def endpoint():
    """The address of a server of buckets."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(port, server)
            url = f"http://127.0.0.1:{port}"
            client(url).create_bucket(Bucket=BUCKET)
            yield url
        finally:
            server.kill()


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)


def client(url: str):
    names = ("aws_access_key_id", "aws_secret_access_key", "region_name")
    return boto3.client("s3", endpoint_url=url, **dict(zip(names, KEYS.values(), strict=True)))


class Site:
    """A site whose snapshots are below a prefix of their own; `machine` makes another folder for the same bucket."""

    def __init__(self, root: Path, endpoint: str, prefix: str) -> None:
        self.folder = site(root)
        self.prefix = prefix
        self.endpoint = endpoint
        self.environment = {
            **KEYS,
            "AWS_ENDPOINT_URL": endpoint,
            "EKOGRAPH_SNAPSHOTS": f"s3://{BUCKET}/{prefix}",
            "EKOGRAPH_THEME": "",
        }

    def publish(self, number: int = 0) -> subprocess.CompletedProcess[str]:
        self.folder.write("data/trees.ttl", DATA.replace('"oak"@en', f'"oak {number}"@en'))
        return self.run("publish")

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.folder.run(*arguments, **{**self.environment, **environment})

    def serve(self, **environment: str):
        return serving("--site", str(self.folder.root), "serve", **{**self.environment, **environment})

    def machine(self, root: Path) -> Site:
        return Site(root, self.endpoint, self.prefix)

    def keys(self, below: str) -> list[str]:
        listed = client(self.endpoint).list_objects_v2(Bucket=BUCKET, Prefix=f"{self.prefix}/{below}")
        return [file["Key"] for file in listed.get("Contents", [])]

    def current(self) -> dict[str, object]:
        reply = client(self.endpoint).get_object(Bucket=BUCKET, Key=f"{self.prefix}/current")
        return json.loads(reply["Body"].read())


@pytest.fixture
def published(tmp_path, endpoint) -> Site:
    made = Site(tmp_path / "publisher", endpoint, f"site-{next(numbers)}")
    done = made.publish()
    assert done.returncode == 0, done.stderr
    return made


def becomes(server, text: str, path: str = PAGE, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while text not in (reply := server.get(path)).text:
        assert time.monotonic() < deadline, reply.text[:500]
        time.sleep(0.05)


def test_a_server_without_anything_serves_what_is_in_the_bucket(published, tmp_path):
    with published.machine(tmp_path / "server").serve() as server:
        assert "oak 0" in server.get(PAGE).text
        assert published.publish(1).returncode == 0
        becomes(server, "oak 1")
        assert published.run("rollback").returncode == 0
        becomes(server, "oak 0")
        assert published.publish(2).returncode == 0
        becomes(server, "oak 2")
        done = published.machine(tmp_path / "elsewhere").run("rollback")
        assert done.returncode == 0, done.stderr
        becomes(server, "oak 0")


def test_of_two_publishers_at_once_one_is_refused_and_nothing_is_lost(published, tmp_path):
    other = published.machine(tmp_path / "other")
    publishers = [published, other]
    barrier, outcomes = threading.Barrier(2), {}

    def publish(number: int) -> None:
        barrier.wait()
        outcomes[number] = publishers[number].publish(number + 1)

    threads = [threading.Thread(target=publish, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for done in outcomes.values():
        assert done.returncode == 0 or "another publication came first" in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) <= 3
    for number in range(2):
        assert publishers[number].publish(number + 1).returncode == 0
    history = published.current()["history"]
    assert len(history) >= 3
    assert len(published.keys("snapshots/")) >= 3


def test_snapshots_that_are_kept_no_longer_leave_the_bucket_with_their_objects(published):
    for number in range(1, 4):
        assert published.run("publish").returncode == 0
        published.folder.write("data/trees.ttl", DATA.replace('"oak"@en', f'"oak {number}"@en'))
        assert published.run("publish", EKOGRAPH_KEEP="2").returncode == 0
    assert len(published.keys("snapshots/")) == 2
    wanted = set()
    for key in published.keys("snapshots/"):
        manifest = json.loads(client(published.endpoint).get_object(Bucket=BUCKET, Key=key)["Body"].read())
        wanted |= {f"{published.prefix}/objects/{sha256}" for sha256, _ in manifest["files"].values()}
    assert set(published.keys("objects/")) == wanted


@pytest.mark.parametrize("harm", ["damaged", "missing"])
def test_a_damaged_or_missing_object_is_named_and_never_served(published, tmp_path, harm):
    with published.machine(tmp_path / "server").serve() as server:
        becomes(server, "oak 0")
        before = set(published.keys("objects/"))
        repository = tmp_path / "server" / "snapshots"
        # The server is kept from looking while the object is harmed.
        with (repository / ".lock").open("a") as lock:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
            assert published.publish(1).returncode == 0
            printed = json.loads((published.folder.shelf / "current/manifest.json").read_text())["files"]
            key = f"{published.prefix}/objects/{printed['representations.sqlite'][0]}"
            assert key not in before
            store = client(published.endpoint)
            good = store.get_object(Bucket=BUCKET, Key=key)["Body"].read()
            if harm == "missing":
                store.delete_object(Bucket=BUCKET, Key=key)
            else:
                store.put_object(Bucket=BUCKET, Key=key, Body=good[:-1] + b"\xff")
        becomes(server, harm, "/health")
        assert key in server.get("/health").text
        assert "oak 0" in server.get(PAGE).text
        store.put_object(Bucket=BUCKET, Key=key, Body=good)
        becomes(server, "oak 1")
        becomes(server, '"status":"ok"', "/health")


def test_a_server_that_is_killed_while_it_fetches_starts_well(published, tmp_path):
    machine = published.machine(tmp_path / "server")
    for delay in (0.3, 0.5, 0.7, 0.9):
        process = subprocess.Popen(
            machine.folder.command("serve", "--port", "0"),
            env=Folder.environment(**machine.environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(delay)
        process.kill()
        process.wait()
        shutil.rmtree(machine.folder.shelf / "current", ignore_errors=True)
    with machine.serve() as server:
        assert "oak 0" in server.get(PAGE).text
    assert not [path.name for path in machine.folder.shelf.glob(".fetched*")]


def test_two_servers_on_one_bucket_answer_everything_from_one_snapshot_through_twenty_swaps(published, tmp_path):
    machines = [published.machine(tmp_path / f"server-{number}") for number in range(2)]
    stopped, wrong, counted = threading.Event(), [], itertools.count()

    def asking(server) -> None:
        while not stopped.is_set():
            page, query = server.get(PAGE), server.get("/sparql?query=" + urllib.request.quote(QUERY))
            if page.status != 200 or query.status != 200:
                wrong.append((page.status, query.status, page.text[:300]))
            mixed = [one for one in (page, query) if labels.get(one.headers.get("x-snapshot"), "oak") not in one.text]
            wrong.extend(reply.text[:300] for reply in mixed)
            next(counted)
            time.sleep(0.05)

    labels: dict[str | None, str] = {}
    with machines[0].serve() as first, machines[1].serve() as second:
        threads = [threading.Thread(target=asking, args=[server]) for server in (first, second) * 16]
        for thread in threads:
            thread.start()
        for number in range(1, 21):
            done = published.publish(number)
            assert done.returncode == 0, done.stderr
            labels[str(published.current()["name"])] = f"oak {number}"
        for server in (first, second):
            becomes(server, "oak 20")
        stopped.set()
        for thread in threads:
            thread.join()
    assert not wrong, wrong[:3]
    assert next(counted) > 100


QUERY = "SELECT ?o { <https://example.org/id/tree/oak> <http://www.w3.org/2004/02/skos/core#prefLabel> ?o }"


class Refusing(BaseHTTPRequestHandler):
    """A bucket that does not do what it should."""

    manner = "403"

    def do_GET(self) -> None:
        if self.manner == "slow":
            time.sleep(3600)
        if self.manner == "half":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.send_header("ETag", '"x"')
            self.send_header("Last-Modified", "Mon, 30 Nov 2026 00:00:00 GMT")
            self.end_headers()
            self.wfile.write(b'{"name":')
            self.close_connection = True
        else:
            self.send_response(int(self.manner))
            self.send_header("Content-Length", "0")
            self.end_headers()

    do_HEAD = do_PUT = do_GET  # noqa: N815 - the library's names

    def log_message(self, *_) -> None:
        pass


@contextmanager
def refusing(manner: str):
    handler = type("Handler", (Refusing,), {"manner": manner})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("manner", ["403", "500", "half", "nobody"])
def test_a_bucket_that_fails_is_one_line_and_the_last_good_snapshot_is_served(published, tmp_path, manner):
    machine = published.machine(tmp_path / "server")
    with machine.serve() as server:
        becomes(server, "oak 0")
    with refusing("403" if manner == "nobody" else manner) as address:
        endpoint = "http://127.0.0.1:1" if manner == "nobody" else address
        done = machine.run("publish", AWS_ENDPOINT_URL=endpoint)
        assert done.returncode == 2, done.stdout
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert done.stderr.startswith(f"ekograph: s3://{BUCKET}/")
        with machine.serve(AWS_ENDPOINT_URL=endpoint) as server:
            assert "oak 0" in server.get(PAGE).text
            becomes(server, '"status":"stale"', "/health")


def test_a_bucket_that_never_answers_keeps_no_page_waiting(published, tmp_path):
    machine = published.machine(tmp_path / "server")
    with machine.serve() as server:
        becomes(server, "oak 0")
    with refusing("slow") as endpoint:
        begun = time.monotonic()
        with machine.serve(AWS_ENDPOINT_URL=endpoint) as server:
            assert "oak 0" in server.get(PAGE).text
            assert time.monotonic() - begun < 10
