"""The servers that are measured, each started on a free port of this machine with its configuration written down."""

# Only this machine is asked.
# ruff: noqa: S310

from __future__ import annotations

import os
import pickle
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.load import DEBIAN, HERE, PEERS, descendants, environment

ROOT = HERE.parent

#: Seconds that a server may take to load its data.
PATIENCE = 300

NGINX = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder};
    proxy_temp_path {folder};
    fastcgi_temp_path {folder};
    uwsgi_temp_path {folder};
    scgi_temp_path {folder};
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    open_file_cache max=1000;
    types {{ text/html html; text/turtle ttl; application/ld+json jsonld; }}
    server {{
        listen 127.0.0.1:{port};
        root {folder}/files;
        location /id/ {{ return 303 /doc/; }}
    }}
}}
"""


@dataclass(frozen=True)
class Server:
    """A running server: its name in the tables, its URL and the process that was started."""

    name: str
    url: str
    pid: int

    @property
    def pids(self) -> list[int]:
        """The process and all that it has started."""
        return descendants(self.pid)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    name: str, command: Sequence[object], url: str, ready: str = "/", extra: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """The server of `command`, once it answers anything at `ready`, until the context ends."""
    process = subprocess.Popen(
        list(map(str, command)),
        cwd=ROOT,
        env={**environment(), **(extra or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(url + ready, process)
        yield Server(name, url, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(url: str, process: subprocess.Popen[bytes], every: float = 0.02) -> float:
    """Wait until something answers at `url`; returns the time it took, in seconds."""
    start = time.perf_counter()
    while time.perf_counter() - start < PATIENCE:
        try:
            urllib.request.urlopen(url, timeout=30).close()
        except urllib.error.HTTPError:
            return time.perf_counter() - start
        except OSError:
            if process.poll() is not None:
                raise RuntimeError(f"the server for {url} has ended with status {process.returncode}") from None
            time.sleep(every)
        else:
            return time.perf_counter() - start
    raise TimeoutError(url)


@contextmanager
def ours(shelf: Path, site: Path = ROOT, processes: int = 1) -> Iterator[Server]:
    """Ekograph, as it comes, once it answers queries as fast as it can.

    Queries are not held back by the share of one client: all come from one address.
    """
    port = free_port()
    command = [sys.executable, "-m", "ekograph", "--site", site, "serve", "--port", port]
    settings = {"EKOGRAPH_SNAPSHOTS": os.fspath(shelf), "EKOGRAPH_PROCESSES": str(processes)}
    with running("ekograph", command, f"http://127.0.0.1:{port}", "/ready", settings) as server:
        settle(server.url)
        yield server


def settle(url: str) -> None:
    """Wait until no engine is starting any more that is to take the place of the one there is."""
    while True:
        with urllib.request.urlopen(f"{url}/metrics", timeout=30) as response:
            if re.search(rb"^ekograph_engine_starting 0$", response.read(), re.MULTILINE):
                return
        time.sleep(0.05)


@contextmanager
def bare(status: int, headers: list[tuple[bytes, bytes]], body: bytes, folder: Path) -> Iterator[Server]:
    """A bare ASGI callable that returns the same bytes, under the same uvicorn."""
    port = free_port()
    known = folder / f"answer-{port}"
    known.write_bytes(pickle.dumps((status, headers, body)))
    with running(
        "bare callable", [sys.executable, HERE / "bare.py", port, known], f"http://127.0.0.1:{port}"
    ) as server:
        yield server


@contextmanager
def nginx(folder: Path) -> Iterator[Server]:
    """Nginx with one worker that serves the folder `files` below `folder`."""
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    command = [DEBIAN / "usr/sbin/nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
    with running("nginx", command, f"http://127.0.0.1:{port}") as server:
        yield server


@contextmanager
def rdflib_endpoint(triples: Path) -> Iterator[Server]:
    """rdflib-endpoint with rdflib's own store, its default."""
    port = free_port()
    command = [PEERS / "python/bin/rdflib-endpoint", "serve", "--host", "127.0.0.1", "--port", port, triples]
    with running("rdflib-endpoint", command, f"http://127.0.0.1:{port}", "/docs") as server:
        yield Server(server.name, f"{server.url}/", server.pid)


@contextmanager
def comunica(triples: Path) -> Iterator[Server]:
    """Comunica over the file, kept in memory; two workers, as there are two cores."""
    port = free_port()
    command = ["node", "--max-old-space-size=8000", PEERS / "node/node_modules/.bin/comunica-sparql-file-http"]
    with running("Comunica", [*command, triples, "-p", port, "-w", 2], f"http://127.0.0.1:{port}", "/x") as server:
        yield Server(server.name, f"{server.url}/sparql", server.pid)
