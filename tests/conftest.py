"""The site as its users meet it: published once by the real command, served by the real server process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

# An example that takes long on a busy machine is no failure.
hypothesis.settings.register_profile("without deadline", deadline=None)
hypothesis.settings.register_profile("long", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("without deadline")

#: Seconds to wait for a process that must come up or end; only a broken one ever takes that long.
PATIENCE = 60


@dataclass(frozen=True)
class Reply:
    """What came back over HTTP; header names in lower case, several lines of one name joined by commas."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Server:
    """A running `ekograph serve`."""

    def __init__(self, url: str, process: subprocess.Popen[str]) -> None:
        self.url = url
        self.process = process

    def get(self, path: str, accept: str | None = None, method: str = "GET", data: bytes | None = None, **headers: str):
        """One request, redirects not followed; names of headers are given with underscores."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if accept is not None:
            fields["Accept"] = accept
        request = urllib.request.Request(self.url + path, method=method, headers=fields, data=data)
        try:
            with _OPENER.open(request, timeout=PATIENCE) as response:
                return _reply(response)
        except urllib.error.HTTPError as error:
            with error:
                return _reply(error)


class _Staying(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


_OPENER = urllib.request.build_opener(_Staying, urllib.request.ProxyHandler({}))


def _reply(response) -> Reply:
    fields: dict[str, str] = {}
    for name, value in response.headers.items():
        fields[name.lower()] = f"{fields[name.lower()]}, {value}" if name.lower() in fields else value
    return Reply(response.status, fields, response.read())


def ekograph(*arguments: str, patience: float = PATIENCE, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "ekograph", *arguments],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
    )


@contextmanager
def serving(*arguments: str, **environment: str) -> Iterator[Server]:
    """`ekograph serve` with `arguments` on a free port, until the context ends."""
    command = [sys.executable, "-m", "ekograph", *arguments, "--port", "0"]
    settings = {**os.environ, "LC_ALL": "C.UTF-8", **environment}
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, stderr=said, text=True) as process,
    ):
        try:
            words = next((line.split() for line in process.stdout if "http://" in line), [])
            url = next((word for word in words if word.startswith("http://")), None)
            assert url, f"the server ended with status {process.wait(PATIENCE)}: {_tail(said)}"
            yield Server(url, process)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _tail(said) -> str:
    said.seek(0)
    return said.read()[-2000:]


@pytest.fixture(scope="session")
def shelf(tmp_path_factory) -> Path:
    """A shelf with the real site, published once."""
    path = tmp_path_factory.mktemp("shelf")
    done = ekograph("publish", EKOGRAPH_SNAPSHOTS=str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    return path


@pytest.fixture(scope="session")
def server(shelf) -> Iterator[Server]:
    """The real site, served."""
    with serving("serve", EKOGRAPH_SNAPSHOTS=str(shelf)) as running:
        yield running
