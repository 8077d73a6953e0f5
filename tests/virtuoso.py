"""A Virtuoso of one's own to test against: in a folder and on ports of its own, ended by its process."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

#: Where `bench/setup` unpacks Debian's packages, for a machine on which they are not installed.
UNPACKED = Path(__file__).parents[1] / "bench/.peers/debian"

#: Seconds that it may take to come up.
PATIENCE = 60

CONFIGURATION = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
NumberOfBuffers = 20000
MaxClientConnections = 20
ServerThreads = 20
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 20
MaxClientConnections = 20
[SPARQL]
"""

#: Whoever asks over HTTP may load: it listens on loopback alone.
PERMISSION = 'GRANT SPARQL_UPDATE TO "SPARQL";'


def program(name: str) -> str | None:
    """Where a program of Virtuoso is, if it is there."""
    return shutil.which(name) or shutil.which(name, path=str(UNPACKED / "usr/bin"))


INSTALLED = pytest.mark.skipif(
    program("virtuoso-t") is None, reason="Virtuoso is not installed; make test-virtuoso installs it"
)

#: The names of the stores, as parameters of a fixture.
NAMES = ("oxigraph", pytest.param("virtuoso", marks=[INSTALLED, pytest.mark.long]))


@contextmanager
def virtuoso(settings: str = "") -> Iterator[str]:
    """The address of a running Virtuoso, for queries and updates alike; `settings` are more of its SPARQL."""
    sql, http = _free_port(), _free_port()
    with tempfile.TemporaryDirectory(prefix="virtuoso-") as folder:
        configuration = Path(folder, "virtuoso.ini")
        configuration.write_text(CONFIGURATION.format(folder=folder, sql=sql, http=http) + settings)
        command = [str(program("virtuoso-t")), "+foreground", "+configfile", str(configuration)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, cwd=folder, env=_environment(), **quiet) as process:
            try:
                _wait(f"http://127.0.0.1:{http}/sparql", process)
                _permit(sql)
                yield f"http://127.0.0.1:{http}/sparql"
            finally:
                process.kill()


def _permit(port: int) -> None:
    command = [str(program("isql-vt")), f"127.0.0.1:{port}", "dba", "dba", f"exec={PERMISSION}"]
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until it answers."""
    for _ in range(PATIENCE * 10):
        assert process.poll() is None, "Virtuoso has ended"
        try:
            urllib.request.urlopen(url, timeout=PATIENCE).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)


def _environment() -> dict[str, str]:
    """Where the libraries of unpacked packages are."""
    folders = [*UNPACKED.glob("usr/lib/*-linux-gnu"), *UNPACKED.glob("lib/*-linux-gnu")]
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, folders))} if folders else dict(os.environ)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
