"""Peers that load their data before they serve: the oxigraph server, in memory and on disk, and Virtuoso."""

# Only this machine is asked.
# ruff: noqa: S310

from __future__ import annotations

import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.load import DEBIAN, environment
from bench.servers import PATIENCE, ROOT, Server, free_port, running

OXIGRAPH = ROOT / ".venv/bin/oxigraph"
GRAPH = "urn:bench"

# Memory as the manual advises for a machine that does other things too: 100,000 buffers of 8 kB.
VIRTUOSO = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = {folder}/temp.db
TransactionFile = {folder}/temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 20
CheckpointInterval = 0
NumberOfBuffers = 100000
MaxDirtyBuffers = 75000
DirsAllowed = {data}
ThreadsPerQuery = 2
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 20
MaxClientConnections = 20
[SPARQL]
ResultSetMaxRows = 10000000
MaxQueryExecutionTime = 60
DefaultGraph = {graph}
"""


@contextmanager
def oxigraph_memory(triples: Path) -> Iterator[Server]:
    """The oxigraph server with its store in memory."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running("oxigraph (memory)", [OXIGRAPH, "serve", "--bind", f"127.0.0.1:{port}"], url) as server:
        headers = {"content-type": "application/n-triples"}
        put = urllib.request.Request(f"{url}/store?default", triples.read_bytes(), headers, method="PUT")
        urllib.request.urlopen(put, timeout=PATIENCE).close()
        yield Server(server.name, f"{url}/query", server.pid)


@contextmanager
def oxigraph_disk(triples: Path, folder: Path) -> Iterator[Server]:
    """The oxigraph server over a store on disk, loaded and optimised before."""
    port = free_port()
    location = folder / "oxigraph"
    for command in (["load", "--location", location, "--file", triples], ["optimize", "--location", location]):
        subprocess.run([str(each) for each in (OXIGRAPH, *command)], check=True, capture_output=True)
    command = [OXIGRAPH, "serve-read-only", "--location", location, "--bind", f"127.0.0.1:{port}"]
    with running("oxigraph (disk)", command, f"http://127.0.0.1:{port}") as server:
        yield Server(server.name, f"{server.url}/query", server.pid)


@contextmanager
def virtuoso(triples: Path, folder: Path) -> Iterator[Server]:
    """Virtuoso 7 with its data in one graph, loaded and checkpointed before."""
    folder = folder / "virtuoso"
    folder.mkdir()
    sql, http = free_port(), free_port()
    ini = VIRTUOSO.format(folder=folder, sql=sql, http=http, data=triples.parent, graph=GRAPH)
    (folder / "virtuoso.ini").write_text(ini)
    command = [DEBIAN / "usr/bin/virtuoso-t", "-f", "-c", folder / "virtuoso.ini"]
    with running("Virtuoso", command, f"http://127.0.0.1:{http}") as server:
        _load(f"127.0.0.1:{sql}", triples)
        yield Server(server.name, f"{server.url}/sparql", server.pid)


def _load(address: str, triples: Path) -> None:
    statement = f"DB.DBA.TTLP_MT(file_open('{triples}'), '', '{GRAPH}', 0); checkpoint;"
    command = [str(DEBIAN / "usr/bin/isql-vt"), address, "dba", "dba", f"exec={statement}"]
    deadline = time.monotonic() + 30
    while subprocess.run(command, env=environment(), check=False, capture_output=True).returncode:
        if time.monotonic() > deadline:
            raise TimeoutError("Virtuoso does not take its data")
        time.sleep(0.2)
